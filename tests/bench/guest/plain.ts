// SPDX-License-Identifier: MIT
// What plain asc compiles, with its incremental runtime: no goroutines. Each returns its operations.
import { fibs } from "./fib";

export { trees, objects, mixed, arrays, strings, maps, lists } from "./alloc";

let sink = 0;

export function fib(k: i32, times: i32): i32 {
  sink += fibs(k, times);
  return times;
}
