// SPDX-License-Identifier: MIT
// What a spec registers: groups, and tests in the order of the file.
//
// Each test runs in an instance of its own, in which the module level runs anew and registers everything once
// more. So a test is known by its number, and what one leaves behind no other finds.

import { SPEC_DIES, SPEC_TEST, SPEC_TODO } from "../shared/status";

/** A describe(…). */
export class Group {
  readonly before: (() => void)[] = [];
  readonly after: (() => void)[] = [];

  constructor(public outer: Group | null, public name: string) {}
}

/** An it(…). */
export class Case {
  constructor(public group: Group, public name: string, public kind: i32, public fn: () => void, public line: string) {}
}

export const cases: Case[] = [];
let group = new Group(null, "");

/** Names a group of tests, which fn registers. Groups may lie in groups. */
export function describe(name: string, fn: () => void): void {
  const outer = group;
  group = new Group(outer, name);
  fn();
  group = outer;
}

/** Registers a test. It is goroutine 1 of a program of its own, which ends when fn returns; so it may park, and start others. */
export function it(name: string, fn: () => void): void {
  cases.push(new Case(group, name, SPEC_TEST, fn, ""));
}

/** The same as it. */
export function test(name: string, fn: () => void): void {
  it(name, fn);
}

/** Registers a test that must die: of a panic, a deadlock, a trap. `line`, if it is not empty, must be a line of what it prints. */
export function itThrows(name: string, fn: () => void, line: string = ""): void {
  cases.push(new Case(group, name, SPEC_DIES, fn, line));
}

/** The same as itThrows. */
export function throws(name: string, fn: () => void, line: string = ""): void {
  itThrows(name, fn, line);
}

/** Names a test that is not run. */
export function xit(name: string, fn: () => void): void {
  todo(name);
}

/** The same as xit. */
export function xtest(name: string, fn: () => void): void {
  todo(name);
}

/** Names a test that nobody has written yet. */
export function todo(name: string): void {
  cases.push(new Case(group, name, SPEC_TODO, () => {}, ""));
}

/** Has fn called before each test of this group and those in it, on the test's goroutine; outer ones first. */
export function beforeEach(fn: () => void): void {
  group.before.push(fn);
}

/** Has fn called behind each test of this group and those in it that has not died; inner ones first. */
export function afterEach(fn: () => void): void {
  group.after.push(fn);
}
