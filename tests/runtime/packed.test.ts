// SPDX-License-Identifier: MIT
/**
 * The packed package, installed into an empty project by each platform's own client, on Node, Deno and Bun: each
 * gets its own entry by package.json's conditions.
 *
 * @module
 */
import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, describe, it } from "node:test";
import { packageRoot } from "../../host/cli/compile.ts";
import { missing, RUNTIMES } from "../run/platforms.ts";
import { serveRegistry } from "../run/registry.ts";

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

/** By the name of a runtime's entry: what installs the packed file. */
const CLIENTS: Record<string, (file: string) => string[]> = {
  index: (file) => ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefer-offline", file],
  deno: () => [...RUNTIMES[1]!.command.slice(0, 1), "add", "--quiet", "npm:gopark"],
  bun: (file) => [...RUNTIMES[2]!.command, "add", "--silent", file],
};

for (const runtime of RUNTIMES) {
  const { name, entry, command } = runtime;
  const skip = missing(runtime);
  describe(`a project that has installed the package, on ${name}`, { skip }, () => {
    const root = realpathSync(mkdtempSync(join(tmpdir(), "gopark-packed-")));
    after(() => rmSync(root, { recursive: true }));
    const options = { cwd: root, encoding: "utf8", input: "one\ntwo\n" } as const;
    const run = (...args: string[]) => {
      const [file, ...own] = [...command, ...args];
      return spawnSync(resolve(file!), own, options);
    };

    before(async () => {
      const [packed] = JSON.parse(execFileSync("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", root],
        { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] })) as { filename: string }[];
      writeFileSync(join(root, "package.json"), JSON.stringify({ name: "user", private: true, type: "module" }));
      writeFileSync(join(root, "main.ts"), MAIN);
      writeFileSync(join(root, "note.txt"), "from a file");
      writeFileSync(join(root, "run.mjs"), RUN);
      await install(entry, root, packed!.filename);
    });

    it("has the command gopark", () => {
      const main = "node_modules/gopark/build/host/cli/main.js";
      assert.match(run(main, "--version").stdout, /^gopark \d/);
      assert.equal(run(main, "build", "main.ts").status, 0);
      const { stderr, status } = run(main, "run", "main.ts");
      assert.deepEqual([stderr, status], [WANT, 2]);
    });

    it("loads and runs a program", () => {
      assert.equal(run("run.mjs").stdout, `${entry}.js\n${WANT}PanicError\n`);
    });

    if (entry === "index") it("serves the example's page", async () => {
      const child = spawn(process.execPath, ["node_modules/gopark/examples/browser/serve.mjs", "0"], { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
      try {
        const url = await new Promise<string>((said) => child.stdout.once("data", (data: Buffer) => said(String(data).trim())));
        const page = await (await fetch(url)).text();
        for (const [, path] of page.matchAll(/": "(\/[^"]+)"/g)) assert.equal((await fetch(new URL(path!, url))).status, 200, path);
      } finally {
        child.kill();
      }
    });
  });
  if (skip) it(`the package on ${name}`, { skip });
}

/** Installs the packed file with a platform's client. */
async function install(entry: string, root: string, file: string): Promise<void> {
  const { server, url } = await serveRegistry(join(root, file));
  const [client, ...args] = CLIENTS[entry]!(`./${file}`);
  const env = entry === "deno" ? { ...process.env, NPM_CONFIG_REGISTRY: url, DENO_DIR: join(root, ".deno") } : process.env;
  const child = spawn(client!.includes("/") ? resolve(client!) : client!, args, { cwd: root, env, stdio: ["ignore", "ignore", "inherit"] });
  const status = await new Promise((closed) => child.on("close", closed));
  server.close();
  assert.equal(status, 0, `${client} ${args.join(" ")}`);
}
