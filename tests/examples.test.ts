// SPDX-License-Identifier: MIT
/**
 * The examples, run as their header comments say: by the CLI, in a process of their own.
 *
 * @module
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { gunzipSync } from "node:zlib";
import { Profile } from "pprof-format";
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

  it("refuses to work with no worker", async () => {
    for (const workers of ["0", "-3", "abc"]) {
      const { status, stdout, stderr } = await gopark("run", "examples/wordcount.ts", "--", "tests/prog", workers);
      assert.equal(stdout, "");
      assert.match(stderr, new RegExp(`^panic: ${workers} workers: there must be one at least\n`));
      assert.equal(status, 2);
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

describe("examples/leak.ts", () => {
  it("has a heap profile that points at the line whose sessions are never forgotten", async () => {
    const dir = mkdtempSync(join(tmpdir(), "gopark-leak-"));
    try {
      const out = join(dir, "heap.pb.gz");
      const { status, stderr } = await gopark("pprof", "examples/leak.ts", "heap", "-o", out);
      assert.match(stderr, /^served 20000 sessions, 8577800 characters$/m);
      assert.equal(status, 0);
      const held = inUseByLine(Profile.decode(gunzipSync(readFileSync(out))));
      const line = readFileSync("examples/leak.ts", "utf8").split("\n").findIndex((l) => l.includes("new Session(")) + 1;
      const leaked = held.get(`leak.login:${line}`)!;
      // 20,000 sessions of about 1.2 KB; a run draws some 50 samples.
      assert.ok(leaked > 10e6 && leaked < 50e6, `${leaked} bytes`);
      const rendered = [...held].filter(([key]) => key.startsWith("leak.render:")).map(([, bytes]) => bytes);
      assert.ok(Math.max(0, ...rendered) < leaked / 10, "garbage is in use");
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});

/** Bytes in use below each line, under `function:line`. */
function inUseByLine(p: Profile): Map<string, number> {
  const name = (i: number | bigint) => p.stringTable.strings[Number(i)]!;
  const held = new Map<string, number>();
  for (const { locationId, value } of p.sample) {
    for (const id of locationId) {
      const { functionId, line } = p.location.find((l) => l.id === id)!.line[0]!;
      const key = `${name(p.function.find((f) => f.id === functionId)!.name)}:${line}`;
      held.set(key, (held.get(key) ?? 0) + Number(value[3]));
    }
  }
  return held;
}
