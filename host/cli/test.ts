// SPDX-License-Identifier: MIT
/**
 * `gopark test`: compiles specs and runs their tests.
 *
 * @module
 */
import { onBun } from "../adapter/engine.ts";
import { flagsFor } from "./compile.ts";
import { buildSpec, isTodo, Spec, type SpecOptions, type Test } from "./spec.ts";
import { findSpecs } from "./specfiles.ts";
import { CliError, type Command, oneOf, parseOptions } from "./usage.ts";

const TARGETS = ["debug", "release"] as const;
const LARGEST_SEED = 2 ** 31;

interface Sum {
  passed: number;
  failed: number;
  todo: number;
}

export const test: Command = {
  summary: "compile and run tests",
  help: `usage: gopark test [FILE|FOLDER|PATTERN…] [options] [-- asc flags]

Compiles each file *.spec.ts, here and in folders below, or what is named, and runs its tests. A pattern in quotes has
**, *, ? and {a,b}. A spec imports its words:

  import { Chan, go } from "gopark/assembly";
  import { describe, expect, it } from "gopark/test";

  describe("a channel", () => {
    it("hands over", () => {
      const c = new Chan<i32>();
      go((c: Chan<i32>) => { c.send(7); }, c);
      expect(c.recv()).toBe(7);
    });
  });

Each test is goroutine 1 of a program of its own: it may park, module level is as new, and a panic, a deadlock or a trap
is its own failure, with Go's dump. Time stands still while a goroutine can run and jumps when none can, so a test that
sleeps an hour takes none; while a host call is in flight it passes as ever. Module host is there as in gopark run.

  describe, it, test, beforeEach, afterEach    itThrows(name, fn, line): must die, and print that line
  todo, xit, xtest: named, not run             panicOf(fn): the first line that fn dies with, "" if it comes back
  expect(…).toBe, toEqual, toStrictEqual, toBeTruthy, toBeFalsy, toBeNull, toBeGreaterThan, toBeGreaterThanOrEqual,
    toBeLessThan, toBeLessThanOrEqual, toBeCloseTo, toBeNaN, toBeFinite, toHaveLength, toInclude, toContain, toThrow;
    with .not before them

  -t, --filter TEXT        runs only tests whose names, groups included, have TEXT in them
  --target debug|release   how to compile (default: debug)
  --traps                  what may trap notes where it is; not needed: only Bun needs it, and has it
  --timeout SECONDS        how long a test may take in real time (default: 60)
  --seed N                 replays what was drawn at random, such as the choices of select
  -v, --verbose            shows what tests print that pass, too

Exit status: 1 when a test fails, a spec does not compile, or the command line is wrong.
`,

  async run(args) {
    const { values, positionals, behind } = parse(args);
    const target = oneOf("target", values.target, TARGETS);
    const seed = values.seed === undefined ? Math.floor(Math.random() * LARGEST_SEED) : numberOf("--seed", values.seed);
    const options = { seed, timeout: numberOf("--timeout", values.timeout) * 1000 };
    const files = findSpecs(positionals.length ? positionals : ["."]);
    const sum: Sum = { passed: 0, failed: 0, todo: 0 };
    for (const file of files) {
      say(file);
      // With --preempt loops ask for the time, so one that does not end is found.
      const module = await buildSpec([file], target, [...flagsFor({ preempt: true, traps: values.traps }), ...behind]);
      if (module) await runFile(module, { file, options, filter: values.filter, verbose: values.verbose }, sum);
      else fail("it does not compile", "", sum);
    }
    say(`${sum.todo ? `\n${sum.todo} todo` : ""}${sum.failed ? `\nseed ${seed}` : ""}\n${sum.passed} passed, ${sum.failed} failed`);
    return sum.failed ? 1 : 0;
  },
};

interface File {
  readonly file: string;
  readonly options: SpecOptions;
  readonly filter: string | undefined;
  readonly verbose: boolean;
}

async function runFile(module: WebAssembly.Module, { file, options, filter, verbose }: File, sum: Sum): Promise<void> {
  const spec = new Spec(module, file.replace(/^.*\/|\.ts$/g, "").concat(".wasm"), options);
  let tests: Test[];
  try {
    tests = await spec.list();
  } catch (error) {
    return fail("its module level", (error as Error).message, sum);
  }
  if (!tests.length) return fail("it has no tests", "", sum);
  for (const one of tests) {
    const name = one.path.join(" ");
    if (filter !== undefined && !name.includes(filter)) continue;
    if (isTodo(one)) {
      sum.todo++;
      say(`  todo    ${name}`);
      continue;
    }
    const { failure, output } = await spec.run(one);
    if (failure !== null) {
      fail(name, output + failure, sum);
      continue;
    }
    sum.passed++;
    say(`  ok      ${name}`);
    if (verbose && output) say(indented(output));
  }
}

function fail(what: string, why: string, sum: Sum): void {
  sum.failed++;
  say(`  FAILED  ${what}`);
  if (why) say(indented(why));
}

function indented(text: string): string {
  return text.trimEnd().replace(/^(?=.)/gm, "          ");
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function parse(args: readonly string[]) {
  return parseOptions(args, {
    filter: { type: "string", short: "t" },
    target: { type: "string", default: "debug" },
    traps: { type: "boolean", default: onBun },
    timeout: { type: "string", default: "60" },
    seed: { type: "string" },
    verbose: { type: "boolean", short: "v", default: false },
  });
}

function numberOf(option: string, text: string): number {
  if (!/^\d+$/.test(text)) throw new CliError(`${option} ${text}: want a number`);
  return Number(text);
}
