// SPDX-License-Identifier: MIT
/**
 * Runs a WASI command under node:wasi, once for each case that standard input lists; see
 * tests/runtime/wasi/engine.py for the form of questions and answers.
 *
 * @module
 */
import { closeSync, openSync, readFileSync, rmSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { WASI } from "node:wasi";
import type { WasiCase, WasiResult } from "./engines.ts";

const [, , file] = process.argv as [string, string, string];
const module = await WebAssembly.compile(readFileSync(file));
const dir = mkdtempSync(join(tmpdir(), "gopark-nodewasi-"));
const [input, output] = [join(dir, "input"), join(dir, "output")];

/** Closes a file, unless the command has done so. */
function close(fd: number): void {
  try {
    closeSync(fd);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EBADF") throw error;
  }
}

function runCase(instance: (imports: WebAssembly.Imports) => WebAssembly.Instance, c: WasiCase): WasiResult {
  writeFileSync(input, c.input ?? "");
  writeFileSync(output, "");
  const stdin = openSync(input, "r");
  const out = openSync(output, "a");
  const wasi = new WASI({
    version: "preview1",
    args: [basename(file), ...(c.args ?? [])],
    env: { ...c.env },
    preopens: Object.fromEntries(Object.entries(c.as ?? { ".": "." }).map(([name, folder]) => [name, join(c.dir ?? ".", folder)])),
    stdin,
    stdout: out,
    stderr: out,
  });
  let [status, trap] = [0, ""];
  try {
    const code: unknown = wasi.start(instance(wasi.getImportObject() as WebAssembly.Imports));
    status = Number(code ?? 0);
  } catch (error) {
    [status, trap] = [134, String(error)];
  }
  [stdin, out].forEach(close);
  return { status, trap, output: readFileSync(output, "utf8") };
}

const cases = JSON.parse(readFileSync(0, "utf8")) as WasiCase[];
const results = cases.map((c) => runCase((imports) => new WebAssembly.Instance(module, imports), c));
rmSync(dir, { recursive: true });
process.stdout.write(JSON.stringify(results));
