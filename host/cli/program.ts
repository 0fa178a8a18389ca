// SPDX-License-Identifier: MIT
/**
 * Runs a program for a command, takes its profiles, and finds its exit status.
 *
 * @module
 */
import { basename, resolve } from "node:path";
import { ClosedError, ImportError, ProfileError, ProgramError, StopError } from "../abi/errors.ts";
import { readManifest } from "../abi/manifest.ts";
import { onBun } from "../adapter/engine.ts";
import { hostCalls } from "../adapter/files.ts";
import type { Pprof, Trace } from "../instance/app.ts";
import { load } from "../instance/instantiate.ts";
import type { LoadOptions, Platform } from "../instance/platform.ts";
import { loadModule } from "../instance/source.ts";
import { save } from "./build.ts";
import { compile, flagsFor, TARGETS, type Target, type Wanted } from "./compile.ts";
import { type DebugServer, type HttpOptions, listen, watchTurns } from "./http.ts";
import { commandPlatform, SIGPIPE_STATUS } from "./platform.ts";
import { BAD_INPUT, checkOut, CliError, oneOf } from "./usage.ts";

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

const own = commandPlatform(() => process.exit(SIGPIPE_STATUS));

/** What a program is loaded with. */
export interface Start {
  readonly module: WebAssembly.Module;
  readonly options: LoadOptions;
  /** Of the profiles that are wanted of its end. */
  readonly kinds: readonly string[];
}

/** A program that has been loaded: here or in a worker. */
export interface Started {
  readonly pprof: Pick<Pprof, "fetch" | "startCPUProfile">;
  readonly trace: Pick<Trace, "read">;
  run(): Promise<void>;
  /** Takes the profiles, and ends the program. */
  stop(): void;
  /** The profiles of a program that has ended, as they are asked for; none if there was no moment for them. */
  profiles(): readonly Promise<Uint8Array>[];
}

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
  const name = basename(file).replace(/\.ts$/, ".wasm");
  const kinds = options.profiles.map(({ kind }) => kind);
  const env = options.godebug?.length ? { ...process.env, GODEBUG: godebug(options.godebug) } : process.env;
  const trace = options.trace !== undefined;
  let program: Started | undefined;
  let status: number;
  try {
    const { module } = await loadModule(source, own, { name });
    const start = { module, kinds, options: { name, args: options.args, env, imports: { host: hostCalls }, trace } };
    program = await isShared(module, name) ? await (await import("./aside.ts")).startAside(start) : await startHere(start, server);
    server?.show(program.pprof.fetch);
    if (kinds.includes("profile")) await program.pprof.startCPUProfile();
    status = await finish(program, options.after);
    await server?.end(new ClosedError("the program has ended"));
  } catch (error) {
    await server?.end(error as Error);
    status = statusOf(error);
  }
  const profiles = program?.profiles().map((taken) => taken.catch(notThere)) ?? [];
  if (options.trace !== undefined) await saveTrace(options.trace, program);
  const bytes = await Promise.all(profiles);
  for (const [i, { out }] of options.profiles.entries()) await saveProfile(out, bytes[i]);
  return bytes.some((b) => b instanceof Error) ? BAD_INPUT : status;
}

/** Whether its memory can be shared with a worker, which runs it then. */
async function isShared(module: WebAssembly.Module, file: string): Promise<boolean> {
  const imports = WebAssembly.Module.imports(module).some(({ kind }) => kind === "memory");
  return imports && (await readManifest(module, file)).memory?.shared === true;
}

/** Loads a program into this thread. */
async function startHere({ module, options, kinds }: Start, server: DebugServer | undefined): Promise<Started> {
  const platform: Platform = server ? watchTurns(own, (line) => process.stderr.write(line)) : own;
  let taken: Promise<Uint8Array>[] = [];
  let loaded: Pprof | null = null;
  const take = () => {
    const pprof = loaded;
    loaded = null;
    if (!pprof) return; // it dies while it is loaded, or that is done
    taken = kinds.map((kind) => (kind === "profile" ? pprof.stopCPUProfile() : pprof.profile(kind, { gc: true })));
    for (const profile of taken) profile.catch(() => {}); // who looks at it comes when the program has ended
  };
  const app = await load(module, { ...options, onExit: take }, platform);
  loaded = app.pprof;
  return {
    pprof: app.pprof,
    trace: app.trace,
    run: () => app.run(),
    stop() {
      take();
      app.close();
    },
    profiles: () => taken,
  };
}

/** What there is not is said when the others have been written. */
function notThere(error: unknown): Error {
  if (error instanceof ProfileError || error instanceof StopError) return error;
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

async function saveTrace(out: string, program: Started | undefined): Promise<void> {
  await saveProfile(out, program && new TextEncoder().encode(JSON.stringify(await program.trace.read())));
}

async function saveProfile(out: string, bytes: Uint8Array | Error | undefined): Promise<void> {
  if (bytes instanceof Uint8Array) await save(out, bytes);
  process.stderr.write(`gopark: ${said(out, bytes)}\n`);
}

function said(out: string, bytes: Uint8Array | Error | undefined): string {
  if (bytes instanceof Uint8Array) return `wrote ${out}`;
  if (bytes instanceof ProfileError) return bytes.message;
  return `${out} was not written: ${bytes ? bytes.message.trimEnd() : "the program died before main"}`;
}

/** Waits for main, or for the time after which the profiles are taken. */
async function finish(program: Started, after?: number): Promise<number> {
  const run = program.run();
  if (after === undefined) {
    await run;
    return 0;
  }
  let stopped = false;
  const timer = setTimeout(() => {
    stopped = true;
    program.stop();
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
