// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MockPlatform } from "../../host/adapter/mock.ts";
import {
  ClosedError, DeadlockError, ExitError, PanicError, StateError, TrapError,
} from "../../host/abi/errors.ts";
import type { App } from "../../host/instance/app.ts";
import { load } from "../../host/instance/instantiate.ts";
import type { LoadOptions } from "../../host/instance/platform.ts";
import { buildDouble, Double, type DoubleAbi, makePctab } from "./double.ts";

const PCTAB = makePctab([["main.main", "main.ts", 3, 0], ["main.worker", "main.ts", 9, 0]]);
const MAIN = { name: "main", params: [], result: "void" };
const FETCH = {
  module: "app", name: "fetchText", params: ["string"], result: "string", blocking: true,
  wasm: "(param i32) (result i32)",
};

interface Setup {
  app: App;
  guest: Double;
  mock: MockPlatform;
}

async function setup(abi: DoubleAbi, options: LoadOptions = {}): Promise<Setup> {
  const guest = new Double();
  const mock = new MockPlatform();
  const imports = { ...options.imports, double: guest.imports() };
  const bytes = buildDouble(abi, PCTAB);
  return { app: await load(bytes, { ...options, imports }, mock), guest, mock };
}

describe("run", () => {
  it("resolves when main has returned", async () => {
    const { app, guest, mock } = await setup({ exports: [MAIN] });
    guest.bodies[0] = () => (guest.mainReturned = true);
    await mock.drive(app.run());
  });

  for (const [given, want] of [[undefined, 10e6], [2.5, 2.5e6], [1000, 1e9]] as const) {
    it(`runs goroutines for ${given ?? "10"} ms before the event loop has a turn`, async () => {
      const { app, guest, mock } = await setup({ exports: [MAIN] }, { slice: given });
      const { schedule } = guest;
      let slice = 0;
      guest.schedule = (ns) => schedule.call(guest, slice = ns);
      guest.bodies[0] = () => (guest.mainReturned = true);
      await mock.drive(app.run());
      assert.equal(slice, want);
    });
  }

  it("refuses a slice that is none", async () => {
    for (const slice of [0, -1, NaN, Infinity, "soon" as never]) {
      await assert.rejects(setup({ exports: [MAIN] }, { slice }),
        { name: "RangeError", message: `load: options.slice must be a number of milliseconds above 0, got ${slice}` });
    }
  });

  it("rejects a second run, and a run without a main", async () => {
    const { app, guest, mock } = await setup({ exports: [MAIN] });
    guest.bodies[0] = () => (guest.mainReturned = true);
    const first = app.run();
    await assert.rejects(app.run(), (e: Error) => e instanceof StateError && /already/.test(e.message));
    await mock.drive(first);
    const other = await setup({ exports: [] });
    await assert.rejects(other.app.run(), /the program has no main: export function main\(\): void/);
  });

  it("wakes at the guest's deadline", async () => {
    const { app, guest, mock } = await setup({ exports: [MAIN] });
    guest.bodies[0] = () => {
      guest.wakeAt = 250.5e6;
      guest.steps.length = 0;
    };
    const schedule = guest.schedule;
    guest.schedule = function (slice: number) {
      if (guest.wakeAt > 0 && Number(guest.host.nanotime!()) >= guest.wakeAt - 1e6) {
        guest.wakeAt = -1;
        guest.mainReturned = true;
      }
      return schedule.call(guest, slice);
    };
    await mock.drive(app.run());
    assert.equal(mock.now(), 250);
  });

  it("reports a deadlock when main sleeps and nothing can wake it", async () => {
    const { app, guest, mock } = await setup({ exports: [MAIN] });
    guest.bodies[0] = () => {};
    await assert.rejects(mock.drive(app.run()), (e: Error) => {
      assert.ok(e instanceof DeadlockError);
      assert.equal(e.message, "fatal error: all goroutines are asleep - deadlock!");
      assert.equal(e.status, 2);
      assert.equal(e.dump, mock.written[2]);
      return true;
    });
  });

  it("carries the dump, and nothing that was printed before it", async () => {
    const { app, guest, mock } = await setup({ exports: [MAIN] });
    guest.bodies[0] = () => {
      guest.print(2, "hello\n");
      guest.die(1, "panic: x\n\ngoroutine 1 [running]:\nmain.main()\n");
    };
    const error = await mock.drive(app.run().catch((e: unknown) => e)) as PanicError;
    assert.ok(error instanceof PanicError);
    assert.equal(error.message, "panic: x");
    assert.equal(error.dump, "panic: x\n\ngoroutine 1 [running]:\nmain.main()\n");
    assert.equal(mock.written[2], `hello\n${error.dump}`);
  });

  it("rejects with ExitError for a status that is not 0", async () => {
    const { app, guest, mock } = await setup({ exports: [MAIN] });
    guest.bodies[0] = () => guest.host.exit!(0, 3);
    const error = await mock.drive(app.run().catch((e: unknown) => e)) as ExitError;
    assert.ok(error instanceof ExitError);
    assert.deepEqual([error.status, error.dump], [3, ""]);
  });

  it("tells the guest of a trap, and keeps the engine's error as cause", async () => {
    const { app, guest, mock } = await setup({ exports: [MAIN] });
    const trap = new WebAssembly.RuntimeError("divide by zero");
    guest.bodies[0] = () => {
      throw trap;
    };
    const error = await mock.drive(app.run().catch((e: unknown) => e)) as TrapError;
    assert.ok(error instanceof TrapError);
    assert.equal(error.message, "panic: trap 3");
    assert.equal(error.cause, trap);
  });

  it("ends even when the guest cannot print its own death", async () => {
    const { app, guest, mock } = await setup({ exports: [MAIN] });
    guest.bodies[0] = () => {
      throw new WebAssembly.RuntimeError("unreachable");
    };
    guest.trap = () => {
      throw new WebAssembly.RuntimeError("memory access out of bounds");
    };
    const error = await mock.drive(app.run().catch((e: unknown) => e)) as TrapError;
    assert.ok(error instanceof TrapError);
    assert.equal(error.message, "unreachable");
  });

  it("is asked for profiles for the last time in onExit", async () => {
    const seen: Promise<string>[] = [];
    const options = { onExit: () => void seen.push(app.pprof.text("goroutine", 1)) };
    const { app, guest, mock } = await setup({ exports: [MAIN] }, options);
    guest.bodies[0] = () => {
      guest.stacks = [[1]];
      guest.die(1, "panic: x\n");
    };
    await assert.rejects(mock.drive(app.run()), PanicError);
    assert.match(await seen[0]!, /^goroutine profile: total 1\n1 @ 0x1\n/);
    await assert.rejects(app.pprof.text("goroutine", 1), /stack|ended/);
  });
});

describe("exports", () => {
  const abi: DoubleAbi = {
    exports: [MAIN, { name: "crawl", params: ["string", "i32"], result: "f64" }],
  };

  it("are promises of results, main excepted", async () => {
    const { app, guest, mock } = await setup(abi);
    assert.deepEqual(Object.keys(app.exports), ["crawl"]);
    guest.bodies[1] = (args, callid) => {
      const url = guest.getString(guest.data.getUint32(args, true));
      const slot = guest.new(16, 0);
      guest.data.setFloat64(slot, url.length + guest.data.getInt32(args + 16, true), true);
      guest.host.done!(callid, slot);
    };
    const calls = Promise.all([app.exports.crawl!("abc", -1), app.exports.crawl!("", 7)]);
    assert.deepEqual(await mock.drive(calls), [2, 7]);
    assert.equal(guest.pinned, 0);
  });

  it("reject arguments that do not fit, naming export, signature and what was given", async () => {
    const { app } = await setup(abi);
    const tests = [
      { args: [], want: "crawl(string, i32): f64: takes 2 arguments, got 0" },
      { args: ["x", 1, 2], want: "crawl(string, i32): f64: takes 2 arguments, got 3" },
      { args: [5, 1], want: "crawl(string, i32): f64: argument 1: want string, got 5" },
      { args: [null, 1], want: "crawl(string, i32): f64: argument 1: want string, got null" },
      { args: ["x", 1.5], want: "crawl(string, i32): f64: argument 2: want i32, got 1.5" },
      { args: ["x", 2 ** 31], want: "crawl(string, i32): f64: argument 2: want i32, got 2147483648" },
      { args: ["x", "1"], want: 'crawl(string, i32): f64: argument 2: want i32, got "1"' },
    ];
    for (const { args, want } of tests) {
      await assert.rejects(app.exports.crawl!(...args), { name: "TypeError", message: want });
    }
  });

  it("reject when the program dies, with the death as cause, and ever after", async () => {
    const { app, guest, mock } = await setup(abi);
    guest.bodies[1] = () => guest.die(1, "panic: x\n\n");
    const error = await mock.drive(app.exports.crawl!("x", 1).catch((e: unknown) => e)) as PanicError;
    assert.ok(error instanceof PanicError);
    assert.equal(error.message, "crawl(): the program has ended: panic: x");
    assert.ok(error.cause instanceof PanicError);
    await assert.rejects(app.exports.crawl!("x", 1), PanicError);
    await assert.rejects(app.run(), PanicError);
    assert.throws(() => app.runtime.numGoroutine(), PanicError);
  });

  it("reject when main has returned before", async () => {
    const { app, guest, mock } = await setup(abi);
    guest.bodies[0] = () => (guest.mainReturned = true);
    guest.bodies[1] = () => {};
    const call = app.exports.crawl!("x", 1).catch((e: Error) => e.message);
    await mock.drive(app.run());
    assert.equal(await call, "crawl(): the program has ended: main has returned");
  });

  it("reports no deadlock while something else of the host's could still call an export", async () => {
    const { app, guest, mock } = await setup(abi);
    guest.bodies[0] = () => {};
    guest.bodies[1] = () => (guest.mainReturned = true);
    mock.alone = false;
    const run = app.run();
    for (let turn = 0; turn < 2; ++turn) await mock.turn(); // a deadlock, were there nothing elsewhere
    app.exports.crawl!("x", 1).catch(() => {});
    await mock.drive(run);
  });

  it("deadlock when the event loop would end before they do", async () => {
    const { app, guest, mock } = await setup(abi);
    guest.bodies[1] = () => {};
    await assert.rejects(mock.drive(app.exports.crawl!("x", 1)), DeadlockError);
  });

  it("may be called from a host function, after wasm has left the stack", async () => {
    let inner: Promise<unknown>;
    const report = {
      module: "app", name: "report", params: [], result: "void", blocking: false, wasm: "",
    };
    const imports = { app: { report: () => void (inner = app.exports.crawl!("y", 2)) } };
    const { app, guest, mock } = await setup({ ...abi, imports: [report] }, { imports });
    const order: string[] = [];
    guest.bodies[1] = (args, callid) => {
      order.push(guest.getString(guest.data.getUint32(args, true)));
      if (order.length === 1) guest.user[0]!();
      order.push("on");
      guest.host.done!(callid, guest.new(16, 0));
    };
    await mock.drive(app.exports.crawl!("x", 1));
    await mock.drive(inner!);
    assert.deepEqual(order, ["x", "on", "y", "on"]);
  });
});

describe("host calls", () => {
  const abi: DoubleAbi = { exports: [MAIN], imports: [FETCH] };

  it("park until the promise settles, 10,000 at once", async () => {
    const pending: (() => void)[] = [];
    const fetchText = (url: string) =>
      new Promise<string>((resolve) => pending.push(() => resolve(`<${url}>`)));
    const { app, guest, mock } = await setup(abi, { imports: { app: { fetchText } } });
    const seen: string[] = [];
    guest.bodies[0] = () => {
      for (let i = 0; i < 10_000; i++) {
        guest.block(0, [guest.newString(`u${i}`)], (ok, slot) => {
          assert.ok(ok);
          seen.push(guest.getString(guest.data.getUint32(slot, true)));
          guest.mainReturned = seen.length === 10_000;
        });
      }
      queueMicrotask(() => pending.forEach((f) => f()));
    };
    await mock.drive(app.run());
    assert.deepEqual([seen[0], seen.at(-1)], ["<u0>", "<u9999>"]);
    assert.equal(guest.pinned, 0);
  });

  const failures: { name: string; fetchText: () => unknown; want: string }[] = [
    { name: "a rejection", fetchText: () => Promise.reject(new Error("no route")), want: "no route" },
    { name: "a throw", fetchText: () => { throw new Error("at once"); }, want: "at once" },
    { name: "not an Error", fetchText: () => Promise.reject("plain"), want: "plain" },
    {
      name: "a wrong result",
      fetchText: async () => 5,
      want: "app.fetchText(string): string: result: want string, got 5",
    },
  ];
  for (const { name, fetchText, want } of failures) {
    it(`give the guest the message of ${name}`, async () => {
      const { app, guest, mock } = await setup(abi, { imports: { app: { fetchText } } });
      let message = "";
      guest.bodies[0] = () => guest.block(0, [guest.newString("u")], (ok, slot) => {
        assert.ok(!ok);
        message = guest.getString(guest.data.getUint32(slot, true));
        guest.mainReturned = true;
      });
      await mock.drive(app.run());
      assert.equal(message, want);
      assert.deepEqual(guest.log, ["settle 2"]);
    });
  }

  it("deadlock when no promise is left that could settle", async () => {
    const imports = { app: { fetchText: () => new Promise(() => {}) } };
    const { app, guest, mock } = await setup(abi, { imports });
    guest.bodies[0] = () => guest.block(0, [guest.newString("u")], () => {});
    await assert.rejects(mock.drive(app.run()), DeadlockError);
  });

  it("refuse a promise from a function that is not blocking", async () => {
    const imports = { app: { fetchText: async () => "x" } };
    const direct = { ...FETCH, blocking: false };
    const { app, guest, mock } = await setup({ exports: [MAIN], imports: [direct] }, { imports });
    guest.bodies[0] = () => void guest.user[0]!(guest.newString("u"));
    await assert.rejects(mock.drive(app.run()), (e: Error) => e instanceof TrapError &&
      /host function app\.fetchText\(string\): string returned a promise: declare it @blocking/.test(e.message));
  });

  it("refuse a module whose imports are missing, all of them by name and signature", async () => {
    const other = { ...FETCH, name: "save", params: ["string", "u8"], result: "void", wasm: "(param i32 i32)" };
    await assert.rejects(setup({ imports: [FETCH, other] }), {
      name: "ImportError",
      message: "missing import app.fetchText(string): string: pass it as options.imports.app.fetchText\n" +
        "missing import app.save(string, u8): void: pass it as options.imports.app.save",
    });
    const imports = { app: { fetchText: "x", save: () => {} } };
    await assert.rejects(setup({ imports: [FETCH, other] }, { imports }),
      /import app\.fetchText\(string\): string must be a function, got string/);
  });
});

describe("close", () => {
  it("rejects what waits", async () => {
    const { app, guest } = await setup({ exports: [MAIN] });
    guest.bodies[0] = () => {};
    const run = app.run();
    app.close();
    app.close();
    await assert.rejects(run, ClosedError);
  });

  it("happens when the signal aborts, with its reason", async () => {
    const abort = new AbortController();
    const { app, guest } = await setup({ exports: [MAIN] }, { signal: abort.signal });
    guest.bodies[0] = () => {};
    const run = app.run();
    abort.abort(new Error("enough"));
    await assert.rejects(run, /^Error: enough$/);
  });
});

describe("output", () => {
  it("goes to functions as text, whole characters only", async () => {
    const out: string[] = [];
    const { app, guest, mock } = await setup({ exports: [MAIN] }, { stderr: (text) => out.push(text) });
    guest.bodies[0] = () => {
      const euro = new TextEncoder().encode("a€b");
      guest.printBytes(2, euro.subarray(0, 2));
      guest.printBytes(2, euro.subarray(2));
      guest.mainReturned = true;
    };
    await mock.drive(app.run());
    assert.deepEqual(out, ["a", "€b"]);
  });

  it("goes to streams as bytes", async () => {
    const chunks: Uint8Array[] = [];
    const stdout = { write: (chunk: Uint8Array) => chunks.push(chunk) };
    const { app, guest, mock } = await setup({ exports: [MAIN] }, { stdout });
    guest.bodies[0] = () => {
      guest.print(1, "out");
      guest.mainReturned = true;
    };
    await mock.drive(app.run());
    assert.equal(new TextDecoder().decode(chunks[0]), "out");
  });
});

describe("pprof", () => {
  it("names the kinds that there are", async () => {
    const { app } = await setup({ exports: [MAIN] });
    await assert.rejects(app.pprof.profile("heat" as "heap"), {
      name: "ProfileError",
      message: 'no profile "heat": there are goroutine, heap, allocs, threadcreate, block, mutex, goroutineleak, profile',
    });
  });

  it("gives the stacks of now, gzipped", async () => {
    const { app, guest } = await setup({ exports: [MAIN] });
    guest.stacks = [[1], [2], [2]];
    const bytes = await app.pprof.profile("goroutine");
    assert.deepEqual([...bytes.subarray(0, 2)], [0x1f, 0x8b]);
    assert.match(await app.pprof.text("goroutine", 1), /^goroutine profile: total 3\n2 @ 0x2\n/);
    assert.equal(await app.pprof.text("goroutine", 2), guest.text);
    assert.match(await app.pprof.text("threadcreate", 1), /^1 @ 0x7fffff00\n#\t0x7fffff00\truntime\.mstart/m);
    assert.deepEqual(app.runtime.goroutineProfile()[0]!.frames.map((f) => f.function), ["main.main"]);
  });
});
