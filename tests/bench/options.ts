// SPDX-License-Identifier: MIT
/**
 * The command line of `npm run bench`.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { type Contestant, type Row, rivals, rows } from "./rows.ts";

export interface Options {
  rounds: number;
  rows: Row[];
  rivals: Contestant[];
  quick: boolean;
  platforms: boolean;
  json: string | undefined;
  help: boolean;
}

/** A bad command line; the message is one line. */
export class UsageError extends Error {}

export const help = `usage: npm run bench -- [options]

Builds gopark's programs and its rivals, runs them in turn, prints one table.

  --rounds N            each contestant runs every row N times, the best counts (default 5)
  --only ROW[,ROW]      only these rows; "yield" means every row that begins with "yield-"
  --rivals NAME[,NAME]  of ${rivals.join(", ")} (default all; "none" for none)
  --quick               one round, without the rows that take seconds
  --platforms           only gopark, on Node, Deno, Bun, Chromium and Firefox
  --json FILE           also writes all figures to FILE
  --help                prints this

rows: ${rows.map((row) => row.name).join(" ")}
`;

export function parse(argv: string[]): Options {
  const values = read(argv);
  const quick = values.quick ?? false;
  const rounds = values.rounds === undefined ? (quick ? 1 : 5) : Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) {
    throw new UsageError(`--rounds wants a whole number from 1, got "${values.rounds}"`);
  }
  return {
    rounds,
    rows: values.only === undefined ? rows.filter((row) => !quick || !row.slow) : only(values.only),
    rivals: values.rivals === undefined ? rivals : chosenRivals(values.rivals),
    quick,
    platforms: values.platforms ?? false,
    json: values.json,
    help: values.help ?? false,
  };
}

function read(argv: string[]) {
  try {
    return parseArgs({
      args: argv,
      options: {
        rounds: { type: "string" },
        only: { type: "string" },
        rivals: { type: "string" },
        quick: { type: "boolean" },
        platforms: { type: "boolean" },
        json: { type: "string" },
        help: { type: "boolean" },
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message.split("\n")[0]);
  }
}

function only(list: string): Row[] {
  const names = list.split(",");
  const matches = (row: Row, name: string): boolean =>
    row.name === name || row.name.startsWith(`${name}-`);
  const unknown = names.find((name) => !rows.some((row) => matches(row, name)));
  if (unknown !== undefined) {
    throw new UsageError(`no row "${unknown}"; rows: ${rows.map((row) => row.name).join(" ")}`);
  }
  return rows.filter((row) => names.some((name) => matches(row, name)));
}

function chosenRivals(list: string): Contestant[] {
  const names = list === "none" ? [] : list.split(",");
  const unknown = names.find((name) => !rivals.includes(name as Contestant));
  if (unknown !== undefined) {
    throw new UsageError(`no rival "${unknown}"; rivals: ${rivals.join(" ")}`);
  }
  return names as Contestant[];
}
