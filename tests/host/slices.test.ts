// SPDX-License-Identifier: MIT
// When the scheduler gives the event loop a turn, and what it counts meanwhile.
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { MockPlatform } from "../../host/adapter/mock.ts";
import { packageRoot } from "../../host/cli/compile.ts";
import type { App, LoadOptions } from "../../host/index.ts";
import { load } from "../../host/instance/instantiate.ts";
import { buildGuest } from "./build.ts";

process.chdir(packageRoot());

let bytes: Uint8Array<ArrayBuffer>;

before(async () => {
  bytes = await buildGuest("turning");
});

interface Started {
  readonly app: App;
  readonly mock: MockPlatform;
  /** How many turns goroutines have had in each turn of the event loop. */
  readonly spent: number[];
}

async function start(options: LoadOptions = {}): Promise<Started> {
  const spent: number[] = [];
  class Counting extends MockPlatform {
    override async turn(): Promise<boolean> {
      spent.push(0);
      return super.turn();
    }
  }
  const mock = new Counting();
  const spend = (ms: number) => {
    mock.elapse(ms);
    spent[spent.length - 1]!++;
  };
  const app = await load(bytes, { name: "turning.wasm", imports: { app: { spend } }, ...options }, mock);
  return { app, mock, spent };
}

describe("a slice", () => {
  for (const trace of [false, true]) {
    it(`ends in time where goroutines take long turns${trace ? ", in a trace, too" : ""}`, async () => {
      const { app, mock, spent } = await start({ trace });
      await mock.drive(app.exports.pair!(2000, 1));
      assert.ok(Math.max(...spent.slice(1)) <= 11, `turns of 1 ms in slices of 10: ${spent}`);
    });
  }

  it("ends late once, by 63 turns, where they were short before", async () => {
    const { app, mock, spent } = await start();
    await mock.drive(app.exports.pair!(5000, 0));
    spent.length = 0;
    await mock.drive(app.exports.pair!(200, 1));
    const late = spent.filter((n) => n > 11);
    assert.ok(late.length <= 1 && late.every((n) => n <= 74), `turns of 1 ms in slices of 10: ${spent}`);
  });
});

describe("schedtick", () => {
  const CHOSEN = 2 * 101 + 2; // each turn, and a start for each; the export, which waits once

  async function ticks(app: App): Promise<number> {
    return (await (await app.pprof.fetch(new Request("http://127.0.0.1/debug/vars"))).json()).schedtick;
  }

  const watchers: Record<string, (app: App, mock: MockPlatform) => Promise<unknown> | void> = {
    "nobody watches": () => {},
    "a trace is taken": (app) => app.trace.start(),
    "a CPU profile is taken": (app) => app.pprof.startCPUProfile(),
    "somebody begins to watch meanwhile": (app, mock) => mock.drive(app.exports.watch!(38)),
  };
  for (const [when, watch] of Object.entries(watchers)) {
    it(`counts each goroutine that is chosen, once: ${when}`, async () => {
      const { app, mock } = await start();
      await watch(app, mock);
      const before = await ticks(app);
      await mock.drive(app.exports.pair!(100, 0));
      assert.equal(await ticks(app) - before, CHOSEN);
    });
  }
});

describe("the block profile", () => {
  it("counts long waits that begin where short turns have just ended", async () => {
    const { app, mock } = await start();
    await mock.drive(app.exports.waits!(20, 5));
    const text = await app.pprof.text("block");
    assert.match(text, /^100000000 20 @/m);
  });
});
