// SPDX-License-Identifier: MIT
/**
 * `gopark core`: says what the goroutines of a WASI command were doing when it trapped, and what it had allocated.
 *
 * @module
 */
import { buildId } from "../abi/buildid.ts";
import { CoreError } from "../abi/errors.ts";
import { MPROF, MPROF_BBUCKETS, MPROF_XBUCKETS } from "../abi/layout.ts";
import { customSection, FUNCTAB_SECTION, PCTAB_SECTION } from "../abi/manifest.ts";
import { node } from "../adapter/node.ts";
import { type EngineFrame, EngineStack } from "../instance/enginestack.ts";
import { loadModule } from "../instance/source.ts";
import { read as readTrace } from "../instance/trace.ts";
import { codeStarts, readCoreFile } from "../memory/corefile.ts";
import { readBuild, readDump, readLabels } from "../memory/goroutines.ts";
import { readHeapStats, readMemProfile } from "../memory/heap.ts";
import { readBlockBuckets, readNamedProfiles } from "../memory/record.ts";
import { ringOf } from "../memory/trace.ts";
import { MemoryView } from "../memory/view.ts";
import { printGoroutines, stackOf } from "../profile/dump.ts";
import type { Profile } from "../profile/model.ts";
import { makeProfile } from "../profile/taken.ts";
import { encodeMemStats } from "../profile/text.ts";
import { FuncTab } from "../symbol/functab.ts";
import { PcTab } from "../symbol/pctab.ts";
import { save } from "./build.ts";
import { readInput, saveProfile, withFiles, withFrames } from "./postmortem.ts";
import { parseProfile } from "./program.ts";
import { BAD_INPUT, checkOut, CliError, type Command, parseLine } from "./usage.ts";

/** What memory alone can tell, beside the profiles of the program's own. */
const CORE_KINDS = ["goroutine", "heap", "allocs", "threadcreate", "block", "mutex"];

type Goroutines = ReturnType<typeof readDump>;

interface WantedProfile {
  readonly kind: string;
  readonly out: string;
}

export const core: Command = {
  summary: "read the goroutines and the heap out of a core dump",
  help: `usage: gopark core COREDUMP APP.wasm [--memstats] [--profile [KIND=]OUT]… [--trace OUT]

Prints every goroutine of a program that an engine's trap has ended, as Go prints them. APP.wasm is
the program that ran: the build, not another one of the same source. A core dump is what
"wasmtime run -D coredump=COREDUMP APP.wasm" writes when APP.wasm traps.

  --memstats              prints runtime.MemStats too: what was allocated, freed and collected
  --profile [KIND=]OUT    writes a profile to OUT, for "go tool pprof"; KIND is goroutine (the default),
                          ${CORE_KINDS.slice(1).join(", ")}, or the name of a profile that the
                          program has made; may be given several times
  --trace OUT             writes the execution trace to OUT if the program has called trace.start: Chrome trace
                          events, for ui.perfetto.dev

heap and allocs are as of the program's last collection.

Exit status: 2 when a file is not what it should be, or they are not of one build; 1 when the command line is wrong.
`,

  run(args) {
    const { values, file, rest } = parseLine(args, ["COREDUMP", "APP.wasm"], {
      memstats: { type: "boolean", default: false },
      profile: { type: "string", multiple: true, default: [] },
      trace: { type: "string" },
    });
    const profiles = values.profile.map(wantedOf);
    for (const out of [...profiles.map((p) => p.out), values.trace]) checkOut(out, [file, ...rest]);
    return withFiles(async () => {
      const app = rest[0]!;
      const dump = readCoreFile(await readInput(file), file);
      const view = new MemoryView(dump.memory);
      const bytes = await readInput(app);
      const { module } = await loadModule(bytes, node, { name: app });
      const table = customSection(module, PCTAB_SECTION);
      if (!table) throw new CoreError(`${app} has no ${PCTAB_SECTION} section: it is not a gopark program, or was stripped`);
      const [core, wanted] = [readBuild(view, file), buildId(table)];
      if (core !== wanted) throw new CoreError(`${file} is of build ${core}, ${app} is build ${wanted}`);
      checkKinds(profiles, view, file);
      const pctab = new PcTab(table);
      const functab = customSection(module, FUNCTAB_SECTION);
      let all = readDump(view);
      if (functab) {
        const starts = codeStarts(bytes, app);
        const frames = dump.frames.map(({ index, codeOffset }) => ({ index, offset: starts[index]! + codeOffset }));
        all = withEngineStack(all, new EngineStack(new FuncTab(functab), pctab), frames);
      }
      process.stdout.write(printGoroutines(all, pctab));
      if (values.memstats) process.stdout.write(`\n${encodeMemStats(readHeapStats(view))}`);
      const mapping = { file: app.replace(/^.*[/\\]/, ""), buildId: core };
      if (values.trace !== undefined) await saveTrace(values.trace, { view, pctab, file: mapping.file }, file);
      for (const { kind, out } of profiles) await saveProfile(profileOf(kind, view, all, pctab), mapping, out);
      return 0;
    });
  },
};

function wantedOf(text: string): WantedProfile {
  return text.includes("=") ? parseProfile(text) : { kind: "goroutine", out: text };
}

/** Throws CliError for a profile that there is not. */
function checkKinds(wanted: readonly WantedProfile[], view: MemoryView, file: string): void {
  const known = [...CORE_KINDS, ...readNamedProfiles(view).map(({ name }) => name)];
  const unknown = wanted.find(({ kind }) => !known.includes(kind));
  if (unknown) throw new CliError(`${file} has no profile "${unknown.kind}": there are ${known.join(", ")}`, BAD_INPUT);
}

/** Writes the execution trace that the memory has. Throws CoreError when it has none. */
async function saveTrace(out: string, parts: Parameters<typeof readTrace>[0], file: string): Promise<void> {
  if (!ringOf(parts.view)) throw new CoreError(`${file} has no execution trace: the program has not called trace.start`);
  await save(out, JSON.stringify(readTrace(parts)));
  process.stderr.write(`gopark: wrote ${out}\n`);
}

/** Completes the trace of what ran by the engine's stack: the place of the trap, functions that keep no trace. */
function withEngineStack(all: Goroutines, engine: EngineStack, frames: readonly EngineFrame[]): Goroutines {
  const running = all.list.find((g) => g.running);
  if (!running) return { ...all, runtime: engine.merge(frames, all.runtime) };
  const pcs = engine.merge(frames, running.pcs);
  return { ...all, list: all.list.map((g) => (g === running ? { ...g, pcs } : g)) };
}

/** Makes a profile of what lies in memory. */
function profileOf(kind: string, view: MemoryView, all: Goroutines, pctab: PcTab): Profile {
  const now = BigInt(Date.now()) * 1_000_000n;
  switch (kind) {
    case "goroutine": return makeProfile(kind, withFrames(all.list.map((g) => ({ stack: stackOf(g, pctab), labels: readLabels(view, g.address) })), pctab), now);
    case "threadcreate": return makeProfile(kind, [{ pcs: [], frames: [] }], now); // the engine made M 0, no goroutine
    case "heap": case "allocs": {
      const { rate, records } = readMemProfile(view);
      return makeProfile(kind, withFrames(records, pctab), now, rate);
    }
    case "block": return makeProfile(kind, withFrames(readBlockBuckets(view, MPROF + MPROF_BBUCKETS), pctab), now);
    case "mutex": return makeProfile(kind, withFrames(readBlockBuckets(view, MPROF + MPROF_XBUCKETS), pctab), now);
    default: {
      const stacks = readNamedProfiles(view).find(({ name }) => name === kind)!.stacks();
      return makeProfile(kind, withFrames(stacks.map((stack) => ({ stack })), pctab), now);
    }
  }
}
