// SPDX-License-Identifier: MIT
/**
 * The packed package, installed into an empty project by Bun, on Node, Deno and Bun: each gets
 * its own entry by package.json's conditions. Deno's client does not install packed files.
 *
 * @module
 */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, describe, it } from "node:test";
import { packageRoot } from "../../host/cli/compile.ts";
import { missing, RUNTIMES } from "../run/platforms.ts";

process.chdir(packageRoot());

const MAIN = `import { Chan, go, println } from "gopark/assembly";

@blocking @external("host", "readLine") declare function readLine(): string | null;
@blocking @external("host", "readFile") declare function readFile(path: string): string;

function read(c: Chan<string>): void {
  for (let line = readLine(); line; line = readLine()) c.send(line);
  c.send(readFile("note.txt"));
  c.close();
}

export function main(): void {
  const c = new Chan<string>();
  go(read, c);
  for (let s = c.recv(); c.ok; s = c.recv()) println(s);
  assert(false, "enough");
}
`;

const RUN = `import { hostCalls, load } from "gopark";
console.log(import.meta.resolve("gopark").split("/").pop());
const app = await load("main.wasm", { imports: { host: hostCalls }, stderr: (s) => console.log(s.trimEnd()) });
await app.run().catch((e) => console.log(e.name));
process.exit(0);
`;

const WANT = "one\ntwo\nfrom a file\npanic: enough\n\ngoroutine 1 [running]:\nmain.main(...)\n\tmain.ts:16\n";

const absent = RUNTIMES.map(missing).find(Boolean) ?? false;

describe("a project that has installed the package", { skip: absent }, () => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "gopark-packed-")));
  after(() => rmSync(root, { recursive: true }));
  const run = (command: readonly string[], ...args: string[]) =>
    execFileSync(resolve(command[0]!), [...command.slice(1), ...args], { cwd: root, encoding: "utf8", input: "one\ntwo\n", stdio: ["pipe", "pipe", "inherit"] });

  before(() => {
    const [packed] = JSON.parse(execFileSync("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", root],
      { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] })) as { filename: string }[];
    writeFileSync(join(root, "package.json"), JSON.stringify({ name: "user", private: true, type: "module" }));
    writeFileSync(join(root, "main.ts"), MAIN);
    writeFileSync(join(root, "note.txt"), "from a file");
    writeFileSync(join(root, "run.mjs"), RUN);
    run(RUNTIMES[2]!.command, "add", "--silent", `./${packed!.filename}`);
    run([process.execPath], "node_modules/gopark/build/host/cli/main.js", "build", "main.ts");
  });

  for (const { name, entry, command } of RUNTIMES) {
    it(`runs a program on ${name}`, () => {
      assert.equal(run(command, "run.mjs"), `${entry}.js\n${WANT}PanicError\n`);
    });

    it(`has the command gopark on ${name}`, () => {
      const script = ["node_modules/gopark/build/host/cli/main.js", "build", "main.ts", "-o", `${entry}.wasm`];
      run(command, ...script);
      assert.match(run(command, ...script.slice(0, 1), "--version"), /^gopark \d/);
      const [file, ...own] = [...command, script[0]!, "run", "main.ts"];
      const { stderr, status } = spawnSync(resolve(file!), own, { cwd: root, encoding: "utf8", input: "one\ntwo\n" });
      assert.deepEqual([stderr, status], [WANT, 2]);
    });
  }
});
if (absent) it("the package on every runtime", { skip: absent });
