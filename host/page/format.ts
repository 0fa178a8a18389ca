// SPDX-License-Identifier: MIT
/** Prints numbers for people. */

const BYTES = ["B", "KiB", "MiB", "GiB", "TiB"];

/** 1536 is "1.5 KiB". */
export function bytes(n: number): string {
  let unit = 0;
  let value = Math.abs(n);
  for (; value >= 1024 && unit < BYTES.length - 1; unit++) value /= 1024;
  return `${n < 0 ? "−" : ""}${three(value, unit === 0)} ${BYTES[unit]}`;
}

/** 1500 nanoseconds are "1.5 µs". */
export function nanoseconds(n: number): string {
  const [value, unit] = n >= 1e9 ? [n / 1e9, "s"] : n >= 1e6 ? [n / 1e6, "ms"] : n >= 1e3 ? [n / 1e3, "µs"] : [n, "ns"];
  return `${three(value, unit === "ns")} ${unit}`;
}

/** 12345 is "12,345". */
export function count(n: number): string {
  return Math.round(n).toLocaleString("en").replace("-", "−");
}

/** 12345 is "12.3 k". */
export function short(n: number): string {
  return n >= 1e6 ? `${three(n / 1e6, false)} M` : n >= 1e3 ? `${three(n / 1e3, false)} k` : three(n, true);
}

/** 190 seconds are "3 min". */
export function seconds(n: number): string {
  return n < 60 ? `${n} s` : n < 3600 ? `${Math.floor(n / 60)} min` : `${Math.floor(n / 3600)} h ${Math.floor((n % 3600) / 60)} min`;
}

/** Prints a value by the unit that a profile gives for it. */
export function inUnit(n: number, unit: string): string {
  return unit === "bytes" ? bytes(n) : unit === "nanoseconds" ? nanoseconds(n) : count(n);
}

/** With a sign, for what has changed. */
export function change(n: number, print: (n: number) => string): string {
  return n === 0 ? "" : n > 0 ? `+${print(n)}` : print(n);
}

function three(value: number, whole: boolean): string {
  if (whole) return String(Math.round(value));
  return value >= 100 ? value.toFixed(0) : value.toFixed(value >= 10 ? 1 : 2).replace(/\.?0+$/, "");
}
