// SPDX-License-Identifier: MIT
/**
 * Contestant: `node asc.bench.js plain.wasm PROGRAM [N…]` prints one JSON object.
 *
 * Code without goroutines as plain asc compiles it, with its incremental runtime. PROGRAM is an
 * export of guest/plain.ts that returns how many operations it did. It is timed from outside; the
 * detail is the memory's size at the end, which is its largest.
 *
 * @module
 */
import { readFileSync } from "node:fs";

const [file, program, ...rest] = process.argv.slice(2);
const args = rest.map(Number);
const count = args.pop()!;

function abort(): never {
  throw new Error(`${program} aborted`);
}

const { instance } = await WebAssembly.instantiate(readFileSync(file!), { env: { abort } });
const exports = instance.exports as Record<string, (...args: number[]) => number>;
const memory = instance.exports.memory as WebAssembly.Memory;

exports[program!]!(...args, Math.ceil(count / 4));
const start = performance.now();
const ops = exports[program!]!(...args, count);
const ns = ((performance.now() - start) * 1e6) / ops;
console.log(JSON.stringify({ ns, detail: memory.buffer.byteLength }));
