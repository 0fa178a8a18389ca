// SPDX-License-Identifier: MIT
/**
 * Runs a WASI command in this process, under node:wasi: to count what it asks of WASI, and to
 * write a core dump as wasmtime does when it traps.
 *
 * @module
 */
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WASI } from "node:wasi";

export interface InProcess {
  readonly output: string;
  readonly trap: string;
  readonly memory: WebAssembly.Memory;
  /** Calls of each WASI function. */
  readonly calls: ReadonlyMap<string, number>;
}

type Functions = Record<string, (...args: any[]) => number>;

/** Functions of WASI that are to be called instead of node:wasi's; they find the command's memory when they are called. */
type Instead = (memory: () => WebAssembly.Memory) => Functions;

/** Runs the command to its end. */
export function runInProcess(
  wasm: Uint8Array<ArrayBuffer>, args: readonly string[] = [], env: Record<string, string> = {}, instead: Instead = () => ({}),
): InProcess {
  const dir = mkdtempSync(join(tmpdir(), "gopark-wasi-"));
  const file = join(dir, "output");
  const fd = openSync(file, "a");
  const wasi = new WASI({ version: "preview1", args: ["app.wasm", ...args], env, preopens: { ".": dir }, stdout: fd, stderr: fd });
  const calls = new Map<string, number>();
  const functions: Functions = {};
  const own = (wasi.getImportObject() as Record<string, Functions>).wasi_snapshot_preview1!;
  for (const [name, f] of Object.entries({ ...own, ...instead(() => instance.exports.memory as WebAssembly.Memory) })) {
    functions[name] = (...args) => {
      calls.set(name, (calls.get(name) ?? 0) + 1);
      return f(...args);
    };
  }
  const instance = new WebAssembly.Instance(new WebAssembly.Module(wasm), { wasi_snapshot_preview1: functions });
  let trap = "";
  try {
    wasi.start(instance);
  } catch (error) {
    trap = String(error);
  }
  closeSync(fd);
  const output = readFileSync(file, "utf8");
  rmSync(dir, { recursive: true });
  return { output, trap, memory: instance.exports.memory as WebAssembly.Memory, calls };
}

const CLOCK = 0; // a kind of what is waited for
const SUBSCRIPTION = 48; // bytes
const BADF = 8;

/** A clock that moves when somebody waits for it, or reads it; and standard input, which has one line, after a while. Nanoseconds. */
export class MockClock {
  now = 1_000_000_000_000n;
  readonly #tick: bigint;
  readonly #inputAt: bigint;
  #read = false;

  /** `tick`: what a reading takes. */
  constructor({ tick = 1000n, inputAfter = 0n } = {}) {
    this.#tick = tick;
    this.#inputAt = this.now + inputAfter;
  }

  /** What a command is to be run with. */
  readonly instead: Instead = (memory) => {
    const view = () => new DataView(memory().buffer);
    return {
      clock_time_get: (_id, _precision, at) => (view().setBigUint64(at, (this.now += this.#tick), true), 0),
      poll_oneoff: (subscriptions, events, n, nevents) => this.#poll(view(), { subscriptions, events, n, nevents }),
      fd_read: (fd, iovs, _n, nread) => (fd === 0 ? this.#line(view(), iovs, nread) : BADF),
    };
  };

  #poll(view: DataView, { subscriptions, events, n, nevents }: Record<"subscriptions" | "events" | "n" | "nevents", number>): number {
    const wanted = Array.from({ length: n }, (_, i) => {
      const at = subscriptions + i * SUBSCRIPTION;
      const kind = view.getUint8(at + 8);
      return { kind, when: kind === CLOCK ? this.now + view.getBigUint64(at + 24, true) : this.#inputAt };
    });
    const first = wanted.reduce((a, b) => (b.when < a.when ? b : a));
    if (first.when > this.now) this.now = first.when;
    view.setUint8(events + 10, first.kind);
    view.setUint32(nevents, 1, true);
    return 0;
  }

  #line(view: DataView, iovs: number, nread: number): number {
    const line = this.#read ? "" : "input\n";
    this.#read = true;
    new TextEncoder().encodeInto(line, new Uint8Array(view.buffer, view.getUint32(iovs, true)));
    view.setUint32(nread, line.length, true);
    return 0;
  }
}

const PAGE = 65536;
const BLOCK = 4096;

/** Writes a core dump of a memory: what is not zero, in segments. */
export function writeCore(memory: ArrayBuffer): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(memory);
  const segments: number[][] = [];
  for (let at = 0; at < bytes.length; at += BLOCK) {
    const block = bytes.subarray(at, at + BLOCK);
    if (block.some((b) => b !== 0)) segments.push([0, 0x41, ...sleb(at), 0x0b, ...vector([...block])]);
  }
  const text = (s: string) => vector([...new TextEncoder().encode(s)]);
  const section = (id: number, body: number[]) => [id, ...vector(body)];
  return Uint8Array.from([
    0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
    ...section(0, [...text("core"), 0, ...text("app.wasm")]),
    ...section(5, [1, 0, ...leb(bytes.length / PAGE)]),
    ...section(11, [...leb(segments.length), ...segments.flat()]),
    ...section(0, [...text("corestack"), 0, ...text("main"), 1, 0, 0, ...leb(9999), 0, 2, 0x01, 0x7d, 1, 2, 3, 4, 0]),
  ]);
}

function vector(body: number[]): number[] {
  return [...leb(body.length), ...body];
}

function leb(n: number): number[] {
  return n < 128 ? [n] : [(n & 127) | 128, ...leb(Math.floor(n / 128))];
}

function sleb(n: number): number[] {
  return n < 64 ? [n] : [(n & 127) | 128, ...sleb(n >> 7)];
}
