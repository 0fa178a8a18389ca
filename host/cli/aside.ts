// SPDX-License-Identifier: MIT
/**
 * Runs a program in shared memory for a command: in a worker, so that this thread takes requests and signals, samples
 * what runs and prints the scheduler's lines while the program computes. What the program prints, the worker prints itself.
 *
 * @module
 */
import { ExitError, ProfileError, ProgramError, StopError } from "../abi/errors.ts";
import { FD_STDERR } from "../abi/layout.ts";
import { type Answer, decodeAnswer } from "../abi/messages.ts";
import { standardInput } from "../adapter/lines.ts";
import { startWorker, workerFile } from "../adapter/node.ts";
import { inspect, type Parts } from "../instance/attached.ts";
import { parsegodebug } from "../instance/godebug.ts";
import { lastStacks } from "../instance/owned.ts";
import type { Platform, WorkerPort } from "../instance/platform.ts";
import { loadRemote, type RemoteApp } from "../instance/remote.ts";
import { readSched, SchedTrace } from "../instance/schedtrace.ts";
import { glance } from "../memory/racy.ts";
import { commandPlatform, SIGPIPE_STATUS } from "./platform.ts";
import type { Start, Started } from "./program.ts";

const QUIT_STATUS = 2;
const CPU = "profile";

/** What the worker says beside its reports: nobody reads what it prints any more; whether it wants lines of standard input. */
export type Word = { readonly word: "broken pipe" } | { readonly word: "input"; readonly on: boolean };
/** What it is told beside orders: a line, null behind the last. */
export interface Told {
  readonly word: "line";
  readonly line: string | null;
}

const die = () => process.exit(SIGPIPE_STATUS);
const platform: Platform = { ...commandPlatform(die), worker };

/** Starts the worker. It holds the event loop all the time: whatever a program of a command waits for comes to an end. */
function worker(): WorkerPort {
  const { post, listen, terminate } = startWorker(workerFile(import.meta.url));
  const want = standardInput((line) => post({ word: "line", line } satisfies Told));
  const heard = (word: Word) => (word.word === "input" ? want(word.on) : die());
  return {
    post, terminate,
    listen: (message, failure) => listen((data) => ((data as Partial<Word>).word ? heard(data as Word) : message(data)), failure),
  };
}

/** Loads a program into a worker. Rejects as load does. */
export async function startAside({ module, options, kinds }: Start): Promise<Started> {
  const wanted = kinds.filter((kind) => kind !== CPU);
  let taken: (profiles: readonly Answer[] | null) => void;
  const last = new Promise<readonly Answer[] | null>((resolve) => {
    taken = resolve;
  });
  const app = await loadRemote(module, options, platform, { kinds: wanted, taken: taken! });
  const parts = await inspect({ memory: app.memory!, module, name: options.name }, platform);
  const profiles = new LastProfiles(app, kinds, async (kind) => {
    const answers = await last;
    if (!answers) throw new ProfileError(`no profile "${kind}": the program's worker has ended`);
    return decodeAnswer(answers[wanted.indexOf(kind)]!) as Uint8Array;
  });
  const stop = async (tell: () => void = () => {}) => {
    await profiles.ask();
    tell();
    app.close();
  };
  return {
    pprof: app.pprof,
    trace: app.trace,
    run: () => overseen(app, parts, options.env?.GODEBUG ?? "", stop),
    stop,
    profiles: () => profiles.all(),
  };
}

/** Profiles of the end: asked for where it comes from this thread, else taken by the worker when it comes. */
class LastProfiles {
  readonly #app: RemoteApp;
  readonly #kinds: readonly string[];
  readonly #lastOf: (kind: string) => Promise<Uint8Array>;
  #asked: Promise<Uint8Array>[] | null = null;

  constructor(app: RemoteApp, kinds: readonly string[], lastOf: (kind: string) => Promise<Uint8Array>) {
    this.#app = app;
    this.#kinds = kinds;
    this.#lastOf = lastOf;
  }

  /** Asks for them now, once; resolves when all answers are there. */
  async ask(): Promise<void> {
    this.#asked ??= this.#kinds.map((kind) => (kind === CPU ? this.#app.pprof.stopCPUProfile() : this.#ask(kind)));
    await Promise.allSettled(this.#asked);
  }

  all(): readonly Promise<Uint8Array>[] {
    return this.#asked ?? this.#kinds.map((kind) => (kind === CPU ? this.#app.pprof.stopCPUProfile() : this.#lastOf(kind)));
  }

  /** Behind a collection, unless the program computes; of its end, if that has come first. */
  async #ask(kind: string): Promise<Uint8Array> {
    const { pprof } = this.#app;
    try {
      if (kind !== "heap" && kind !== "allocs") return await pprof.profile(kind);
      return await pprof.profile(kind, { gc: true }).catch((error: unknown) => {
        if (!(error instanceof StopError)) throw error;
        return pprof.profile(kind);
      });
    } catch (error) {
      if (error instanceof ProgramError) return this.#lastOf(kind);
      throw error;
    }
  }
}

/** Runs main, with the lines of schedtrace meanwhile. SIGQUIT is its death, as in Go. */
async function overseen(app: RemoteApp, parts: Parts, godebug: string, stop: (tell: () => void) => Promise<void>): Promise<void> {
  const stderr = platform.sink(FD_STDERR);
  const print = (text: string) => stderr.write(new TextEncoder().encode(text));
  const interval = parsegodebug(godebug).get("schedtrace") ?? 0;
  const lines = interval > 0 ? new SchedTrace(() => schedOf(parts), platform, interval, print) : null;
  let quit = () => {};
  const quitted = new Promise<never>((_, reject) => {
    let quitting = false;
    quit = async () => {
      if (quitting) process.exit(QUIT_STATUS); // who asks again does not want to wait
      quitting = true;
      lines?.stop();
      print(`SIGQUIT: quit\n\n${await lastStacks(parts).catch((error: Error) => `${error.message}\n`)}`);
      await stop(() => reject(new ExitError("SIGQUIT: quit", { status: QUIT_STATUS, dump: "" })));
    };
  });
  process.on("SIGQUIT", quit);
  lines?.look();
  try {
    await Promise.race([app.run(), quitted]);
  } finally {
    lines?.stop();
    process.off("SIGQUIT", quit);
  }
}

function schedOf({ from, world }: Parts) {
  const seen = glance(from, readSched);
  return seen && { ...seen.value, running: world.running };
}
