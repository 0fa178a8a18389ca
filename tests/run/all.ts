// SPDX-License-Identifier: MIT
/**
 * Runs every suite and sums up: the last line is `N passed, N failed`, alone.
 *
 * A suite is lint, or a file tests/X.test.ts, or a folder tests/X of them. Names as arguments
 * choose: `npm test -- spec golden`. With CI set a skipped test counts as failed, for there
 * everything must be testable.
 *
 * @module
 */
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import { run } from "node:test";
import { packageRoot } from "../../host/cli/compile.ts";

process.chdir(packageRoot());

const FIRST = ["lint", "layering", "size", "spec", "host", "prog"]; // quick and telling ones

interface Result {
  passed: number;
  failed: number;
  skipped: number;
}

/** The parts of a test event's data that Node 20 has, and its types lack. */
interface Event {
  readonly name: string;
  readonly file?: string;
  readonly skip?: string | boolean;
  readonly todo?: string | boolean;
  readonly details: { readonly type?: string; readonly error?: Error };
}

/** Suites by name, each a list of built files. */
function suites(): Map<string, string[]> {
  const found = new Map<string, string[]>([["lint", []]]);
  for (const file of readdirSync("tests", { recursive: true, encoding: "utf8" }).sort()) {
    const match = /^([\w-]+)(?:\/.*)?\.test\.ts$|^([\w-]+)\/.*\.test\.ts$/.exec(file.replace(/\\/g, "/"));
    const name = match?.[1] ?? match?.[2];
    if (!name) continue;
    const built = resolve(join("build/tests", file.replace(/\.ts$/, ".js")));
    found.set(name, [...(found.get(name) ?? []), built]);
  }
  const rank = (name: string) => (FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length);
  return new Map([...found].sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1)));
}

function lint(): Result {
  const { status } = spawnSync("npm", ["run", "--silent", "lint"], { stdio: "inherit" });
  return { passed: status === 0 ? 1 : 0, failed: status === 0 ? 0 : 1, skipped: 0 };
}

/** What failed, said again at the end: a long log is often cut in its middle. */
const failures: string[] = [];

async function runFiles(files: string[]): Promise<Result> {
  const result = { passed: 0, failed: 0, skipped: 0 };
  const stream = run({ files, concurrency: availableParallelism(), timeout: 600_000 });
  stream.on("test:pass", (data) => {
    const event = data as unknown as Event;
    if (event.details.type === "suite") return;
    if (event.todo !== undefined) return say(`  todo: ${event.name}`);
    if (event.skip === undefined) return void result.passed++;
    result.skipped++;
    say(`  skipped: ${event.name}: ${event.skip}`);
  });
  stream.on("test:fail", (data) => {
    const event = data as unknown as Event;
    if (event.todo !== undefined) return say(`  todo: ${event.name}`);
    if (event.details.type === "suite" && !isOwnFailure(event)) return;
    result.failed++;
    const text = `  FAILED: ${event.name} (${event.file ?? ""})\n${describe(event.details.error)}`;
    failures.push(text);
    say(text);
  });
  stream.on("test:stderr", ({ message }) => void process.stderr.write(message));
  stream.on("test:stdout", ({ message }) => /^SEED=/.test(message) && say(`  ${message.trim()}`));
  for await (const _ of stream);
  return result;
}

/** A suite fails of itself when its hooks or its body do, else because of its tests. */
function isOwnFailure({ details }: Event): boolean {
  return (details.error as { failureType?: string } | undefined)?.failureType !== "subtestsFailed";
}

function describe(error: Error | undefined): string {
  const cause = (error?.cause ?? error) as Error | undefined;
  const text = cause instanceof Error ? cause.stack || cause.message : String(cause);
  return text.replace(/^/gm, "    ").replace(/\n +at .*node:.*/g, "");
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

const wanted = process.argv.slice(2);
const all = suites();
const unknown = wanted.filter((name) => !all.has(name));
if (unknown.length) {
  say(`no suite ${unknown.join(", ")}: there are ${[...all.keys()].join(", ")}`);
  process.exit(1);
}
const sum = { passed: 0, failed: 0, skipped: 0 };
const lines: string[] = [];
for (const [name, files] of all) {
  if (wanted.length && !wanted.includes(name)) continue;
  say(`== ${name}`);
  const start = performance.now();
  const result = files.length ? await runFiles(files) : lint();
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const { passed, failed, skipped } = result;
  if (!passed && !failed && !skipped) result.failed = 1; // a suite of nothing tests nothing
  for (const key of ["passed", "failed", "skipped"] as const) sum[key] += result[key];
  const notes = skipped ? `, ${skipped} skipped` : "";
  lines.push(`${name.padEnd(10)} ${passed} passed, ${result.failed} failed${notes} (${seconds} s)`);
  say(lines.at(-1)!);
}
const failed = sum.failed + (process.env.CI ? sum.skipped : 0);
if (failures.length) say(`\n${failures.join("\n")}`);
say(`\n${lines.join("\n")}\n`);
say(`${sum.passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
