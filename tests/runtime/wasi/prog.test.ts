// SPDX-License-Identifier: MIT
/**
 * The programs of tests/prog that need no host, as WASI commands: they print the same.
 *
 * PROG=name,name runs only those.
 *
 * @module
 */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { compile, packageRoot } from "../../../host/cli/compile.ts";
import { findWasmtime, nodeWasi, type WasiEngine, type WasiResult } from "../../run/engines.ts";
import { endLine, mask } from "../../run/cases.ts";
import { readProg, type Prog } from "../../run/prog.ts";

process.chdir(packageRoot());

const DIR = "tests/prog";
const HOSTED = ["exports", "hostcalls", "hostcancel", "hostfails", "imports", "parkbelowhost", "traps"]; // they are about the host
/** Cases that an engine's trap ends, for WASI has nobody who would print Go's dump; and one that takes 4 GiB. */
const LEFT_OUT: Record<string, readonly string[]> = {
  panics: ["divideOverflow", "loadOutOfBounds"],
  fatals: ["stackOverflow", "outOfMemory"],
};

/** How a program learns its case: from a host's function there, from its argument here, in the same line. */
const PICK = '@external("test", "pick") declare function pick(): string;';
const PICK_HERE = '@external("host", "args") declare function args(): string[]; function pick(): string { return args()[0]; }';

const wasmtime = findWasmtime();
const wanted = process.env.PROG?.split(",");
const names = readdirSync(DIR).filter((name) => name.endsWith(".ts")).map((name) => name.slice(0, -3));
const tmp = mkdtempSync(join(tmpdir(), "gopark-wasi-"));
after(() => rmSync(tmp, { recursive: true }));

/** Builds a program where its file's name is all that stacks say of it. */
async function build(prog: Prog): Promise<string> {
  const source = (await readFile(prog.file, "utf8")).replace(PICK, PICK_HERE);
  const file = join(tmp, `${prog.name}.ts`);
  writeFileSync(file, source);
  const out = join(tmp, `${prog.name}.wasm`);
  const outputs = await compile(file, out, "wasi", ["-O1", ...prog.flags]); // quicker; prog tries -O0 and -O3
  writeFileSync(out, outputs!.get(out)!);
  return out;
}

/** Runs all cases, and writes them down as tests/run/prog.ts does. */
function runCases(engine: WasiEngine, wasm: string, prog: Prog, cases: readonly string[]): string {
  const results = engine.run(wasm, cases.length ? cases.map((name) => ({ args: [name] })) : [{}]);
  const text = results.map((r, i) => (cases.length ? `=== ${cases[i]}\n` : "") + show(r)).join("");
  return text.replace(new RegExp(`(?<=[\\t ])${prog.name}\\.ts:`, "g"), `${prog.file}:`);
}

function show({ status, output, trap }: WasiResult): string {
  return endLine(mask(endLine(output) + trap + (status ? `exit status ${status}` : "")));
}

/** The expected text without the cases left out, and without what only a host knows: the error's class. */
function expected(prog: Prog, cases: readonly string[]): string {
  const text = prog.want!.replace(/^\w+Error, (?=exit status)/gm, "");
  const parts = new Map(text.split(/^=== /m).map((part) => [part.split("\n", 1)[0]!, part]));
  return cases.length ? cases.map((name) => `=== ${parts.get(name)}`).join("") : text;
}

for (const name of names.filter((n) => !HOSTED.includes(n) && (wanted?.includes(n) ?? true))) {
  const prog = await readProg(join(DIR, `${name}.ts`));
  const cases = prog.cases.filter((c) => !LEFT_OUT[name]?.includes(c));
  describe(`${name}: ${prog.fact}`, () => {
    let wasm: Promise<string> | undefined;
    for (const [title, engine] of [["wasmtime", wasmtime], ["node:wasi", nodeWasi]] as const) {
      const skip = !engine && !process.env.CI && "there is no wasmtime here";
      it(`prints ${name}.txt under ${title}`, { skip }, async () => {
        assert.ok(engine, "wasmtime is missing: neither the command nor the Python package");
        assert.equal(runCases(engine, await (wasm ??= build(prog)), prog, cases), expected(prog, cases));
      });
    }
  });
}
