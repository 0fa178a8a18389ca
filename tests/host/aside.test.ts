// SPDX-License-Identifier: MIT
/** `gopark run --target threads`: the program runs in a worker, and its command is there while it computes. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, afterEach, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { Profile } from "pprof-format";
import { compile, type Target } from "../../host/cli/compile.ts";
import type { ChromeTrace } from "../../host/index.ts";
import { guestPath } from "./build.ts";

const MAIN = fileURLToPath(new URL("../../host/cli/main.js", import.meta.url));
const dir = mkdtempSync(join(tmpdir(), "gopark-aside-"));
after(() => rmSync(dir, { recursive: true }));
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

/** Of what would wait for ever if it did not hold. */
const LIMIT = { timeout: 120_000 };
const env = { ...process.env, GOPARK_TEST: "set", GODEBUG: undefined, CI: undefined };

/** Builds a program of tests/host/guest, or one whose text is given. */
async function build(name: string, target: Target, text?: string): Promise<string> {
  const file = text === undefined ? guestPath(name) : join(dir, `${name}.ts`);
  if (text !== undefined) writeFileSync(file, text);
  const out = resolve(dir, target, `${name}.wasm`);
  const outputs = await compile(file, out, target);
  mkdirSync(join(dir, target), { recursive: true });
  writeFileSync(out, outputs!.get(out)!);
  return out;
}

function gopark(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], { encoding: "utf8", input: "one\ntwo", env, timeout: LIMIT.timeout });
  return { status, stdout, stderr };
}

/** Starts `gopark run`; `says` waits for a word of it, `ended` for its end. */
function start(...args: string[]) {
  const child = spawn(process.execPath, [MAIN, "run", ...args], { stdio: ["ignore", "pipe", "pipe"], env });
  children.push(child);
  const text = { stdout: "", stderr: "" };
  const looks = new Set<() => void>();
  for (const fd of ["stdout", "stderr"] as const) {
    child[fd]!.setEncoding("utf8").on("data", (chunk: string) => {
      text[fd] += chunk;
      for (const look of looks) look();
    });
  }
  const ended = new Promise<{ status: number | null; signal: string | null }>((done) => child.on("close", (status, signal) => done({ status, signal })));
  const says = (what: RegExp, fd: "stdout" | "stderr" = "stderr") => new Promise<string>((found, reject) => {
    const look = () => {
      const match = what.exec(text[fd]);
      if (match) found(match[1] ?? match[0]);
    };
    looks.add(look);
    look();
    void ended.then(() => reject(new Error(`it ended without ${what}:\n${text.stdout}${text.stderr}`)));
  });
  return { child, text, says, ended };
}

function functionsOf(bytes: Uint8Array): string[] {
  const { function: functions, stringTable } = Profile.decode(gunzipSync(bytes));
  return functions.map(({ name }) => stringTable.strings[Number(name)]!);
}

const spinning = await build("spinning", "threads");
/** What the goroutine that computes is told by. */
const CULPRIT = /: goroutine 1 (does not park|neither parks nor asks for the time)\n\ngoroutine 1 \[running\]:\n(.*\n)*spinning\.spin\(/;
const DUMP = /^goroutine 1 \[running\]:\n(spinning\..*\n\t.*\n)*spinning\.spin\(\.\.\.\)\n\t.*\nspinning\.main\(\.\.\.\)\n\t.*\n\ngoroutine 2 \[chan receive\]:\nspinning\.wait\(\.\.\.\)\n\t.*\ncreated by spinning\.main in goroutine 1\n\t.*\n/m;

describe("gopark run, of a program in shared memory that computes without parking", () => {
  it("prints what it prints at once, and serves what can be told", LIMIT, async () => {
    const { says } = start(spinning, "--http", "127.0.0.1:0");
    const url = await says(/^gopark: serving (.*)\/debug\/\n/m);
    await says(/^spinning\n/m);
    await says(/^to standard output\n/, "stdout");
    const get = (path: string) => fetch(`${url}/debug/${path}`);
    const stacks = await get("pprof/goroutine?debug=2");
    assert.deepEqual([stacks.status, CULPRIT.test(await stacks.text())], [503, true]);
    const cpu = await get("pprof/profile?seconds=1");
    assert.equal(cpu.status, 200);
    assert.ok(functionsOf(new Uint8Array(await cpu.arrayBuffer())).includes("spinning.fib"));
    const vars = await (await get("vars")).json() as { goroutines: number; cmdline: string[] };
    assert.deepEqual([vars.goroutines, vars.cmdline], [2, ["spinning.wasm"]]);
    for (const path of ["", "pprof/", "pprof/heap"]) assert.equal((await get(path)).status, 200, path);
  });

  it("ends by SIGQUIT with the stacks of all goroutines, the files that were asked for, and status 2", LIMIT, async () => {
    const [cpu, heap, goroutine, trace] = ["cpu.pb.gz", "heap.pb.gz", "goroutine.pb.gz", "trace.json"].map((name) => join(dir, name));
    const files = ["--profile", `profile=${cpu}`, "--profile", `heap=${heap}`, "--profile", `goroutine=${goroutine}`, "--trace", trace!];
    const { child, text, says, ended } = start(spinning, ...files);
    await says(/^spinning\n/m);
    child.kill("SIGQUIT");
    assert.deepEqual(await ended, { status: 2, signal: null });
    assert.equal(text.stdout, "to standard output\n");
    const [dump, said] = text.stderr.slice("spinning\n".length).split(/^(?=gopark: wrote)/m, 2);
    assert.match(dump!, /^SIGQUIT: quit\n\ngoroutine 1 /);
    assert.match(dump!, DUMP);
    assert.equal(said, `gopark: wrote ${trace}\n`);
    assert.ok(text.stderr.includes(`gopark: wrote ${cpu}\ngopark: wrote ${heap}\ngopark: ${goroutine} was not written: the program did not stop within `), text.stderr);
    assert.ok(functionsOf(readFileSync(cpu!)).includes("spinning.fib"));
    const { traceEvents } = JSON.parse(readFileSync(trace!, "utf8")) as ChromeTrace;
    assert.ok(traceEvents.some((e) => e.name === "thread_name" && e.args!.name === "G2 spinning.wait"), JSON.stringify(traceEvents));
  });

  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    it(`is killed by ${signal}`, LIMIT, async () => {
      const { child, says, ended } = start(spinning);
      await says(/^spinning\n/m);
      child.kill(signal);
      assert.deepEqual(await ended, { status: null, signal });
    });
  }

  it("goes on to print the scheduler's lines", LIMIT, async () => {
    const { says } = start(spinning, "--schedtrace", "20");
    const line = (idle: number) => `SCHED \\d+ms: gomaxprocs=1 idleprocs=${idle} threads=1 spinningthreads=0 needspinning=0 ` +
      `idlethreads=${idle} runqueue=0 \\[ 0 \\] schedticks=\\[ \\d+ \\]\n`;
    await says(new RegExp(`^${line(1)}(SCHED .*\n)*spinning\n(${line(0)}){3}`));
  });

  it("is stopped by gopark pprof --after, which has its CPU profile, and names it where it would have to stop", () => {
    const out = join(dir, "after.pb.gz");
    let after = 250;
    for (let sampled = false; !sampled; ) { // it had not begun to compute
      const { status, stderr } = gopark("pprof", spinning, "profile", "-o", out, "--after", `${after *= 2}`);
      assert.ok(status === 0 && stderr.endsWith(`gopark: wrote ${out}\n`), stderr);
      sampled = functionsOf(readFileSync(out)).includes("spinning.fib");
    }
    for (let stuck = false; !stuck; after *= 2) {
      const { status, stderr } = gopark("pprof", spinning, "goroutine", "-o", out, "--after", `${after}`);
      stuck = status === 2;
      assert.match(stderr, stuck ? CULPRIT : /wrote/);
      assert.ok(stderr.includes(`gopark: ${out} was not written: the program did not stop within 1000 ms`) === stuck, stderr);
    }
  });
});

describe("gopark run, of a program in shared memory", () => {
  it("ends by SIGQUIT while it waits, too", LIMIT, async () => {
    const sleeping = await build("sleeping", "threads", `
      import { go, println, time } from "gopark/assembly";
      function say(): void { println("sleeping"); }
      export function main(): void { go(say); time.sleep(time.Hour); }`);
    const { child, text, says, ended } = start(sleeping);
    await says(/^sleeping\n/);
    child.kill("SIGQUIT");
    assert.deepEqual(await ended, { status: 2, signal: null });
    assert.match(text.stderr, /^sleeping\nSIGQUIT: quit\n\n(.*\n)*goroutine 1 \[sleep\]:\nsleeping\.main\(\.\.\.\)\n\t.*sleeping\.ts:4\n/);
  });

  it("is a 503 that says so to who scrapes it when it dies", LIMIT, async () => {
    const { says } = start(await build("serving", "threads"), "--http", "127.0.0.1:0", "--", "brief");
    const url = await says(/^gopark: serving (.*)\/debug\/\n/m);
    while ((await fetch(`${url}/debug/pprof/cmdline`)).status === 503); // it is being loaded
    const delta = fetch(`${url}/debug/pprof/heap?seconds=600`);
    const traced = await fetch(`${url}/debug/pprof/trace?seconds=600`);
    for (const response of [traced, await delta]) assert.deepEqual([response.status, await response.text()], [503, "panic: enough\n"]);
  });

  it("dies quietly when nobody reads what it writes any more", LIMIT, async () => {
    const endless = await build("endless", "threads");
    const command = `"${process.execPath}" "${MAIN}" run "${endless}" | head -1; echo "\${PIPESTATUS[0]}"`;
    const { stdout, stderr } = spawnSync("bash", ["-c", command], { encoding: "utf8" });
    assert.deepEqual([stdout, stderr], ["line 0\n141\n", ""]);
  });

  it("writes the profiles of its last moment, and names those that there are", LIMIT, async () => {
    const [own, heap] = [join(dir, "sessions.pb.gz"), join(dir, "last.pb.gz")];
    const sessions = await build("sessions", "threads");
    const ran = gopark("run", sessions, "--profile", `app.sessions=${own}`, "--profile", `heat=${heap}`, "--profile", `heap=${heap}`);
    const kinds = "goroutine, heap, allocs, threadcreate, block, mutex, goroutineleak, profile, app.sessions";
    assert.deepEqual(ran, { status: 2, stdout: "", stderr: `gopark: wrote ${own}\ngopark: no profile "heat": there are ${kinds}\ngopark: wrote ${heap}\n` });
    assert.ok(functionsOf(readFileSync(own)).includes("sessions.main"));
    const deadlock = gopark("run", await build("deadlock", "threads"), "--profile", `goroutine=${own}`, "--http", "127.0.0.1:0");
    assert.equal(deadlock.status, 2);
    assert.ok(deadlock.stderr.endsWith(`gopark: wrote ${own}\n`));
    assert.deepEqual(functionsOf(readFileSync(own)).filter((name) => name.startsWith("deadlock.")).sort(), ["deadlock.main", "deadlock.worker"]);
  });
});

const WRITE = '@external("host", "write") declare function write(text: string): void;';
const same: { name: string; text?: string; args?: string[] }[] = [
  { name: "shell", args: ["--", join(dir, "shell"), "b c"] },
  { name: "reader" },
  { name: "wild" },
  { name: "deadlock" },
  { name: "mailbox" },
  { name: "library" },
  { name: "wants" },
  {
    name: "orderly", text: `import { go, println, time } from "gopark/assembly"; ${WRITE}
    function tick(i: i32): void { time.sleep(i * time.Millisecond); println(\`tick \${i}\`); }
    export function main(): void {
      for (let i = 1; i < 4; i++) go(tick, 10 * i);
      for (let i = 0; i < 500; i++) { write(\`out \${i}\\n\`); println(\`err \${i}\`); console.log(\`log \${i}\`); }
      time.sleep(100 * time.Millisecond);
      process.exit(3);
    }`,
  },
  { name: "early", text: 'import { println } from "gopark/assembly"; println("module"); if (load<i32>(0) == 0) throw new Error("early"); export function main(): void {}', args: ["--trace", join(dir, "early.json")] },
  { name: "unblocked", text: '@external("host", "readFile") declare function readFile(path: string): string; export function main(): void { readFile("x"); }' },
  { name: "unwritten", text: '@external("host", "writeFile") declare function writeFile(path: string, text: string): void; export function main(): void { writeFile("x", "y"); }' },
];
describe("gopark run", () => {
  for (const { name, text, args = [] } of same) {
    it(`prints the same of ${name}, in the same order, and has the same status, in shared memory`, async () => {
      const outcome = async (target: Target) => {
        const command = [process.execPath, MAIN, "run", await build(name, target, text), ...args].map((word) => `'${word}'`).join(" ");
        mkdirSync(join(dir, "shell/sub"), { recursive: true });
        const { status, stdout } = spawnSync("bash", ["-c", `${command} 2>&1`], { encoding: "utf8", input: "one\ntwo", env, cwd: dir });
        return { status, stdout };
      };
      const [here, aside] = [await outcome("release"), await outcome("threads")];
      assert.deepEqual(aside, here);
      assert.ok(here.stdout);
    });
  }
});
