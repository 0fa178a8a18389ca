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
import { buildFile } from "../run/prog.ts";

process.chdir(packageRoot());

const ROOT = resolve("build/tests/deadlock");

/** Not at top level: Deno and Bun do not end their event loop below an await there. */
const script = (entry: string, worker: boolean, code: string) => `
  import { load } from ${JSON.stringify(resolve(`build/host/${entry}.js`))};
  async function main() {
    const app = await load(${JSON.stringify(resolve(ROOT, "mailbox.wasm"))}, { worker: ${worker}, stderr: (s) => console.log(s.split("\\n")[0]) });
    const running = app.run().then(() => "main returned", (e) => e.name);
    ${code}
  }
  main();`;

const DEADLOCK = "fatal error: all goroutines are asleep - deadlock!\nDeadlockError\n";

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
];

for (const { name: runtime, entry, command: [command, ...args], ...rest } of RUNTIMES) {
  const skip = missing({ name: runtime, entry, command: [command!, ...args], ...rest });
  for (const worker of [false, true]) {
    describe(`a deadlock on ${runtime}${worker ? ", in a worker" : ""}`, { skip }, () => {
      before(async () => {
        mkdirSync(ROOT, { recursive: true });
        copyFileSync(await buildFile("tests/host/guest/mailbox.ts", "-O3"), resolve(ROOT, "mailbox.wasm"));
      });
      for (const [i, { name, code, want }] of tests.entries()) {
        it(name, () => {
          const file = resolve(ROOT, `${entry}-${worker}-${i}.mjs`);
          writeFileSync(file, script(entry, worker, code));
          const { stdout, stderr, status } = spawnSync(command!, [...args, file], { encoding: "utf8", timeout: 60_000 });
          assert.deepEqual([stdout, stderr, status], [want, "", 0]);
        });
      }
    });
  }
  if (skip) it(`deadlocks on ${runtime}`, { skip });
}
