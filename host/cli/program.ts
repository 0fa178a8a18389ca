// SPDX-License-Identifier: MIT
/**
 * Runs a program for a command, takes its profiles, and finds its exit status.
 *
 * @module
 */
import { basename, resolve } from "node:path";
import { ClosedError, ImportError, ProfileError, ProgramError } from "../abi/errors.ts";
import { onBun } from "../adapter/engine.ts";
import { hostCalls } from "../adapter/files.ts";
import { node } from "../adapter/node.ts";
import type { App } from "../instance/app.ts";
import { load } from "../instance/instantiate.ts";
import type { Platform } from "../instance/platform.ts";
import { save } from "./build.ts";
import { compile, flagsFor, TARGETS, type Target, type Wanted } from "./compile.ts";
import { type DebugServer, type HttpOptions, listen, watchTurns } from "./http.ts";
import { BAD_INPUT, checkOut, CliError, oneOf } from "./usage.ts";

const SIGPIPE_STATUS = 141; // what a shell shows for a process that SIGPIPE has killed

/** A profile to be written. Which kinds there are, the program knows: it may have made some. */
export interface WantedProfile {
  readonly kind: string;
  readonly out: string;
}

/** The target and what is wanted say how to compile. */
export interface RunOptions extends Wanted {
  readonly target: string | undefined;
  readonly args: readonly string[];
  readonly profiles: readonly WantedProfile[];
  /** Where the execution trace goes. */
  readonly trace?: string | undefined;
  /** Settings of GODEBUG, beside those of the environment. */
  readonly godebug?: readonly string[];
  /** Serves /debug/ while the program runs. */
  readonly http?: HttpOptions | undefined;
  /** Milliseconds after which the profiles are taken and the program is stopped. */
  readonly after?: number;
}

/** Node, dying quietly when the reader of its output is gone, as Go programs do. Nobody here calls an export. */
const platform: Platform = {
  ...node,
  alone: true,
  sink(fd) {
    const sink = node.sink(fd);
    const write = (bytes: Uint8Array) => {
      try {
        sink.write(bytes);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "EPIPE") process.exit(SIGPIPE_STATUS);
        throw error;
      }
    };
    return { ...sink, write };
  },
};

/** Reads a `KIND=OUT`. */
export function parseProfile(text: string): WantedProfile {
  const [, kind, out] = /^([^=]*)=(.+)$/.exec(text) ?? [];
  if (!out) throw new CliError(`--profile ${text}: want KIND=OUT`);
  return { kind: kind!, out };
}

/** Runs FILE.ts or FILE.wasm. Returns the exit status: the program's, 2 when it died. */
export async function runProgram(file: string, options: RunOptions): Promise<number> {
  for (const out of [...options.profiles.map((p) => p.out), options.trace]) checkOut(out, [file]);
  const server = options.http && await serveDebug(options.http);
  const source = await sourceOf(file, options);
  if (!source) return 1;
  const profiles: Promise<Uint8Array | ProfileError>[] = [];
  const take = () => {
    if (profiles.length) return;
    const { pprof } = app!;
    for (const { kind } of options.profiles) {
      const taken = kind === "profile" ? pprof.stopCPUProfile() : pprof.profile(kind, { gc: true });
      profiles.push(taken.catch(notThere));
    }
  };
  let app: App | undefined;
  let status: number;
  try {
    app = await load(source, {
      name: basename(file).replace(/\.ts$/, ".wasm"),
      args: options.args,
      env: options.godebug?.length ? { ...process.env, GODEBUG: godebug(options.godebug) } : process.env,
      imports: { host: hostCalls },
      trace: options.trace !== undefined,
      onExit: () => app && take(),
    }, server ? watchTurns(platform, (line) => process.stderr.write(line)) : platform);
    server?.show(app.pprof.fetch);
    if (options.profiles.some(({ kind }) => kind === "profile")) await app.pprof.startCPUProfile();
    status = await finish(app, take, options.after);
    await server?.end(new ClosedError("the program has ended"));
  } catch (error) {
    await server?.end(error as Error);
    status = statusOf(error);
  }
  if (options.trace !== undefined) await saveTrace(options.trace, app);
  const bytes = await Promise.all(profiles);
  for (const [i, { out }] of options.profiles.entries()) await saveProfile(out, bytes[i]);
  return bytes.some((b) => b instanceof Error) ? BAD_INPUT : status;
}

/** What there is not is said when the others have been written. */
function notThere(error: unknown): ProfileError {
  if (error instanceof ProfileError) return error;
  throw error;
}

/** Settings of the command line win over those of the environment: the last of a name counts. */
function godebug(settings: readonly string[]): string {
  return [process.env.GODEBUG ?? "", ...settings].filter(Boolean).join(",");
}

async function serveDebug(options: HttpOptions): Promise<DebugServer> {
  const server = await listen(options);
  process.stderr.write(`gopark: serving ${server.url}\n`);
  return server;
}

async function saveTrace(out: string, app: App | undefined): Promise<void> {
  await saveProfile(out, app && new TextEncoder().encode(JSON.stringify(await app.trace.read())));
}

async function saveProfile(out: string, bytes: Uint8Array | ProfileError | undefined): Promise<void> {
  const isThere = bytes instanceof Uint8Array;
  if (isThere) await save(out, bytes);
  const said = isThere ? `wrote ${out}` : bytes ? bytes.message : `${out} was not written: the program died before main`;
  process.stderr.write(`gopark: ${said}
`);
}

/** Waits for main, or for the time after which the profiles are taken. */
async function finish(app: App, take: () => void, after?: number): Promise<number> {
  const run = app.run();
  if (after === undefined) {
    await run;
    return 0;
  }
  let stopped = false;
  const timer = setTimeout(() => {
    stopped = true;
    take();
    app.close();
  }, after);
  try {
    await run;
  } catch (error) {
    if (!stopped) throw error;
  } finally {
    clearTimeout(timer);
  }
  return 0;
}

/** A program's death is on standard error already; what had no words gets one line. */
function statusOf(error: unknown): number {
  if (error instanceof ImportError) {
    throw new CliError(`${error.message} of load(); gopark run has module "host" only`, BAD_INPUT);
  }
  if (!(error instanceof ProgramError)) throw error;
  const silent = error.name === "ExitError" || error.dump !== "";
  if (!silent) process.stderr.write(`gopark: ${error.message}\n`);
  return error.status;
}

async function sourceOf(
  file: string,
  { target, preempt, traps }: RunOptions,
): Promise<Uint8Array<ArrayBuffer> | string | null> {
  if (file.endsWith(".wasm")) {
    if (target) throw new CliError(`--target ${target}: ${file} is built already`);
    if (preempt) throw new CliError(`--preempt: ${file} is built already`);
    if (traps) throw new CliError(`--traps: ${file} is built already`);
    return file;
  }
  if (!file.endsWith(".ts")) throw new CliError(`${file} is neither a .ts nor a .wasm file`);
  const out = resolve(file.replace(/\.ts$/, ".wasm"));
  const how = oneOf<Target>("target", target ?? "release", TARGETS);
  const outputs = await compile(file, out, how, flagsFor({ preempt, traps: traps ?? onBun }));
  return outputs ? new Uint8Array(outputs.get(out) as Uint8Array) : null;
}
