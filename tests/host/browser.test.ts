// SPDX-License-Identifier: MIT
/** How the browser's adapter gives a page its turns: with a document, a clock and frames that the test plays. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { Platform } from "../../host/instance/platform.ts";

const page = globalThis as Record<string, unknown>;
const played = ["document", "requestAnimationFrame", "MessageChannel", "setTimeout"] as const;
const real = played.map((name) => page[name]);
let frames: (() => void)[] = [];
let messages: (() => void)[] = [];
let timers: { f: () => void; ms: number }[] = [];
let now = 1000;
let times = 0;

class Channel {
  readonly port1 = { onmessage() {} };
  readonly port2 = { postMessage: () => void messages.push(() => this.port1.onmessage()) };
}

/** A fresh copy of the adapter, on a page of the test's. */
async function adapter(document: unknown): Promise<Platform> {
  [frames, messages, timers] = [[], [], []];
  Object.assign(page, {
    document, MessageChannel: Channel,
    requestAnimationFrame: (f: () => void) => void frames.push(f),
    setTimeout: (f: () => void, ms: number) => timers.push({ f, ms }),
  });
  return (await import(`../../host/adapter/browser.js?${++times}`)).browser;
}

/** Asks for a turn, and says what it came as. */
function turn(browser: Platform): string {
  let had = false;
  browser.immediate(() => (had = true));
  const kind = messages.length ? "message" : `timer of ${timers[0]?.ms} ms`;
  (messages.shift() ?? timers.shift()!.f)();
  assert.ok(had);
  return kind;
}

describe("a turn of a page", () => {
  const clock = performance.now;
  beforeEach(() => (performance.now = () => now));
  afterEach(() => {
    performance.now = clock;
    played.forEach((name, i) => (page[name] = real[i]));
  });

  it("is a message while frames come", async () => {
    const browser = await adapter({ hidden: false });
    for (let i = 0; i < 9; i++, now += 10) {
      assert.equal(turn(browser), "message");
      frames.splice(0).forEach((f) => f());
    }
  });

  it("is a timer when a frame is late: once, and again when it still has not come", async () => {
    const browser = await adapter({ hidden: false });
    const kinds = Array.from({ length: 5 }, () => (now += 10, turn(browser)));
    assert.deepEqual(kinds, ["message", "message", "timer of 4 ms", "message", "timer of 4 ms"]);
    assert.equal(frames.length, 1);
  });

  for (const [name, document] of [["of a page that nobody sees", { hidden: true }], ["of a worker", undefined]] as const) {
    it(`is always a message ${name}`, async () => {
      const browser = await adapter(document);
      for (let i = 0; i < 9; i++, now += 10) assert.equal(turn(browser), "message");
      assert.equal(frames.length, 0);
    });
  }
});
