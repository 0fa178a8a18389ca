// SPDX-License-Identifier: MIT
/**
 * Runs a program of tests/prog on any platform, and says what it printed and how it ended.
 *
 * @module
 */
import type { App, load as Load, LoadOptions, ProgramError, RemoteApp, Source } from "../../host/index.ts";
import { testImports } from "./host.ts";

const PATIENCE = 60_000; // ms, for a program that neither ends nor computes

/** A platform's entry, as far as it is needed here. */
export interface Entry {
  readonly load: typeof Load;
  readonly ProgramError: typeof ProgramError;
}

export type Runner = (source: Source, cases: readonly string[], worker?: boolean) => Promise<string>;

/** Returns what runs all cases of a program, each in an instance of its own. */
export function runner({ load, ProgramError }: Entry): Runner {
  return async (source, cases, worker = false) => {
    if (!cases.length) return runOnce(source, "", worker);
    let text = "";
    for (const name of cases) text += `=== ${name}\n${await runOnce(source, name, worker)}`;
    return text;
  };

  async function runOnce(source: Source, pick: string, worker: boolean): Promise<string> {
    let text = "";
    const print = (s: string) => void (text += s);
    const stop = new AbortController();
    // Not AbortSignal.timeout: on some platforms that timer keeps the event loop from ending.
    const patience = setTimeout(() => stop.abort(new Error("it does not end")), PATIENCE);
    (patience as { unref?: () => void }).unref?.();
    const options = { stdout: print, stderr: print, signal: stop.signal, args: [] };
    try {
      const app = await start(source, pick, worker, options);
      await app.run();
    } catch (error) {
      text = endLine(text) + describe(error, text);
    } finally {
      clearTimeout(patience);
    }
    return endLine(mask(text));
  }

  function start(source: Source, pick: string, worker: boolean, options: LoadOptions): Promise<App | RemoteApp> {
    return worker ? load(source, { ...options, worker }) : load(source, { ...options, imports: testImports(pick) });
  }

  /** How a program died, as `go run` ends its output; the dump must be what was printed last. */
  function describe(error: unknown, text: string): string {
    if (!(error instanceof ProgramError)) return `${(error as Error).name}: ${(error as Error).message}\n`;
    const whole = text.endsWith(error.dump) ? "" : `the error's dump is another:\n${error.dump}`;
    return `${whole}${error.name}, exit status ${error.status}\n`;
  }
}

export function endLine(text: string): string {
  return text === "" || text.endsWith("\n") ? text : `${text}\n`;
}

/** Addresses and offsets are no facts, nor how many calls an engine's stack has room for. */
export function mask(text: string): string {
  return text
    .replace(/ \+0x[0-9a-f]+$/gm, "")
    .replace(/0x[0-9a-f]+/g, "0x?")
    .replace(/\.\.\.\d{4,} frames elided/g, "...? frames elided");
}
