#!/usr/bin/env node
// SPDX-License-Identifier: MIT
/**
 * The command `gopark`: finds the command, prints errors as one line, sets the exit status.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "./build.ts";
import { packageRoot } from "./compile.ts";
import { core } from "./core.ts";
import { pprof } from "./pprof.ts";
import { run } from "./run.ts";
import { test } from "./test.ts";
import { BAD_INPUT, CliError, type Command } from "./usage.ts";

const COMMANDS: Record<string, Command> = { build, run, test, pprof, core };

const SUMMARY = Object.entries(COMMANDS).map(([name, c]) => `  ${name.padEnd(8)} ${c.summary}`);

const HELP = `usage: gopark COMMAND …

Builds and runs AssemblyScript programs with goroutines, channels and Go's profiles.

${SUMMARY.join("\n")}

  gopark COMMAND --help   says more about a command
  gopark --version        prints the version
`;

async function main([name, ...args]: readonly string[]): Promise<number> {
  if (name === undefined) return print(process.stderr, HELP, 1);
  if (["--help", "-h", "help"].includes(name)) return print(process.stdout, HELP, 0);
  if (["--version", "-v"].includes(name)) return print(process.stdout, `gopark ${version()}\n`, 0);
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) {
    throw new CliError(`no command "${name}": there are ${Object.keys(COMMANDS).join(", ")}`);
  }
  return asksForHelp(args) ? print(process.stdout, command.help, 0) : command.run(args);
}

function asksForHelp(args: readonly string[]): boolean {
  const cut = args.indexOf("--");
  return (cut < 0 ? args : args.slice(0, cut)).some((arg) => arg === "--help" || arg === "-h");
}

function print(stream: NodeJS.WriteStream, text: string, status: number): number {
  stream.write(text);
  return status;
}

function version(): string {
  return JSON.parse(readFileSync(join(packageRoot(), "package.json"), "utf8")).version;
}

try {
  // exit, not exitCode: what a program has left running must not keep the process.
  process.exit(await main(process.argv.slice(2)));
} catch (error) {
  process.stderr.write(`gopark: ${(error as Error).message}\n`);
  process.exit(error instanceof CliError ? error.status : BAD_INPUT);
}
