// SPDX-License-Identifier: MIT
/**
 * Wraps the host's functions for the guest: lifts arguments, lowers results, parks for promises.
 *
 * @module
 */
import type { Imports } from "../abi/imports.ts";
import { type ImportEntry, type Manifest, show } from "../abi/manifest.ts";
import type { Calls } from "./calls.ts";
import { check } from "./check.ts";
import type { Codec, Raw } from "./codec.ts";
import type { Door } from "./door.ts";
import type { Misfit } from "./faults.ts";
import type { Outputs } from "./output.ts";
import type { Platform } from "./platform.ts";
import type { Program } from "./program.ts";
import { messageOf } from "./trap.ts";

type HostFunction = (...args: unknown[]) => unknown;
type RawFunction = (...raw: Raw[]) => Raw;

/** What the wrappers work with; filled in after the instance exists. */
export interface Context {
  readonly door: Door;
  readonly inFlight: InFlight;
  readonly outputs: Outputs;
  readonly platform: Platform;
  codec: Codec;
  program: Program;
}

/** Puts together the import object. Throws one ImportError for all that is missing or no function. */
export async function bindImports(
  module: WebAssembly.Module,
  manifest: Manifest,
  layers: readonly (Imports | undefined)[],
  context: Context,
): Promise<Imports> {
  const bound: Imports = {};
  const wrong: Misfit[] = [];
  let std: Record<string, unknown> | undefined;
  for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
    const entry = manifest.imports.find((e) => e.module === from && e.name === name);
    let owner = layers.find((layer) => layer?.[from]?.[name] !== undefined)?.[from];
    if (!owner && from === "env") owner = std ??= (await import("./std.ts")).stdImports(context);
    const given = owner?.[name];
    if (given === undefined || kind === "function" && typeof given !== "function") wrong.push({ from, name, kind, entry, given });
    else (bound[from] ??= {})[name] = kind === "function" && entry ? bind(owner!, given as HostFunction, entry, context) : given;
  }
  if (wrong.length) throw (await import("./faults.ts")).misfits(wrong);
  return bound;
}

function bind(owner: object, value: HostFunction, entry: ImportEntry, context: Context): RawFunction {
  const f: HostFunction = (...args) => value.apply(owner, args);
  return entry.blocking ? blocking(f, entry, context) : direct(f, entry, context);
}

function direct(f: HostFunction, entry: ImportEntry, context: Context): RawFunction {
  const what = `${entry.module}.${show(entry)}`;
  return (...raw) => {
    context.door.checkExit();
    const result = named(what, context, () => f(...liftAll(entry, raw, context)));
    context.door.checkExit();
    if (isPromise(result)) {
      throw new TypeError(`host function ${what} returned a promise: declare it @blocking`);
    }
    const value = entry.result.kind === "void" ? undefined : result;
    check(entry.result, value, `host function ${what}: result`);
    return lowerResult(entry, value, context);
  };
}

/** Calls a host function; what it throws says whose it is. An end of the program passes as it is. */
function named<T>(what: string, { door }: Context, call: () => T): T {
  try {
    return call();
  } catch (cause) {
    door.checkExit();
    throw new Error(`host function ${what} threw: ${messageOf(cause)}`, { cause });
  }
}

/** Lowers the result of a direct call; from here on the guest's own stack keeps it alive. */
function lowerResult(entry: ImportEntry, value: unknown, { codec }: Context): Raw {
  const pins = codec.pins();
  const raw = codec.lower(entry.result, value, pins);
  pins.release();
  return raw;
}

/** The blocking calls that were given a context and have not ended, by goroutine. */
export class InFlight {
  readonly #calls = new Map<number, AbortController>();

  begin(token: number): AbortController {
    const call = new AbortController();
    this.#calls.set(token, call);
    return call;
  }

  /** Ends a call; false when it was aborted before, and its goroutine has gone on. */
  settle(token: number, call: AbortController): boolean {
    return this.#calls.get(token) === call && this.#calls.delete(token);
  }

  /** Tells a host function that nobody waits for it any more, once wasm is off the stack. */
  abort(token: number, why: string): void {
    const call = this.#calls.get(token)!;
    this.#calls.delete(token);
    queueMicrotask(() => call.abort(new DOMException(why, "AbortError")));
  }

  /** Aborts all that is left when the program has ended. */
  end(why: Error): void {
    for (const call of this.#calls.values()) call.abort(why);
    this.#calls.clear();
  }
}

/**
 * Returns at once; the goroutine parks right after, until the promise settles. A context becomes
 * an AbortSignal, as the last argument.
 */
function blocking(f: HostFunction, entry: ImportEntry, context: Context): RawFunction {
  const what = `${entry.module}.${show(entry)}`;
  const { door, inFlight } = context;
  const given = entry.params.findIndex((type) => type.kind === "context");
  return (...raw) => {
    door.checkExit();
    const token = door.guest.gopark_curg() >>> 0;
    const call = given < 0 ? null : inFlight.begin(token);
    const args = liftAll(entry, raw, context, given);
    const promise = attempt(f, call ? [...args, call.signal] : args);
    door.checkExit();
    const settle = (how: (calls: Calls) => void) =>
      context.program.settle((calls) => {
        if (!call || inFlight.settle(token, call)) how(calls);
      });
    promise.then(
      (value) => settle((calls) => calls.resolve(token, entry.result, value, what)),
      (reason) => settle((calls) => calls.reject(token, reason)),
    );
    return context.codec.zero(entry.result);
  };
}

/** Calls `f`; what it throws at once is a rejection as well. */
async function attempt(f: HostFunction, args: unknown[]): Promise<unknown> {
  return f(...args);
}

/** Lifts all arguments but number `left`. */
function liftAll(entry: ImportEntry, raw: readonly Raw[], { codec }: Context, left = -1): unknown[] {
  return entry.params.flatMap((type, i) => (i === left ? [] : [codec.lift(type, raw[i]!)]));
}

function isPromise(value: unknown): boolean {
  return typeof (value as PromiseLike<unknown> | null)?.then === "function";
}
