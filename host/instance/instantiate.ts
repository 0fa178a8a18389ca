// SPDX-License-Identifier: MIT
/**
 * Puts a program together: compiles, binds the imports, instantiates, runs module-level code.
 *
 * @module
 */
import { type GuestExports, REQUIRED } from "../abi/exports.ts";
import { type Imports, RUNTIME_MODULE, type RuntimeImports } from "../abi/imports.ts";
import { customSection, FUNCTAB_SECTION, readManifest, readPctab } from "../abi/manifest.ts";
import { MemoryView } from "../memory/view.ts";
import { FuncTab } from "../symbol/functab.ts";
import { PcTab } from "../symbol/pctab.ts";
import { App, type Exports } from "./app.ts";
import { builtinImports, clockImports } from "./builtin.ts";
import { Calls } from "./calls.ts";
import { Codec } from "./codec.ts";
import { Door } from "./door.ts";
import { EngineStack } from "./enginestack.ts";
import { bindImports, type Context, InFlight } from "./hostcall.ts";
import { Outputs } from "./output.ts";
import type { LoadOptions, Platform } from "./platform.ts";
import { Program, type Sampling } from "./program.ts";
import { Reader } from "./reader.ts";
import { loadModule, type Source } from "./source.ts";

/** Loads a program on a platform. Rejects with ModuleError, ImportError or how its start died. */
export async function load<E extends Exports = Exports>(
  source: Source | PromiseLike<Source>,
  options: LoadOptions,
  platform: Platform,
  onEnd: (error: Error, view: MemoryView, sampling: Sampling) => void = () => {},
  OwnDoor?: typeof Door,
): Promise<App<E>> {
  const { slice = 10 } = options; // short enough for a page to stay fluid
  if (!(slice > 0 && slice < Infinity)) throw (await import("./faults.ts")).badSlice(slice);
  const { module, file } = await loadModule(source, platform, options);
  const manifest = await readManifest(module, file);
  const section = await readPctab(module, file);
  const outputs = new Outputs(platform, options);
  const sampling: Sampling = { sampler: null, schedtrace: null };
  const shared = (manifest.memory ?? options.memory) && (await import("./share.ts")).prepare(options, platform, sampling, manifest, file);
  const door = new (OwnDoor ?? shared?.Door ?? Door)(outputs, () => options.onExit?.());
  const context = { door, inFlight: new InFlight(), outputs, platform } as Context;
  const runtime = { [RUNTIME_MODULE]: runtimeImports({ platform, outputs, context, sampling }) };
  const layers = [shared?.imports, options.imports, runtime, builtinImports(platform, outputs, options)];
  const bound = await bindImports(module, manifest, layers, context);
  const pctab = new PcTab(section);
  const functab = customSection(module, FUNCTAB_SECTION);
  const Stack = manifest.traps ? (await import("./trapstack.ts")).TrapStack : EngineStack;
  const engine = functab && new Stack(new FuncTab(functab), pctab, platform.stackOf);
  const { guest, view, absent } = await start(module, bound, { context, engine });
  if (absent.length) throw (await import("../abi/misbuilt.ts")).lacking(file, absent);
  const callable = manifest.exports.some((e) => e.name !== "main");
  let release = () => {};
  const program = makeProgram({ platform, outputs, context, sampling }, options, { slice, callable, onEnd: (error) => (release(), onEnd(error, view, sampling)) });
  const { signal } = options;
  if (signal) release = (await import("./abort.ts")).onAbort(signal, () => program.close(signal.reason));
  try {
    const settings = options.env?.GODEBUG;
    if (settings) (await import("./godebug.ts")).applyGodebug(settings, { door, guest, view, platform, outputs, sampling });
    signal?.throwIfAborted();
    door.enter(() => guest._initialize());
  } finally {
    if (door.error) program.close(door.error);
  }
  const reader = new Reader(door, view, outputs);
  const app = new App<E>({ manifest, program, reader, pctab, file, section, platform, sampling, view, args: options.args });
  if (options.trace) await app.trace.start(options.trace);
  return app;
}

interface Around {
  readonly platform: Platform;
  readonly outputs: Outputs;
  readonly context: Context;
  readonly sampling: Sampling;
}

function runtimeImports({ platform, outputs, context, sampling }: Around): Record<string, unknown> {
  const imports: RuntimeImports = {
    ...clockImports(platform, sampling),
    write: (fd, ptr, len) => {
      const view = new MemoryView(context.door.guest.memory);
      outputs.write(fd, view.bytes(ptr >>> 0, len >>> 0));
    },
    done: (callid, ptr) => context.program.done(callid, ptr),
    abort: (token, why) => context.inFlight.abort(token >>> 0, context.codec.objects.string(why >>> 0)),
    exit: (kind, status) => context.door.exit(kind, status),
  };
  return { ...imports };
}

interface Starting {
  readonly context: Context;
  readonly engine: EngineStack | null;
}

/** Instantiates, and gives the door and the codec what they lead to. Chromium's pages refuse to do it at once for large modules. */
async function start(module: WebAssembly.Module, imports: Imports, { context, engine }: Starting) {
  const { exports } = await WebAssembly.instantiate(module, imports as WebAssembly.Imports);
  const guest = exports as unknown as GuestExports;
  const absent = REQUIRED.filter((name) => guest[name] === undefined);
  const view = new MemoryView(guest.memory);
  const codec = (context.codec = new Codec(guest, view));
  context.door.open(guest, (text) => codec.objects.newString(text), engine);
  return { guest, view, absent };
}

function makeProgram(
  { platform, outputs, context, sampling }: Around,
  options: LoadOptions,
  { slice, callable, onEnd }: { slice: number; callable: boolean; onEnd: (e: Error) => void },
): Program {
  const { door, codec } = context;
  context.program = new Program({
    platform,
    door,
    codec,
    calls: new Calls(door, codec),
    sampling,
    slice,
    callable,
    onExit: () => options.onExit?.(),
    onEnd: (error) => {
      context.inFlight.end(error);
      outputs.end();
      onEnd(error);
    },
  });
  return context.program;
}
