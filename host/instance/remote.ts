// SPDX-License-Identifier: MIT
/**
 * Shows a program that runs in a worker to its owner, with the names of App.
 *
 * Everything is a message, so the readers return promises too. They are answered between two
 * slices: a program that computes without a pause answers when it pauses. Where memory is shared, outside.ts
 * answers what it can, and tells who does not pause.
 *
 * @module
 */
import { ClosedError, endedError, ImportError } from "../abi/errors.ts";
import type { Imports } from "../abi/imports.ts";
import { WORLD, WORLD_ENDED } from "../abi/layout.ts";
import { readManifest } from "../abi/manifest.ts";
import { type Answer, decodeError, encodeError, type Left, type Order, type Report, type ResponseData, type Target } from "../abi/messages.ts";
import { failure } from "../http/reply.ts";
import { onAbort } from "./abort.ts";
import { type Exports, Pprof, Runtime, type Trace } from "./app.ts";
import type { Last, Ran } from "./left.ts";
import { Outputs } from "./output.ts";
import type { LoadOptions, Platform, WorkerPort } from "./platform.ts";
import { loadModule, type Source } from "./source.ts";
import { messageOf } from "./trap.ts";

/** The methods of T, each of which returns a promise. */
export type Remote<T> = {
  [K in keyof T]: T[K] extends (...args: infer A) => infer R
    ? (...args: A) => Promise<Awaited<R>> : never;
};

/** Requests are answered in the worker too. */
export type RemotePprof = Remote<Omit<Pprof, "fetch">> & Pick<Pprof, "fetch">;

/** A program that was loaded with `worker: true`. */
export interface RemoteApp<E extends Exports = Exports> {
  /** Every exported function but main, each on a goroutine of its own. */
  readonly exports: E;
  /**
   * Where memory is shared, readers, profiles and the trace reject with StopError when one goroutine has kept the program
   * from stopping or answering for a second.
   */
  readonly runtime: Remote<Runtime>;
  readonly pprof: RemotePprof;
  /**
   * Can be read when the program has ended, as App's can. Where memory is not shared, behind close() too if load or start()
   * has begun it, and the program has paused within a second.
   */
  readonly trace: Remote<Trace>;
  /** What it runs in, for attach; null unless it was built with --target threads and, on a page, that is cross-origin isolated. */
  readonly memory: WebAssembly.Memory | null;
  /** Runs main. Resolves when it has returned; rejects with how the program died otherwise. */
  run(): Promise<void>;
  /** Stops the program, and its worker, for good. What waits for it rejects with ClosedError. */
  close(): void;
}

/** How long a worker may take to say what is left of a program that is closed, in milliseconds. */
const PARTING = 1000;

interface Outstanding {
  readonly what: string;
  /** Takes the listener off the signal of a call that has one. */
  readonly release?: (() => void) | undefined;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** Profiles that the worker takes when its program's goroutines can be read for the last time. */
export interface Parting {
  readonly kinds: readonly string[];
  /** Is told when the program has ended: what came of each, or null if there was no such moment. */
  readonly taken: (profiles: readonly Answer[] | null) => void;
}

/** Loads a program into a worker of the platform's. Rejects as `load` does. */
export async function loadRemote<E extends Exports>(
  source: Source | PromiseLike<Source>,
  options: LoadOptions,
  platform: Platform,
  { kinds, taken }: Parting = { kinds: [], taken() {} },
): Promise<RemoteApp<E>> {
  if (options.onExit) throw new TypeError("load: onExit cannot be used with worker: true");
  const { module, file } = await loadModule(source, platform, options);
  const { exports, memory: type } = await readManifest(module, file);
  const memory = type || options.memory ? (await import("./share.ts")).memoryToPost(platform, type, options.memory, file) : undefined;
  const names = importNames(options.imports ?? {});
  const owner = new Owner(await platform.worker(), options, platform, new Outputs(platform, options), taken);
  const { args = [], env = {}, slice, trace = false } = options;
  await owner.load({ op: "load", program: { module, name: file, args, env: { ...env }, imports: names, slice, trace, memory, last: kinds } });
  const shared = type?.shared ? memory : undefined;
  const ran = { module, file, args, shared };
  const lasting = (target: Target, names: readonly Last[]) => Object.fromEntries(names.map((name) => [name, afterwards(owner, target, name, ran)]));
  owner.shares(shared);
  const asked = {
    trace: { ...owner.methods("trace", ["start"]), ...lasting("trace", ["stop", "read"]) } as Remote<Trace>,
    runtime: owner.methods("runtime", methodsOf(Runtime)) as Remote<Runtime>,
    pprof: {
      ...owner.methods("pprof", methodsOf(Pprof)) as Remote<Omit<Pprof, "fetch">>, ...lasting("pprof", ["kinds", "stopCPUProfile"]), fetch: fetcher(owner, ran),
    },
  };
  const readers = shared ? (await import("./outside.ts")).fromOutside(asked, { memory: shared, module, file, args, platform, owner }) : asked;
  return {
    ...readers,
    exports: owner.methods("exports", exports.map((e) => e.name).filter((name) => name !== "main")) as E,
    memory: memory ?? null,
    run: () => owner.call("run", "run", []) as Promise<void>,
    close: () => owner.close(new ClosedError("the program was closed")),
  };
}

/** Asks the worker, and when the program has ended, what is left of it. */
function afterwards(owner: Owner, target: Target, name: Last, ran: Ran) {
  return (...args: unknown[]) => owner.call(target, name, args).catch(async (error: unknown) => {
    const left = owner.ended && await leftOf(owner, ran);
    if (!left) throw error;
    const { answer } = await import("./left.ts");
    return answer(name, left, ran);
  });
}

/** Returns what is left of a program that has ended, null if nobody has said it and no memory does. */
async function leftOf(owner: Owner, { shared }: Ran): Promise<Left | null> {
  const left = await owner.left();
  return left || !shared ? left : (await import("./left.ts")).leaveIn(shared);
}

/** Passes a request on: what goes wrong on the way is a response too. */
function fetcher(owner: Owner, ran: Ran): Pprof["fetch"] {
  return async ({ url, method, signal }) => {
    try {
      const { body, ...init } = await owner.call("pprof", "fetch", [{ url, method, signal }]) as ResponseData;
      return new Response(body, init);
    } catch (error) {
      if (!owner.ended) return failure(error);
      const left = await leftOf(owner, ran);
      return (await import("./left.ts")).serveLeft({ url, method }, error, left, ran);
    }
  };
}

function methodsOf(Class: { readonly prototype: object }): string[] {
  return Object.getOwnPropertyNames(Class.prototype).filter((name) => name !== "constructor");
}

function importNames(imports: Imports): Record<string, string[]> {
  const names: Record<string, string[]> = {};
  for (const [module, members] of Object.entries(imports)) {
    names[module] = Object.keys(members);
    const other = names[module]!.find((name) => typeof members[name] !== "function");
    if (other) throw new ImportError(`import ${module}.${other}: only functions cross to a worker`);
  }
  return names;
}

/** The owner's side of the channel. */
class Owner {
  readonly #port: WorkerPort;
  readonly #options: LoadOptions;
  readonly #platform: Platform;
  readonly #outputs: Outputs;
  readonly #taken: Parting["taken"];
  readonly #calls = new Map<number, Outstanding>();
  readonly #hostCalls = new Map<number, AbortController>();
  #lastCall = 0;
  #orders = 0;
  /** While the worker does not hold the event loop: how to no longer hear of that loop's end. */
  #cancelIdle: (() => void) | null = null;
  #ended: Error | null = null;
  readonly #ending = new AbortController();
  #left: Left | null | Promise<Left | null> = null;
  /** Whether its owner has begun a trace or a CPU profile: what there is of them, the worker is asked for when it is closed. */
  #begun = false;
  /** Is told what a worker has left that was asked to end. */
  #parted: ((left: Left | null) => void) | null = null;
  #shared: WebAssembly.Memory | undefined;
  #release = () => {};

  constructor(port: WorkerPort, options: LoadOptions, platform: Platform, outputs: Outputs, taken: Parting["taken"]) {
    this.#port = port;
    this.#options = options;
    this.#platform = platform;
    this.#outputs = outputs;
    this.#taken = taken;
  }

  /** Sends the program; call 0 is the answer to that. */
  load(order: Order): Promise<unknown> {
    const { signal } = this.#options;
    const loaded = new Promise((resolve, reject) => {
      this.#calls.set(0, { what: "load()", resolve, reject });
      this.#port.listen((data) => this.#take(data as Report), (error) => this.end(error, true));
    });
    if (signal) this.#release = onAbort(signal, () => this.#abort(signal.reason)); // at once, if it was while the worker was made
    try {
      if (!this.#ended) this.#post(order);
    } catch (error) {
      this.end(error as Error, true);
    }
    return loaded;
  }

  #post(order: Order): void {
    this.#port.post(order); // which throws if the order cannot be cloned
    this.#orders++;
    this.#hold(true);
  }

  /** A worker in which only an order can wake the program does not hold the event loop, whose end is then a deadlock. */
  #hold(on: boolean): void {
    if (!this.#port.hold || on === !this.#cancelIdle) return;
    this.#port.hold(on);
    this.#cancelIdle?.();
    this.#cancelIdle = on ? null : this.#platform.onIdleEnd(() => this.#post({ op: "idle" }));
  }

  #abort(reason: unknown): void {
    this.close(reason instanceof Error ? reason : new ClosedError(String(reason)));
  }

  methods(target: Target, names: readonly string[]): Record<string, (...args: unknown[]) => Promise<unknown>> {
    const methods = Object.create(null);
    for (const name of names) methods[name] = (...args: unknown[]) => this.call(target, name, args);
    return Object.freeze(methods);
  }

  /** Calls something in the worker. A signal among the options stays here; that it is aborted crosses. */
  call(target: Target, name: string, args: readonly unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const what = `${name}()`;
      this.alive(what);
      this.#begun ||= name === "start" && target === "trace" || name === "startCPUProfile";
      const id = ++this.#lastCall;
      const { signal, sent, signalled } = target === "pprof" ? withoutSignal(args) : { sent: args };
      signal?.throwIfAborted();
      this.#post({ op: "call", id, target, name, args: sent, signalled });
      const release = signal && onAbort(signal, () => {
        reject(signal.reason);
        this.#post({ op: "abort", id, error: encodeError(signal.reason) });
      });
      this.#calls.set(id, { what, release, resolve, reject });
    });
  }

  /** Whether nothing comes of the worker any more. */
  get ended(): boolean {
    return this.#ended !== null;
  }

  /** Is aborted when the program ends, with the reason. */
  get ending(): AbortSignal {
    return this.#ending.signal;
  }

  /** How many orders the worker has been sent. */
  get orders(): number {
    return this.#orders;
  }

  /** Tells in which memory its end is to be seen. */
  shares(memory: WebAssembly.Memory | undefined): void {
    this.#shared = memory;
    if (this.#ended) this.#sayEnded();
  }

  /** Who reads the memory alone would take what a stopped worker has left for a program that computes. */
  #sayEnded(): void {
    if (this.#shared) Atomics.store(new Int32Array(this.#shared.buffer, WORLD), WORLD_ENDED >> 2, 1);
  }

  /** What the worker has said last; null if it was stopped before it could. */
  left(): Left | null | Promise<Left | null> {
    if (this.#parted) this.#port.hold?.(true); // somebody waits
    return this.#left;
  }

  /** Has the worker say what is left, as soon as it takes orders; stops it then, or when it has taken none for PARTING. */
  #part(): Promise<Left | null> {
    this.#port.post({ op: "close" });
    this.#port.hold?.(false);
    return new Promise((resolve) => {
      const cancel = this.#platform.meanwhile(PARTING, () => this.#parted!(null));
      this.#parted = (left) => {
        this.#parted = null;
        cancel();
        this.#port.terminate();
        resolve(left);
      };
    });
  }

  /** Throws what has ended the program, if it has. */
  alive(what: string): void {
    if (this.#ended) throw endedError(what, this.#ended);
  }

  #take(report: Report): void {
    if (this.#ended) return report.op === "ended" ? this.#parted?.(report.left) : undefined;
    switch (report.op) {
      case "loaded":
        this.#begun ||= Boolean(this.#options.trace);
        return this.#settle(0).resolve(undefined);
      case "refused": return this.end(decodeError(report.error), true);
      case "reply": return this.#settle(report.id).resolve(report.value);
      case "failure": return this.#settle(report.id).reject(decodeError(report.error));
      case "host": return void this.#hostCall(report);
      case "abort": return this.#hostCalls.get(report.id)?.abort(decodeError(report.error));
      case "write": return this.#outputs.write(report.fd, report.bytes);
      case "quiet": return report.orders === this.#orders ? this.#hold(false) : undefined;
      case "ended":
        this.#left = report.left;
        return this.end(decodeError(report.error), false, report.left.profiles);
    }
  }

  #settle(id: number): Outstanding {
    const call = this.#calls.get(id)!;
    this.#calls.delete(id);
    call.release?.();
    return call;
  }

  async #hostCall({ id, module, name, args, abortable }: Report & { op: "host" }): Promise<void> {
    let answer: Order;
    const call = new AbortController();
    if (abortable) this.#hostCalls.set(id, call);
    try {
      const all = abortable ? [...args, call.signal] : args;
      const value = await (this.#options.imports![module]![name] as Function)(...all);
      if (!id) return;
      answer = { op: "settle", id, value };
    } catch (thrown) {
      if (!id) return this.#hostFailed(`host function ${module}.${name}`, thrown);
      answer = { op: "fail", id, error: encodeError(thrown) };
    } finally {
      this.#hostCalls.delete(id);
    }
    if (!this.#ended) this.#post(answer);
  }

  /** The program has gone on long since: all that is left is to stop it. */
  #hostFailed(what: string, cause: unknown): void {
    this.close(new Error(`${what} threw: ${messageOf(cause)}`, { cause }));
  }

  /** Ends the program; what waits rejects with `error` as it is. */
  close(error: Error): void {
    if (this.#ended) return;
    if (this.#begun && !this.#shared) this.#left = this.#part();
    this.end(error, true);
  }

  /** Stops for good; `verbatim` is what each call that waits rejects with as it is. */
  end(error: Error, verbatim: boolean, profiles: readonly Answer[] | null = null): void {
    if (this.#ended) return;
    this.#ended = error;
    this.#release();
    this.#cancelIdle?.();
    if (!this.#parted) this.#port.terminate();
    this.#sayEnded();
    for (const { what, release, reject } of this.#calls.values()) {
      release?.();
      reject(verbatim ? error : endedError(what, error));
    }
    this.#calls.clear();
    for (const call of this.#hostCalls.values()) call.abort(error);
    this.#ending.abort(error);
    this.#outputs.end();
    this.#taken(profiles);
  }
}

function withoutSignal(args: readonly unknown[]): { signal?: AbortSignal; signalled?: number; sent: unknown[] } {
  let found: { signal: AbortSignal; signalled: number } | undefined;
  const sent = args.map((arg, i) => {
    if (typeof arg !== "object" || arg === null || !("signal" in arg)) return arg;
    const { signal, ...rest } = arg as { signal?: AbortSignal };
    if (signal) found = { signal, signalled: i };
    return rest;
  });
  return { ...found, sent };
}
