// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { StillView } from "../../host/memory/still.ts";
import { MemoryView } from "../../host/memory/view.ts";

test("StillView reads what MemoryView reads, and complains as it does", () => {
  const buffer = new ArrayBuffer(32);
  new DataView(buffer).setBigInt64(8, -0x0102030405060708n, true);
  const [still, view] = [new StillView({ buffer }), new MemoryView({ buffer })];
  for (const read of ["u8", "i32", "u32", "i64"] as const) {
    assert.equal(still[read](8), view[read](8), read);
    assert.equal(still[read](11), view[read](11), read);
    assert.throws(() => still[read](32), { name: "AbiError" });
    assert.throws(() => still[read](-8), { name: "AbiError" });
  }
});
