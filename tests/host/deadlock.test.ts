// SPDX-License-Identifier: MIT
/** When a program that a host's callback could wake is deadlocked on Node: processes of their own, whose event loops end. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { buildGuest } from "./build.ts";

const dir = mkdtempSync(join(tmpdir(), "gopark-deadlock-"));
const wasm = join(dir, "mailbox.wasm");
before(async () => writeFileSync(wasm, await buildGuest("mailbox")));
after(() => rmSync(dir, { recursive: true }));

/** Runs a module's text in a process of its own, and says something to it in the way that it asks for: "stream" or "message". */
async function node(code: string): Promise<{ status: number | null; stdout: string; stderr: string }> {
  const head = `import { load } from ${JSON.stringify(new URL("../../host/index.js", import.meta.url).href)};
    const app = await load(${JSON.stringify(wasm)});\n`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", head + code], { stdio: ["pipe", "pipe", "pipe", "ipc"] });
  const said = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) child[name]!.on("data", (chunk: Buffer) => (said[name] += chunk));
  child.on("message", (way) => (way === "stream" ? child.stdin!.end("hello") : child.send("hello")));
  const status = await new Promise<number | null>((closed) => child.on("close", closed));
  return { status, ...said };
}

/** Each comes many turns of the event loop after main has begun to wait, so no turn more or less is what it is owed to. */
const callbacks: { name: string; code: string }[] = [
  { name: "a stream's listener", code: `process.stdin.on("data", put); later(() => process.send("stream"));` },
  { name: "a message of the parent", code: `process.once("message", put); later(() => process.send("message"));` },
  { name: "work of the thread pool", code: `(await import("node:crypto")).pbkdf2("a", "b", 200_000, 9, "sha1", put);` },
  { name: "zlib", code: `(await import("node:zlib")).gzip(large, put);` },
  { name: "Web Crypto", code: `crypto.subtle.digest("SHA-256", large).then(put);` },
  { name: "a web stream", code: `new Response(new Blob([large]).stream().pipeThrough(new CompressionStream("gzip"))).arrayBuffer().then(put);` },
  { name: "a child that is not waited for", code: `
    const child = (await import("node:child_process")).spawn(process.execPath, ["-p", "1"], { stdio: ["ignore", "pipe", "ignore"] });
    child.stdout.on("data", put);
    child.unref();` },
  { name: "immediates below each other", code: `later(put);` },
  { name: "a timer", code: `setTimeout(put, 50);` },
];

describe("a program whose main waits for an export is not deadlocked while", () => {
  for (const { name, code } of callbacks) {
    it(`${name} may call it`, async () => {
      const { stdout, stderr, status } = await node(`
        const later = (f, turns = 20) => setImmediate(turns ? () => later(f, turns - 1) : f);
        const large = new Uint8Array(8 << 20);
        const put = () => void app.exports.put(1).catch(() => {});
        app.run().then(() => console.log("main returned"), (e) => console.log(e.name)).finally(() => process.disconnect());
        ${code}`);
      assert.deepEqual([stdout, stderr, status], ["main returned\n", "", 0]);
    });
  }
});

describe("a program that nothing can wake any more is told so at the event loop's end", () => {
  const ways: { name: string; code: string; stack: RegExp }[] = [
    { name: "awaited at top level", code: `await app.run().catch((e) => console.log(e.name));`, stack: /\[chan receive\]:\nmailbox\.main\(/ },
    { name: "not awaited", code: `app.run().catch((e) => console.log(e.name));`, stack: /\[chan receive\]:\nmailbox\.main\(/ },
    { name: "by its export", code: `await app.exports.take().catch((e) => console.log(e.name));`, stack: /\[chan receive\]:\nmailbox\.take\(/ },
    { name: "behind a timer that does nothing", code: `setTimeout(() => {}, 1); await app.run().catch((e) => console.log(e.name));`, stack: /mailbox\.main\(/ },
  ];
  for (const { name, code, stack } of ways) {
    it(name, async () => {
      const { stdout, stderr, status } = await node(`process.disconnect(); ${code}`);
      assert.deepEqual([stdout, status], ["DeadlockError\n", 0]);
      assert.match(stderr, /^fatal error: all goroutines are asleep - deadlock!\n/);
      assert.match(stderr, stack);
    });
  }
});
