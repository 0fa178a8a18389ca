// SPDX-License-Identifier: MIT
/**
 * Compiles the specs of tests/assembly and runs each of their tests as a goroutine.
 *
 * as-pect is used as a library: its assembly gives describe, it and expect, its TestContext
 * collects them and reads the values that an expectation reports. Running is ours, for tests
 * must be able to park: a test is started as an export call is, in a fresh instance, and its
 * scheduler is driven right here. Time is a number that jumps when nothing is runnable.
 *
 * @module
 */
import { readdirSync } from "node:fs";
import { resolve } from "node:path";
import { EmptyReporter, TestContext, TestNode } from "@as-pect/core";
import type { GuestExports } from "../../host/abi/exports.ts";
import { M0, M_CURG, M_TSP, SCHED_IDLE } from "../../host/abi/layout.ts";
import { compile, type Target } from "../../host/cli/compile.ts";

const DIR = "tests/assembly";
const ASPECT = "node_modules/@as-pect/assembly/assembly/index.ts";
const STRING_ID = 2;
const GROUP = 1; // as-pect's TestNodeType.Group
const CALLID = 1;
const SLICE = 1e9;
const LONGEST = 1e5; // returns of the scheduler, for a test that does not end

interface SpecExports extends GuestExports {
  __call(fn: number): void;
  spec_revive(): void;
}

/** What exit() throws: the test has died. */
class Death extends Error {
  override name = "Death";
}

/** Compiles the specs of those names, or all, into one module. */
export async function buildSpecs(target: Target, wanted?: readonly string[]): Promise<WebAssembly.Module> {
  const specs = readdirSync(DIR).filter((name) => name.endsWith(".spec.ts"));
  const chosen = specs.filter((name) => wanted?.includes(name.slice(0, -".spec.ts".length)) ?? true);
  const out = resolve(DIR, `${target}.wasm`);
  const files = [ASPECT, ...chosen.map((name) => `${DIR}/${name}`)];
  const outputs = await compile(`${DIR}/runner.ts`, out, target, files);
  if (!outputs) throw new Error("the specs do not compile");
  return WebAssembly.compile(outputs.get(out) as Uint8Array<ArrayBuffer>);
}

/** Collects the tests of a module and runs them, one instance each. */
export class Specs extends TestContext {
  readonly #module: WebAssembly.Module;
  readonly #callId: number;
  readonly #seed: number;
  #guest!: SpecExports;
  #random = 0;
  #now = 0;
  #finished = false;
  #output = "";
  readonly #finalized = new Map<number, number>();

  constructor(module: WebAssembly.Module, seed: number) {
    super({ reporter: new EmptyReporter() });
    this.#module = module;
    this.#seed = seed;
    const [abi] = WebAssembly.Module.customSections(module, "gopark.abi");
    const { exports } = JSON.parse(new TextDecoder().decode(abi)) as { exports: { name: string; id: number }[] };
    this.#callId = exports.find((e) => e.name === "__call")!.id;
  }

  /** Runs the bodies of describe(…), which only register; returns the root of what they did. */
  collect(): TestNode {
    this.#start(this.rootNode);
    const visit = (node: TestNode) => {
      for (const group of node.children.filter((child) => child.type === GROUP)) {
        this.targetNode = group;
        this.#guest.__call(group.callback);
        visit(group);
      }
    };
    visit(this.rootNode);
    return this.rootNode;
  }

  /** Runs one test. Throws what is wrong. */
  runTest(node: TestNode): void {
    this.#start(new TestNode()); // registers everything once more, for nobody
    this.actual = this.expected = null;
    this.targetNode = node;
    const failure = this.#failureOf(() => this.#drive(node.callback));
    if (node.negated) return expectDeath(failure, node.message ?? "");
    if (failure) throw failure;
    if (node.errors.length) throw new Error(node.errors[0]!.message);
  }

  #start(target: TestNode): void {
    this.targetNode = target;
    this.#random = this.#seed;
    this.#now = 1e9;
    this.#output = "";
    this.#finished = false;
    this.#finalized.clear();
    const { exports } = new WebAssembly.Instance(this.#module, this.#imports());
    this.#guest = exports as unknown as SpecExports;
    this.#guest._initialize();
  }

  /** Runs goroutines until the test's has ended. */
  #drive(fn: number): void {
    const guest = this.#guest;
    const args = guest.gopark_newcall(this.#callId, CALLID, 0);
    this.#view().setUint32(args, fn, true);
    for (let i = 0; !this.#finished; i++) {
      if (i > LONGEST) throw new Error("the test does not end");
      if (guest.gopark_schedule(SLICE) !== SCHED_IDLE || this.#finished) continue;
      const deadline = guest.gopark_deadline();
      if (deadline < 0) guest.gopark_deadlock();
      this.#now = deadline;
    }
  }

  #failureOf(f: () => void): Error | null {
    try {
      f();
      return null;
    } catch (thrown) {
      if (!(thrown instanceof Death)) throw thrown;
      return this.#describe(thrown);
    }
  }

  #describe({ message }: Death): Error {
    const show = (value: typeof this.actual) => value!.stringify({ maxLineLength: Infinity });
    const not = this.expected?.negated ? "not " : "";
    const values = this.actual && this.expected
      ? `got ${show(this.actual)}, want ${not}${show(this.expected)}\n`
      : "";
    const error = new Error(values + message);
    error.stack = ""; // it would show this file
    return error;
  }

  #imports(): WebAssembly.Imports {
    const gopark = {
      nanotime: () => this.#now,
      walltime: () => this.#now,
      random: () => this.#rand(),
      write: (_: number, ptr: number, len: number) => void (this.#output += this.#utf8(ptr, len)),
      done: () => void (this.#finished = true),
      abort: () => {
        throw new Error("no test makes host calls");
      },
      exit: () => {
        throw new Death(this.#output);
      },
    };
    const spec = {
      finalize: (id: number) => void this.#finalized.set(id, this.#freed(id) + 1),
      finalized: (id: number) => {
        const n = this.#freed(id);
        this.#finalized.delete(id);
        return n;
      },
      elapse: (ns: number) => void (this.#now += ns),
      panicOf: (fn: number) => this.#newString(this.#panicOf(fn)),
      printed: () => this.#newString(this.#takeOutput()),
    };
    return this.createImports({ gopark, spec }) as WebAssembly.Imports;
  }

  /** Calls fn below the running goroutine. Returns the first line of its death, "" if it came back. */
  #panicOf(fn: number): string {
    const view = this.#view();
    const cells = [M0 + M_TSP, M0 + M_CURG].map((at) => ({ at, value: view.getUint32(at, true) }));
    const before = this.#takeOutput();
    try {
      this.#guest.__call(fn);
      return "";
    } catch (thrown) {
      if (!(thrown instanceof Death)) throw thrown;
      if (/^fatal error: .*\bpark/m.test(thrown.message)) throw thrown; // the test's fault, not what it looks for
      return thrown.message.split("\n", 1)[0]!;
    } finally {
      this.#guest.spec_revive();
      for (const { at, value } of cells) this.#view().setUint32(at, value, true);
      this.#output = before;
    }
  }

  /** as-pect's toThrow. */
  protected override tryCall(fn: number): 1 | 0 {
    return this.#panicOf(fn) ? 0 : 1;
  }

  /** as-pect's own keeps strings by their address, which the collector gives to others. */
  protected override getString(ptr: number, absent: string): string {
    if (!ptr) return absent;
    const len = this.#view().getUint32(ptr - 4, true);
    const chars = new Uint16Array(this.#guest.memory.buffer, ptr, len >>> 1);
    return String.fromCharCode(...chars);
  }

  #freed(id: number): number {
    return this.#finalized.get(id) ?? 0;
  }

  #newString(text: string): number {
    const ptr = this.#guest.__new(text.length * 2, STRING_ID);
    const chars = new Uint16Array(this.#guest.memory.buffer, ptr, text.length);
    for (let i = 0; i < text.length; i++) chars[i] = text.charCodeAt(i);
    return ptr;
  }

  #takeOutput(): string {
    const text = this.#output;
    this.#output = "";
    return text;
  }

  #utf8(ptr: number, len: number): string {
    return new TextDecoder().decode(new Uint8Array(this.#guest.memory.buffer, ptr, len));
  }

  #view(): DataView {
    return new DataView(this.#guest.memory.buffer);
  }

  /** mulberry32: the same numbers for the same SEED. */
  #rand(): number {
    this.#random = (this.#random + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#random ^ (this.#random >>> 15), 1 | this.#random);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }
}

/** A test of itThrows(fact, fn, line) must die with that line. */
function expectDeath(failure: Error | null, line: string): void {
  if (!failure) throw new Error("the test came back alive");
  if (!failure.message.split("\n").includes(line)) throw new Error(`want "${line}", got:\n${failure.message}`);
}
