// SPDX-License-Identifier: MIT
/**
 * Sends what the program prints to where its host wants it, and keeps the dump.
 *
 * @module
 */
import { FD_DUMP, FD_STDERR, FD_STDOUT } from "../abi/layout.ts";
import { TextStream } from "../memory/text.ts";
import type { LoadOptions, Output, Platform, Sink } from "./platform.ts";

/** The program's standard streams. */
export class Outputs {
  readonly #stdout: Sink;
  #stderr: Sink;
  readonly #dumpText = new TextStream();
  #dump = "";

  constructor(platform: Platform, options: LoadOptions) {
    this.#stdout = options.stdout ? makeSink(options.stdout) : platform.sink(FD_STDOUT);
    this.#stderr = options.stderr ? makeSink(options.stderr) : platform.sink(FD_STDERR);
  }

  /** What was written to FD_DUMP so far. */
  get dump(): string {
    return this.#dump;
  }

  write(fd: number, bytes: Uint8Array): void {
    if (fd === FD_DUMP) this.#dump += this.#dumpText.push(bytes);
    const sink = fd === FD_STDERR || fd === FD_DUMP ? this.#stderr : this.#stdout;
    sink.write(bytes);
  }

  /** Returns what goes to standard error while `f` runs. If `f` throws, a dump is kept, as any other. */
  capture(f: () => void): string {
    const [stderr, dump] = [this.#stderr, this.#dump];
    let text = "";
    this.#stderr = functionSink((s) => void (text += s));
    try {
      f();
      this.#dump = dump;
    } finally {
      this.#stderr = stderr;
    }
    return text;
  }

  /** Writes text, as it is. */
  print(fd: number, text: string): void {
    this.write(fd, new TextEncoder().encode(text));
  }

  /** Hands out what is still held back. */
  end(): void {
    this.#stdout.end();
    this.#stderr.end();
  }
}

function makeSink(output: Output): Sink {
  if (typeof output === "function") return functionSink(output);
  if ("getWriter" in output) return streamSink(output);
  return { write: (bytes) => void output.write(bytes), end() {} };
}

function functionSink(output: (text: string) => void): Sink {
  const text = new TextStream();
  const emit = (s: string) => {
    if (s) output(s);
  };
  return { write: (bytes) => emit(text.push(bytes)), end: () => emit(text.end()) };
}

/** Writes without waiting: the guest prints synchronously. A broken stream loses the output. */
function streamSink(stream: WritableStream<Uint8Array>): Sink {
  const writer = stream.getWriter();
  return {
    write: (bytes) => void writer.write(bytes).catch(() => {}),
    end: () => writer.releaseLock(),
  };
}
