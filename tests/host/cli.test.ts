// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { guestPath } from "./build.ts";

const MAIN = fileURLToPath(new URL("../../host/cli/main.js", import.meta.url));

const dir = mkdtempSync(join(tmpdir(), "gopark-cli-"));
after(() => rmSync(dir, { recursive: true }));

/** Runs the command as a user does, by its built file. */
function gopark(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    encoding: "utf8",
    input: "one\ntwo",
    env: { ...process.env, GOPARK_TEST: "set", CI: undefined }, // with CI set asc prints in colours
  });
  return { status, stdout, stderr };
}

function pprofTop(file: string): string {
  return spawnSync("go", ["tool", "pprof", "-top", file], { encoding: "utf8" }).stdout;
}

const mistakes = [
  { args: ["frob"], want: 'no command "frob": there are build, run, test, pprof, core' },
  { args: ["build"], want: "missing FILE.ts" },
  { args: ["build", "x.txt"], want: "x.txt is not a .ts file" },
  { args: ["build", "nope.ts"], want: "cannot read nope.ts: no such file" },
  { args: ["build", "x.ts", "--target", "native"], want: 'no target "native": there are release, debug, threads, wasi' },
  { args: ["build", "x.ts", "-o", "x.ts"], want: "cannot write x.ts: it is a source file" },
  { args: ["run", "x.ts", "--profile", "heap=other.ts"], want: "cannot write other.ts: it is a source file" },
  { args: ["run", "x.ts", "--trace", "x.ts"], want: "cannot write x.ts: it is a source file" },
  { args: ["pprof", "x.ts", "heap", "-o", "x.ts"], want: "cannot write x.ts: it is a source file" },
  { args: ["pprof", "x.wasm", "heap", "-o", "./x.wasm"], want: "cannot write ./x.wasm: it is read from" },
  { args: ["pprof", "snapshot", "heap", "-o", "snapshot"], want: "cannot write snapshot: it is read from" },
  { args: ["core", "core", "x.wasm", "--profile", "x.wasm"], want: "cannot write x.wasm: it is read from" },
  { args: ["core", "core", "x.wasm", "--trace", "core"], want: "cannot write core: it is read from" },
  { args: ["run", "a.ts", "b"], want: 'unexpected argument "b" (a program\'s own go behind --)' },
  { args: ["run", "nope.wasm"], status: 2, want: "cannot read nope.wasm: ENOENT: no such file or directory" },
  { args: ["run", "nope.ts"], want: "cannot read nope.ts: no such file" },
  { args: ["run", "x.ts", "--http", "abc"], status: 2, want: "--http abc: want HOST:PORT, as 127.0.0.1:6060" },
  { args: ["run", "x.ts", "--schedtrace", "soon"], want: "--schedtrace soon: want milliseconds" },
  { args: ["run", "x.wasm", "--traps"], want: "--traps: x.wasm is built already" },
  { args: ["run", "--frob", "x.ts"], want: "Unknown option '--frob'" },
  { args: ["run", "x.ts", "--profile", "goroutine"], want: "--profile goroutine: want KIND=OUT" },
  { args: ["pprof", "x.wasm"], want: "missing KIND" },
  { args: ["pprof", "x.wasm", "goroutine", "--after", "soon"], want: "--after soon: want milliseconds" },
];

for (const { args, want, status = 1 } of mistakes) {
  test(`gopark ${args.join(" ")}: one line and status ${status}`, () => {
    assert.deepEqual(gopark(...args), { status, stdout: "", stderr: `gopark: ${want}\n` });
  });
}

test("gopark run --trace OUT writes the trace, also of a program that dies", () => {
  const out = join(dir, "deadlock.json");
  const { status, stderr } = gopark("run", guestPath("deadlock"), "--trace", out);
  assert.equal(status, 2);
  assert.ok(stderr.endsWith(`gopark: wrote ${out}\n`), stderr);
  const { traceEvents } = JSON.parse(readFileSync(out, "utf8")) as { traceEvents: { ph: string; name: string }[] };
  assert.ok(traceEvents.some((e) => e.ph === "X" && e.name === "chan receive"), JSON.stringify(traceEvents));
});

test("gopark run dies quietly when nobody reads what it writes any more", () => {
  const command = `"${process.execPath}" "${MAIN}" run "${guestPath("endless")}" | head -1; echo "\${PIPESTATUS[0]}"`;
  const { stdout, stderr } = spawnSync("bash", ["-c", command], { encoding: "utf8" });
  assert.deepEqual([stdout, stderr], ["line 0\n141\n", ""]);
});

test("gopark --help, --version and COMMAND --help print to standard output", () => {
  for (const args of [["--help"], ["--version"], ["build", "--help"], ["run", "--help"], ["pprof", "-h"]]) {
    const { status, stdout, stderr } = gopark(...args);
    assert.equal(status, 0, args.join(" "));
    assert.match(stdout, /^(usage: gopark |gopark \d+\.\d+\.\d+\n$)/);
    assert.equal(stderr, "");
  }
  assert.equal(gopark().status, 1);
});

test("gopark run says which mistakes are which status", () => {
  const { stdout } = gopark("run", "--help");
  assert.match(stdout, /\b2 after a panic or a fatal error, for a FILE\.wasm or an ADDR that is none or cannot be\nhad, .*; 1 when the command line is wrong or FILE\.ts does not compile\.\n$/);
});

test("gopark run and pprof name every target that they take", () => {
  const taken = /there are (.*)\n/.exec(gopark("run", guestPath("shell"), "--target", "none").stderr)![1]!;
  for (const command of ["run", "pprof"]) assert.ok(gopark(command, "--help").stdout.includes(`FILE.ts: ${taken} (`), command);
});

test("gopark run gives a program its arguments, environment, files, input and status", () => {
  mkdirSync(join(dir, "shell/sub"), { recursive: true });
  const root = join(dir, "shell");
  const { status, stdout, stderr } = gopark("run", guestPath("shell"), "--", root, "b c");
  assert.equal(stdout, [
    `args ${root}|b c`, "env set null", "file héllo", "dir sub", "walk sub/b.txt", "url hi",
    "line one", "line two", "",
  ].join("\n"));
  assert.match(stderr, /^panic: open .*none: no such file or directory\n\ngoroutine 1 \[running\]:\n/);
  assert.equal(status, 2);
});

test("gopark build writes a module that gopark run and gopark pprof take", () => {
  const wasm = join(dir, "out/deadlock.wasm");
  assert.deepEqual(gopark("build", guestPath("deadlock"), "-o", wasm), { status: 0, stdout: "", stderr: "" });
  const profile = join(dir, "g.pb.gz");
  const { status, stdout, stderr } = gopark("run", wasm, "--profile", `goroutine=${profile}`);
  assert.deepEqual([status, stdout], [2, ""]);
  assert.equal(stderr.split("fatal error: all goroutines are asleep - deadlock!").length, 2);
  assert.match(stderr, /^waiting\nfatal error: /);
  assert.ok(stderr.endsWith(`gopark: wrote ${profile}\n`));
  assert.match(pprofTop(profile), /Type: goroutine\n(.*\n)* +3 75\.00% .* deadlock\.worker\n +1 25\.00% .* deadlock\.main\n/);
});

test("gopark build --target debug writes a source map, and asc takes what is behind --", () => {
  const out = join(dir, "debug.wasm");
  const { status } = gopark("build", guestPath("library"), "-o", out, "--target", "debug", "--", "--textFile", join(dir, "debug.wat"));
  assert.equal(status, 0);
  assert.ok(JSON.parse(readFileSync(`${out}.map`, "utf8")).sources.length);
  assert.match(readFileSync(join(dir, "debug.wat"), "utf8"), /^\(module/);
});

test("gopark build --traps is what asc does with --use GO_TRAPS=1", () => {
  const [plain, asked, used] = [[], ["--traps"], ["--", "--use", "GO_TRAPS=1"]].map((flags, i) => {
    const out = join(dir, `traps${i}.wasm`);
    assert.deepEqual(gopark("build", guestPath("sessions"), "-o", out, ...flags), { status: 0, stdout: "", stderr: "" });
    return readFileSync(out);
  });
  assert.deepEqual(asked, used);
  assert.notDeepEqual(asked, plain);
});

test("gopark run writes the CPU profile of the whole run", () => {
  const out = join(dir, "cpu.pb.gz");
  const { status, stderr } = gopark("run", "examples/sieve.ts", "--profile", `profile=${out}`, "--", "100");
  assert.equal(status, 0, stderr);
  assert.match(pprofTop(out), /^sampled where goroutines park.*\nthe program was at work for \d+ ms of \d+ ms\nType: cpu\n/m);
});

test("gopark run and pprof write profiles that the program has made, and name those that there are", () => {
  const [own, heap] = [join(dir, "sessions.pb.gz"), join(dir, "heap.pb.gz")];
  const ran = gopark("run", guestPath("sessions"), "--profile", `app.sessions=${own}`, "--profile", `heat=${heap}`, "--profile", `heap=${heap}`);
  const kinds = "goroutine, heap, allocs, threadcreate, block, mutex, goroutineleak, profile, app.sessions";
  assert.deepEqual(ran, { status: 2, stdout: "", stderr: `gopark: wrote ${own}\ngopark: no profile "heat": there are ${kinds}\ngopark: wrote ${heap}\n` });
  assert.match(pprofTop(own), /Type: app\.sessions\n(.*\n)* +3 +100% .* sessions\.main\n/);
  const taken = gopark("pprof", guestPath("sessions"), "app.sessions", "-o", own);
  assert.deepEqual(taken, { status: 0, stdout: "", stderr: `gopark: wrote ${own}\n` });
  const none = gopark("pprof", guestPath("sessions"), "app.session", "-o", own);
  assert.deepEqual(none, { status: 2, stdout: "", stderr: `gopark: no profile "app.session": there are ${kinds}\n` });
});

test("gopark pprof --after stops a program that does not end", () => {
  const out = join(dir, "spin.pb.gz");
  const { status, stderr } = gopark("pprof", guestPath("spin"), "goroutine", "-o", out, "--after", "20");
  assert.deepEqual([status, stderr], [0, `gopark: wrote ${out}\n`]);
  assert.match(pprofTop(out), /spin\.spin/);
});

const failing = [
  { name: "library", code: 2, want: /^gopark: the program has no main: export function main\(\): void \{ … \}\n$/ },
  { name: "wants", code: 2, want: /^gopark: missing import app\.price\(string, u8\): i64: .* gopark run has module "host" only\n$/ },
  { name: "wrong", code: 1, want: /^ERROR TS2322: (.*\n)*FAILURE 1 compile error\(s\)\n$/ },
];
for (const { name, code, want } of failing) {
  test(`gopark run ${name}.ts: status ${code}, and no stack trace of ours`, () => {
    const { status, stdout, stderr } = gopark("run", guestPath(name));
    assert.deepEqual([status, stdout], [code, ""]);
    assert.match(stderr, want);
    assert.doesNotMatch(stderr, /\n +at /);
  });
}

test("gopark run --gctrace prints Go's line for each collection", () => {
  const { status, stderr } = gopark("run", "--gctrace", guestPath("garbage"));
  assert.equal(status, 0, stderr);
  const lines = stderr.trimEnd().split("\n");
  const number = "\\d+(?:\\.\\d+)?";
  const form = new RegExp(`^gc (\\d+) @\\d+\\.\\d{3}s \\d+%: ${number}\\+${number}\\+${number} ms clock, ` +
    `${number}\\+${number}/${number}/${number}\\+${number} ms cpu, \\d+->\\d+->\\d+ MB, \\d+ MB goal, ` +
    "\\d+ MB stacks, \\d+ MB globals, 1 P( \\(forced\\))?$");
  lines.forEach((line, i) => {
    const match = form.exec(line);
    assert.ok(match, line);
    assert.equal(match[1], String(i + 1));
  });
  assert.ok(lines.length >= 3, stderr);
  assert.ok(lines.at(-1)!.endsWith("(forced)") && !lines[0]!.endsWith("(forced)"), stderr);
});

test("a line that comes when its reader has given up is the next reader's", async () => {
  const child = spawn(process.execPath, [MAIN, "run", guestPath("reader")], { stdio: ["pipe", "ignore", "pipe"] });
  let text = "";
  for await (const chunk of child.stderr.setEncoding("utf8")) {
    text += chunk as string;
    if (text.split("\n").length === 3) child.stdin.end("one\ntwo\nthree");
  }
  assert.equal(text, "context canceled\ncontext canceled\n<one>\n<two>\n<three>\n");
});
