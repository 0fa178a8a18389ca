// SPDX-License-Identifier: MIT
/**
 * Deadlocks of programs that a host's callback could wake, on Node, Deno and Bun: the end of the event loop tells them,
 * and a worker that waits does not keep that from coming.
 *
 * @module
 */
import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { before, describe, it } from "node:test";
import { packageRoot } from "../../host/cli/compile.ts";
import { missing, RUNTIMES } from "../run/platforms.ts";
import { buildFile, SHARED } from "../run/prog.ts";

process.chdir(packageRoot());

const ROOT = resolve("build/tests/deadlock");

/** Not at top level: Deno and Bun do not end their event loop below an await there. */
const script = (entry: string, { file, worker }: Place, code: string) => `
  import { load } from ${JSON.stringify(resolve(`build/host/${entry}.js`))};
  async function main() {
    const app = await load(${JSON.stringify(resolve(ROOT, file))}, { worker: ${worker}, stderr: (s) => console.log(s.split("\\n")[0]) });
    const running = app.run().then(() => "main returned", (e) => e.name);
    ${code}
  }
  main();`;

const DEADLOCK = "fatal error: all goroutines are asleep - deadlock!\nDeadlockError\n";

interface Place {
  readonly where: string;
  readonly file: string;
  readonly worker: boolean;
}

const PLACES: readonly Place[] = [
  { where: "", file: "mailbox.wasm", worker: false },
  { where: ", in a worker", file: "mailbox.wasm", worker: true },
  { where: ", in a worker that shares its memory", file: "shared.wasm", worker: true },
];

const tests = [
  { name: "is told when nothing is left", code: `console.log(await running);`, want: DEADLOCK },
  { name: "is told behind calls that wake nobody", code: `
      await app.runtime.numGoroutine();
      console.log(await Promise.resolve(app.exports.put()).catch((e) => e.name));
      console.log(await app.run().catch((e) => e.name));
      console.log(await running);`, want: `TypeError\nStateError\n${DEADLOCK}` },
  { name: "is none while a timer may call an export", code: `
      setTimeout(() => app.exports.put(1).catch(() => {}), 50);
      console.log(await running);`, want: "main returned\n" },
  { name: "does not cut off a profile that takes its time", code: `
      const [a, b] = await app.pprof.profile("goroutine", { seconds: 0.1 });
      console.log(a, b);
      console.log(await running);`, want: `31 139\n${DEADLOCK}` },
  { name: "is told while a CPU profile is taken", code: `
      await app.pprof.startCPUProfile();
      console.log(await running);`, want: DEADLOCK },
];

for (const { name: runtime, entry, command: [command, ...args], ...rest } of RUNTIMES) {
  const skip = missing({ name: runtime, entry, command: [command!, ...args], ...rest });
  for (const [n, place] of PLACES.entries()) {
    describe(`a deadlock on ${runtime}${place.where}`, { skip }, () => {
      before(async () => {
        mkdirSync(ROOT, { recursive: true });
        copyFileSync(await buildFile("tests/host/guest/mailbox.ts", "-O3", place.file === "shared.wasm" ? SHARED : []), resolve(ROOT, place.file));
      });
      for (const [i, { name, code, want }] of tests.entries()) {
        it(name, () => {
          const file = resolve(ROOT, `${entry}-${n}-${i}.mjs`);
          writeFileSync(file, script(entry, place, code));
          const { stdout, stderr, status } = spawnSync(command!, [...args, file], { encoding: "utf8", timeout: 60_000 });
          assert.deepEqual([stdout, stderr, status], [want, "", 0]);
        });
      }
    });
  }
  if (skip) it(`deadlocks on ${runtime}`, { skip });
}
