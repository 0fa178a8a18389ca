// SPDX-License-Identifier: MIT
/**
 * `gopark pprof`: runs a program and writes one of its profiles.
 *
 * @module
 */
import { PROFILE_KINDS } from "../instance/app.ts";
import { TARGETS } from "./compile.ts";
import { profileSnapshot, withFiles } from "./postmortem.ts";
import { runProgram } from "./program.ts";
import { fetchProfile } from "./remote.ts";
import { CliError, type Command, parseLine } from "./usage.ts";

export const pprof: Command = {
  summary: "write a profile of a program, of a running one, or of a snapshot",
  help: `usage: gopark pprof FILE.ts|FILE.wasm KIND [-o OUT] [--after MS] [options] [-- args]
       gopark pprof SNAPSHOT KIND [-o OUT]
       gopark pprof URL KIND [-o OUT] [--seconds N]

Runs the program and writes a profile for "go tool pprof". KIND is one of
${PROFILE_KINDS.join(", ")},
or the name of a profile that the program makes with pprof.newProfile.
SNAPSHOT is what a WASI command has written at its end: it ran with GOPARK_PROFILE=KIND=SNAPSHOT
in its environment (several are separated by commas).
URL is where a program serves its profiles, as http://127.0.0.1:6060/debug/pprof (gopark run --http).

  -o, --out OUT            where to write (default: KIND.pb.gz)
  --after MS               takes the profile after MS milliseconds and stops the program there: when a goroutine parks, or
                           with --target threads at once, though one that computes has no profile of goroutines
  --seconds N              what N seconds bring, instead of the state; for profile: how long to sample
  --target TARGET          how to compile FILE.ts: ${TARGETS.join(", ")} (default: release)
  --preempt                goroutines that compute without parking give way after 10 ms

Without --after, or when the program ends earlier, the profile is taken at the last moment at
which the goroutines are there: when main has returned, or when the program has printed the
dump of its panic, deadlock or fatal error.
profile, the CPU's, is of all the time until then. block and mutex have what the program asks for.
heap and allocs are taken behind a collection, unless the program dies, or computes: then they are as of the last.
Exit status: as with gopark run; 2 if there is no profile KIND; 0 when --after has stopped the program.
`,

  async run(args) {
    const { values, file, rest, behind } = parseLine(args, ["FILE.ts|FILE.wasm|SNAPSHOT|URL", "KIND"], {
      out: { type: "string", short: "o" },
      after: { type: "string" },
      seconds: { type: "string" },
      target: { type: "string" },
      preempt: { type: "boolean", default: false },
    });
    if (/^https?:/.test(file)) {
      if (behind.length || values.after || values.target || values.preempt) throw new CliError(`${file} runs already: nothing is run`);
      await fetchProfile(file, rest[0]!, values.out ?? outOf(rest[0]!), values.seconds);
      return 0;
    }
    if (values.seconds) throw new CliError("--seconds is for the URL of a running program");
    const kind = rest[0]!;
    const out = values.out ?? outOf(kind);
    if (!/\.(ts|wasm)$/.test(file)) {
      if (behind.length || values.after || values.target) throw new CliError(`${file} is a snapshot: nothing is run`);
      await withFiles(() => profileSnapshot(file, kind, out));
      return 0;
    }
    const after = values.after === undefined ? undefined : milliseconds(values.after);
    const profiles = [{ kind, out }];
    return runProgram(file, { target: values.target, preempt: values.preempt, args: behind, profiles, after });
  },
};

/** Where a profile is written: a program's own names have slashes in them, as Go's have. */
function outOf(kind: string): string {
  return `${kind.replace(/[/\\]/g, "_")}.pb.gz`;
}

function milliseconds(text: string): number {
  if (!/^\d+(\.\d+)?$/.test(text)) throw new CliError(`--after ${text}: want milliseconds`);
  return Number(text);
}
