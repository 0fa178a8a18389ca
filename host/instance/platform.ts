// SPDX-License-Identifier: MIT
/**
 * Names what the host needs of the world it runs in. Each adapter fills this in, no more.
 *
 * @module
 */
import type { Imports } from "../abi/imports.ts";

export interface Platform {
  /** Returns monotonic milliseconds, with a fraction. */
  now(): number;
  /** Returns milliseconds since 1970. */
  walltime(): number;
  /** Returns a number in [0, 1). */
  random(): number;
  /** Calls `f` once, `ms` milliseconds from now or a little later. Returns how to cancel it. */
  timer(ms: number, f: () => void): () => void;
  /** The same for what is not worth running for: it does not keep the event loop from ending. */
  meanwhile(ms: number, f: () => void): () => void;
  /** Calls `f` once, after the event loop has had a turn. */
  immediate(f: () => void): void;
  /**
   * Calls `f` each time when nothing is left that could keep the event loop running. A platform
   * whose event loop never ends does not call it. Returns how to unsubscribe.
   */
  onIdleEnd(f: () => void): () => void;
  /**
   * Nobody calls exports here. Absent, any callback of the host's may, and no platform can list those: not even Node's
   * active resources have listeners of streams, work of the thread pool and nested immediates.
   */
  readonly alone?: boolean;
  /** Another thread prints the scheduler's lines (schedtrace): also while this one computes. */
  readonly overseen?: boolean;
  /** Memory may be shared among threads, but must not be posted to one: so on a page that is not cross-origin isolated. */
  readonly unshared?: boolean;
  /** Reads a whole file; what has to be fetched comes as the response. An aborted signal closes the connection. */
  open(source: string | URL, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer> | Response>;
  /** Returns standard output (1) or standard error (2), for one program. */
  sink(fd: number): Sink;
  /** Compresses fast rather than well, as Go does. */
  gzip(bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>>;
  /** Returns an error's stack with the frames of wasm; absent where `stack` has them of itself. */
  stackOf?(error: Error): string | undefined;
  /** Returns how many bytes of memory the process has had at most; absent where nobody tells. */
  maxRSS?(): number;
  /** Starts a worker that serves this platform (serve.ts). */
  worker(): WorkerPort | Promise<WorkerPort>;
}

/** Where bytes go. */
export interface Sink {
  write(bytes: Uint8Array): void;
  /** Hands out what is still held back: nothing more will come. */
  end(): void;
}

/** A worker, seen from its owner. */
export interface WorkerPort {
  post(message: unknown): void;
  /** Calls `message` for each message, `failure` when the worker cannot go on. */
  listen(message: (data: unknown) => void, failure: (error: Error) => void): void;
  /** Says whether the worker is to keep the event loop running. Absent where nothing can be said, or the loop never ends. */
  hold?(on: boolean): void;
  terminate(): void;
}

/**
 * Where a program's output goes: a function that gets text, or a stream that gets UTF-8 bytes
 * (a WHATWG WritableStream, or anything with a `write` method such as Node's).
 */
export type Output =
  | ((text: string) => void)
  | WritableStream<Uint8Array>
  | { write(chunk: Uint8Array): unknown };

/** How large the execution trace may become. */
export interface TraceOptions {
  /** What the ring takes of the program's memory, 8 a switch; 1 MiB at first. The oldest events give way. */
  readonly bytes?: number;
}

/** What `load` takes beside the source. */
export interface LoadOptions {
  /** The host functions, by module and name. They win over the built-in ones. */
  readonly imports?: Imports;
  /** What `host.args()` returns to the program. */
  readonly args?: readonly string[];
  /** What `host.env(name)` returns to the program. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly stdout?: Output;
  readonly stderr?: Output;
  /**
   * For how many milliseconds goroutines run before the event loop has a turn; 10 at first. One that computes gives
   * way only if the program was built with --preempt.
   */
  readonly slice?: number;
  /** Closes the program when it is aborted; whatever waits rejects with the signal's reason, `load` too. */
  readonly signal?: AbortSignal;
  /** Names the module in profiles. By default the last part of the source's path. */
  readonly name?: string;
  /** Takes an execution trace from the end of the module level on: `app.trace.read()`. */
  readonly trace?: boolean | TraceOptions;
  /**
   * The memory for a program that was built with --target threads, to share it with other threads (attach). Its
   * maximum must be at most the program's: 16384 pages, unless asc's --maximumMemory says otherwise.
   */
  readonly memory?: WebAssembly.Memory;
  /**
   * Is called at the last moment in which the program's goroutines can be read: main has
   * returned, or the program has printed its dump. A profile asked for in it is of that moment.
   */
  readonly onExit?: () => void;
}
