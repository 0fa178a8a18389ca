// SPDX-License-Identifier: MIT
// Code that cannot park, compiled by plain asc as well as with the transform: imports nothing.

export function fib(n: i32): i32 {
  return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

/** Calls fib(k) so many times; the sum, so that none is dropped. */
export function fibs(k: i32, times: i32): i32 {
  let sum = 0;
  for (let i = 0; i < times; i++) sum += fib(k);
  return sum;
}
