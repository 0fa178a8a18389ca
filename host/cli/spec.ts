// SPDX-License-Identifier: MIT
/**
 * Compiles specs and runs their tests, each as goroutine 1 of an instance of its own.
 *
 * The words (describe, it, expect) are assembly/test/; the program around them is assembly/test/main.ts, which
 * lists its tests or runs the one that was chosen.
 *
 * @module
 */
import { resolve } from "node:path";
import { ImportError, ProgramError } from "../abi/errors.ts";
import type { Imports } from "../abi/imports.ts";
import { SPEC_DIES, SPEC_TODO } from "../abi/layout.ts";
import { hostCalls } from "../adapter/files.ts";
import type { App } from "../instance/app.ts";
import { load } from "../instance/instantiate.ts";
import { compile, type Target } from "./compile.ts";
import { Stage } from "./stage.ts";

const LIST = -1;

type Found = (path: string[], kind: number, line: string) => void;

/** A test of a spec. */
export interface Test {
  readonly index: number;
  /** The names of its groups, then its own. */
  readonly path: readonly string[];
  readonly kind: number;
  /** One that must die does so with this line, if it is not empty. */
  readonly line: string;
}

/** How a test went. */
export interface Result {
  /** What is wrong; null: nothing. */
  readonly failure: string | null;
  readonly output: string;
}

export interface SpecOptions {
  /** For what the program draws: which case of a select, whose turn it is. */
  readonly seed: number;
  /** Real milliseconds for a test, host calls included. */
  readonly timeout: number;
  /** More functions for the specs, beside module host's. */
  readonly imports?: (stage: Stage) => Imports;
}

/** Compiles specs into one module; null when asc has reported errors. */
export async function buildSpec(files: readonly string[], target: Target, flags: readonly string[] = []): Promise<WebAssembly.Module | null> {
  const [first, ...more] = files;
  const out = resolve(first!.replace(/\.ts$/, ".wasm"));
  const outputs = await compile(first!, out, target, ["--runtime", "gopark-test", ...more, ...flags]);
  return outputs && WebAssembly.compile(outputs.get(out) as Uint8Array<ArrayBuffer>);
}

/** The tests of a module. */
export class Spec {
  readonly #module: WebAssembly.Module;
  readonly #name: string;
  readonly #options: SpecOptions;

  constructor(module: WebAssembly.Module, name: string, options: SpecOptions) {
    this.#module = module;
    this.#name = name;
    this.#options = options;
  }

  /** Lists them. Rejects when the module level dies, or wants what is not there. */
  async list(): Promise<Test[]> {
    const tests: Test[] = [];
    const found: Found = (path, kind, line) => void tests.push({ index: tests.length, path, kind, line });
    const stage = new Stage(this.#options);
    try {
      await this.#start(stage, LIST, found);
    } catch (error) {
      if (error instanceof ImportError) throw new Error(`${error.message} of load(); gopark test has module "host" only`);
      throw error instanceof ProgramError ? new Error(stage.output.trimEnd() || error.message) : error;
    }
    return tests;
  }

  /** Runs one. */
  async run({ index, kind, line }: Test): Promise<Result> {
    const stage = new Stage(this.#options);
    const death = await this.#start(stage, index).then(() => null, (error: Error) => error);
    const { output } = stage;
    if (stage.stacks !== null) return { failure: `${stage.late}\n\n${stage.stacks}`.trimEnd(), output: "" };
    if (death && !(death instanceof ProgramError)) return { failure: death.message, output };
    if (kind !== SPEC_DIES) return { failure: death && (output.trimEnd() || death.message), output: death ? "" : output };
    if (!death) return { failure: "it came back, and was to die", output };
    const met = !line || output.split("\n").includes(line);
    return met ? { failure: null, output: "" } : { failure: `it was to die with "${line}":\n${output.trimEnd()}`, output: "" };
  }

  async #start(stage: Stage, chosen: number, found: Found = () => {}): Promise<void> {
    const { imports, timeout } = this.#options;
    const own = { chosen: () => chosen, found, attempt: (fn: number) => stage.attempt(fn) };
    const gopark = { nanotime: () => stage.time() };
    const stop = new AbortController();
    let app: App | null = null;
    const timer = setTimeout(() => {
      stage.stacks = app?.runtime.stack() ?? "";
      stop.abort(new Error(stage.late));
    }, timeout);
    timer.unref();
    try {
      app = await load(this.#module, {
        name: this.#name, stdout: stage.write, stderr: stage.write, signal: stop.signal,
        onExit: () => void (stage.expired && (stage.stacks = app?.runtime.stack() ?? "")),
        imports: { host: hostCalls, ...imports?.(stage), "gopark/test": own, gopark },
      }, stage.platform, () => {}, stage.Door);
      await app.run();
    } finally {
      clearTimeout(timer);
      app?.close();
    }
  }
}

/** Whether a test is only named. */
export function isTodo({ kind }: Test): boolean {
  return kind === SPEC_TODO;
}
