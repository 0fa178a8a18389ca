// SPDX-License-Identifier: MIT
/**
 * Base of the row plain-fib: guest/fib.ts as plain asc compiles it, timed from outside.
 * `node plain.bench.js plain.wasm K TIMES` prints one JSON object.
 *
 * @module
 */
import { readFileSync } from "node:fs";

const [file, ...rest] = process.argv.slice(2);
const [k, times] = rest.map(Number);
const { instance } = await WebAssembly.instantiate(readFileSync(file));
const fibs = instance.exports.fibs as (k: number, times: number) => number;

fibs(k, Math.ceil(times / 4));
const start = performance.now();
fibs(k, times);
console.log(JSON.stringify({ ns: ((performance.now() - start) * 1e6) / times }));
