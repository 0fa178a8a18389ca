// SPDX-License-Identifier: MIT
/**
 * Generates a program from a seed: some goroutines, and events among them in an order that all keep.
 *
 * @module
 */
import { toAssemblyScript, toJavaScript } from "./dialect.ts";
import { EVENTS } from "./events.ts";
import { Random } from "../run/random.ts";
import { Writer } from "./writer.ts";

const HEAD = `// SPDX-License-Identifier: MIT
// Generated.
import {
  Chan, Cond, Mutex, RWMutex, Select, Semaphore, WaitGroup, context, go, gosched, println, runtime, time
} from "gopark/assembly";
import {
  Box, Idle, Me, Task, Work, garbage, hBox, hbool, hf32, hf64, hi32, hi64, hints, hmap, hstring, htexts, hu8, idle,
  mapped, mix, mkBox, mkbool, mkf32, mkf64, mki32, mki64, mkints, mkmap, mkstring, mktexts, mku8, sorted
} from "../../../../tests/schedule/guest/prelude";
@blocking @external("test", "text") declare function text(s: string): string;
@blocking @external("test", "half") declare function half(x: f64): f64;
@blocking @external("test", "reversed") declare function reversed(a: i32[]): i32[];
`;

export interface Generated {
  readonly assemblyscript: string;
  readonly javascript: string;
}

/** Returns the program that a seed stands for; it exports `run`. */
export function generate(seed: number): Generated {
  const r = new Random(seed);
  const w = new Writer(r);
  w.declare(`const silent«: Chan<i32>» = new Chan«<i32>»(); const full«: Chan<i64>» = new Chan«<i64>»(1);`);
  const goroutines = r.between(1, 6);
  const scripts = Array.from({ length: goroutines }, () => "");
  for (let n = r.between(3, 9); n > 0; n--) {
    const { kind, least, most } = r.pick(EVENTS.filter((e) => e.least <= goroutines));
    const who = r.some([...scripts.keys()], r.between(least, Math.min(most, goroutines)));
    const bodies = kind(w, who.length);
    bodies.forEach((body, k) => {
      scripts[who[k]!] += `me.add(${w.callable(body, r.below(200))}); me.note(); ${w.noise()}\n`;
    });
  }
  const stuck = r.chance(0.15) ? r.below(goroutines) : -1;
  const text = [...w.declarations, ...scripts.map((s, k) => goroutine(k, s, k === stuck)), main(goroutines, r)].join("\n");
  return { assemblyscript: HEAD + toAssemblyScript(text), javascript: toJavaScript(text) };
}

/** A goroutine's script; one that is stuck waits for ever before it is done. */
function goroutine(k: number, script: string, stuck: boolean): string {
  return `ƒ g${k}(me«: Me», x«: i32», finished«: WaitGroup»)«: void» {
    ${script} println(me.toString()); ${stuck ? "⟦silent.recv()⟧;" : ""} finished.done(); }`;
}

function main(goroutines: number, r: Random): string {
  const starts = r.some([...Array(goroutines).keys()].slice(1), goroutines)
    .map((k) => `go(g${k}, new Me(${k}), ${k}, finished);`);
  return `« export » ƒ run()«: void» {
    const finished«: WaitGroup» = new WaitGroup(); finished.add(${goroutines});
    ${starts.join(" ")} ⟦g0(new Me(0), 0, finished)⟧; ⟦finished.wait()⟧; }`;
}
