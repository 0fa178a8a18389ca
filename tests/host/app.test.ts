// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import {
  type App, DeadlockError, type LoadOptions, load, PanicError, type ProgramError, TrapError,
} from "../../host/index.ts";
import { MockPlatform } from "../../host/adapter/mock.ts";
import { load as loadOn } from "../../host/instance/instantiate.ts";
import { buildGuest } from "./build.ts";

let bytes: Uint8Array<ArrayBuffer>;
let text = "";

const functions = {
  fetchText: async (url: string) => {
    if (url === "bad") throw new Error("no route");
    return `<${url}>`;
  },
  wide: (x: bigint, y: number) => BigInt(y) - x,
  table: async (keys: string[]) => keys.map((_, i) => [i + 0.5, i * 2]),
  maybe: async (s: string | null) => s,
  effect: async () => {},
  upper: (s: string) => s.toUpperCase(),
  throwing: () => { throw new RangeError("from the host"); },
  callback: () => {},
};

function start(options: LoadOptions = {}): Promise<App> {
  text = "";
  const imports = { app: { ...functions, ...options.imports?.app } };
  return load(bytes, { stderr: (s) => (text += s), name: "app.wasm", ...options, imports });
}

function deathOf(promise: Promise<unknown>): Promise<ProgramError> {
  return promise.then(() => assert.fail("did not die"), (error: unknown) => error as ProgramError);
}

before(async () => {
  bytes = await buildGuest("app");
});

describe("exports of a real program", () => {
  const calls: { name: string; args: unknown[]; want: unknown }[] = [
    { name: "add", args: [2, -3], want: -1 },
    { name: "wideAdd", args: [-3n, 1n], want: -2n },
    { name: "not", args: [true], want: false },
    { name: "narrow", args: [-3, 5], want: 2 },
    { name: "twice", args: [1.25], want: 2.5 },
    { name: "greet", args: ["wörld 🎈"], want: "hello wörld 🎈" },
    { name: "same", args: [null], want: null },
    { name: "nested", args: [[[1, 2], [], [3]]], want: [[2, 1], [], [3]] },
    { name: "shout", args: [["a", ""]], want: ["a!", "!"] },
    { name: "sum", args: [new Float64Array([1, 2.5])], want: 3.5 },
    { name: "iota", args: [3], want: new Uint8Array([0, 1, 2]) },
    { name: "statics", args: [[1, 65535]], want: [1, 65535] },
    { name: "tail", args: [new Uint8Array([1, 2, 3]).buffer], want: new Uint8Array([2, 3]).buffer },
    { name: "noop", args: [], want: undefined },
    { name: "fetchUpper", args: ["abc"], want: "<abc>|ABC" },
    { name: "wides", args: [], want: 204n },
    { name: "tables", args: [], want: 2.5 },
    { name: "maybes", args: [], want: true },
    { name: "effects", args: [], want: 3 },
    { name: "many", args: [10_000], want: 68_890 },
    { name: "yields", args: [1000], want: 1000 },
  ];
  let app: App;
  before(async () => {
    app = await start();
  });
  for (const { name, args, want } of calls) {
    it(`${name}(${args.map((a) => typeof a).join(", ")})`, async () => {
      assert.deepEqual(await app.exports[name]!(...args), want);
    });
  }

  it("reads goroutines while a call waits", async () => {
    const waiting = deathOf(app.exports.hang!());
    await app.exports.noop!();
    assert.equal(app.runtime.numGoroutine(), 1);
    assert.match(app.runtime.stack(), /^goroutine \d+ \[chan receive\]:\napp\.hang\(\.\.\.\)\n\t.*app\.ts:\d+\n/);
    assert.equal(app.runtime.goroutineProfile()[0]!.frames[0]!.function, "app.hang");
    assert.match(await app.pprof.text("goroutine"), /^goroutine profile: total 1\n1 @ 0x/);
    assert.match(await app.pprof.text("threadcreate"), /^threadcreate profile: total 1\n/);
    app.close();
    assert.equal((await waiting).name, "ClosedError");
  });
});

describe("a real program", () => {
  it("runs main, and is over then", async () => {
    const app = await start();
    await app.run();
    assert.equal(text, "main returns\n");
    await assert.rejects(app.exports.add!(1, 2), /add\(\): the program has ended: main has returned/);
  });

  const deaths: { name: string; args?: unknown[]; type: typeof PanicError; want: string }[] = [
    { name: "panics", type: PanicError, want: "panic: boom" },
    { name: "fetchUpper", args: ["bad"], type: PanicError, want: "panic: no route" },
    { name: "throws", type: TrapError, want: "panic: host function app.throwing(): void threw: from the host" },
    { name: "overflows", type: TrapError, want: "runtime: the engine's call stack is used up\nfatal error: stack overflow" },
  ];
  for (const { name, args = [], type, want } of deaths) {
    it(`dies of ${name}(${args}) with its dump`, async () => {
      const app = await start();
      const error = await deathOf(app.exports[name]!(...args));
      assert.ok(error instanceof type, String(error));
      assert.equal((error.cause as Error).message, want);
      assert.equal(error.status, 2);
      assert.equal(error.dump, text);
      assert.ok(error.dump.startsWith(`${want}\n\ngoroutine `), error.dump);
      await assert.rejects(app.exports.add!(1, 2), type);
    });
  }

  it("dies of a division by zero as Go does", async () => {
    const error = await deathOf((await start()).exports.divides!(1, 0));
    assert.match(error.dump, /^panic: runtime error: integer divide by zero\n/);
  });

  it("deadlocks when the event loop has nothing left for its calls", async () => {
    const mock = new MockPlatform();
    const app = await loadOn(bytes, { imports: { app: functions } }, mock);
    assert.ok(await deathOf(mock.drive(app.exports.hang!())) instanceof DeadlockError);
    assert.match(mock.written[2]!,
      /^fatal error: all goroutines are asleep - deadlock!\n\ngoroutine \d+ \[chan receive\]:\napp\.hang/);
  });

  it("takes a call from one of its host functions when wasm has left the stack", async () => {
    let inner: Promise<number> | undefined;
    const app: App = await start({ imports: { app: { callback: () => void (inner = app.exports.add!(1, 2)) } } });
    await app.exports.callsBack!();
    assert.equal(await inner, 3);
  });

  it("passes what a host function's call was given, whatever becomes of that afterwards", async () => {
    const [xs, rows, bytes] = [new Float64Array([1, 2]), [[1], [2, 3]], new Uint8Array([9, 8]).buffer];
    const calls: Promise<unknown>[] = [];
    const callback = () => {
      const { sum, nested, tail } = app.exports as Record<string, (arg: unknown) => Promise<unknown>>;
      calls.push(sum!(xs), nested!(rows), tail!(bytes));
      xs[0] = 100;
      (rows[1] as unknown[])[0] = "no number";
      rows.length = 1;
      new Uint8Array(bytes).fill(0);
    };
    const app: App = await start({ imports: { app: { callback } } });
    await app.exports.callsBack!();
    const [total, reversed, rest] = await Promise.all(calls) as [number, Int32Array[], ArrayBuffer];
    assert.deepEqual([total, reversed.map((row) => [...row]), [...new Uint8Array(rest)]], [3, [[1], [3, 2]], [8]]);
  });

  it("prints by console and trace", async () => {
    let out = "";
    await (await start({ stdout: (s) => (out += s) })).exports.logs!();
    assert.equal(out, "to stdout\n");
    assert.equal(text, "to stderr\ntrace: traced 1, 2.5\n");
  });
});
