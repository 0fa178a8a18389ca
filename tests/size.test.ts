// SPDX-License-Identifier: MIT
/**
 * Sizes and names: what a reader has to take in, and what a user has to download.
 *
 * @module
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { build as bundle } from "esbuild";
import { compile, packageRoot } from "../host/cli/compile.ts";
import { customSection, PCTAB_SECTION } from "../host/abi/manifest.ts";

process.chdir(packageRoot());

const LINES = 600; // beyond this a file must be split
const COLUMNS = 100;
const HELLO = 12 * 1024; // bytes, gzipped
const PAGE = 12 * 1024; // bytes, gzipped
const DEBUG_PAGE = 150 * 1024; // bytes, gzipped
const BANNED = /^(utils?|helpers?|managers?|commons?|misc)\b|^I[A-Z][a-z]/;

function filesBelow(...roots: string[]): string[] {
  return roots.flatMap((root) => readdirSync(root, { recursive: true, encoding: "utf8" }).map((f) => join(root, f)));
}

const sources = filesBelow("assembly", "host", "tests", "examples").filter((f) => f.endsWith(".ts") && !f.endsWith(".d.ts"))
  .filter((f) => !f.startsWith("tests/yardstick/fixtures/")); // AssemblyScript's, as they are there
const lines = (file: string) => readFileSync(file, "utf8").trimEnd().split("\n");

test(`no file of assembly/ or host/ is longer than ${LINES} lines`, () => {
  const halves = sources.filter((f) => /^(assembly|host)\//.test(f));
  const long = halves.map((f) => `${f}: ${lines(f).length}`).filter((s) => Number(s.split(": ")[1]) > LINES);
  assert.deepEqual(long, []);
});

test("every source begins with its licence, and says what it is for", () => {
  const bare = sources.filter((f) => {
    const [first, second, third] = lines(f);
    if (first!.startsWith("#!")) return second !== "// SPDX-License-Identifier: MIT";
    const described = /^(\/\/ |\/\*\*)/.test(second ?? "") || /\.(test|spec)\.ts$/.test(f) || /^(host|tests)\//.test(f);
    return first !== "// SPDX-License-Identifier: MIT" || !described || third === undefined;
  });
  assert.deepEqual(bare, []);
});

test("no file is named after nothing in particular", () => {
  assert.deepEqual(sources.filter((f) => BANNED.test(basename(f))), []);
});

test(`hello world is at most ${HELLO / 1024} KiB, gzipped and without the pc table`, async (t) => {
  const hello = await bytesOf("tests/bench/guest/hello.ts");
  const size = gzipSync(withoutPctab(hello)).length;
  t.diagnostic(`${size} bytes; with the pc table, twice, ${gzipSync(hello).length}`);
  assert.ok(size <= HELLO, `${size} bytes`);
});

test(`load and run on a page are at most ${PAGE / 1024} KiB, gzipped`, async (t) => {
  const { outputFiles, metafile } = await bundle({
    stdin: { contents: 'import { load } from "./build/host/browser.js"; await (await load("app.wasm")).run();', resolveDir: "." },
    bundle: true, minify: true, format: "esm", write: false, metafile: true,
    external: ["*/remote.js", "*/writers.js", "*/sampler.js", "*/trace.js", "*/godebug.js", "*/forcegc.js", "*/debug.js", "*/pass.js", "*/faults.js", "*/misbuilt.js", "*/attached.js", "./share.js", "./trapstack.js", "./web.js", "./abort.js", "./std.js"], // what import(…) brings later does not count
  });
  const inputs = Object.keys(metafile.inputs);
  assert.deepEqual(inputs.filter((name) => /pprof-format|host\/profile/.test(name)), []);
  const size = gzipSync(outputFiles[0]!.contents, { level: 9 }).length;
  t.diagnostic(`${size} bytes of ${inputs.length} files`);
  assert.ok(size <= PAGE, `${size} bytes`);
});

test(`the page of /debug/ is at most ${DEBUG_PAGE / 1024} KiB, gzipped`, (t) => {
  const size = gzipSync(readFileSync("build/host/page/gopark-debug.js"), { level: 9 }).length;
  t.diagnostic(`${size} bytes`);
  assert.ok(size <= DEBUG_PAGE, `${size} bytes`);
});

test("lines of host/ have at most 100 columns (a report: nothing fails)", (t) => {
  for (const file of sources.filter((f) => f.startsWith("host/"))) {
    const wide = lines(file).filter((line) => line.length > COLUMNS).length;
    if (wide) t.diagnostic(`${file}: ${wide} wider`);
  }
});

async function bytesOf(file: string): Promise<Uint8Array> {
  const out = resolve(file.replace(/\.ts$/, ".wasm"));
  const outputs = await compile(file, out, "release");
  return outputs!.get(out) as Uint8Array;
}

/**
 * The module without its two copies of the pc table, which grow with the program's calls: the
 * bytes of both, in the custom section and in the passive data segment, become zeros, of which
 * gzip leaves next to nothing.
 */
function withoutPctab(wasm: Uint8Array): Uint8Array {
  const module = new WebAssembly.Module(new Uint8Array(wasm));
  const table = Buffer.from(customSection(module, PCTAB_SECTION)!);
  const out = Buffer.from(wasm);
  let copies = 0;
  for (let at = out.indexOf(table); at >= 0; at = out.indexOf(table, at)) {
    out.fill(0, at, at + table.length);
    copies++;
  }
  assert.equal(copies, 2, "the pc table is in the module twice");
  return out;
}
