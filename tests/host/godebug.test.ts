// SPDX-License-Identifier: MIT
/** GODEBUG is read as Go's parsegodebug reads it at a program's start. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { packageRoot } from "../../host/cli/compile.ts";
import { load } from "../../host/index.ts";
import { build } from "../run/prog.ts";
import { buildGuest, guestPath } from "./build.ts";

process.chdir(packageRoot());

const MAIN = fileURLToPath(new URL("../../host/cli/main.js", import.meta.url));

describe("GODEBUG", () => {
  let profiles: WebAssembly.Module;
  before(async () => {
    profiles = await build("tests/golden/profiles.ts", "-O3");
  });

  /** Starts the program under some settings; returns it and what it has printed. */
  async function start(GODEBUG: string) {
    const printed: string[] = [];
    const stderr = (text: string) => void printed.push(text);
    const app = await load(profiles, { name: "profiles.wasm", stderr, imports: { test: { work() {} } }, env: { GODEBUG } });
    return { app, printed };
  }

  const collections = [
    { settings: "gctrace=1", traced: true },
    { settings: "gctrace=2", traced: true },
    { settings: "gctrace=+1", traced: true },
    { settings: "gctrace=0,gctrace=1", traced: true },
    { settings: "gctrace=1,gctrace=x,gctrace=1.5,gctrace=,gctrace,gctrace=2147483648,=0", traced: true },
    { settings: "nothing=7,,gctrace=1,", traced: true },
    { settings: "gctrace=1,gctrace=0", traced: false },
    { settings: "gctrace=-1", traced: false },
    { settings: "gctrace=yes", traced: false },
    { settings: " gctrace=1", traced: false },
    { settings: "GCTRACE=1", traced: false },
  ];
  for (const { settings, traced } of collections) {
    it(`${JSON.stringify(settings)} ${traced ? "prints a line for each collection" : "prints nothing"}`, async () => {
      const { app, printed } = await start(settings);
      app.runtime.heapHistogram();
      app.close();
      assert.equal(/^gc 1 @/.test(printed.join("")), traced);
    });
  }

  it("tracebackancestors=N has stacks show the go statements that led to them", async () => {
    const origins = async (settings: string) => {
      const { app } = await start(settings);
      await app.exports.labelled!();
      const text = app.runtime.stack();
      app.close();
      return text.match(/^\[originating from goroutine \d+\]:\nprofiles\.labelled/gm)?.length ?? 0;
    };
    assert.deepEqual([await origins(""), await origins("tracebackancestors=2"), await origins("tracebackancestors=-1")], [0, 3, 0]);
  });

  it("tracebackancestors=N means nothing to a program that starts no goroutine", async () => {
    const app = await load(await buildGuest("library"), { env: { GODEBUG: "tracebackancestors=5" } });
    assert.equal(await app.exports.add!(1, 2), 3);
    app.close();
  });

  it("gives way to the command line's options", () => {
    const run = (GODEBUG: string, ...options: string[]) =>
      spawnSync(process.execPath, [MAIN, "run", guestPath("garbage"), ...options], { encoding: "utf8", env: { ...process.env, GODEBUG } }).stderr;
    assert.match(run("gctrace=0", "--gctrace"), /^gc 1 @/);
    assert.equal(run("gctrace=0"), "");
  });

  it("tracebacklabels is on for 1 only", async () => {
    const labelled = async (settings: string) => {
      const { app } = await start(settings);
      await app.exports.labelled!();
      const text = app.runtime.stack();
      app.close();
      return text.includes("labels:{");
    };
    assert.deepEqual([await labelled("tracebacklabels=0,tracebacklabels=1"), await labelled("tracebacklabels=2")], [true, false]);
  });
});
