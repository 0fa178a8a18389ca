// SPDX-License-Identifier: MIT
/**
 * Runs a program in a worker for the worker's owner (remote.ts).
 *
 * Host functions stay with the owner. A blocking one is a message and its answer; one without a
 * result is a message; one that returns a value at once cannot be, for nothing here may wait.
 *
 * @module
 */
import { ImportError } from "../abi/errors.ts";
import type { Imports } from "../abi/imports.ts";
import { FD_STDERR, FD_STDOUT, WORLD, WORLD_ORDERS } from "../abi/layout.ts";
import { type ImportEntry, type Manifest, readManifest, show } from "../abi/manifest.ts";
import { type Answer, decodeError, encodeAnswer, encodeError, encodeResponse, type Order, type RemoteProgram, type Report, type Target } from "../abi/messages.ts";
import type { MemoryView } from "../memory/view.ts";
import { onAbort } from "./abort.ts";
import type { App } from "./app.ts";
import { load } from "./instantiate.ts";
import { leave } from "./left.ts";
import type { LoadOptions, Platform } from "./platform.ts";
import type { Sampling } from "./program.ts";

/** The worker's side of the channel. */
export interface ServerPort {
  postMessage(message: unknown): void;
  addEventListener(type: "message", f: (event: { data: unknown }) => void): void;
}

/** What a worker has of its own, rather than of its owner. */
export interface Own {
  /** Output goes to the platform's sinks, at once. */
  readonly prints?: boolean;
  /** Returns the host function for an import, if it is here. */
  readonly hostFunction?: (entry: ImportEntry) => ((...args: any[]) => unknown) | undefined;
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Waits for a program, runs it, answers. */
export function serve(platform: Platform, port: ServerPort, own: Own = {}): void {
  const server = new Server(platform, own, (report) => port.postMessage(report));
  port.addEventListener("message", ({ data }) => server.take(data as Order));
}

class Server {
  readonly #platform: Platform;
  readonly #own: Own;
  readonly #report: (report: Report) => void;
  readonly #waiting = new Map<number, Waiting>();
  /** Of calls that their owner may give up, by id. */
  readonly #abortable = new Map<number, AbortController>();
  /** What to call when the owner's event loop ends: it is the one that says that nothing will come. */
  readonly #idlers = new Set<() => void>();
  #lastCall = 0;
  #orders = 0;
  /** Calls that have not ended, of those that end without the program's doing. */
  #reading = 0;
  /** Whether run() starts main. Else it is refused, as soon as the words for that are loaded. */
  #runnable = false;
  #app: App | null = null;
  /** Where memory is shared: who reads it there wants to know which orders have been taken. */
  #world: Int32Array | null = null;
  /** The CPU profile that was being taken when the program ended. */
  #cpu: Promise<Uint8Array> | null = null;
  /** The profiles that its owner wants of the program's last moment. */
  #last: Promise<Answer[]> | null = null;

  constructor(platform: Platform, own: Own, report: (report: Report) => void) {
    this.#platform = { ...platform, onIdleEnd: (f) => this.#onIdleEnd(f) };
    this.#own = own;
    this.#report = report;
  }

  take(order: Order): void {
    this.#orders++;
    this.#do(order);
    if (this.#world) Atomics.store(this.#world, WORLD_ORDERS >> 2, this.#orders);
  }

  #do(order: Order): void {
    switch (order.op) {
      case "load": return void this.#load(order.program);
      case "call": return void this.#call(order);
      case "abort": return this.#abortable.get(order.id)?.abort(decodeError(order.error));
      case "settle": return this.#take(order.id).resolve(order.value);
      case "fail": return this.#take(order.id).reject(decodeError(order.error));
      case "close": return this.#app!.close();
      case "idle": return [...this.#idlers].forEach((idle) => idle());
    }
  }

  #onIdleEnd(f: () => void): () => void {
    this.#idlers.add(f);
    this.#sayQuiet();
    return () => this.#idlers.delete(f);
  }

  /** Behind the answers to calls that have ended by now: an owner that nothing else holds may not live to hear those otherwise. */
  #sayQuiet(): void {
    this.#platform.immediate(() => {
      if (this.#idlers.size && !this.#reading) this.#report({ op: "quiet", orders: this.#orders });
    });
  }

  #take(id: number): Waiting {
    const waiting = this.#waiting.get(id)!;
    this.#waiting.delete(id);
    return waiting;
  }

  async #load(program: RemoteProgram): Promise<void> {
    try {
      const { module, name, args, env, slice, trace, memory, last } = program;
      if (memory && !(memory.buffer instanceof ArrayBuffer)) this.#world = new Int32Array(memory.buffer, WORLD);
      const manifest = await readManifest(module, name);
      this.#runnable = manifest.exports.some((e) => e.name === "main");
      const imports = this.#imports(manifest, program);
      const options: LoadOptions = {
        name, args, env, imports, slice, trace, onExit: () => this.#takeLast(last),
        ...(!this.#own.prints && { stdout: this.#output(FD_STDOUT), stderr: this.#output(FD_STDERR) }),
        ...(memory && { memory }),
      };
      this.#app = await load(module, options, this.#platform, (...end) => this.#ended(...end));
      this.#report({ op: "loaded" });
    } catch (error) {
      this.#report({ op: "refused", error: encodeError(error) });
    }
  }

  #output(fd: number) {
    return { write: (bytes: Uint8Array) => this.#report({ op: "write", fd, bytes }) };
  }

  /** What is read is read before this returns. Nothing is of a program that dies while it is loaded. */
  #takeLast(kinds: readonly string[]): void {
    const { pprof } = this.#app ?? {};
    if (pprof) this.#last ??= Promise.all(kinds.map((kind) => encodeAnswer(() => pprof.profile(kind, { gc: true }))));
  }

  /** Says that it is over, and what is left, behind the answers that the end itself has brought about. */
  #ended(error: Error, view: MemoryView, { sampler }: Sampling): void {
    const left = leave(view, this.#cpu = sampler && sampler.stop(), this.#last);
    this.#platform.immediate(async () => this.#report({ op: "ended", error: encodeError(error), left: await left }));
  }

  /** Ends by saying that the program still waits: the call may not have woken it. */
  async #call({ id, target, name, args: given, signalled }: Order & { op: "call" }): Promise<void> {
    const reads = target === "run" ? !this.#runnable : target !== "exports";
    if (reads) this.#reading++;
    if (target === "run") this.#runnable = false;
    const args = signalled === undefined ? given : given.with(signalled, { ...given[signalled] as object, signal: this.#signalOf(id) });
    try {
      const value = await this.#answer(target, name, args);
      this.#report({ op: "reply", id, value: value instanceof Response ? await encodeResponse(value) : value });
    } catch (error) {
      this.#report({ op: "failure", id, error: encodeError(error) });
    } finally {
      this.#abortable.delete(id);
      if (reads) this.#reading--;
      this.#sayQuiet();
    }
  }

  #answer(target: Target, name: string, args: readonly unknown[]): unknown {
    if (target === "run") return this.#app!.run();
    if (target === "pprof" && name === "stopCPUProfile" && this.#cpu) return this.#cpu;
    return (this.#app as unknown as Record<string, Record<string, Function>>)[target]![name]!(...args);
  }

  #signalOf(id: number): AbortSignal {
    const call = new AbortController();
    this.#abortable.set(id, call);
    return call.signal;
  }

  #imports(manifest: Manifest, { imports: names }: RemoteProgram): Imports {
    const imports: Imports = {};
    for (const entry of manifest.imports) {
      if (!names[entry.module]?.includes(entry.name)) continue;
      (imports[entry.module] ??= {})[entry.name] = this.#own.hostFunction?.(entry) ?? this.#hostFunction(entry);
    }
    return imports;
  }

  #hostFunction(entry: ImportEntry): (...args: unknown[]) => unknown {
    const { module, name } = entry;
    const abortable = entry.blocking && entry.params.some((type) => type.kind === "context");
    const send = (id: number, args: unknown[]) => this.#report({ op: "host", id, module, name, args, abortable });
    if (entry.blocking) {
      return (...args) => new Promise((resolve, reject) => {
        const id = ++this.#lastCall;
        this.#waiting.set(id, { resolve, reject });
        const signal = abortable ? (args.pop() as AbortSignal) : null;
        if (signal) onAbort(signal, () => this.#report({ op: "abort", id, error: encodeError(signal.reason) }));
        send(id, args);
      });
    }
    if (entry.result.kind === "void") return (...args) => send(0, args);
    throw new ImportError(
      `import ${module}.${show(entry)} returns a value at once, and its function is not in the ` +
        `worker: declare it @blocking, or load without worker`,
    );
  }
}
