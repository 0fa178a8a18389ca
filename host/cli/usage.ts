// SPDX-License-Identifier: MIT
/**
 * Reads command lines, and says in one line what is wrong with one.
 *
 * @module
 */
import { resolve } from "node:path";
import { type ParseArgsConfig, parseArgs } from "node:util";

/** Exit status for a file, a program or an address that is not what it should be. A wrong command line, or what does not compile, is 1. */
export const BAD_INPUT = 2;

/** An error that the user can mend: it is printed as one line, and is the exit status. */
export class CliError extends Error {
  override name = "CliError";
  readonly status: number;

  constructor(message: string, status = 1) {
    super(message);
    this.status = status;
  }
}

/** A command: what `gopark NAME` does. `run` returns the exit status. */
export interface Command {
  readonly summary: string;
  readonly help: string;
  run(args: readonly string[]): Promise<number>;
}

/** What was given on a command line. */
export interface Line<V> {
  readonly values: V;
  readonly file: string;
  readonly rest: readonly string[];
  /** What stood behind `--`. */
  readonly behind: readonly string[];
}

type Options = NonNullable<ParseArgsConfig["options"]>;
type Values<O extends Options> = ReturnType<
  typeof parseArgs<{ options: O; allowPositionals: true }>
>["values"];

/** Parses `FILE [MORE…] [options] [-- …]` with exactly `names` as positionals. */
export function parseLine<O extends Options>(
  args: readonly string[],
  names: readonly string[],
  options: O,
): Line<Values<O>> {
  const { values, positionals, behind } = parseOptions(args, options);
  if (positionals.length < names.length) {
    throw new CliError(`missing ${names.slice(positionals.length).join(" and ")}`);
  }
  if (positionals.length > names.length) {
    const extra = positionals[names.length];
    throw new CliError(`unexpected argument "${extra}" (a program's own go behind --)`);
  }
  const [file, ...rest] = positionals;
  return { values, file: file!, rest, behind };
}

/** Parses `[WORDS…] [options] [-- …]`. */
export function parseOptions<const O extends Options>(
  args: readonly string[],
  options: O,
): { readonly values: Values<O>; readonly positionals: readonly string[]; readonly behind: readonly string[] } {
  const cut = args.indexOf("--");
  const own = cut < 0 ? [...args] : args.slice(0, cut);
  const behind = cut < 0 ? [] : args.slice(cut + 1);
  try {
    const { values, positionals } = parseArgs({ args: own, options, allowPositionals: true });
    return { values, positionals, behind };
  } catch (error) {
    // Node's own words, without its advice on positional arguments.
    throw new CliError((error as Error).message.split(". To specify")[0]!);
  }
}

/** What asc makes of types is no source. */
const SOURCE = /(?<!\.d)\.ts$/i;

/** Throws when to write `out` would destroy a program's source, or what is read. Before any work is done. */
export function checkOut(out: string | undefined, inputs: readonly string[] = []): void {
  if (out === undefined) return;
  const why = SOURCE.test(out) ? "a source file" : inputs.some((file) => resolve(file) === resolve(out)) ? "read from" : "";
  if (why) throw new CliError(`cannot write ${out}: it is ${why}`);
}

/** Returns `value` if it is one of `allowed`. */
export function oneOf<T extends string>(what: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((a) => a === value);
  if (found === undefined) {
    throw new CliError(`no ${what} "${value}": there are ${allowed.join(", ")}`);
  }
  return found;
}
