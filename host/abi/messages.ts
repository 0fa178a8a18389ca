// SPDX-License-Identifier: MIT
/**
 * Lists what crosses between a worker that runs a program and the worker's owner.
 *
 * Errors are taken apart and put together again: cloning them would lose their class.
 *
 * @module
 */
import * as errors from "./errors.ts";

/** What a call is for: main, an export, a method of the readers. */
export type Target = "run" | "exports" | "runtime" | "pprof" | "trace";

/** From the owner. */
export type Order =
  | { readonly op: "load"; readonly program: RemoteProgram }
  | { readonly op: "call"; readonly id: number; readonly target: Target; readonly name: string;
      readonly args: readonly unknown[];
      /** Which argument had a signal, that "abort" stands for. */
      readonly signalled: number | undefined }
  | { readonly op: "abort"; readonly id: number; readonly error: ErrorData }
  | { readonly op: "settle"; readonly id: number; readonly value: unknown }
  | { readonly op: "fail"; readonly id: number; readonly error: ErrorData }
  // The owner's event loop has nothing left: what waits for it is deadlocked.
  | { readonly op: "idle" }
  // Nobody waits for the program any more; what is left of it is still wanted.
  | { readonly op: "close" };

/** What the worker loads. */
export interface RemoteProgram {
  readonly module: WebAssembly.Module;
  readonly name: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The names of the host functions that the owner has, by module. */
  readonly imports: Readonly<Record<string, readonly string[]>>;
  readonly slice: number | undefined;
  readonly trace: boolean | { readonly bytes?: number };
  /** Of a program built with --target threads, where memory can be posted: shared with the owner. */
  readonly memory: WebAssembly.Memory | undefined;
  /** Of what profiles are to be taken when the program's goroutines can be read for the last time. */
  readonly last: readonly string[];
}

/** From the worker. `id` of a host call is 0 when nobody waits for its result. */
export type Report =
  | { readonly op: "loaded" }
  | { readonly op: "refused"; readonly error: ErrorData }
  | { readonly op: "reply"; readonly id: number; readonly value: unknown }
  | { readonly op: "failure"; readonly id: number; readonly error: ErrorData }
  | { readonly op: "host"; readonly id: number; readonly module: string; readonly name: string;
      readonly args: readonly unknown[]; readonly abortable: boolean }
  | { readonly op: "abort"; readonly id: number; readonly error: ErrorData }
  | { readonly op: "write"; readonly fd: number; readonly bytes: Uint8Array }
  // Only an order can wake the program; `orders` says how many it had had by then, for another may be on its way.
  | { readonly op: "quiet"; readonly orders: number }
  | { readonly op: "ended"; readonly error: ErrorData; readonly left: Left };

/** What can still be asked of a program that has ended. */
export interface Left {
  /** The ring of its execution trace as memory/trace.ts copies it, or null. */
  readonly trace: Answer;
  /** The names of its own profiles. */
  readonly named: Answer;
  /** The CPU profile that was being taken. */
  readonly cpu: Answer | null;
  /** Those of its last moment, as RemoteProgram has them; null: there was none. */
  readonly profiles: readonly Answer[] | null;
}

/** What came of a question, as plain data. */
export type Answer = { readonly value: unknown } | { readonly error: ErrorData };

/** Takes down what `ask` returns, or why it does not. */
export async function encodeAnswer(ask: () => unknown): Promise<Answer> {
  try {
    return { value: await ask() };
  } catch (error) {
    return { error: encodeError(error) };
  }
}

/** Returns, or throws, what came of it. */
export function decodeAnswer(answer: Answer): unknown {
  if ("error" in answer) throw decodeError(answer.error);
  return answer.value;
}

/** A response as plain data. */
export interface ResponseData {
  readonly status: number;
  readonly headers: [string, string][];
  readonly body: ArrayBuffer | null;
}

/** Takes a response apart. Some statuses have no body, not even an empty one. */
export async function encodeResponse(response: Response): Promise<ResponseData> {
  const { status, headers } = response;
  return { status, headers: [...headers], body: response.body && await response.arrayBuffer() };
}

/** An error as plain data. */
export interface ErrorData {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
  readonly status?: number;
  readonly dump?: string;
  readonly cause?: ErrorData;
}

/** Takes an error apart; anything else that was thrown becomes one. */
export function encodeError(thrown: unknown): ErrorData {
  if (!(thrown instanceof Error)) return { name: "Error", message: String(thrown) };
  const { name, message, stack, cause } = thrown;
  const inner = cause === undefined ? {} : { cause: encodeError(cause) };
  const ending = thrown instanceof errors.ProgramError
    ? { status: thrown.status, dump: thrown.dump }
    : {};
  return { name, message, stack, ...ending, ...inner };
}

type ErrorClass = new (message: string, options: object) => Error;

const CLASSES = { ...errors, TypeError, RangeError } as unknown as Record<string, ErrorClass>;

/** Puts an error together again. */
export function decodeError(data: ErrorData): Error {
  const Class = Object.hasOwn(CLASSES, data.name) ? CLASSES[data.name]! : Error;
  const cause = data.cause ? { cause: decodeError(data.cause) } : {};
  const error = new Class(data.message, { status: data.status, dump: data.dump, ...cause });
  if (Class === Error) error.name = data.name;
  if (data.stack) error.stack = data.stack;
  return error;
}
