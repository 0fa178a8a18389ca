// SPDX-License-Identifier: MIT
/** What reading a program's state takes of its memory. */
import assert from "node:assert/strict";
import { afterEach, before, beforeEach, describe, it } from "node:test";
import { type App, load, type ProgramError } from "../../host/index.ts";
import { buildGuest } from "./build.ts";

const MANY = 20_000;
const HEADER = /^goroutine \d+ \[/gm;

describe("reading a program of many goroutines", () => {
  let bytes: Uint8Array<ArrayBuffer>;
  before(async () => void (bytes = await buildGuest("crowd")));

  let app: App;
  let printed = "";
  let look = () => {};
  beforeEach(async () => {
    printed = "";
    const stderr = (text: string) => void (printed += text);
    app = await load(bytes, { name: "crowd.wasm", imports: { app: { look: () => look() } }, stderr, onExit: () => look() });
    await app.exports.crowd!(MANY);
  });
  afterEach(() => app.close());

  it("takes none of its memory for the text of their stacks", async () => {
    const before = app.runtime.readMemStats();
    const text = app.runtime.stack();
    const after = app.runtime.readMemStats();
    assert.equal(text.match(HEADER)!.length, MANY);
    assert.ok(text.length > 1 << 20);
    assert.equal(after.sys, before.sys);
    assert.equal(await app.pprof.text("goroutine", 2), text);
    assert.equal(printed, "");
  });

  it("has the text in the middle of a goroutine's call, too", async () => {
    let text = "";
    look = () => (text = app.runtime.stack({ all: false }));
    await app.exports.looks!();
    assert.match(text, /^goroutine \d+ \[running\]:\ncrowd\.look\(\.\.\.\)\n.*\ncrowd\.looks\(\.\.\.\)\n\t.*crowd\.ts:\d+\n$/);
    look = () => (text = app.runtime.stack());
    await app.exports.looks!();
    assert.equal(text.match(HEADER)!.length, MANY + 1);
    assert.equal(printed, "");
  });

  it("has the text when the program has died, whose dump stays as it is", async () => {
    let text = "";
    look = () => (text = app.runtime.stack({ all: false }));
    const error = await app.exports.dies!().then(() => assert.fail("it did not die"), (e: unknown) => e as ProgramError);
    assert.match(text, /^goroutine \d+ \[running\]:\ncrowd\.dies\(\.\.\.\)\n\t.*crowd\.ts:\d+\n$/);
    assert.deepEqual([error.dump, printed], [`panic: enough\n\n${text}`, `panic: enough\n\n${text}`]);
  });

  it("gives the memory that their records took to what the program allocates next", async () => {
    const size = MANY * 128 - (1 << 16); // without what MemStats itself takes
    assert.equal(app.runtime.goroutineProfile().length, MANY);
    const read = app.runtime.readMemStats();
    assert.ok(read.heapIdle >= size, `${read.heapIdle} of ${size} bytes are idle`);
    await app.exports.keeps!(size);
    const used = app.runtime.readMemStats();
    assert.equal(used.sys, read.sys);
    assert.ok(used.heapInuse - read.heapInuse >= size);
    assert.equal(app.runtime.goroutineProfile().length, MANY);
  });
});
