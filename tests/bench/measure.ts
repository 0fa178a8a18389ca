// SPDX-License-Identifier: MIT
/**
 * Runs the contestants, each a process of its own, in turn, and keeps the best of the rounds.
 *
 * Interleaving is the point: a machine that is busy for a while slows all of them, not one.
 *
 * @module
 */
import { spawnSync } from "node:child_process";
import { type Command, commandOf } from "./contestants.ts";
import { type Contestant, type Row, figure } from "./rows.ts";
import { type Best, number } from "./table.ts";

interface Measured {
  ns: number;
  detail?: number;
  wall: number;
}

/** Why a contestant has no figure in a row. */
export interface Failure {
  row: string;
  who: Contestant;
  why: string;
}

export interface Results {
  best: Map<Row, Best>;
  failures: Failure[];
}

/** `skip` names who takes no part; `progress` is called with one line per row and round. */
export function measure(
  rows: Row[], rounds: number, skip: Set<Contestant>, progress: (line: string) => void,
): Results {
  const results: Results = { best: new Map(rows.map((row) => [row, {}])), failures: [] };
  for (let round = 1; round <= rounds; round++) {
    // Rows of the same command share one run.
    const runs = new Map<string, Measured | string>();
    for (const row of rows) {
      if (round > (row.rounds ?? rounds)) continue;
      const shown = row.contestants
        .filter((who) => !skip.has(who) && (who !== "gojs" || round <= 2))
        .map((who) => measureOne(results, runs, row, who));
      progress(`round ${round}/${rounds}  ${row.name}: ${shown.join("  ")} (${row.unit})`);
    }
  }
  return results;
}

/** Returns what to show. Who fails once has no figure in the row, however good the others were. */
function measureOne(
  { best, failures }: Results, runs: Map<string, Measured | string>, row: Row, who: Contestant,
): string {
  if (failures.some((failure) => failure.row === row.name && failure.who === who)) return who;
  const command = commandOf(who, row);
  const key = JSON.stringify(command);
  const got = runs.get(key) ?? run(command, row.slow ? 600_000 : 120_000);
  runs.set(key, got);
  const value = typeof got === "string" ? NaN : figure(row, got[row.metric] ?? NaN);
  const bests = best.get(row)!;
  // A figure of nothing is a wrong answer, not a fast one.
  if (!(value > 0 && value < Infinity)) {
    const why = typeof got === "string" ? got : `measured ${JSON.stringify(got)}`;
    failures.push({ row: row.name, who, why });
    delete bests[who];
    return `${who} failed`;
  }
  bests[who] = Math.min(bests[who] ?? Infinity, value);
  return `${who} ${number(value)}`;
}

/** One run, or why it failed in one line. */
function run(command: Command, timeout: number): Measured | string {
  const start = performance.now();
  const ran = spawnSync(command.file, command.args, {
    encoding: "utf8",
    timeout,
    env: { ...process.env, ...command.env },
  });
  const wall = (performance.now() - start) * 1e6;
  if (ran.error) return ran.error.message;
  if (ran.status !== 0) return reason(ran.stderr) ?? `status ${ran.status ?? ran.signal}`;
  if (command.silent) return { ns: wall, wall };
  try {
    return { ...(JSON.parse(ran.stdout) as { ns: number; detail?: number }), wall };
  } catch {
    return `printed no figures: ${ran.stdout.slice(0, 80).trim()}`;
  }
}

/** The lines of a dump or a compiler's output that say what happened, as one. */
export function reason(text: string): string | undefined {
  const lines = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => !/^(at .*)?$/.test(line));
  const at = lines.findIndex((line) => /error|panic|fatal|cannot|usage/i.test(line));
  return lines.slice(Math.max(at, 0)).slice(0, 3).join(" | ") || undefined;
}
