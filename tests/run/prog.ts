// SPDX-License-Identifier: MIT
/**
 * Compiles and runs a program of tests/prog, and says what it printed and how it ended.
 *
 * Comments in a program's head direct it: `// Flags: …` goes to asc, and `// Cases: a b …` makes
 * one run for each name, which the program asks for with `pick()` of module "test".
 *
 * @module
 */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { compile } from "../../host/cli/compile.ts";
import { load, ProgramError } from "../../host/index.ts";
import { testImports } from "./host.ts";

const TARGETS = { "-O0": "debug", "-O3": "release" } as const;
const PATIENCE = 60_000; // ms, for a program that neither ends nor computes

export type Level = keyof typeof TARGETS;
export const LEVELS = Object.keys(TARGETS) as Level[];

export interface Prog {
  readonly name: string;
  readonly file: string;
  /** What the program shows: the comment behind its licence and directives. */
  readonly fact: string;
  readonly flags: string[];
  readonly cases: string[];
  /** What it should print, or null when nobody has written that down. */
  readonly want: string | null;
}

/** Reads a program's head and its .txt. */
export async function readProg(file: string): Promise<Prog> {
  const head = (await readFile(file, "utf8")).split(/\n(?!\/\/)/, 1)[0]!.split("\n").slice(1);
  const text = file.replace(/\.ts$/, ".txt");
  return {
    name: file.replace(/^.*\/|\.ts$/g, ""),
    file,
    fact: head.find((line) => !/^\/\/ [A-Z]\w+: /.test(line))!.slice(3),
    flags: directive(head, "Flags"),
    cases: directive(head, "Cases"),
    want: existsSync(text) ? await readFile(text, "utf8") : null,
  };
}

function directive(head: string[], name: string): string[] {
  const lines = head.filter((line) => line.startsWith(`// ${name}: `));
  return lines.flatMap((line) => line.slice(name.length + 5).trim().split(" "));
}

/** Compiles a program. Throws when asc reported errors. */
export async function build(file: string, level: Level, flags: string[] = []): Promise<WebAssembly.Module> {
  const out = resolve(file.replace(/\.ts$/, ".wasm"));
  const outputs = await compile(file, out, TARGETS[level], flags);
  if (!outputs) throw new Error(`${file} does not compile`);
  return WebAssembly.compile(outputs.get(out) as Uint8Array<ArrayBuffer>);
}

/** Runs all cases of a program, each in an instance of its own. */
export async function runCases(module: WebAssembly.Module, cases: readonly string[]): Promise<string> {
  if (!cases.length) return runOnce(module, "");
  let text = "";
  for (const name of cases) text += `=== ${name}\n${await runOnce(module, name)}`;
  return text;
}

async function runOnce(module: WebAssembly.Module, pick: string): Promise<string> {
  let text = "";
  const print = (s: string) => void (text += s);
  const imports = testImports(pick);
  const signal = AbortSignal.timeout(PATIENCE);
  try {
    const app = await load(module, { imports, stdout: print, stderr: print, signal, args: [] });
    await app.run();
  } catch (error) {
    text = endLine(text) + describe(error, text);
  }
  return endLine(mask(text));
}

/** How a program died, as `go run` ends its output; the dump must be what was printed last. */
function describe(error: unknown, text: string): string {
  if (!(error instanceof ProgramError)) return `${(error as Error).name}: ${(error as Error).message}\n`;
  const whole = text.endsWith(error.dump) ? "" : `the error's dump is another:\n${error.dump}`;
  return `${whole}${error.name}, exit status ${error.status}\n`;
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
