// SPDX-License-Identifier: MIT
/**
 * The WASI engines that tests run commands under: wasmtime, as a command or as its Python
 * package, and Node's own node:wasi.
 *
 * @module
 */
import { spawnSync } from "node:child_process";
import { resolve } from "node:path";

/** One run of a command. */
export interface WasiCase {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** What the command sees as its current folder. */
  readonly dir?: string;
  /** What it sees instead of that one as ".": folders of it by the names that they are given. */
  readonly as?: Readonly<Record<string, string>>;
  readonly input?: string;
}

/** How it ended; output is both standard streams, in order. */
export interface WasiResult {
  readonly status: number;
  readonly output: string;
  /** What the engine says of a trap, else "". */
  readonly trap: string;
}

export interface WasiEngine {
  readonly name: string;
  run(wasm: string, cases: readonly WasiCase[]): WasiResult[];
  /** The command line that runs it with this process's own streams. */
  interactive(wasm: string, args: readonly string[]): [string, string[]];
}

const PATIENCE = 120_000; // ms, for all cases of a program
const PYTHON_RUNNER = "tests/runtime/wasi/engine.py";

/** Whether a program is there and does what it should when asked this. */
function works(command: string, ...args: string[]): boolean {
  return spawnSync(command, args, { stdio: "ignore" }).status === 0;
}

/** An engine whose runner takes all cases at once. */
function batch(name: string, command: string, ...args: string[]): WasiEngine {
  return {
    name,
    run(wasm, cases) {
      const input = JSON.stringify(cases);
      const { status, stdout, stderr, error } = spawnSync(command, [...args, wasm], {
        input, encoding: "utf8", timeout: PATIENCE, maxBuffer: 1 << 26,
      });
      if (error || status !== 0) throw new Error(`${name} failed on ${wasm}: ${error?.message ?? stderr}`);
      return JSON.parse(stdout) as WasiResult[];
    },
    interactive: (wasm, given) => [command, [...args, wasm, ...given]],
  };
}

/** The command wasmtime: compiles once, then a process a case. Shell and 2>&1, to keep the order of both streams. */
const wasmtimeCommand: WasiEngine = {
  name: "wasmtime",
  run(wasm, cases) {
    const compiled = `${wasm}.cwasm`;
    const { status, stderr } = spawnSync("wasmtime", ["compile", "-o", compiled, wasm], { encoding: "utf8" });
    if (status !== 0) throw new Error(`wasmtime compile: ${stderr}`);
    return cases.map(({ args = [], env = {}, dir = ".", as = { ".": "." }, input = "" }) => {
      const flags = ["run", "--allow-precompiled", ...Object.entries(as).map(([name, folder]) => `--dir=${dir}/${folder}::${name}`), "--argv0", wasm.replace(/^.*\//, "")];
      for (const [name, value] of Object.entries(env)) flags.push("--env", `${name}=${value}`);
      const ended = spawnSync("sh", ["-c", 'exec wasmtime "$@" 2>&1', "sh", ...flags, compiled, ...args], {
        input, encoding: "utf8", timeout: PATIENCE, maxBuffer: 1 << 26,
      });
      const trap = /^Error: failed to run main module[^]*/m.exec(ended.stdout)?.[0] ?? "";
      return { status: ended.status ?? -1, trap, output: ended.stdout.slice(0, ended.stdout.length - trap.length) };
    });
  },
  interactive: (wasm, args) => ["wasmtime", ["run", "--dir=.", wasm, ...args]],
};

/** The command wasmtime, which alone writes cores: `.ci/run` installs one if there is none. */
export function findWasmtimeCommand(): string | null {
  return ["wasmtime", resolve(".venv/bin/wasmtime")].find((command) => works(command, "--version")) ?? null;
}

/** Wasmtime, however it is there: the command, or a Python with the package wasmtime. */
export function findWasmtime(): WasiEngine | null {
  if (works("wasmtime", "--version")) return wasmtimeCommand;
  const pythons = [process.env.WASMTIME_PYTHON, ".venv/bin/python", "python3"];
  const python = pythons.find((p) => p && works(p, "-c", "import wasmtime"));
  return python ? batch("wasmtime (Python)", python, PYTHON_RUNNER) : null;
}

export const nodeWasi: WasiEngine =
  batch("node:wasi", process.execPath, "--no-warnings", resolve("build/tests/run/nodewasi.js"));
