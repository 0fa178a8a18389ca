// SPDX-License-Identifier: MIT
/**
 * `npm run bench`: gopark beside native Go, Go's own wasm port, JavaScript generators and asc's runtime.
 *
 * Builds all of them, runs them in turn for some rounds (measure.ts), prints one table with the
 * ratio of the best figures and the bar it must stay under. Progress goes to stderr.
 * Status 0 whatever the ratios, 1 when gopark could not be measured, 2 for a bad command line.
 *
 * @module
 */
import { writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { buildContestant } from "./contestants.ts";
import { type Failure, measure, reason } from "./measure.ts";
import { type Options, UsageError, help, parse } from "./options.ts";
import { comparePlatforms } from "./platforms.ts";
import { type Contestant, type Row, rivals } from "./rows.ts";
import { type Line, format, judge, legend } from "./table.ts";

function log(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Who takes no part: not asked for, or not to be built. A half-built gopark still does. */
function build(options: Options): { skip: Set<Contestant>; failures: Failure[] } {
  const skip = new Set(rivals.filter((who) => !options.rivals.includes(who)));
  const failures: Failure[] = [];
  for (const who of ["gopark", "notrace", "unwatched", ...rivals] as Contestant[]) {
    if (skip.has(who) || !options.rows.some((row) => row.contestants.includes(who))) continue;
    log(`building ${who}`);
    try {
      buildContestant(who, options.rows);
    } catch (error) {
      const { stderr, message } = error as Error & { stderr?: Buffer };
      const why = reason(stderr?.toString() ?? "") ?? message;
      log(`bench: building ${who} failed: ${why}`);
      failures.push({ row: "build", who, why });
      if (rivals.includes(who)) skip.add(who);
    }
  }
  return { skip, failures };
}

function report(lines: Line[], failures: Failure[], options: Options): void {
  console.log(`${format(lines)}\n\n${legend}`);
  for (const { row, who, why } of failures) console.log(`${row}: ${who} failed: ${why}`);
  const [load] = loadavg();
  if (load > cpus().length) {
    console.log(`load ${load.toFixed(1)} on ${cpus().length} cpus: bars in ms and s mean little`);
  }
  const over = lines.flatMap(({ row, ok, ascOk }) => [
    ...(ok === false ? [row.name] : []), ...(ascOk === false ? [`${row.name} (to asc)`] : []),
  ]);
  const met = lines.flatMap(({ ok, ascOk }) => [ok, ascOk]).filter(Boolean).length;
  console.log(`${met} bars met, ${over.length} over${over.length ? `: ${over.join(", ")}` : ""}`);
  if (options.json !== undefined) writeFileSync(options.json, json(lines, failures, options));
}

function json(lines: Line[], failures: Failure[], options: Options): string {
  const rows = lines.map(({ row, best, ratio, ok, toAsc, ascOk }) => (
    { name: row.name, unit: row.unit, ...best, ratio, bar: row.bar, ok, toAsc, ascBar: row.ascBar, ascOk }
  ));
  const [cpu] = cpus();
  const machine = { node: process.version, cpu: cpu?.model, cpus: cpus().length, load: loadavg() };
  return `${JSON.stringify({ machine, rounds: options.rounds, rows, failures }, null, 2)}\n`;
}

async function main(argv: string[]): Promise<number> {
  const options = parse(argv);
  if (options.help) {
    console.log(help);
    return 0;
  }
  if (options.platforms) {
    await comparePlatforms(options.rounds, log);
    return 0;
  }
  const built = build(options);
  const { best, failures } = measure(options.rows, options.rounds, built.skip, log);
  const lines = options.rows.map((row: Row) => judge(row, best.get(row) ?? {}));
  const all = [...built.failures, ...failures];
  report(lines, all, options);
  return all.some(({ who }) => who === "gopark") ? 1 : 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  log(`bench: ${error.message}`);
  process.exitCode = 2;
}
