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

type Functions = Record<string, (...args: number[]) => number>;

/** Runs the command to its end. */
export function runInProcess(wasm: Uint8Array<ArrayBuffer>, args: readonly string[] = [], env: Record<string, string> = {}): InProcess {
  const dir = mkdtempSync(join(tmpdir(), "gopark-wasi-"));
  const file = join(dir, "output");
  const fd = openSync(file, "a");
  const wasi = new WASI({ version: "preview1", args: ["app.wasm", ...args], env, preopens: { ".": dir }, stdout: fd, stderr: fd });
  const calls = new Map<string, number>();
  const functions: Functions = {};
  for (const [name, f] of Object.entries((wasi.getImportObject() as Record<string, Functions>).wasi_snapshot_preview1!)) {
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
