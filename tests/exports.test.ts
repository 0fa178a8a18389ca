// SPDX-License-Identifier: MIT
/**
 * Exports called from the host, many at once: tests/prog/exports.ts, optimized or not.
 *
 * @module
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { packageRoot } from "../host/cli/compile.ts";
import { type App, load, PanicError } from "../host/index.ts";
import { testImports } from "./run/host.ts";
import { build, LEVELS } from "./run/prog.ts";

process.chdir(packageRoot());

for (const level of LEVELS) {
  describe(`exports built with ${level}`, async () => {
    const module = await build("tests/prog/exports.ts", level);
    const start = (stderr: (text: string) => void = () => {}): Promise<App> =>
      load(module, { imports: testImports(""), stderr });

    it("lifts and lowers every kind of argument and result", async () => {
      const { exports: e } = await start();
      assert.equal(await e.add(2, 3), 5);
      assert.equal(await e.kinds(-128, 255, -1n, 2n ** 64n - 1n, 0.5, 0.1, true),
        "-128 255 -1 18446744073709551615 0.5 0.1 true");
      assert.equal(await e.big(2n ** 40n), 2n ** 41n);
      assert.equal(await e.not(true), false);
      assert.equal(await e.half(3), 1.5);
      assert.equal(await e.greet("é✓😀", 2), "hello é✓😀 hello é✓😀 ");
      assert.equal(await e.nullable(null), "was null");
      assert.equal(await e.nullable("x"), null);
      assert.deepEqual([...await e.squares([1, 2, 3])], [1, 4, 9]);
      assert.deepEqual([...await e.squares([])], []);
      assert.deepEqual(await e.reversed(["a", "b", ""]), ["", "b", "a"]);
      assert.deepEqual([...await e.bytes(3)], [0, 1, 2]);
      assert.equal(await e.nothing(), undefined);
      assert.equal(await e.called(), 1);
    });

    it("runs calls side by side: one waits for what another brings", async () => {
      const { exports: e } = await start();
      const taken = [e.take(), e.take(), e.take()];
      await e.give(1);
      await e.give(2);
      await e.give(3);
      assert.deepEqual(await Promise.all(taken), [1, 2, 3]);
    });

    it("does not hold up a quick call behind a slow one", async () => {
      const { exports: e } = await start();
      const order: string[] = [];
      const slow = e.slow(20).then(() => order.push("slow"));
      await e.add(1, 1).then(() => order.push("quick"));
      await slow;
      assert.deepEqual(order, ["quick", "slow"]);
    });

    it("starts calls in the order they were made", async () => {
      const said: string[] = [];
      const app = await start((text) => said.push(text.trim()));
      await Promise.all(["a", "b", "c", "d"].map((s) => app.exports.says(s)));
      assert.equal(said.join(" ").replace(/\s+/g, " "), "a b c d");
    });

    it("keeps a thousand calls apart", async () => {
      const { exports: e } = await start();
      const calls = Array.from({ length: 1000 }, (_, i) => e.greet(`number ${i}`, 1));
      const want = Array.from({ length: 1000 }, (_, i) => `hello number ${i} `);
      assert.deepEqual(await Promise.all(calls), want);
    });

    it("shares the program's locks among calls", async () => {
      const { exports: e } = await start();
      assert.deepEqual(await Promise.all([e.locked(50), e.locked(50), e.locked(50)]), [0, 0, 0]);
      assert.equal(await e.called(), 150);
    });

    it("lets a call make host calls and goroutines of its own", async () => {
      const app = await start();
      assert.equal(await app.exports.fromHost("é"), "éÉ");
      assert.equal(await app.exports.fan(100), 4950);
      assert.equal(app.runtime.numGoroutine(), 0);
    });

    it("leaves the goroutines running that a finished call has started", async () => {
      const app = await start();
      assert.equal(await app.exports.leaves(5), 6);
      assert.equal(app.runtime.numGoroutine(), 5);
      assert.match(app.runtime.stack(), /\[chan receive\]:\n/);
      for (let i = 0; i < 5; i++) await app.exports.give(i);
      await app.exports.nothing();
      assert.equal(app.runtime.numGoroutine(), 0);
      app.close();
    });

    it("rejects the call that panics, and every other one, with the program's end", async () => {
      const app = await start();
      const waiting = app.exports.take();
      const failing = app.exports.fails("no good");
      await assert.rejects(failing, (e: Error) => e instanceof PanicError && /panic: no good/.test(e.dump));
      await assert.rejects(waiting, PanicError);
      await assert.rejects(app.exports.add(1, 1), PanicError);
    });

    it("refuses arguments of the wrong number or type", async () => {
      const { exports: e } = await start();
      await assert.rejects(e.add(1), /TypeError|add\(/);
      await assert.rejects(e.add(1, "2"), TypeError);
      await assert.rejects(e.greet(1, 2), TypeError);
      await assert.rejects(e.big(1), TypeError);
      assert.equal(await e.add(1, 2), 3);
    });
  });
}
