// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { FRAME_PC_SHIFT, M0, M_TRAPPC, M_TSP, TRACE_TOP } from "../../host/abi/layout.ts";
import { TrapStack } from "../../host/instance/trapstack.ts";
import { FuncTab } from "../../host/symbol/functab.ts";
import { PcTab } from "../../host/symbol/pctab.ts";
import { makePctab } from "./double.ts";

const [NONE, LEAF, DOWN, MAIN] = [0, 1, 2, 3]; // functions by index; NONE is the runtime's
const tab = new PcTab(makePctab([
  ["main.leaf", "main.ts", 1, 0], //    1: the function
  ["main.leaf", "main.ts", 2, 0], //    2: a load in it
  ["main.down", "main.ts", 10, 0], //   3: the function
  ["main.down", "main.ts", 11, 0], //   4: a call of itself
  ["main.down", "main.ts", 12, 0], //   5: another
  ["main.down", "main.ts", 13, 0], //   6: a load
  ["main.main", "main.ts", 20, 0], //   7: the function, which calls
  ["main.main", "main.ts", 21, 0], //   8: a call of what was inlined
  ["main.tiny", "main.ts", 30, 8], //   9: a load in that
]).buffer);
/** Of each function, where it begins; in LEAF offset 5 is pc 2. */
const SECTION = Uint8Array.of(4, 0, 0, 1, 1, 5, 2, 3, 0, 7, 0);

function engine(stackOf?: (error: Error) => string | undefined): TrapStack {
  return new TrapStack(new FuncTab(SECTION.buffer), tab, stackOf);
}

const at = (...indices: (number | null)[]) => indices.map((index) => (index === null ? null : { index, offset: undefined }));

const tests = [
  { name: "without a pc of the trap, functions stand for themselves", frames: at(LEAF, MAIN), trace: [7], trappc: 0, want: [1, 7] },
  { name: "a function that is not on the trace comes on top of it", frames: at(LEAF, MAIN), trace: [7], trappc: 2, want: [2, 7] },
  { name: "one that is there is where it trapped, not where it last called", frames: at(MAIN), trace: [7], trappc: 8, want: [8] },
  { name: "what was inlined belongs to its function's frame", frames: at(MAIN), trace: [7], trappc: 9, want: [9] },
  { name: "another function's is not believed", frames: at(LEAF, MAIN), trace: [7], trappc: 6, want: [1, 7] },
  { name: "nor when the runtime's own function has trapped", frames: at(NONE, MAIN), trace: [7], trappc: 8, want: [7] },
  { name: "nor when a host function was innermost", frames: at(null, MAIN), trace: [7], trappc: 8, want: [7] },
  { name: "an offset is better", frames: [{ index: LEAF, offset: 5 }, ...at(MAIN)], trace: [7], trappc: 1, want: [2, 7] },
  { name: "a recursion's end that is not on the trace", frames: at(DOWN, DOWN, DOWN, MAIN), trace: [4, 5, 7], trappc: 6, want: [6, 4, 5, 7] },
  { name: "a recursion's end that is", frames: at(DOWN, DOWN, DOWN, MAIN), trace: [5, 4, 5, 7], trappc: 6, want: [6, 4, 5, 7] },
  { name: "the same behind a host function", frames: at(DOWN, null, DOWN, MAIN), trace: [5, 4, 7], trappc: 6, want: [6, 4, 7] },
  { name: "without anything on the trace", frames: at(LEAF, null, MAIN), trace: [], trappc: 2, want: [2] },
  { name: "without a stack", frames: [], trace: [7], trappc: 8, want: [7] },
];

for (const { name, frames, trace, trappc, want } of tests) {
  test(`merge: ${name}`, () => assert.deepEqual(engine().merge(frames, trace, trappc), want));
}

/** A memory whose trace has pc 7, and where pc 8 might have trapped. */
function completed(thrown: Error, stack: string): number {
  const memory = new WebAssembly.Memory({ initial: 16 });
  const view = new DataView(memory.buffer);
  view.setUint32(M0 + M_TSP, TRACE_TOP - 4, true);
  view.setUint32(TRACE_TOP - 4, 7 << FRAME_PC_SHIFT, true);
  view.setUint32(M0 + M_TRAPPC, 8, true);
  engine(() => stack).complete(memory, thrown);
  assert.equal(view.getUint32(M0 + M_TSP, true), TRACE_TOP - 4);
  return view.getUint32(TRACE_TOP - 4, true) >>> FRAME_PC_SHIFT;
}

const trap = new WebAssembly.RuntimeError("out of bounds");

test("complete: the pc of the trap is what the memory has", () => {
  assert.equal(completed(trap, `${trap}\n    at wasm-function[3]\n    at f (x.js:1:1)`), 8);
  assert.equal(completed(trap, "<?>.wasm-function[3]@[wasm code]\nf@x.js:1:1"), 8, "JavaScriptCore's own words");
});

test("complete: a stack that is used up is no trap of what might have trapped last", () => {
  const thrown = new RangeError("Maximum call stack size exceeded.");
  assert.equal(completed(thrown, `${thrown}\n    at wasm-function[3]`), 7);
});

test("complete: nor is what a host function throws, whatever its class", () => {
  assert.equal(completed(trap, `${trap}\n    at f (x.js:1:1)\n    at wasm-function[3]`), 7);
  assert.equal(completed(trap, "f@x.js:1:1\n<?>.wasm-function[3]@[wasm code]"), 7);
});
