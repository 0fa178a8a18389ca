// SPDX-License-Identifier: MIT
/**
 * The mock platform's event loop is as fair as a real one: the tests that run on it depend on that.
 *
 * @module
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MockPlatform } from "../../host/adapter/mock.ts";

describe("the mock platform", () => {
  it("fires a timer that is due between immediates that never end", async () => {
    const platform = new MockPlatform();
    const again = () => {
      platform.elapse(1);
      platform.immediate(again);
    };
    platform.immediate(again);
    let fired = 0;
    platform.timer(3, () => fired = platform.now());
    for (let turns = 0; turns < 5; turns++) await platform.turn();
    assert.equal(fired, 3);
  });

  it("does not move its clock to a timer while an immediate waits", async () => {
    const platform = new MockPlatform();
    platform.timer(3, () => {});
    platform.immediate(() => {});
    await platform.turn();
    assert.equal(platform.now(), 0);
    await platform.turn();
    assert.equal(platform.now(), 3);
  });

  it("does not fire a timer that one before it in the same turn stopped", async () => {
    const platform = new MockPlatform();
    const fired: string[] = [];
    platform.timer(1, () => (fired.push("first"), stop()));
    const stop = platform.timer(2, () => fired.push("second"));
    platform.elapse(5);
    await platform.turn();
    assert.deepEqual(fired, ["first"]);
  });
});
