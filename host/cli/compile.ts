// SPDX-License-Identifier: MIT
/**
 * Compiles an AssemblyScript program with the runtime and the transform built in.
 *
 * asc is called through its API with no configuration file. Whatever a program imports from
 * "gopark/…" comes from this package, installed beside the program or not: the runtime, the
 * transform and the host must be of one version.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { startProgress } from "./progress.ts";
import { CliError } from "./usage.ts";

export const TARGETS = ["release", "debug"] as const;
export type Target = (typeof TARGETS)[number];

const FLAGS: Record<Target, readonly string[]> = {
  release: ["-O3"],
  debug: ["--debug", "--sourceMap"],
};

// asc parses the runtime as an entry of this name; it may export nothing, so it only imports.
const RUNTIME = "gopark:runtime";
const RUNTIME_TEXT = 'import "gopark/assembly";\n';

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
  const [{ default: asc }, transform] = await Promise.all([import("assemblyscript/asc"), loadTransform()]);
  const baseDir = baseOf(file);
  const outputs = new Map<string, Uint8Array | string>();
  const progress = startProgress(`building ${basename(file)} …`);
  const args = [
    relative(baseDir, resolve(file)), "--baseDir", baseDir, "--config", "none",
    "--runtime", RUNTIME, "--exportRuntime", "--exportStart", "_initialize",
    ...FLAGS[target], "--outFile", resolve(out), ...flags,
  ];
  const { error } = await asc.main(args, {
    stdout: process.stdout,
    stderr: { isTTY: process.stderr.isTTY, write: (chunk: Uint8Array | string) => report(chunk, progress.clear) },
    transforms: [transform],
    readFile: readSource,
    listFiles,
    writeFile: (name: string, contents: Uint8Array | string, dir: string) => {
      outputs.set(resolve(dir, name), contents);
    },
  } as Parameters<typeof asc.main>[1]);
  progress.clear();
  return error ? null : outputs;
}

/** Loads the transform only when something is built: it brings Binaryen along. */
async function loadTransform() {
  const module: { default: unknown } = await import("../transform/index.ts");
  return module.default as never;
}

/** Names in profiles and diagnostics are paths from here. */
function baseOf(file: string): string {
  const inside = relative(process.cwd(), resolve(file));
  return inside.startsWith("..") || isAbsolute(inside) ? dirname(resolve(file)) : process.cwd();
}

async function readSource(name: string, baseDir: string): Promise<string | null> {
  if (name === `${RUNTIME}.ts`) return RUNTIME_TEXT;
  try {
    return await readFile(locate(resolve(baseDir, name)), "utf8");
  } catch {
    return null;
  }
}

/** Sends every lookup of the package gopark to this one. */
function locate(path: string): string {
  const [, inside] = /[/\\]node_modules[/\\]gopark[/\\](.*)$/.exec(path) ?? [];
  return inside === undefined ? path : join(packageRoot(), inside);
}

async function listFiles(dir: string, baseDir: string): Promise<string[] | null> {
  try {
    const names = await readdir(resolve(baseDir, dir));
    return names.filter((name) => name.endsWith(".ts") && !name.endsWith(".d.ts"));
  } catch {
    return null;
  }
}

/** Prints what asc prints, without the stack of an exception that a transform threw. */
function report(chunk: Uint8Array | string, clear: () => void): void {
  clear();
  const text = typeof chunk === "string" ? chunk : new TextDecoder().decode(chunk);
  process.stderr.write(text.includes("FAILURE") ? text.replace(/\n +at .*/g, "") : text);
}

/** Returns the directory of this package, from its sources or from build/. */
export function packageRoot(): string {
  let dir = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(dir, "package.json"))) dir = dirname(dir);
  return dir;
}
