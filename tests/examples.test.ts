// SPDX-License-Identifier: MIT
/**
 * The examples, run as their header comments say: by the CLI, in a process of their own.
 *
 * @module
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { packageRoot } from "../host/cli/compile.ts";

process.chdir(packageRoot());

interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

function gopark(...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, ["build/host/cli/main.js", ...args], (_, stdout, stderr) =>
      resolve({ status: child.exitCode ?? -1, stdout, stderr }));
  });
}

/** Counts as examples/wordcount.ts does, in JavaScript. */
function countWords(folder: string): string {
  const files = readdirSync(folder).filter((name) => /\.(md|txt)$/.test(name));
  const counts = new Map<string, number>();
  for (const file of files) {
    const words = readFileSync(`${folder}/${file}`, "utf8").toLowerCase().match(/[a-z'\u0080-\uffff]+/g);
    for (const word of words ?? []) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const total = [...counts.values()].reduce((sum, n) => sum + n, 0);
  const top = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).slice(0, 20);
  const lines = top.map(([word, n]) => `${String(n).padStart(7)}  ${word}\n`);
  return `${files.length} files, ${total} words, ${counts.size} different ones\n${lines.join("")}`;
}

describe("examples/wordcount.ts", () => {
  it("counts the words of the folder that its argument names, with any number of workers", async () => {
    const want = countWords("tests/prog");
    for (const workers of ["1", "4", "50"]) {
      const { status, stdout } = await gopark("run", "examples/wordcount.ts", "--", "tests/prog", workers);
      assert.equal(stdout, want);
      assert.equal(status, 0);
    }
  });

  it("panics with the host's words when there is no such folder", async () => {
    const { status, stderr } = await gopark("run", "examples/wordcount.ts", "--", "no/such/folder");
    assert.match(stderr, /^panic: .*no\/such\/folder/m);
    assert.match(stderr, /^goroutine \d+ \[running\]:\n(.*\n)*.*walk\(/m);
    assert.equal(status, 2);
  });
});

describe("examples/sieve.ts", () => {
  it("prints the first hundred primes", async () => {
    const { status, stdout } = await gopark("run", "examples/sieve.ts");
    const primes = stdout.trim().split(/\s+/).map(Number);
    const want: number[] = [];
    for (let i = 2; want.length < 100; i++) if (want.every((p) => i % p)) want.push(i);
    assert.deepEqual(primes, want);
    assert.equal(status, 0);
  });

  it("prints the 500th", async () => {
    const { stdout } = await gopark("run", "examples/sieve.ts", "--", "500");
    assert.equal(stdout, "prime number 500 is 3571\n");
  });
});

describe("examples/deadlock.ts", () => {
  it("ends with status 2 and a dump that names every goroutine, what it waits for, and where", async () => {
    const { status, stderr } = await gopark("run", "examples/deadlock.ts");
    assert.equal(status, 2);
    assert.equal(stderr, readFileSync("examples/deadlock.txt", "utf8"));
  });
});
