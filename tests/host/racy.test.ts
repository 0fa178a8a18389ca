// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { AbiError } from "../../host/abi/errors.ts";
import { glance, RacyView } from "../../host/memory/racy.ts";
import { MemoryView } from "../../host/memory/view.ts";

const source = () => ({ buffer: new SharedArrayBuffer(64) });

test("RacyView reads what MemoryView reads, and complains as it does", () => {
  const { buffer } = source();
  new DataView(buffer).setBigInt64(8, -0x0102030405060708n, true);
  new DataView(buffer).setFloat64(16, Math.PI, true);
  const [racy, view] = [new RacyView({ buffer }), new MemoryView({ buffer })];
  for (const read of ["u8", "i32", "u32", "i64", "f64"] as const) {
    for (const at of [8, 11, 16]) assert.equal(racy[read](at), view[read](at), `${read} ${at}`);
    for (const at of [64, -8]) assert.throws(() => racy[read](at), { name: "AbiError" });
  }
});

test("a glance is settled when two readings in a row agree", () => {
  const memory = source();
  let [reads, changes] = [0, 3];
  const seen = glance(memory, (view) => {
    reads++;
    const value = view.u32(8);
    if (changes-- > 0) new MemoryView(memory).setI32(8, value + 1);
    return value;
  });
  assert.deepEqual([seen, reads], [{ value: 3, settled: true }, 5]);
});

test("a glance sees changes of either half of a number", () => {
  for (const value of [1n, 1n << 32n, -1n << 63n]) {
    const memory = source();
    let reads = 0;
    const seen = glance(memory, (view) => {
      const read = view.i64(8);
      if (!reads++) new MemoryView(memory).setI64(8, value);
      return read;
    });
    assert.deepEqual([seen, reads], [{ value, settled: true }, 3]);
  }
});

test("a glance at what changes all the time is the last reading", () => {
  const memory = source();
  let reads = 0;
  const seen = glance(memory, (view) => {
    new MemoryView(memory).setI32(8, ++reads);
    return view.u32(8);
  });
  assert.deepEqual(seen, { value: reads, settled: false });
});

test("a glance tries again where something is half written, and has seen nothing if it always is", () => {
  let torn = 2;
  const half = (view: MemoryView) => {
    if (torn-- > 0) throw new AbiError("half written");
    return view.u32(0);
  };
  assert.deepEqual(glance(source(), half), { value: 0, settled: true });
  torn = Infinity;
  assert.equal(glance(source(), half), null);
  assert.throws(() => glance(source(), () => assert.fail("not memory's fault")), { name: "AssertionError" });
});
