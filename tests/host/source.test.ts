// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { MockPlatform } from "../../host/adapter/mock.ts";
import { ModuleError, NotGoparkModuleError } from "../../host/abi/errors.ts";
import { load } from "../../host/instance/instantiate.ts";
import type { Source } from "../../host/instance/source.ts";
import { buildDouble, Double, makePctab } from "./double.ts";

const bytes = buildDouble({ exports: [] }, makePctab([]));
const EMPTY = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);

const bad: { name: string; source: Source; want: RegExp; type?: typeof ModuleError }[] = [
  { name: "not built by the transform", source: EMPTY, type: NotGoparkModuleError,
    want: /^app\.wasm was not built with gopark's transform .*: build it with "gopark build"/ },
  { name: "foreign", source: new TextEncoder().encode("<!DOCTYPE html>"),
    want: /^app\.wasm is not a WebAssembly module: it begins with 3c 21 44 4f 43 54 59 50, not with 00 61 73 6d$/ },
  { name: "empty", source: new ArrayBuffer(0), want: /^app\.wasm is not a WebAssembly module: it is empty$/ },
  { name: "truncated", source: bytes.slice(0, 60), want: /broken or truncated WebAssembly \(60 bytes\): / },
  { name: "another version", source: buildDouble({ version: 9 }, makePctab([])),
    want: /was built for gopark ABI 9, this host speaks 1: rebuild it/ },
  { name: "a missing file", source: "./no/such.wasm", want: /^cannot read \.\/no\/such\.wasm: no such file/ },
  { name: "an HTTP error", source: new Response("", { status: 404, statusText: "Not Found" }), want: /HTTP 404 Not Found/ },
];

for (const { name, source, want, type = ModuleError } of bad) {
  test(`load: ${name} is one clear error`, async () => {
    await assert.rejects(load(source, {}, new MockPlatform()),
      (e: Error) => e instanceof type && want.test(e.message) && !e.message.includes("\n") || assert.fail(e));
  });
}

test("load: takes bytes, views, responses, modules, paths and URLs", async () => {
  const platform = new MockPlatform();
  platform.files.set("a/b.wasm", bytes);
  platform.files.set("file:///a/b.wasm", bytes);
  const sources: Source[] = [
    bytes, bytes.buffer, new Response(bytes), new WebAssembly.Module(bytes), "a/b.wasm",
    new URL("file:///a/b.wasm"),
  ];
  for (const source of sources) {
    const app = await load(source, { imports: { double: new Double().imports() } }, platform);
    app.close();
  }
  await assert.rejects(load(5 as unknown as Source, {}, platform), /the source must be a URL, a path/);
});

test("load: a signal that is aborted before rejects, and nothing is opened", async () => {
  const platform = new MockPlatform();
  platform.open = () => assert.fail("opened");
  await assert.rejects(load("a.wasm", { signal: AbortSignal.abort(new Error("enough")) }, platform), /^Error: enough$/);
});

test("load: a signal that is aborted while the source comes rejects with its reason", async () => {
  const opened: (AbortSignal | undefined)[] = [];
  const platform = new MockPlatform();
  platform.open = (_source, signal) => (opened.push(signal), new Promise<never>(() => {}));
  for (const source of ["a.wasm", new Promise<never>(() => {})]) {
    const stop = new AbortController();
    const loading = load(source, { signal: stop.signal }, platform);
    stop.abort(new Error("enough"));
    await assert.rejects(loading, /^Error: enough$/);
  }
  assert.deepEqual(opened.map((signal) => signal?.aborted), [true]);
});

test("load: a source that fails behind its signal's abort, or before, is told once", async () => {
  const stop = new AbortController();
  const failing = load(Promise.reject(new Error("no route")), { signal: stop.signal }, new MockPlatform());
  await assert.rejects(failing, /^Error: no route$/);
  const loading = load(new Promise((_, reject) => setImmediate(reject, new Error("no route"))), { signal: stop.signal }, new MockPlatform());
  stop.abort(new Error("enough"));
  await assert.rejects(loading, /^Error: enough$/);
});

test("load: no code of a program runs whose signal was aborted while it was put together", async () => {
  const stop = new AbortController();
  const guest = new Double();
  const imports = { get double() { return (stop.abort(new Error("enough")), guest.imports()); } };
  await assert.rejects(load(bytes, { imports, signal: stop.signal }, new MockPlatform()), /^Error: enough$/);
  assert.deepEqual(guest.host, {});
});
