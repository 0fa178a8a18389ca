// SPDX-License-Identifier: MIT
/**
 * The command `gopark` on Node, Deno and Bun: as it is built, and by its sources where they run.
 *
 * @module
 */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { gunzipSync } from "node:zlib";
import { Profile } from "pprof-format";
import { packageRoot } from "../../host/cli/compile.ts";
import { missing, RUNTIMES } from "../run/platforms.ts";
import { settled } from "../run/specs.ts";

process.chdir(packageRoot());

const BUILT = "build/host/cli/main.js";
const SOURCE = "host/cli/main.ts"; // which Node runs from 22.18 on
const SHELL = "tests/host/guest/shell.ts";

for (const runtime of RUNTIMES) {
  const skip = missing(runtime) && !process.env.CI && missing(runtime);
  for (const main of runtime.name === "Node" ? [BUILT] : [BUILT, SOURCE]) {
    describe(`${main} on ${runtime.name}`, { skip }, () => {
      const dir = mkdtempSync(join(tmpdir(), "gopark-command-"));
      after(() => rmSync(dir, { recursive: true }));
      const gopark = (...args: string[]) => {
        const [command, ...own] = [...runtime.command, main, ...args];
        return spawnSync(command!, own, { encoding: "utf8", input: "one\ntwo", env: { ...process.env, GOPARK_TEST: "set", CI: undefined } });
      };

      it("runs a program with its arguments, environment, input and status, and profiles it", () => {
        const want = spawnSync(process.execPath, [BUILT, "run", SHELL, "--", "a", "b c"],
          { encoding: "utf8", input: "one\ntwo", env: { ...process.env, GOPARK_TEST: "set", CI: undefined } });
        const profile = join(dir, "heap.pb.gz");
        const { stdout, stderr, status } = gopark("run", SHELL, "--profile", `heap=${profile}`, "--", "a", "b c");
        assert.deepEqual([stdout, stderr, status], [want.stdout, `${want.stderr}gopark: wrote ${profile}\n`, want.status]);
        assert.ok(Profile.decode(gunzipSync(readFileSync(profile))).sampleType.length === 4);
      });

      it("builds a program, and runs what it has built", () => {
        const out = join(dir, "deadlock.wasm");
        assert.equal(gopark("build", "examples/deadlock.ts", "-o", out).status, 0);
        const { stderr, status } = gopark("run", out);
        assert.deepEqual([stderr, status], [readFileSync("examples/deadlock.txt", "utf8"), 2]);
      });

      it("tells a deadlock of a program with exports: nobody calls them", () => {
        const { stderr, status } = gopark("run", "tests/host/guest/mailbox.ts");
        assert.match(stderr, /^fatal error: all goroutines are asleep - deadlock!\n\ngoroutine 1 \[chan receive\]:\nmailbox\.main\(/);
        assert.equal(status, 2);
      });

      it("says where a program trapped", () => {
        const { stderr, status } = gopark("run", "tests/host/guest/wild.ts");
        assert.deepEqual([stderr, status], [readFileSync("tests/host/guest/wild.txt", "utf8"), 2]);
      });

      it("runs a program in shared memory in a worker: it prints the same, and SIGQUIT ends it while it computes", async () => {
        const want = gopark("run", SHELL, "--", "a", "b c");
        const shared = gopark("run", SHELL, "--target", "threads", "--", "a", "b c");
        assert.deepEqual([shared.stdout, shared.stderr, shared.status], [want.stdout, want.stderr, want.status]);
        const [command, ...own] = [...runtime.command, main, "run", "tests/host/guest/spinning.ts", "--target", "threads"];
        const child = spawn(command!, own, { stdio: ["ignore", "ignore", "pipe"] });
        let stderr = "";
        child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
          stderr += chunk;
          if (chunk.includes("spinning\n")) child.kill("SIGQUIT");
        });
        assert.equal(await new Promise((ended) => child.on("close", ended)), 2, stderr);
        assert.match(stderr, /^spinning\nSIGQUIT: quit\n\ngoroutine 1 \[running\]:\n(.*\n)*spinning\.spin\((.*\n)*goroutine 2 \[chan receive\]:\n/);
      });

      it("says where a program in shared memory trapped", () => {
        const { stderr, status } = gopark("run", "tests/host/guest/wild.ts", "--target", "threads");
        assert.deepEqual([stderr, status], [readFileSync("tests/host/guest/wild.txt", "utf8"), 2]);
      });

      it("runs specs, and tells the same of those that fail", () => {
        const specs = "tests/host/guest/specs";
        const { stdout, status } = gopark("test", `${specs}/fails.spec.ts`, "--timeout", "2", "--seed", "5");
        assert.deepEqual([settled(stdout), status], [readFileSync(`${specs}/fails.txt`, "utf8"), 1]);
        assert.match(gopark("test", `${specs}/words.spec.ts`).stdout, /\n18 passed, 0 failed\n$/);
      });

      it("says what is wrong with a program that does not compile", () => {
        const { stderr, status } = gopark("run", "tests/host/guest/wrong.ts");
        assert.match(stderr, /ERROR (TS|AS)\d+: .*\n(.*\n)*.*wrong\.ts/);
        assert.equal(status, 1);
      });
    });
  }
}
