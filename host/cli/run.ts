// SPDX-License-Identifier: MIT
/**
 * `gopark run`: runs a program.
 *
 * @module
 */
import { parseProfile, runProgram } from "./program.ts";
import { type Command, parseLine } from "./usage.ts";

export const run: Command = {
  summary: "run a program, compiling it first if need be",
  help: `usage: gopark run FILE.ts|FILE.wasm [--target release|debug] [--preempt]
                  [--profile KIND=OUT]… [-- args]

Runs the program's main. What stands behind -- are the program's arguments.

  --target release|debug   how to compile FILE.ts (default: release); nothing is written to disk
  --preempt                goroutines that compute without parking give way after 10 ms
  --profile KIND=OUT       writes a profile to OUT when main returns, or when the program dies;
                           KIND is goroutine, heap, allocs or threadcreate; may be given several times
  --gctrace                a line on standard error for each collection, as Go's GODEBUG=gctrace=1

The program can import these from module "host" (@blocking where there is a star):
  args(): string[]                      env(name: string): string | null
  write(text: string): void             readLine(): string | null          *
  readFile(path: string): string   *    writeFile(path, text: string): void *
  readDir(path: string): string[]  *    walkDir(path: string): string[]     *
  fetchText(url: string): string   *
as in: @blocking @external("host", "readFile") declare function readFile(path: string): string;

Exit status: the program's own; 2 after a panic or a fatal error; 1 when it cannot be run.
`,

  async run(args) {
    const { values, file, behind } = parseLine(args, ["FILE.ts|FILE.wasm"], {
      target: { type: "string" },
      preempt: { type: "boolean", default: false },
      profile: { type: "string", multiple: true, default: [] },
      gctrace: { type: "boolean" },
    });
    const profiles = values.profile.map(parseProfile);
    const { target, preempt, gctrace } = values;
    return runProgram(file, { target, preempt, args: behind, profiles, gctrace });
  },
};
