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
}

export function judge(row: Row, best: Best): Line {
  const own = best.gopark;
  const other = row.versus && best[row.versus];
  const ratio = own !== undefined && other ? own / other : undefined;
  let ok: boolean | undefined;
  if (row.bar && "most" in row.bar) ok = own === undefined ? undefined : own <= row.bar.most;
  else if (row.bar) ok = ratio === undefined ? undefined : ratio <= row.bar.ratio;
  return { row, best, ratio, ok };
}

const columns: [title: string, Contestant][] = [
  ["gopark", "gopark"], ["Go", "go"], ["Go js/wasm", "gojs"], ["generators", "generators"],
  ["base", "notrace"],
];

/** Text for a terminal, every column but the first flush right. */
export function format(lines: Line[]): string {
  const head = ["row", "unit", ...columns.map(([title]) => title), "ratio", "bar", ""];
  const body = lines.map(({ row, best, ratio, ok }) => [
    row.name,
    row.unit,
    ...columns.map(([, who]) => number(best[who] ?? (who === "notrace" ? best.plain : undefined))),
    ratio === undefined ? "" : ratio.toFixed(2),
    bar(row),
    ok === undefined ? "" : ok ? "ok" : "OVER",
  ]);
  const width = head.map((_, i) => Math.max(...[head, ...body].map((cells) => cells[i].length)));
  const pad = (cell: string, i: number): string =>
    i === 0 ? cell.padEnd(width[i]) : cell.padStart(width[i]);
  const print = (cells: string[]): string => cells.map(pad).join("  ").trimEnd();
  return [print(head), ...body.map(print)].join("\n");
}

export const legend = `ratio: gopark to Go, GOMAXPROCS=1; in the trace and plain rows to base.
base: for trace rows the same module without the trace stage, for plain-fib plain asc -O3.
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
