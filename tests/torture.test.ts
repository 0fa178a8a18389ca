// SPDX-License-Identifier: MIT
/**
 * The programs of tests/prog where memory is hard to come by: they print the same under collections
 * at every few allocations, and where the memory cannot grow they print the same or say so.
 *
 * TORTURE=n collects, or marks a step, at every n-th allocation; PROG=name,name chooses programs.
 *
 * @module
 */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { packageRoot } from "../host/cli/compile.ts";
import { spread } from "./run/pool.ts";
import { readProg } from "./run/prog.ts";
import type { Job } from "./torture/worker.ts";

process.chdir(packageRoot());

const DIR = "tests/prog";
const WORKER = fileURLToPath(new URL("./torture/worker.js", import.meta.url));
const COLLECT = Number(process.env.TORTURE ?? 3);
const PAGES = [0, 1, 2, 5, 10, 20, 40, 100];
/**
 * Not here: tests of their own call exports' functions; times of sleep, blockprofile, context and hostcalls
 * are too short for programs this slow; memfaults and memmarking limit memory themselves and fill it, which
 * takes hours; memprofile tells of collections.
 */
const LEFT_OUT = ["blockprofile", "context", "exports", "hostcalls", "memfaults", "memmarking", "memprofile", "sleep"];
const OUT_OF_MEMORY = "fatal error: runtime: out of memory\n";

const wanted = process.env.PROG?.split(",");
const names = readdirSync(DIR).filter((name) => name.endsWith(".ts")).map((name) => name.slice(0, -3))
  .filter((name) => wanted?.includes(name) ?? !LEFT_OUT.includes(name));
const progs = await Promise.all(names.map((name) => readProg(`${DIR}/${name}.ts`)));

const tortures = spread<Job, string[]>(WORKER, progs.map(({ file }) => ({ file, collect: COLLECT })));
describe(`a collection at every allocation of ${COLLECT} changes nothing`, () => {
  progs.forEach((prog, i) => {
    it(`of what ${prog.name} prints`, async () => assert.equal((await tortures[i]!)[0], prog.want));
  });
});

const steps = spread<Job, string[]>(WORKER, progs.map(({ file }) => ({ file, step: COLLECT })));
describe(`a step of marking at every allocation of ${COLLECT} changes nothing`, () => {
  progs.forEach((prog, i) => {
    it(`of what ${prog.name} prints`, async () => assert.equal((await steps[i]!)[0], prog.want));
  });
});

/** A run either prints what it should, or begins so and then dies of its memory in Go's words. */
function check(text: string, want: string, what: string): void {
  const died = text.indexOf(OUT_OF_MEMORY);
  if (text === want) return;
  assert.ok(died >= 0, `${what}: printed something else:\n${text}\ninstead of\n${want}`);
  const [before, dump] = [text.slice(0, died), text.slice(died)];
  assert.ok(want.startsWith(before), `${what}: printed something else first:\n${before}\ninstead of\n${want}`);
  assert.match(dump, /\nOutOfMemoryError, exit status 2\n$/, what);
}

const limited = spread<Job, string[]>(WORKER, progs.map(({ file }) => ({ file, pages: PAGES })));
describe("with a memory that cannot grow as it needs", () => {
  progs.forEach((prog, i) => {
    it(`${prog.name} prints the same, or Go's out of memory`, async () => {
      const wants = prog.cases.length ? prog.want!.split(/^(?==== )/m) : [prog.want!];
      const texts = await limited[i]!;
      assert.equal(texts.length, PAGES.length * wants.length);
      texts.forEach((text, at) => {
        const pages = PAGES[Math.floor(at / wants.length)]!;
        check(text, wants[at % wants.length]!, `${pages} pages more`);
      });
    });
  });
});
