// SPDX-License-Identifier: MIT
/**
 * Contestant: `node --expose-gc generators.bench.js PROGRAM [N…]` prints one JSON object.
 *
 * The same run (a hundredth of it for what stays parked) comes first, unmeasured: V8 needs that
 * long to optimise generators that are resumed millions of times but called once.
 *
 * @module
 */
import { done, programs } from "./generators/programs.ts";
import { run } from "./generators/sched.ts";

const [name, ...rest] = process.argv.slice(2);
const program = programs[name];
if (!program || rest.some((n) => !/^\d+$/.test(n))) {
  const names = Object.keys(programs).join(", ");
  console.error(`usage: generators.bench.js PROGRAM [N...], PROGRAM one of ${names}`);
  process.exit(2);
}
const args = rest.map(Number);
const count = args.pop() ?? 1;

/** The live heap in bytes. */
function footprint(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

await run(program(...args, name === "parked" ? count / 100 : count));
const before = footprint();
const start = performance.now();
await run(program(...args, count));
const ns = ((performance.now() - start) * 1e6) / done.ops;
const result = name === "parked" ? { ns, detail: (footprint() - before) / done.ops } : { ns };
console.log(JSON.stringify(result));
process.exit(0);
