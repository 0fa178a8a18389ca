// SPDX-License-Identifier: MIT
/**
 * Compiles an AssemblyScript program with the runtime and the transform built in.
 *
 * asc is called through its API with no configuration file. The transform gives it the runtime
 * as library files, so a program finds "gopark/assembly" wherever it lies.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { basename, dirname, isAbsolute, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { loadAsc } from "./asc.ts";
import { startProgress } from "./progress.ts";
import { CliError } from "./usage.ts";

/** What `gopark run` runs. */
export const TARGETS = ["release", "debug", "threads"] as const;
/** What can be built. */
export const BUILD_TARGETS = [...TARGETS, "wasi"] as const;
export type Target = (typeof BUILD_TARGETS)[number];

const HOSTED = ["--runtime", "gopark", "--exportRuntime", "--exportStart", "_initialize"];
const FLAGS: Record<Target, readonly string[]> = {
  release: [...HOSTED, "-O3"],
  debug: [...HOSTED, "--debug", "--sourceMap", "--use", "GO_DEBUG=1"],
  threads: [
    ...HOSTED, "-O3", "--use", "GO_THREADS=1", "--enable", "threads", "--importMemory", "--sharedMemory", "--maximumMemory", "16384",
  ],
  wasi: ["--runtime", "gopark-wasi", "-O3"],
};

/** What a program may be built for, beside a target. */
export interface Wanted {
  /** Goroutines that compute give way. */
  readonly preempt?: boolean;
  /** What may trap says where it is. */
  readonly traps?: boolean;
}

/** asc's flags for --preempt and --traps. */
export function flagsFor({ preempt, traps }: Wanted): string[] {
  return [...(preempt ? ["--use", "GO_PREEMPT=1"] : []), ...(traps ? ["--use", "GO_TRAPS=1"] : [])];
}

/** What asc wrote, by absolute path; null when it reported errors. */
export type Outputs = Map<string, Uint8Array | string> | null;

/** Compiles `file` to `out`, in memory. asc prints its own diagnostics to standard error. */
export async function compile(
  file: string,
  out: string,
  target: Target,
  flags: readonly string[] = [],
): Promise<Outputs> {
  if (!existsSync(file)) throw new CliError(`cannot read ${file}: no such file`);
  const { default: asc } = await loadAsc();
  const transform = await loadTransform();
  const baseDir = baseOf(file);
  const outputs = new Map<string, Uint8Array | string>();
  const progress = startProgress(`building ${basename(file)} …`);
  const args = [
    `./${relative(baseDir, resolve(file))}`, "--baseDir", baseDir, "--config", "none",
    ...FLAGS[target], "--outFile", resolve(out), ...flags,
  ];
  const { error } = await asc.main(args, {
    stdout: process.stdout,
    stderr: reporter(progress.clear),
    transforms: [transform],
    writeFile: (name: string, contents: Uint8Array | string, dir: string) => {
      outputs.set(resolve(dir, name), contents);
    },
  } as Parameters<typeof asc.main>[1]);
  progress.clear();
  return error ? null : outputs;
}

/**
 * Loads the transform, which registers the runtime with asc; only when something is built. asc
 * writes the program to the class's prototype, so each build needs a class of its own.
 */
async function loadTransform() {
  const { default: GoparkTransform } = await import("../transform/index.ts");
  return class extends GoparkTransform {} as never;
}

/**
 * Names in profiles and diagnostics are paths from here. It is a path from the current folder if it can be, as
 * asc's own: other transforms join the two.
 */
function baseOf(file: string): string {
  const inside = relative(process.cwd(), resolve(file));
  if (!inside.startsWith("..") && !isAbsolute(inside)) return ".";
  return relative(process.cwd(), dirname(resolve(file)));
}

/** Prints what asc prints, without the stack of an exception that a transform threw. */
function reporter(clear: () => void) {
  const write = (chunk: Uint8Array | string) => {
    clear();
    const text = typeof chunk === "string" ? chunk : new TextDecoder().decode(chunk);
    process.stderr.write(text.includes("FAILURE") ? text.replace(/\n +at .*/g, "") : text);
  };
  return { isTTY: process.stderr.isTTY, write };
}

/** Returns the directory of this package, from its sources or from build/. */
export function packageRoot(): string {
  let dir = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(dir, "package.json"))) dir = dirname(dir);
  return dir;
}
