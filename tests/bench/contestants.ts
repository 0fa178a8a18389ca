// SPDX-License-Identifier: MIT
/**
 * How each contestant is built and what command runs a row of it. All output is in build/bench.
 *
 * @module
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { generate } from "./generate.ts";
import type { Contestant, Row } from "./rows.ts";

/** This file runs as build/tests/bench/contestants.js. */
const root = fileURLToPath(new URL("../../..", import.meta.url));
const source = join(root, "tests/bench");
const out = join(root, "build/bench");
const here = join(root, "build/tests/bench");
const cli = join(root, "build/host/cli/main.js");
const large = join(out, "large.ts");

export interface Command {
  file: string;
  args: string[];
  env?: Record<string, string>;
  /** Its wall time is the figure; it prints none. */
  silent?: boolean;
}

const node = process.execPath;

function gopark(variant: string, row: Row, args: string[]): Command {
  if (row.program === "build") {
    const from = row.module === "large" ? large : join(source, "guest", `${row.module}.ts`);
    return { ...build(from, join(out, `${row.module}.timed.wasm`)), silent: true };
  }
  const module = join(out, `${row.module}${variant}.wasm`);
  return { file: node, args: [join(here, "gopark.bench.js"), module, row.program, ...args] };
}

/** The command that runs `row` for `who`. */
export function commandOf(who: Contestant, row: Row): Command {
  const args = (row.argsOf?.[who] ?? row.args).map(String);
  switch (who) {
    case "gopark":
      return gopark("", row, args);
    case "notrace":
      return gopark(".notrace", row, args);
    case "unwatched":
      return gopark(".unwatched", row, args);
    case "asc":
      return { file: node, args: [join(here, "asc.bench.js"), join(out, "plain.wasm"), row.program, ...args] };
    case "go":
      return { file: join(out, "go"), args: [row.program, ...args] };
    case "gojs":
      return {
        file: node,
        args: ["--stack-size=8192", wasmExec(), join(out, "go.wasm"), row.program, ...args],
      };
    case "generators":
      return {
        file: node,
        args: ["--expose-gc", join(here, "generators.bench.js"), row.program, ...args],
      };
  }
}

let goroot = "";

function wasmExec(): string {
  goroot ||= execFileSync("go", ["env", "GOROOT"], { encoding: "utf8" }).trim();
  return join(goroot, "lib/wasm/wasm_exec_node.js");
}

function build(from: string, to: string, ...asc: string[]): Command {
  return { file: node, args: [cli, "build", from, "-o", to, "--target", "release", "--", ...asc] };
}

function execute(command: Command): void {
  execFileSync(command.file, command.args, {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, ...command.env },
    cwd: root,
  });
}

/** Builds all it can before it throws: one bad module costs its own rows only. */
function buildGuests(
  rows: Row[], who: Contestant, variant: string, { env = {}, asc = [] }: { env?: Record<string, string>; asc?: string[] } = {},
): void {
  const modules = rows.filter((row) => row.contestants.includes(who) && row.program !== "build");
  let failed: unknown;
  for (const module of new Set(modules.map((row) => row.module))) {
    const to = join(out, `${module}${variant}.wasm`);
    rmSync(to, { force: true });
    try {
      execute({ ...build(join(source, "guest", `${module}.ts`), to, ...asc), env });
    } catch (error) {
      failed ??= error;
    }
  }
  if (failed) throw failed;
}

function buildGo(to: string, env: Record<string, string>): void {
  execFileSync("go", ["build", "-o", to, "."], {
    cwd: join(source, "go"),
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, ...env },
  });
}

function buildAsc(): void {
  const asc = join(root, "node_modules/assemblyscript/bin/asc.js");
  const how = ["-O3", "--runtime", "incremental", "--config", "none"];
  execute({ file: node, args: [asc, "tests/bench/guest/plain.ts", ...how, "-o", join(out, "plain.wasm")] });
}

const builders: Record<Contestant, (rows: Row[]) => void> = {
  gopark: (rows) => {
    if (!existsSync(cli)) throw new Error("no build/host/cli/main.js: run npm run build");
    writeFileSync(large, generate(20_000));
    buildGuests(rows, "gopark", "");
  },
  notrace: (rows) => buildGuests(rows, "notrace", ".notrace", { env: { GOPARK_TRACE: "0" } }),
  unwatched: (rows) => buildGuests(rows, "unwatched", ".unwatched", { asc: ["--use", "GO_UNWATCHED=1"] }),
  asc: buildAsc,
  go: () => buildGo(join(out, "go"), {}),
  gojs: () => buildGo(join(out, "go.wasm"), { GOOS: "js", GOARCH: "wasm" }),
  generators: () => {},
};

/** Builds the programs of switching and channels as a WASI command. */
export function buildCommand(): string {
  const to = join(out, "command.wasm");
  execute({ file: node, args: [cli, "build", join(source, "guest/command.ts"), "-o", to, "--target", "wasi"] });
  return to;
}

/** Builds who takes part in these rows; throws with the compiler's words. */
export function buildContestant(who: Contestant, rows: Row[]): void {
  mkdirSync(out, { recursive: true });
  builders[who](rows);
}
