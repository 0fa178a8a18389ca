// SPDX-License-Identifier: MIT
/** `gopark run --http` and `gopark pprof URL`, and the endpoint on Node's http. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, request } from "node:http";
import { type AddressInfo, connect, createServer as createTcp } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it, test } from "node:test";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { Profile as Proto } from "pprof-format";
import { watchTurns } from "../../host/cli/http.ts";
import { load, requestListener } from "../../host/index.ts";
import { buildGuest, guestPath } from "./build.ts";

const MAIN = fileURLToPath(new URL("../../host/cli/main.js", import.meta.url));
const SERVING = guestPath("serving");
const dir = mkdtempSync(join(tmpdir(), "gopark-serving-"));
const children: ChildProcess[] = [];
after(() => {
  for (const child of children) child.kill();
  rmSync(dir, { recursive: true });
});

/** Starts `gopark run`; resolves with what is served, and how to wait for a word of it. */
async function run(...args: string[]): Promise<{ url: string; says: (what: RegExp) => Promise<string>; child: ChildProcess }> {
  const child = spawn(process.execPath, [MAIN, "run", ...args], { stdio: ["ignore", "inherit", "pipe"] });
  children.push(child);
  let text = "";
  const says = (what: RegExp) => new Promise<string>((resolve, reject) => {
    const look = () => {
      const found = what.exec(text);
      if (found) resolve(found[1]!);
      return found;
    };
    if (look()) return;
    child.stderr!.on("data", look);
    child.on("close", () => reject(new Error(`it ended without ${what}:\n${text}`)));
  });
  child.stderr!.on("data", (chunk: Buffer) => (text += chunk));
  const url = await says(/^gopark: serving (.*)\/debug\/\n/m);
  const token = args[args.indexOf("--http-token") + 1]!;
  while ((await fetch(`${url}/debug/pprof/cmdline?token=${token}`)).status === 503); // it is being compiled
  return { url, says, child };
}

function gopark(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], { encoding: "utf8", env: { ...process.env, CI: undefined } });
  return { status, stdout, stderr };
}

/** A port that nobody listens on. */
async function closedPort(): Promise<number> {
  const server = createTcp();
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}

const isProfile = (bytes: Uint8Array) => Proto.decode(gunzipSync(bytes)).sampleType.length > 0;

/** A request whose Host is what a test says. */
function statusWith(url: string, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    request(`${url}/debug/pprof/heap`, { headers: { host } }, (answer) => resolve(answer.resume().statusCode!)).on("error", reject).end();
  });
}

describe("gopark run --http", () => {
  let url: string;
  before(async () => void ({ url } = await run(SERVING, "--http", "127.0.0.1:0")));

  it("serves profiles while the program runs", async () => {
    const response = await fetch(`${url}/debug/pprof/goroutine`);
    assert.ok(isProfile(new Uint8Array(await response.arrayBuffer())));
    const text = await (await fetch(`${url}/debug/pprof/goroutine?debug=2`)).text();
    assert.match(text, /serving\.worker\(\.\.\.\)/);
  });

  it("gives gopark pprof URL KIND what it asks for", () => {
    for (const from of [url, `${url}/debug/`, `${url}/debug/pprof`, `${url}/debug/pprof/`]) {
      const out = join(dir, "heap.pb.gz");
      assert.deepEqual(gopark("pprof", from, "heap", "-o", out), { status: 0, stdout: "", stderr: `gopark: wrote ${out}\n` });
      assert.ok(isProfile(readFileSync(out)));
    }
    const own = spawnSync(process.execPath, [MAIN, "pprof", url, "serving/jobs"], { encoding: "utf8", cwd: dir });
    assert.deepEqual([own.status, own.stderr], [0, "gopark: wrote serving_jobs.pb.gz\n"]);
    assert.ok(isProfile(readFileSync(join(dir, "serving_jobs.pb.gz"))));
    const out = join(dir, "delta.pb.gz");
    assert.equal(gopark("pprof", url, "goroutine", "-o", out, "--seconds", "1").status, 0);
    const delta = Proto.decode(gunzipSync(readFileSync(out)));
    assert.ok(Number(delta.durationNanos) > 0.9e9); // a timer may be early
  });

  it("tells gopark pprof what is wrong, in a line", async () => {
    assert.deepEqual(gopark("pprof", url, "heat"), { status: 2, stdout: "", stderr: `gopark: ${url}/debug/pprof/heat: 404 Unknown profile\n` });
    const closed = gopark("pprof", `http://127.0.0.1:${await closedPort()}`, "heap");
    assert.deepEqual([closed.status, closed.stderr.includes("ECONNREFUSED")], [2, true]);
    assert.equal(gopark("pprof", `${url}/debug/pprof`, "cmdline").stderr, `gopark: ${url}/debug/pprof/cmdline: what came is not a profile\n`);
  });

  it("refuses a page that reached it by another name", async () => {
    assert.equal(await statusWith(url, "evil.example:6060"), 403);
    assert.equal(await statusWith(url, "localhost:6060"), 200);
    assert.equal(await statusWith(url, "[::1]:6060"), 200);
  });

  it("says that a port is taken, with status 2", () => {
    const address = new URL(url).host;
    assert.deepEqual(gopark("run", SERVING, "--http", address), { status: 2, stdout: "", stderr: `gopark: --http ${address}: the address is in use\n` });
  });
});

const bad = [
  { args: ["--http", "6060"], want: "--http 6060: want HOST:PORT, as 127.0.0.1:6060" },
  { args: ["--http", "127.0.0.1:99999"], want: "--http 127.0.0.1:99999: want HOST:PORT, as 127.0.0.1:6060" },
  { args: ["--http", "::1:6060"], want: "--http ::1:6060: want HOST:PORT, as 127.0.0.1:6060" },
  { args: ["--http", "0.0.0.0:0"], want: "--http 0.0.0.0:0: others can reach it, so it needs --http-token TOKEN" },
  { args: ["--http", ":0"], want: "--http :0: others can reach it, so it needs --http-token TOKEN" },
  { args: ["--http", "127.0.0.1:0", "--http-token", ""], want: "--http-token: the token is empty" },
];
for (const { args, want } of bad) {
  test(`gopark run ${args.join(" ")}: one line and status 2`, () => {
    assert.deepEqual(gopark("run", SERVING, ...args), { status: 2, stdout: "", stderr: `gopark: ${want}\n` });
  });
}

test("--http-token lets in whoever sends it, on any address", async () => {
  const { url } = await run(SERVING, "--http", "0.0.0.0:0", "--http-token", "s3cret");
  const status = async (path: string, authorization = "") => (await fetch(url + path, { headers: { authorization } })).status;
  assert.equal(await status("/debug/pprof/heap"), 401);
  assert.equal(await status("/debug/pprof/heap?token=s3cre"), 401);
  assert.equal(await status("/debug/pprof/heap", "Bearer other"), 401);
  assert.equal(await status("/debug/pprof/heap", "Bearer s3cret"), 200);
  assert.equal(await status("/debug/pprof/heap?token=s3cret"), 200);
  assert.equal(gopark("pprof", `${url}?token=s3cret`, "heap", "-o", join(dir, "token.pb.gz")).status, 0);
});

test("a deadlock is one with --http too", () => {
  const { status, stderr } = gopark("run", guestPath("deadlock"), "--http", "127.0.0.1:0");
  assert.equal(status, 2);
  assert.match(stderr, /^fatal error: all goroutines are asleep - deadlock!$/m);
});

test("--http says when nobody could be answered", async () => {
  const { says } = await run(SERVING, "--http", "127.0.0.1:0", "--", "busy");
  await says(/^gopark: (no request was answered) for \d\.\d s: a goroutine computed without parking/m);
});

test("--http blames a turn of the program's, not the time that an answer took, and says so once", () => {
  const said: string[] = [];
  const turns: (() => void)[] = [];
  let now = 0;
  const platform = watchTurns({ now: () => now, immediate: (f) => void turns.push(f) }, (line) => said.push(line));
  const turn = (ms: number) => {
    platform.immediate(() => void (now += ms));
    turns.shift()!();
  };
  turn(999);
  now += 5000; // an answer
  turn(10);
  assert.deepEqual(said, []);
  turn(2500);
  turn(2500);
  assert.equal(said.join(""), "gopark: no request was answered for 2.5 s: a goroutine computed without parking; in a program built with --preempt it gives way\n");
});

test("what is being scraped when the program dies is a 503 that says so", async () => {
  const { url } = await run(SERVING, "--http", "127.0.0.1:0", "--", "brief");
  const delta = fetch(`${url}/debug/pprof/heap?seconds=600`);
  const traced = await fetch(`${url}/debug/pprof/trace?seconds=600`);
  for (const response of [traced, await delta]) assert.deepEqual([response.status, await response.text()], [503, "panic: enough\n"]);
});

/** Sends bytes; resolves with all that comes back. */
function exchange(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let got = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(text));
    socket.on("data", (chunk: Buffer) => (got += chunk)).on("close", () => resolve(got)).on("error", reject);
  });
}

test("requestListener: what is no web request is the asker's fault, and nobody prints a word; answers have their reasons", async (t) => {
  const said: unknown[] = [];
  t.mock.method(console, "error", (...words: unknown[]) => said.push(words));
  let asked = 0;
  const server = createServer(requestListener((request) => {
    asked++;
    if (request.url.endsWith("/boom")) throw new Error("boom");
    return new Response("no\n", { status: 404 });
  }));
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const tests: [string, string, RegExp][] = [
    ["GET *", "127.0.0.1:6060", /^HTTP\/1\.1 400 Bad Request\r\n/],
    ["GET http://[", "127.0.0.1:6060", /^HTTP\/1\.1 400 Bad Request\r\n/],
    ["GET /", "a b", /^HTTP\/1\.1 400 Bad Request\r\n/],
    ["GET /", "[", /^HTTP\/1\.1 400 Bad Request\r\n/],
    ["TRACE /", "x", /^HTTP\/1\.1 405 Method Not Allowed\r\n(.*\r\n)*allow: GET, HEAD\r\n/i],
  ];
  for (const [line, host, want] of tests) {
    const answer = await exchange(port, `${line} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    assert.match(answer, want, `${line}, ${host}`);
  }
  assert.deepEqual([asked, said], [0, []]);
  assert.match(await exchange(port, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), /^HTTP\/1\.1 404 Not Found\r\n/);
  assert.match(await exchange(port, "GET /boom HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), /^HTTP\/1\.1 500 Internal Server Error\r\n/);
  assert.match(String(said), /boom/, "what a handler throws is said");
});

test("requestListener: a scraper that hangs up ends its delta", async () => {
  const app = await load(await buildGuest("served"), { stderr: () => {} });
  let asked: () => void;
  const waits = new Promise<void>((resolve) => (asked = resolve));
  let response: Promise<Response>;
  const server = createServer(requestListener((request) => (response = app.pprof.fetch(request), asked(), response)));
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const hangUp = new AbortController();
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/debug/pprof/heap?seconds=600`;
  const scrape = fetch(url, { signal: hangUp.signal }).catch((error: Error) => error.name);
  await waits;
  hangUp.abort();
  assert.equal(await scrape, "AbortError");
  assert.equal((await response!).status, 500);
  server.close();
  app.close();
});

test("a name that is nobody's is no address", () => {
  const { status, stderr } = gopark("run", SERVING, "--http", "no-such-host.invalid:0");
  assert.equal(status, 2);
  assert.match(stderr, /^gopark: --http no-such-host\.invalid:0: no such host \(\w+\)\n$/);
});

test("gopark pprof URL: what does not speak HTTP is an error in a line", async () => {
  const server = createTcp((socket) => void socket.end("no\r\n"));
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const child = spawn(process.execPath, [MAIN, "pprof", `http://127.0.0.1:${(server.address() as AddressInfo).port}`, "heap"], { stdio: ["ignore", "inherit", "pipe"] });
  let text = "";
  child.stderr.on("data", (chunk: Buffer) => (text += chunk));
  const status = await new Promise((done) => child.on("close", done));
  server.close();
  assert.equal(status, 2);
  assert.match(text, /^gopark: http:.*\/debug\/pprof\/heap: .*\n$/);
});
