// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import binaryen from "assemblyscript/binaryen";
import * as layout from "../../host/abi/layout.ts";
import { messageOf, trapCode } from "../../host/instance/trap.ts";

const WAT = `(module
  (memory 1) (table 1 funcref) (type $v (func))
  (func (export "unreachable") (unreachable))
  (func (export "memory") (drop (i32.load (i32.const -8))))
  (func (export "divide") (param i32) (drop (i32.div_s (i32.const 1) (local.get 0))))
  (func (export "remainder") (param i32) (drop (i32.rem_u (i32.const 1) (local.get 0))))
  (func (export "overflow") (param i32) (drop (i32.div_s (i32.const 0x80000000) (i32.sub (local.get 0) (i32.const 1)))))
  (func (export "truncate") (drop (i32.trunc_f64_s (f64.const 1e99))))
  (func (export "table") (call_indirect (type $v) (i32.const 9)))
  (func (export "null") (call_indirect (type $v) (i32.const 0)))
  (func $r (export "recurse") (call $r) (call $r)))`;

test("trap: this engine's traps are told apart", () => {
  const module = binaryen.parseText(WAT);
  const exports = new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array(module.emitBinary()))).exports;
  const tests = {
    unreachable: layout.TRAP_UNREACHABLE, memory: layout.TRAP_MEMORY, divide: layout.TRAP_DIVIDE,
    remainder: layout.TRAP_DIVIDE, overflow: layout.TRAP_OVERFLOW, truncate: layout.TRAP_OVERFLOW,
    table: layout.TRAP_TABLE, null: layout.TRAP_TABLE, recurse: layout.TRAP_STACK,
  };
  for (const [name, want] of Object.entries(tests)) {
    assert.equal(trapCode(thrownBy(exports[name] as (n: number) => void)), want, name);
  }
});

test("trap: the words of other engines", () => {
  const tests: [string, number][] = [
    ["unreachable executed", layout.TRAP_UNREACHABLE],
    ["Unreachable code should not be executed", layout.TRAP_UNREACHABLE],
    ["index out of bounds", layout.TRAP_MEMORY],
    ["Out of bounds memory access", layout.TRAP_MEMORY],
    ["table index out of bounds", layout.TRAP_TABLE],
    ["Out of bounds call_indirect", layout.TRAP_TABLE],
    ["indirect call signature mismatch", layout.TRAP_TABLE],
    ["call_indirect to a signature that does not match", layout.TRAP_TABLE],
    ["integer divide by zero", layout.TRAP_DIVIDE],
    ["Division by zero", layout.TRAP_DIVIDE],
    ["integer overflow", layout.TRAP_OVERFLOW],
    ["Out of bounds Trunc operation", layout.TRAP_OVERFLOW],
    ["invalid conversion to integer", layout.TRAP_OVERFLOW],
    ["something new", layout.TRAP_OTHER],
  ];
  for (const [message, want] of tests) {
    assert.equal(trapCode(new WebAssembly.RuntimeError(message)), want, message);
  }
  assert.equal(trapCode(Object.assign(new Error("too much recursion"), { name: "InternalError" })), layout.TRAP_STACK);
});

test("trap: what a host function throws is its own, whatever it says", () => {
  assert.equal(trapCode(new Error("unreachable")), layout.TRAP_HOST);
  assert.equal(trapCode("text"), layout.TRAP_HOST);
  assert.equal(messageOf(null), "null");
  assert.equal(messageOf(new TypeError("")), "TypeError");
  assert.equal(messageOf({ toString() { throw new Error(); } }), "an error that has no text");
});

function thrownBy(f: (n: number) => void): unknown {
  try {
    f(0);
  } catch (thrown) {
    return thrown;
  }
  throw new Error("did not trap");
}
