// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { type App, load, type ProgramError } from "../../host/index.ts";
import { buildGuest } from "./build.ts";

let bytes: Uint8Array<ArrayBuffer>;
before(async () => {
  bytes = await buildGuest("corrupt", "debug");
});

/** Calls an export in an instance of its own; returns what was printed before it died, addresses masked. */
async function deathOf(name: string): Promise<string> {
  let text = "";
  const app = await load(bytes, { stderr: (s) => (text += s) });
  const error = await app.exports[name]!().then(() => assert.fail(`${name} did not die`), (e: unknown) => e);
  assert.notEqual((error as ProgramError).dump, undefined, String(error));
  return text.replace(/0x[0-9a-f]+/g, "0x?");
}

const FREE = "use after free";
const BAD = "found bad pointer in the heap";
const FOREIGN = "free of what is not allocated";

describe("a debug build says what is wrong with", () => {
  const tests: { name: string; line: string; error: string }[] = [
    { name: "writeAfterFree", line: "is free, and was written to at +16, once of class CLASS", error: FREE },
    { name: "writeAfterFreeOfBlocks", line: "is in free blocks, and was written to", error: FREE },
    { name: "writeAfterFreeOfRaw", line: "is free, and was written to at +8", error: FREE },
    { name: "heldAfterFree", line: "is free, and held, once of class CLASS", error: FREE },
    { name: "heldThoughDead", line: "was found dead by the collection before, and is held", error: BAD },
    { name: "fieldInside", line: "is not where a cell begins", error: BAD },
    { name: "rootOdd", line: "is no address of an object", error: BAD },
    { name: "rootBehind", line: "is no address of an object", error: BAD },
    { name: "rootRaw", line: "is in no span of objects", error: BAD },
    { name: "badClass", line: "is of class 123456, which there is not", error: BAD },
    { name: "badLength", line: "has a length that its cell has not", error: BAD },
    { name: "freeTwice", line: "is free already", error: FOREIGN },
    { name: "freeTwiceLarge", line: "is free already", error: FOREIGN },
    { name: "freeObject", line: "is no block of heap.alloc", error: FOREIGN },
    { name: "reallocInside", line: "is not where a block begins", error: FOREIGN },
    { name: "renewRaw", line: "is in no span of objects", error: BAD },
    { name: "pinWild", line: "is not where a cell begins", error: BAD },
    { name: "pinWithin", line: "is not where a cell begins", error: BAD },
    { name: "runOfObject", line: "is to be handed out, and not free", error: FREE },
  ];
  for (const { name, line, error } of tests) {
    it(`${name}: ${error}`, async () => {
      const app = await load(bytes);
      const id = await app.exports.classOfNode!();
      const want = `runtime: 0x? ${line.replace("CLASS", String(id))}\nfatal error: ${error}\n\ngoroutine 2 [running]:\n`;
      const got = await deathOf(name);
      assert.equal(got.slice(0, want.length), want);
    });
  }
});

describe("checkheap names the promise that is broken:", () => {
  const tests: Record<string, string> = {
    lostBlocks: "blocks are lost",
    freeCount: "free runs are not mheap.free",
    spanCount: "spans are not mheap.spanblocks",
    binBit: "mheap.bins",
    runLength: "a free run in a list of others",
    runLink: "links of free runs",
    spanLink: "links of all spans",
    classLink: "links of a class",
    spanClass: "a span has no class",
    cellSize: "a span's cells",
    sweepSide: "a span on the wrong side of the sweep",
    sweepCursor: "a class is swept from no span of its own",
    markBeside: "marks beside cells",
    markLost: "marks are not mheap.survived",
    headerLost: "an object's class",
    partMarked: "part of an object is marked",
    lengthBehind: "an object ends behind its span",
    otherKind: "an object in a span of the other kind",
    runForeign: "the mcache has no span of its class",
    runBeside: "the mcache has a run that is not of cells",
    runBack: "the mcache has a cell that lives",
    runEnds: "the mcache has a run without a beginning",
    rawCount: "a raw span's count",
    rawTwice: "a cell is free twice",
    rawForeign: "a raw span lists a foreign cell",
    pinCount: "pins are not mheap.pinlen",
    pinMoved: "a pin that is not found",
    foundByCollection: "blocks are lost",
    foundByAllocation: "blocks are lost",
  };
  for (const [name, promise] of Object.entries(tests)) {
    it(`${name}: ${promise}`, async () => {
      assert.ok((await deathOf(name)).startsWith(`runtime: 0x?\nfatal error: checkheap: ${promise}\n\ngoroutine 2 [running]:\n`));
    });
  }
});

describe("checkrunq", () => {
  for (const [name, promise] of [["queuedWaiting", "who is queued is not runnable"], ["tailLost", "the tail is not the last"]]) {
    it(`sees ${name}`, async () => {
      assert.match(await deathOf(name!), new RegExp(`^fatal error: checkrunq: ${promise}\n`));
    });
  }
});

it("a heap that is in order passes", async () => {
  const app: App = await load(bytes);
  await app.exports.sound!();
});

it("a pin of what is pinned, and an unpin of what is not, panic in every build", async () => {
  bytes = await buildGuest("corrupt", "release");
  assert.match(await deathOf("pinTwice"), /^panic: Object already pinned\n/);
  assert.match(await deathOf("unpinTwice"), /^panic: Object is not pinned\n/);
});
