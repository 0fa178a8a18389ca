// SPDX-License-Identifier: MIT
// What parked.ts has, for asc's own runtime: nobody waits, and the results are the same.
import { Account } from "./prelude";

export function yielded<T>(v: T): T { return v; }
export function relayed<T>(v: T): T { return v; }
export function buffered<T>(v: T): T { return v; }
export function drained<T>(v: T): T { return v; }
export function selected<T>(v: T): T { return v; }
export function locked<T>(v: T): T { return v; }
export function signalled<T>(v: T): T { return v; }
export function slept<T>(v: T): T { return v; }
export function timed<T>(v: T): T { return v; }
export function grouped<T>(v: T): T { return v; }
export function pooled<T>(v: T): T { return v; }
export function cancelled<T>(v: T): T { return v; }
export function hosted<T>(v: T): T { return v; }

export function spread(n: i32, f: (me: Account, k: i32, s: string) => i32, s: string): i32 {
  let sum = 0;
  for (let k = 0; k < n; k++) sum += f(new Account(k), k, s) * (k + 3);
  return sum;
}

export function inOrder(n: i32, f: (me: Account, k: i32, s: string) => i32, s: string): i32 {
  let sum = 0;
  for (let k = 0; k < n; k++) sum = sum * 31 + f(new Account(k), k, s);
  return sum;
}

export function runTasks(n: i32, task: (me: Account) => void): void {
  for (let id = 0; id < n; id++) task(new Account(id));
}
