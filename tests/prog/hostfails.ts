// SPDX-License-Identifier: MIT
// A rejected promise and a host function that throws end the program with their message.
// Cases: rejected rejectedWithLines rejectedInGoroutine rejectedWithText rejectedWithNothing threw wrongResult
// Cases: plainThrew plainThrewLines plainPromise neverSettles timerKeepsAlive
import { Chan, WaitGroup, go, println, time } from "gopark/assembly";

@external("test", "pick") declare function pick(): string;
@blocking @external("test", "fail") declare function fail(message: string): i32;
@blocking @external("test", "failText") declare function failText(message: string): string;
@blocking @external("test", "failNothing") declare function failNothing(): void;
@blocking @external("test", "throws") declare function throws(message: string): i32;
@blocking @external("test", "wrong") declare function wrong(): i32[];
@blocking @external("test", "later") declare function later(ms: i32): void;
@external("test", "plainThrows") declare function plainThrows(message: string): void;
@external("test", "plainPromise") declare function plainReturnsPromise(): i32;

const wg = new WaitGroup();

function rejected(): void {
  println(`${fail("no such file: x.txt")}`);
}

function rejectedWithLines(): void {
  failText("two\nlines");
}

function rejectedInGoroutine(): void {
  wg.go(rejected);
  wg.wait();
}

function rejectedWithText(): void {
  failText("only text");
}

function rejectedWithNothing(): void {
  failNothing();
}

function threw(): void {
  throws("thrown at once");
}

function wrongResult(): void {
  wrong();
}

function plainThrew(): void {
  plainThrows("from the host");
}

function plainThrewLines(): void {
  plainThrows("two\nlines");
}

function plainPromise(): void {
  plainReturnsPromise();
}

/** Nothing else is pending on the host, so this is a deadlock of main while a host call is out. */
function neverSettles(): void {
  const c = new Chan<i32>();
  go((c: Chan<i32>): void => {
    later(1);
    println("the call came back, main still waits");
  }, c);
  c.recv();
}

function timerKeepsAlive(): void {
  const c = new Chan<i32>();
  time.afterFunc(2 * time.Millisecond, (c: Chan<i32>): void => {
    println("the timer wakes main");
    c.send(1);
  }, c);
  c.recv();
}

export function main(): void {
  const name = pick();
  if (name == "rejected") rejected();
  if (name == "rejectedWithLines") rejectedWithLines();
  if (name == "rejectedInGoroutine") rejectedInGoroutine();
  if (name == "rejectedWithText") rejectedWithText();
  if (name == "rejectedWithNothing") rejectedWithNothing();
  if (name == "threw") threw();
  if (name == "wrongResult") wrongResult();
  if (name == "plainThrew") plainThrew();
  if (name == "plainThrewLines") plainThrewLines();
  if (name == "plainPromise") plainPromise();
  if (name == "neverSettles") neverSettles();
  if (name == "timerKeepsAlive") timerKeepsAlive();
  println("main returns");
}
