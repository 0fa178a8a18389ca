// SPDX-License-Identifier: MIT
/**
 * Generates a program from a seed: tasks that compute with objects, lists and strings, and tell what
 * they come to, step by step.
 *
 * The same program waits in goroutines (guest/parked.ts), or does not (guest/plain.ts). So what it
 * comes to must be the same: tasks share nothing but what nobody changes, except where there is one
 * task only. Calls spend fuel, so every program ends.
 *
 * @module
 */
import { Random } from "../run/random.ts";
import {
  classText, declareClasses, declareFunctions, declareGlobals, functionText, globalText, tableText, workerText,
} from "./declarations.ts";
import { Writer } from "./expressions.ts";
import { Program, type Scope, STRINGS } from "./program.ts";
import { array, classOf, I32, STRING, text } from "./types.ts";

const PRELUDE = [
  "Account", "Box", "Named", "added", "at", "byteSet", "choose", "cmp", "few", "fixed", "fixedAt", "fixedSet", "got", "hstring", "isThere",
  "or", "pushed", "put", "replaced", "rotated", "same", "setAt", "short", "unshifted",
];
/** Ways to wait, which both guest/parked.ts and guest/plain.ts have. */
const WAITS = [
  "yielded", "relayed", "buffered", "drained", "selected", "locked", "signalled", "slept", "timed", "grouped", "pooled", "cancelled", "hosted",
];
const A_PROGRAM = 4; // ways to wait in one
const GUEST = "../../../../tests/fuzz/guest";
const FUEL = 14; // calls of functions, in a step
const ROUNDS = 2;

/** How tasks wait. */
export type Waiting = "parked" | "plain";

/** Returns the program that a seed stands for; it exports `main`. */
export function generate(seed: number, waiting: Waiting): string {
  const r = new Random(seed);
  const classes = r.between(3, 4);
  const p = new Program(r, classes, r.some(WAITS, A_PROGRAM));
  const w = new Writer(p);
  const tasks = r.chance(0.4) ? 1 : r.between(2, 4);
  declareClasses(p, classes);
  declareFunctions(p, r.between(3, 5));
  const shared = tasks === 1 && r.chance(0.8);
  if (shared) declareGlobals(p);
  const parts = [
    ...p.classes.map((c) => classText(w, c)), ...p.functions.map((f) => functionText(w, f)), tableText(w),
    shared ? "" : workerText(w, "work"), taskText(w, shared),
  ];
  return [head(p, waiting), `const WORDS: StaticArray<string> = [${STRINGS.join(", ")}];`, globalText(p), p.hashText(), ...parts,
    `export function main(): void { runTasks(${tasks}, task); }\n`].join("\n");
}

function head(p: Program, waiting: Waiting): string {
  return `// SPDX-License-Identifier: MIT
// Generated.
import { ${PRELUDE.join(", ")} } from "${GUEST}/prelude";
import { inOrder, runTasks, spread, ${p.waits.join(", ")} } from "${GUEST}/${waiting}";
`;
}

/** Calls each function in each round, and keeps some objects from one round to the next. */
function taskText(w: Writer, shared: boolean): string {
  const { p } = w;
  const objects = array(classOf(0));
  const scope: Scope = {
    vars: [{ name: "round", type: I32, constant: true }, { name: "kept", type: objects, constant: true }], me: true, methods: true,
  };
  const calls = p.functions.map((f) => `{
      me.fuel = ${FUEL};
      const value: ${text(f.result)} = ${w.call(scope, f, 3)};
      me.add(${p.hash(f.result)}(value, 3));
      me.tell();
    }`);
  if (!shared) calls.push(`me.add(${p.r.pick(["spread", "inOrder"])}(${p.r.between(1, 4)}, work, ${w.expr(scope, STRING, 2)}));`);
  return `function task(me: Account): void {
  fillTable();
  const kept = new ${text(objects)}();
  for (let round = 0; round < ${ROUNDS}; round++) {
    ${calls.join("\n    ")}
    if (kept.length > 20) kept.splice(0, 10);
    kept.push(new C0(round));
    me.add(${p.hash(objects)}(kept, 2));
    me.tell();
  }
}`;
}
