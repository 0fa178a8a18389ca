// SPDX-License-Identifier: MIT
/**
 * `gopark build`: compiles a program to a .wasm file.
 *
 * @module
 */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { tierLate } from "./asc.ts";
import { BUILD_TARGETS, compile, flagsFor } from "./compile.ts";
import { checkOut, CliError, type Command, oneOf, parseLine } from "./usage.ts";

export const build: Command = {
  summary: "compile a program to WebAssembly",
  help: `usage: gopark build FILE.ts [-o OUT.wasm] [--target release|debug|threads|wasi] [--preempt] [--traps]
                    [-- asc flags]

Compiles an AssemblyScript program with gopark's runtime and transform.

  -o, --out OUT.wasm    where to write (default: FILE.wasm beside FILE.ts)
  --target release      -O3 (the default)
  --target debug        not optimized, with names and a source map beside OUT.wasm
  --target threads      memory that other threads can read while it runs, at most 1 GiB, -O3
  --target wasi         a WASI preview 1 command, -O3: wasmtime run --dir=. OUT.wasm arguments
  --preempt             goroutines that compute without parking give way after 10 ms
  --traps               what may trap notes where it is: exact lines of an engine's traps on Bun too

What stands behind -- goes to asc as it is, for example: -- -O1 --enable simd
An asconfig.json is not read. A project that has one extends gopark/asconfig.json and runs asc.
Exit status: 1 when there are errors.
`,

  async run(args) {
    const { values, file, behind } = parseLine(args, ["FILE.ts"], {
      out: { type: "string", short: "o" },
      target: { type: "string", default: "release" },
      preempt: { type: "boolean", default: false },
      traps: { type: "boolean", default: false },
    });
    const target = oneOf("target", values.target, BUILD_TARGETS);
    if (!file.endsWith(".ts")) throw new CliError(`${file} is not a .ts file`);
    const out = values.out ?? file.replace(/\.ts$/, ".wasm");
    checkOut(out, [file]);
    tierLate();
    const outputs = await compile(file, out, target, [...flagsFor(values), ...behind]);
    for (const [path, contents] of outputs ?? []) await save(path, contents);
    return outputs ? 0 : 1;
  },
};

/** Writes a file, making its directory if need be. Throws CliError when it cannot, or must not (checkOut). */
export async function save(path: string, contents: Uint8Array | string): Promise<void> {
  checkOut(path);
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, contents);
  } catch (error) {
    throw new CliError(`cannot write ${path}: ${(error as Error).message}`);
  }
}
