// SPDX-License-Identifier: MIT
/**
 * Guards every call into wasm: whatever comes out of one ends the program in one way.
 *
 * The guest ends by calling exit(), which throws ProgramExit through its frames; an engine trap
 * or an exception of a host function is first handed to the guest (gopark_trap), which prints
 * Go's text for it and then calls exit() too. Nothing may enter after that.
 *
 * @module
 */
import { type ProgramError, programError } from "../abi/errors.ts";
import type { GuestExports } from "../abi/exports.ts";
import { EXIT_TRAP, TRAP_HOST, TRAP_OTHER } from "../abi/layout.ts";
import type { Outputs } from "./output.ts";
import { ENGINE_FRAMES, type EngineStack } from "./enginestack.ts";
import { messageOf, trapCode } from "./trap.ts";

/** What exit() throws. Private: a host function that catches it only delays the end. */
class ProgramExit {
  readonly kind: number;
  readonly status: number;

  constructor(kind: number, status: number) {
    this.kind = kind;
    this.status = status;
  }
}

/** The one way into the guest. */
export class Door {
  readonly #outputs: Outputs;
  readonly #onExit: () => void;
  #guest: GuestExports | null = null;
  #newString: (text: string) => number = () => 0;
  #engine: EngineStack | null = null;
  #depth = 0;
  #exit: ProgramExit | null = null;
  #error: ProgramError | null = null;

  constructor(outputs: Outputs, onExit: () => void) {
    this.#outputs = outputs;
    this.#onExit = onExit;
  }

  /** Tells the door what it leads to; the imports need it before there is an instance. */
  open(guest: GuestExports, newString: (text: string) => number, engine: EngineStack | null): void {
    this.#guest = guest;
    this.#engine = engine;
    this.#newString = newString;
  }

  get guest(): GuestExports {
    return this.#guest!;
  }

  /** Reports whether wasm is on the stack. */
  get busy(): boolean {
    return this.#depth > 0;
  }

  /** How the program died, if it has. */
  get error(): ProgramError | null {
    return this.#error;
  }

  /** Calls `f`, which calls the guest. Throws the program's error when it dies in it. */
  enter<T>(f: (guest: GuestExports) => T): T {
    if (this.#error) throw this.#error;
    if (this.#exit && !this.busy) throw this.#die(this.#exit);
    const restore = this.busy ? undefined : seeWholeStacks();
    this.#depth++;
    try {
      const result = f(this.guest);
      if (this.#exit && this.#depth === 1) throw this.#exit;
      return result;
    } catch (thrown) {
      throw this.#depth === 1 ? this.#die(thrown) : thrown;
    } finally {
      this.#depth--;
      restore?.();
    }
  }

  /** The import `exit`: unwinds wasm. The program's state is readable for the last time. */
  exit(kind: number, status: number): never {
    if (!this.#exit) {
      this.#exit = new ProgramExit(kind, status);
      try {
        this.#onExit();
      } catch (thrown) {
        reportLater(thrown);
      }
    }
    throw this.#exit;
  }

  /** Throws on if exit() was called: for those who caught what a host function threw. */
  checkExit(): void {
    if (this.#exit) throw this.#exit;
  }

  #die(thrown: unknown): ProgramError {
    const cause = thrown instanceof ProgramExit ? undefined : thrown;
    if (!this.#exit) this.#trap(thrown);
    const { kind, status } = this.#exit ?? new ProgramExit(EXIT_TRAP, 2);
    this.#error = programError(kind, { status, dump: this.#outputs.dump, cause });
    if (cause && !this.#outputs.dump) this.#error = untold(this.#error, cause);
    return this.#error;
  }

  /** Lets the guest print what an engine threw. A guest too broken to print is left alone. */
  #trap(thrown: unknown): void {
    const code = trapCode(thrown);
    const speak = code === TRAP_HOST || code === TRAP_OTHER;
    try {
      if (code !== TRAP_HOST) this.#engine?.complete(this.guest.memory, thrown);
      const text = speak ? this.#message(messageOf(thrown)) : 0;
      this.guest.gopark_trap(code, text);
    } catch {
      // exit() threw, or the guest trapped again: either way it has said what it could.
    }
  }

  #message(text: string): number {
    try {
      return this.#newString(text);
    } catch {
      return 0;
    }
  }
}

/** Has engines that limit the frames an error names list all of a deep recursion. Returns how to undo it. */
function seeWholeStacks(): () => void {
  const engine = Error as { stackTraceLimit?: number };
  const limit = engine.stackTraceLimit;
  if (limit === undefined) return () => {};
  engine.stackTraceLimit = ENGINE_FRAMES;
  return () => void (engine.stackTraceLimit = limit);
}

/** Replaces the message of an error whose program died without a word. */
function untold(error: ProgramError, cause: unknown): ProgramError {
  const Same = error.constructor as typeof ProgramError;
  return new Same(messageOf(cause), { status: error.status, dump: "", cause });
}

/** Reports what a user's callback threw where it cannot stop the program's end. */
function reportLater(thrown: unknown): void {
  queueMicrotask(() => {
    throw thrown;
  });
}
