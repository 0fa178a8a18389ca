// SPDX-License-Identifier: MIT
/**
 * Prints goroutines as a dying program does: Go's text, as profile/traceback.ts has it in the guest.
 *
 * @module
 */
import type { Ancestor, DumpedGoroutine, Goroutine } from "../memory/goroutines.ts";
import type { Frame, PcTab } from "../symbol/pctab.ts";

/** Go prints this many of the innermost, and of the outermost, frames of a deep stack. */
const KEPT = 50;

/** Returns a goroutine's stack: its frames, or where it will start. */
export function stackOf(g: Goroutine, pctab: PcTab): number[] {
  if (g.pcs.length || !g.start) return [...g.pcs];
  const pc = pctab.start(g.start.kind, g.start.index);
  return pc ? [pc] : [];
}

/** What is printed: of goroutines read outside of a dump, no labels and no ancestors. */
type Printed = Goroutine & Partial<DumpedGoroutine>;

interface Dump {
  readonly list: readonly Printed[];
  readonly runtime: readonly number[];
}

/** Prints all goroutines, a blank line between two. `now`: the second on the program's clock; null: it is over. */
export function printGoroutines({ list, runtime }: Dump, pctab: PcTab, now: number | null = null): string {
  const blocks = list.map((g) => printGoroutine(g, pctab, now));
  if (runtime.length) blocks.unshift(`runtime stack:\n${printFrames(pctab.frames(runtime))}`);
  return blocks.join("\n");
}

/** Prints one goroutine. */
export function printGoroutine(g: Printed, pctab: PcTab, now: number | null = null): string {
  const created = g.gopc ? printCreated(pctab.frame(g.gopc), ` in goroutine ${g.parentgoid}`) : "";
  const ancestors = (g.ancestors ?? []).map((a) => printAncestor(a, pctab)).join("");
  return `${printHeader(g, now)}${printFrames(pctab.frames(stackOf(g, pctab)))}${created}${ancestors}`;
}

function printHeader({ goid, state, waitsince, labels = [] }: Printed, now: number | null): string {
  const minutes = now === null || waitsince === null || state.endsWith("(leaked)") ? 0 : Math.floor((now - waitsince) / 60);
  return `goroutine ${goid} [${state}${minutes ? `, ${minutes} minutes` : ""}${printLabels(labels)}]:\n`;
}

function printLabels(labels: readonly string[]): string {
  const pairs = labels.flatMap((key, i) => (i % 2 ? [] : [`${quoted(key)}: ${quoted(labels[i + 1]!)}`]));
  return pairs.length ? ` labels:{${pairs.join(", ")}}` : "";
}

const ESCAPES: Record<string, string> = { "\n": "\\n", "\r": "\\r", "\t": "\\t", '"': '\\"', "\\": "\\\\" };

/** Go's printquoted, which is not strconv.Quote: what is not ASCII is its number. Half a surrogate pair is U+FFFD. */
function quoted(text: string): string {
  return `"${text.replace(/[^ -~]|["\\]/gu, (c) => ESCAPES[c] ?? numbered(c.codePointAt(0)!))}"`;
}

function numbered(c: number): string {
  const rune = c >> 11 === 0x1b ? 0xfffd : c;
  const [letter, digits] = rune < 0x7f ? ["x", 2] as const : rune < 0x10000 ? ["u", 4] as const : ["U", 8] as const;
  return `\\${letter}${rune.toString(16).padStart(digits, "0")}`;
}

/** Main's own go statement is the runtime's. */
function printAncestor({ goid, pcs, gopc }: Ancestor, pctab: PcTab): string {
  const frames = pctab.frames(pcs).map(printFrame).join("");
  const elided = pcs.length === KEPT ? "...additional frames elided...\n" : "";
  const created = goid !== 1 && gopc ? printCreated(pctab.frame(gopc), "") : "";
  return `[originating from goroutine ${goid}]:\n${frames}${elided}${created}`;
}

function printFrames(frames: readonly Frame[]): string {
  const lines = frames.map(printFrame);
  const elided = lines.length - 2 * KEPT;
  if (elided > 0) lines.splice(KEPT, elided, `...${elided} frames elided...\n`);
  return lines.join("");
}

function printFrame({ function: name, file, line }: Frame): string {
  return `${name}(...)\n\t${file}:${line}\n`;
}

function printCreated({ function: name, file, line }: Frame, by: string): string {
  return `created by ${name}${by}\n\t${file}:${line}\n`;
}
