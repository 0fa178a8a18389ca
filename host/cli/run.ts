// SPDX-License-Identifier: MIT
/**
 * `gopark run`: runs a program.
 *
 * @module
 */
import { PROFILE_KINDS } from "../instance/app.ts";
import { TARGETS } from "./compile.ts";
import { parseProfile, runProgram } from "./program.ts";
import { CliError, type Command, parseLine } from "./usage.ts";

export const run: Command = {
  summary: "run a program, compiling it first if need be",
  help: `usage: gopark run FILE.ts|FILE.wasm [--target TARGET] [--preempt] [--traps] [--gctrace]
                  [--http ADDR [--http-token TOKEN]] [--profile KIND=OUT]… [--trace OUT] [-- args]

Runs the program's main. What stands behind -- are the program's arguments.

  --target TARGET          how to compile FILE.ts: ${TARGETS.join(", ")} (default: release); nothing is written to disk
  --preempt                goroutines that compute without parking give way after 10 ms
  --traps                  what may trap notes where it is; not needed: only Bun needs it, and has it from FILE.ts
  --profile KIND=OUT       writes a profile to OUT when main returns, or when the program dies;
                           KIND is ${PROFILE_KINDS.join(", ")},
                           or the name of a pprof.newProfile of the program's; may be given several times
  --trace OUT              writes the end of the execution trace to OUT, also when the program dies: Chrome
                           trace events, for ui.perfetto.dev
  --http HOST:PORT         serves /debug/ and /debug/pprof/ while the program runs, as 127.0.0.1:6060;
                           requests are answered when a goroutine parks (with --preempt, every 10 ms; in shared
                           memory at any time)
  --http-token TOKEN       who asks must send it, as a bearer token or as ?token=TOKEN; an address
                           that others can reach needs one
  --gctrace                a line on standard error for each collection, as Go's GODEBUG=gctrace=1
  --schedtrace MS          a line about the scheduler every MS milliseconds, as Go's GODEBUG=schedtrace=MS

The program can import these from module "host" (@blocking where there is a star):
  args(): string[]                      env(name: string): string | null
  write(text: string): void             readLine(): string | null          *
  readFile(path: string): string   *    writeFile(path, text: string): void *
  readDir(path: string): string[]  *    walkDir(path: string): string[]     *
  fetchText(url: string): string   *
as in: @blocking @external("host", "readFile") declare function readFile(path: string): string;

A program in shared memory (--target threads, or a FILE.wasm that was built so) runs in a worker, and this command is there
while a goroutine computes without parking: it answers requests, samples the CPU at any place, prints the lines of --schedtrace,
and at SIGQUIT (Ctrl-\\) prints the stacks of all goroutines, writes the files that were asked for, and ends with status 2.
What only the program can tell, or has to stop for, is then a 503 that names the goroutine. All else is as with other targets,
but that the engine gives workers a larger stack.

Exit status: the program's own; 2 after a panic or a fatal error, for a FILE.wasm or an ADDR that is none or cannot be
had, or if there is no profile KIND; 1 when the command line is wrong or FILE.ts does not compile.
`,

  async run(args) {
    const { values, file, behind } = parseLine(args, ["FILE.ts|FILE.wasm"], {
      target: { type: "string" },
      preempt: { type: "boolean", default: false },
      traps: { type: "boolean" },
      profile: { type: "string", multiple: true, default: [] },
      trace: { type: "string" },
      gctrace: { type: "boolean" },
      schedtrace: { type: "string" },
      http: { type: "string" },
      "http-token": { type: "string" },
    });
    const profiles = values.profile.map(parseProfile);
    const { target, preempt, traps, trace, gctrace, schedtrace, http: address, "http-token": token } = values;
    if (schedtrace !== undefined && !/^[1-9]\d*$/.test(schedtrace)) throw new CliError(`--schedtrace ${schedtrace}: want milliseconds`);
    if (token !== undefined && address === undefined) throw new CliError("--http-token is for --http ADDR");
    const http = address === undefined ? undefined : { address, token };
    const godebug = [gctrace ? "gctrace=1" : "", schedtrace ? `schedtrace=${schedtrace}` : ""].filter(Boolean);
    return runProgram(file, { target, preempt, traps, args: behind, profiles, trace, godebug, http });
  },
};
