// SPDX-License-Identifier: MIT
// The program that specs are linked into: host/cli/spec.ts runs it once to list the tests, then once for each.

import { Case, cases, Group } from "./suite";

/** The number of the test to run; -1: none, list them. */
// @ts-ignore: decorator
@external("gopark/test", "chosen")
declare function chosen(): i32;

/** Tells of a test: the names of its groups and its own, its SPEC_ kind, the line that it must die with. */
// @ts-ignore: decorator
@external("gopark/test", "found")
declare function found(path: string[], kind: i32, line: string): void;

export function main(): void {
  const i = chosen();
  if (i >= 0) return run(cases[i]);
  for (let k = 0; k < cases.length; ++k) found(pathof(cases[k]), cases[k].kind, cases[k].line);
}

function pathof(c: Case): string[] {
  const path = [c.name];
  let g = c.group;
  while (g.outer) {
    path.unshift(g.name);
    g = g.outer!;
  }
  return path;
}

/** May park. */
function run(c: Case): void {
  before(c.group);
  c.fn();
  let g: Group | null = c.group;
  while (g) {
    for (let i = 0; i < g.after.length; ++i) g.after[i]();
    g = g.outer;
  }
}

function before(g: Group): void {
  if (g.outer) before(g.outer!);
  for (let i = 0; i < g.before.length; ++i) g.before[i]();
}

/** Calls a function for panicOf. */
export function gopark_spec_call(fn: usize): void {
  changetype<() => void>(fn)();
}
