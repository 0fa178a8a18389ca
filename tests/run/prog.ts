// SPDX-License-Identifier: MIT
/**
 * Reads and compiles a program of tests/prog, and runs it on Node.
 *
 * Comments in a program's head direct it: `// Flags: …` goes to asc, and `// Cases: a b …` makes
 * one run for each name, which the program asks for with `pick()` of module "test".
 *
 * @module
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { compile } from "../../host/cli/compile.ts";
import { load, ProgramError } from "../../host/index.ts";
import { runner } from "./cases.ts";

const TARGETS = { "-O0": "debug", "-O3": "release" } as const;
/** What --target threads gives to asc, beside -O3. */
export const SHARED = ["--use", "GO_THREADS=1", "--enable", "threads", "--importMemory", "--sharedMemory", "--maximumMemory", "16384"];
/** What --traps gives to asc. */
export const TRAPS = ["--use", "GO_TRAPS=1"];
/** Everything that a program is compiled of, beside itself. */
const INGREDIENTS = ["assembly", "build/host/transform", "build/host/abi", "build/host/cli"];
const CACHE = "build/tests/wasm";

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

/** Runs all cases of a program on Node. */
export const runCases = runner({ load, ProgramError });

/** Compiles a program. Throws when asc reported errors. */
export async function build(file: string, level: Level, flags: string[] = []): Promise<WebAssembly.Module> {
  return WebAssembly.compile(readFileSync(await buildFile(file, level, flags)));
}

/** Compiles a program, unless a suite has before; returns the path of the module. */
export async function buildFile(file: string, level: Level, flags: string[] = []): Promise<string> {
  const cached = join(CACHE, `${keyOf(file, level, flags)}.wasm`);
  if (!existsSync(cached)) {
    const out = resolve(file.replace(/\.ts$/, ".wasm"));
    const outputs = await compile(file, out, TARGETS[level], flags);
    if (!outputs) throw new Error(`${file} does not compile`);
    mkdirSync(CACHE, { recursive: true });
    writeFileSync(`${cached}.${process.pid}`, outputs.get(out) as Uint8Array);
    renameSync(`${cached}.${process.pid}`, cached);
  }
  return resolve(cached);
}

let ingredients: Buffer | undefined;

function keyOf(file: string, level: Level, flags: string[]): string {
  ingredients ??= hashOf(INGREDIENTS.flatMap(filesBelow).concat("package-lock.json"));
  const hash = createHash("sha256").update(ingredients).update(hashOf(filesBelow(dirname(file))));
  return hash.update(JSON.stringify([file, level, flags, process.env.GOPARK_TRACE])).digest("hex").slice(0, 32);
}

function filesBelow(dir: string): string[] {
  const names = readdirSync(dir, { recursive: true, encoding: "utf8" }).filter((name) => /\.[jt]s$/.test(name));
  return names.sort().map((name) => join(dir, name));
}

function hashOf(files: readonly string[]): Buffer {
  const hash = createHash("sha256");
  for (const file of files) hash.update(file).update("\0").update(readFileSync(file)).update("\0");
  return hash.digest();
}
