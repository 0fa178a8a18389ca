// SPDX-License-Identifier: MIT
/**
 * The table: a row's best figures, the ratio, its bar and the verdict.
 *
 * @module
 */
import type { Contestant, Row } from "./rows.ts";

/** The best figure of each contestant that could be measured, in the row's unit. */
export type Best = Partial<Record<Contestant, number>>;

export interface Line {
  row: Row;
  best: Best;
  ratio: number | undefined;
  /** Undefined without a bar, or when there is nothing to compare. */
  ok: boolean | undefined;
  /** The same beside asc's runtime. */
  toAsc: number | undefined;
  ascOk: boolean | undefined;
}

export function judge(row: Row, best: Best): Line {
  const own = best.gopark;
  const other = row.versus && best[row.versus];
  const ratio = own !== undefined && other ? own / other : undefined;
  let ok: boolean | undefined;
  if (row.bar && "most" in row.bar) ok = own === undefined ? undefined : own <= row.bar.most;
  else if (row.bar) ok = ratio === undefined ? undefined : ratio <= row.bar.ratio;
  const toAsc = own !== undefined && best.asc ? own / best.asc : undefined;
  const ascOk = row.ascBar === undefined || toAsc === undefined ? undefined : toAsc <= row.ascBar;
  return { row, best, ratio, ok, toAsc, ascOk };
}

const columns: [title: string, ...whoever: Contestant[]][] = [
  ["gopark", "gopark"], ["Go", "go"], ["Go js/wasm", "gojs"], ["generators", "generators"],
  ["asc", "asc"], ["base", "notrace", "unwatched"],
];

/** Text for a terminal, every column but the first flush right. */
export function format(lines: Line[]): string {
  const head = ["row", "unit", ...columns.map(([title]) => title), "ratio", "bar", "", "to asc", "bar", ""];
  const body = lines.map(({ row, best, ratio, ok, toAsc, ascOk }) => [
    row.name,
    row.unit,
    ...columns.map(([, ...whoever]) => number(whoever.map((who) => best[who]).find((n) => n !== undefined))),
    ratio?.toFixed(2) ?? "",
    bar(row),
    verdict(ok),
    toAsc?.toFixed(2) ?? "",
    row.ascBar === undefined ? "" : `<= ${row.ascBar.toFixed(2)}`,
    verdict(ascOk),
  ]);
  const width = head.map((_, i) => Math.max(...[head, ...body].map((cells) => cells[i].length)));
  const pad = (cell: string, i: number): string =>
    i === 0 ? cell.padEnd(width[i]) : cell.padStart(width[i]);
  const print = (cells: string[]): string => cells.map(pad).join("  ").trimEnd();
  return [print(head), ...body.map(print)].join("\n");
}

function verdict(ok: boolean | undefined): string {
  return ok === undefined ? "" : ok ? "ok" : "OVER";
}

export const legend = `ratio: gopark to Go, GOMAXPROCS=1; in the trace and off rows to base.
asc: plain asc -O3 with its incremental runtime. base: the same module without the trace stage, or,
in the off rows, without what profiles and execution traces need in the scheduler.
rate: how many times as long it takes with a memory profile of that rate as with none.
watch: the same with an execution trace (Go: its flight recorder), a block profile of 10 us, a mutex profile
of 1/100, a CPU profile. yields and handoff only switch, the others work a microsecond in between.
memory: linear memory at the end; of Go MemStats.Sys. pauses: single allocations that took over 2 us
while 64 MiB of objects and 10,000 parked goroutines were alive, without
waits for a processor where the system tells of them.
A bar of "<= 0.40" is a ratio, with a unit it is the figure itself.`;

function bar(row: Row): string {
  if (!row.bar) return "";
  return "most" in row.bar ? `<= ${row.bar.most} ${row.unit}` : `<= ${row.bar.ratio.toFixed(2)}`;
}

/** Three significant digits, or whole from 100. */
export function number(value: number | undefined): string {
  if (value === undefined) return "-";
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return value.toFixed(digits).replace(/\B(?=(\d{3})+(?!\d))/g, digits ? "" : ",");
}
