// SPDX-License-Identifier: MIT
/** What TypeScript makes of the package's types, by condition, in projects with and without Node's. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const dir = mkdtempSync(join(tmpdir(), "gopark-types-"));
after(() => rmSync(dir, { recursive: true }));
mkdirSync(join(dir, "node_modules"));
symlinkSync(root, join(dir, "node_modules/gopark"), "dir");
writeFileSync(join(dir, "package.json"), JSON.stringify({ type: "module" }));

const LOAD = `import { attach, hostCalls, load, PanicError } from "gopark";
  const app = await load<{ add(a: number, b: number): Promise<number> }>("app.wasm", { imports: { host: hostCalls } });
  const sum: number = await app.exports.add(1, 2);
  const text: string = app.runtime.stack();
  attach({ memory: new ArrayBuffer(1), module: "app.wasm" });
  console.log(sum, text, PanicError, hostCalls.fetchText("/"));\n`;
const FILES = `import { hostCalls } from "gopark"; console.log(hostCalls.readFile("a"));\n`;
const MOUNT = `import { createServer } from "node:http"; import { load, requestListener } from "gopark";
  createServer(requestListener((await load("app.wasm")).pprof.fetch));\n`;

const tests: { name: string; conditions: string[]; node?: boolean; code: string; wrong?: RegExp }[] = [
  { name: "a page's project, whose bundler alone knows the condition", conditions: [], code: LOAD },
  { name: "a page's project that names the condition", conditions: ["browser"], code: LOAD },
  { name: "a page has no files", conditions: ["browser"], code: FILES, wrong: /Property 'readFile' does not exist/ },
  { name: "a page serves nothing", conditions: ["browser"], node: true, code: MOUNT, wrong: /no exported member 'requestListener'/ },
  { name: "Node has files", conditions: [], node: true, code: FILES },
  { name: "Node's http takes a listener", conditions: [], node: true, code: MOUNT },
  { name: "Deno", conditions: ["deno"], code: LOAD + FILES.replace(/^.*?;/, "") },
  { name: "Bun", conditions: ["bun"], code: LOAD + FILES.replace(/^.*?;/, "") },
];

for (const [i, { name, conditions, node, code, wrong }] of tests.entries()) {
  test(`types: ${name}`, () => {
    const config = join(dir, `tsconfig.${i}.json`);
    writeFileSync(join(dir, `${i}.ts`), code);
    writeFileSync(config, JSON.stringify({
      compilerOptions: {
        target: "es2023", module: "esnext", moduleResolution: "bundler", strict: true, noEmit: true, lib: ["es2023", "dom", "dom.iterable", "esnext.disposable"],
        customConditions: conditions, types: node ? ["node"] : [], typeRoots: [join(root, "node_modules/@types")],
      },
      files: [`${i}.ts`],
    }));
    const { stdout } = spawnSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", config], { encoding: "utf8" });
    if (wrong) assert.match(stdout, wrong);
    else assert.equal(stdout, "");
  });
}
