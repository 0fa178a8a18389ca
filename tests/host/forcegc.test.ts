// SPDX-License-Identifier: MIT
/** The collection that nobody asks for, in a program that has been quiet for two minutes. */
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { MockPlatform } from "../../host/adapter/mock.ts";
import { packageRoot } from "../../host/cli/compile.ts";
import type { App } from "../../host/index.ts";
import { load } from "../../host/instance/instantiate.ts";
import "../../host/instance/forcegc.ts"; // which takes its time when it is loaded first
import { buildGuest } from "./build.ts";

process.chdir(packageRoot());

const MINUTE = 60_000;
let bytes: Uint8Array<ArrayBuffer>;

before(async () => {
  bytes = await buildGuest("traced");
});

interface Quiet {
  readonly app: App;
  readonly mock: MockPlatform;
  readonly stderr: () => string;
}

/** A program in which goroutine 2 waits, and nothing else happens. */
async function quiet(env: Record<string, string> = {}): Promise<Quiet> {
  const mock = new MockPlatform();
  let printed = "";
  const app = await load(bytes, { name: "traced.wasm", env, stderr: (s) => void (printed += s), imports: { app: { later: () => {} } } }, mock);
  app.exports.forever!().catch(() => {});
  await mock.drive(app.exports.yields!(0));
  return { app, mock, stderr: () => printed };
}

function pass(mock: MockPlatform, ms: number): Promise<void> {
  return mock.drive(new Promise((resolve) => mock.timer(ms, resolve)));
}

async function counts(app: App): Promise<string> {
  const { numGC, numForcedGC } = await app.runtime.readMemStats();
  return `${numGC} ${numForcedGC}`;
}

describe("two minutes without a collection", () => {
  it("make one, and stacks tell for how long goroutines have waited since then", async () => {
    const { app, mock } = await quiet();
    await pass(mock, 2 * MINUTE - 1);
    assert.equal(await counts(app), "0 0");
    await pass(mock, 1);
    assert.equal(await counts(app), "1 0");
    assert.match(await app.runtime.stack({ all: true }), /^goroutine 2 \[chan receive\]:$/m);
    await pass(mock, 3 * MINUTE);
    assert.match(await app.runtime.stack({ all: true }), /^goroutine 2 \[chan receive, 3 minutes\]:$/m);
  });

  it("make no other one until something has run", async () => {
    const { app, mock } = await quiet();
    for (let i = 0; i < 5; i++) await pass(mock, 2 * MINUTE);
    assert.equal(await counts(app), "1 0");
    await mock.drive(app.exports.yields!(1));
    await pass(mock, 2 * MINUTE);
    assert.equal(await counts(app), "2 0");
  });

  it("count from the last collection", async () => {
    const { app, mock } = await quiet();
    await pass(mock, MINUTE);
    await mock.drive(app.exports.collects!());
    assert.equal(await counts(app), "1 1");
    await pass(mock, MINUTE);
    assert.equal(await counts(app), "1 1");
    await pass(mock, MINUTE);
    assert.equal(await counts(app), "2 1");
  });

  it("are not said to be forced by GODEBUG=gctrace=1", async () => {
    const { mock, stderr } = await quiet({ GODEBUG: "gctrace=1" });
    await pass(mock, 2 * MINUTE);
    assert.match(stderr(), /^gc 1 @120\.000s .* 1 P\n$/);
  });

  it("make none when the program has turned collections off, or has ended", async () => {
    const { app, mock } = await quiet();
    await mock.drive(app.exports.never!());
    await pass(mock, 2 * MINUTE);
    assert.equal(await counts(app), "0 0");
    await app.close();
    await pass(mock, 2 * MINUTE);
  });
});
