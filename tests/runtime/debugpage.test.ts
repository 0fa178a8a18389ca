// SPDX-License-Identifier: MIT
/**
 * The page /debug/ in browsers: what it shows, what the keyboard does, that nothing of it comes
 * from elsewhere; and its element on somebody's own page.
 *
 * @module
 */
import assert from "node:assert/strict";
import { copyFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import { gzipSync } from "node:zlib";
import type { Browser, Page } from "puppeteer-core";
import { packageRoot } from "../../host/cli/compile.ts";
import { listen } from "../../host/cli/http.ts";
import { type App, load, requestListener } from "../../host/index.ts";
import { cpuProfile } from "../../host/profile/cpu.ts";
import { encodePprof } from "../../host/profile/pprof.ts";
import { BROWSERS, bundlePage, launch, missing, onPage, serve } from "../run/platforms.ts";
import { build, buildFile } from "../run/prog.ts";

process.chdir(packageRoot());

const GUEST = "tests/host/guest/served.ts";

/** Defined on each page: `$$` finds in the element, `texts` what is found there says. */
const FIND = `globalThis.root = () => document.querySelector("gopark-debug").shadowRoot;
  globalThis.$$ = (selector) => [...root().querySelectorAll(selector)];
  globalThis.texts = (selector) => $$(selector).map((e) => e.textContent);`;

/** Keeps with each canvas what is written on it. */
const DRAWN = `{
  const { clearRect, fillText } = CanvasRenderingContext2D.prototype;
  Object.assign(CanvasRenderingContext2D.prototype, {
    clearRect(...at) { this.canvas.drawn = []; clearRect.apply(this, at); },
    fillText(text, ...at) { this.canvas.drawn?.push(text); fillText.call(this, text, ...at); },
  });
}`;

const until = (page: Page, condition: string) => page.waitForFunction(condition, { timeout: 20_000 });

for (const kind of BROWSERS) {
  const skip = missing(kind);
  describe(`the page /debug/ in ${kind.name}`, { skip }, () => {
    let app: App;
    let server: Server;
    let origin: string;
    let browser: Browser;

    before(async () => {
      app = await load(await build(GUEST, "-O3"), { name: "served.wasm", stderr: () => {} });
      await app.exports.park!(3);
      await app.exports.login!(100);
      server = createServer(requestListener((request) => app.pprof.fetch(request)));
      await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
      origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      browser = await launch(kind);
    });
    after(async () => {
      await browser?.close();
      app?.close();
      server?.closeAllConnections();
      server?.close();
    });

    /** Shows a tab, with no error and nothing from elsewhere; `f` looks at it. */
    const test = (name: string, tab: string, f: (page: Page) => Promise<void>) => it(name, () =>
      onPage(browser, `${origin}/debug/#${tab}`, `${kind.name} debug ${tab}`, async (page) => {
        const wrong: string[] = [];
        page.on("pageerror", (error) => void wrong.push(String(error)));
        page.on("console", (message) => void (message.type() === "error" && wrong.push(message.text())));
        page.on("request", (request) => void (/^(data:|blob:)/.test(request.url()) || request.url().startsWith(origin) || wrong.push(request.url())));
        await page.reload();
        await page.evaluate(FIND);
        await f(page);
        assert.deepEqual(wrong, []);
      }));

    test("counts and plots", "overview", async (page) => {
      await until(page, `texts("dd")[0] === "4" && $$(".uplot").length === 6`);
      assert.equal(await page.title(), "served.wasm · gopark");
      const names = await page.evaluate(`texts(".plot-title")`);
      assert.deepEqual(names, ["Goroutines", "Scheduler", "Stacks", "Heap", "Allocation", "Collector"]);
      await page.evaluateOnNewDocument(DRAWN);
      await page.reload();
      await page.evaluate(FIND);
      await until(page, `$$(".uplot canvas").length === 6 && $$(".uplot canvas").every((c) => c.drawn?.length)`);
      const axes = await page.evaluate(`$$(".uplot canvas").map((c) => c.drawn)`) as string[][];
      for (const labels of axes) assert.deepEqual(labels, [...new Set(labels)], "each label of an axis is another");
    });

    test("groups goroutines, and finds them by the keyboard", "goroutines", async (page) => {
      await until(page, `$$("details").length === 2`);
      assert.deepEqual(await page.evaluate(`texts(".chip")`), ["chan receive 3", "sleep 1"]);
      await page.keyboard.press("/");
      await page.keyboard.type("sleep");
      await until(page, `$$("details").length === 1`);
      assert.match(String(await page.evaluate(`texts("summary")[0]`)), /sleep.*served\.sleep/);
      await page.keyboard.press("Tab");
      await page.keyboard.press("Tab");
      await page.keyboard.press("Tab");
      await page.keyboard.press("Enter");
      await until(page, `$$("details[open]").length === 1`);
      assert.match(String(await page.evaluate(`texts(".stack")[0]`)), /created by served\.park/);
    });

    test("shows the heap by class and by site", "heap", async (page) => {
      await until(page, `$$("tbody tr").length && $$(".sites details").length`);
      const rows = await page.evaluate(`$$("tbody tr").map((r) => [...r.children].map((c) => c.textContent))`) as string[][];
      assert.equal(rows.find(([name]) => name === "Session")?.[1], "100");
      assert.match(String(await page.evaluate(`texts(".sites summary").join()`)), /served\.login/);
    });

    test("draws flame graphs, walked by the arrow keys", "profiles", async (page) => {
      await until(page, `texts(".chip[aria-pressed=true]")[0] === "heap" && $$("g.frame").length > 1`);
      await page.evaluate(`$$(".flames")[0].focus()`);
      await page.keyboard.press("ArrowDown");
      await until(page, `/served\\./.test(texts(".details")[0])`);
      await page.keyboard.press("Enter");
      await until(page, `$$("g.frame.fade").length >= 1`);
      await page.keyboard.press("Escape");
      await until(page, `$$("g.frame.fade").length === 0`);
      const saved = await page.evaluate(`new Promise((resolve) => {
        URL.createObjectURL = (blob) => (blob.arrayBuffer().then((b) => resolve(new Uint8Array(b)[0])), "#");
        HTMLAnchorElement.prototype.click = () => {};
        $$("button").find((b) => b.textContent === "Download").click();
      })`);
      assert.equal(saved, 0x1f, "a gzipped profile");
      await page.evaluate(`$$(".chip").find((c) => c.textContent === "goroutine").click()`);
      await until(page, `texts(".note")[0] === "4 in all"`);
      assert.match(String(await page.evaluate(`texts(".command")[0]`)), /^go tool pprof http:.*\/debug\/pprof\/goroutine$/);
    });

    // What speedscope draws needs WebGL, which a browser on a machine without a screen may not have.
    it("opens a profile in speedscope, without the network", () =>
      onPage(browser, `${origin}/debug/#profiles`, `${kind.name} debug speedscope`, async (page) => {
        await page.evaluate(FIND);
        await until(page, `$$(".chip").length`);
        await page.evaluate(`$$(".chip").find((c) => c.textContent === "goroutine").click()`);
        const link = String(await page.evaluate(`$$("a.button")[0].href`));
        const said: string[] = [];
        const elsewhere: string[] = [];
        page.on("console", (message) => void said.push(message.text()));
        page.on("request", (request) => void (/^data:/.test(request.url()) || request.url().startsWith(origin) || elsewhere.push(request.url())));
        await page.goto(link);
        await until(page, `document.title === "goroutine - speedscope"`);
        assert.ok(said.includes("Importing as protobuf encoded pprof file"), said.join("\n"));
        assert.deepEqual(elsewhere, []);
      }));

    test("walks the tabs by keys, and stops asking when told to", "overview", async (page) => {
      await page.keyboard.press("2");
      await until(page, `location.hash === "#goroutines" && texts("[aria-selected=true]")[0] === "Goroutines"`);
      await page.evaluate(`$$("[aria-selected=true]")[0].focus()`);
      await page.keyboard.press("ArrowRight");
      await until(page, `root().activeElement.textContent === "Heap"`);
      await page.keyboard.press("p");
      await until(page, `texts(".status")[0] === "paused"`);
    });

    it("passes on the token that it was opened with", async () => {
      const guarded = await listen({ address: "127.0.0.1:0", token: "s3cret" });
      guarded.show(app.pprof.fetch);
      await onPage(browser, `${guarded.url}?token=s3cret#profiles`, `${kind.name} debug token`, async (page) => {
        await page.evaluate(FIND);
        await until(page, `texts(".chip").length && /pprof\\/heap\\?token=s3cret$/.test(texts(".command")[0]) && $$("g.frame").length > 1`);
        const asked = page.waitForResponse((response) => response.url().includes("/pprof/heap"), { timeout: 20_000 });
        await page.goto(String(await page.evaluate(`$$("a.button")[0].href`)));
        assert.equal((await asked).status(), 200);
      });
    });

    // Puppeteer has no way to tell Firefox what the system prefers.
    if (kind.browser === "chrome") it("is dark where the reader's system is", () =>
      onPage(browser, `${origin}/debug/`, `${kind.name} debug dark`, async (page) => {
        await page.evaluate(FIND);
        const ink = async (value: string) => {
          await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value }]);
          return page.evaluate(`getComputedStyle(document.querySelector("gopark-debug")).backgroundColor`);
        };
        assert.notEqual(await ink("dark"), await ink("light"));
      }));

    test("shows the labels of goroutines, and finds by them", "goroutines", async (page) => {
      await app.exports.labels!();
      await until(page, `$$("details").length === 4`);
      await page.keyboard.press("/");
      await page.keyboard.type("tenant=a");
      await until(page, `$$("details").length === 1`);
      assert.match(String(await page.evaluate(`texts(".note")[0]`)), /^2 of 7 goroutines/);
      assert.deepEqual(await page.evaluate(`texts("summary .label")`), ["shard=7", "tenant=a"]);
    });

    /** An element on a page that is not its own. */
    const onForeignPage = (name: string, f: (page: Page) => Promise<void>) => it(name, () =>
      onPage(browser, `${origin}/debug/pprof/`, `${kind.name} debug ${name}`, async (page) => {
        const wrong: string[] = [];
        page.on("pageerror", (error) => void wrong.push(String(error)));
        await page.evaluate(`(async () => {
          await import("/debug/element.js");
          document.body.innerHTML = "<input><gopark-debug></gopark-debug>";
        })()`);
        await page.evaluate(FIND);
        await f(page);
        assert.deepEqual(wrong, []);
      }));

    onForeignPage("starts when it is told where, and leaves the keys to the page around it", async (page) => {
      await page.evaluate(`$$("[role=tab]")[1].click()`);
      await page.evaluate(`document.querySelector("gopark-debug").setAttribute("src", "/debug/")`);
      await until(page, `$$(".uplot").length === 6 && texts(".status")[0] === "live"`);
      await page.evaluate(`globalThis.taken = 0; document.addEventListener("keydown", (e) => taken += e.defaultPrevented)`);
      await page.keyboard.press("2");
      await page.focus("input");
      await page.keyboard.type("p/2");
      assert.deepEqual(await page.evaluate(`[document.querySelector("input").value, taken, texts("[aria-selected=true]")[0], texts(".status")[0]]`),
        ["p/2", 0, "Overview", "live"]);
      await page.evaluate(`$$("[aria-selected=true]")[0].focus()`);
      await page.keyboard.press("2");
      await until(page, `texts("[aria-selected=true]")[0] === "Goroutines"`);
    });

    onForeignPage("saves the profile that it shows, says what its maker says, and shows none when there is none", async (page) => {
      const cpu = cpuProfile([{ pcs: [], frames: [], count: 3 }], { busy: 3e7, timeNanos: 0n, durationNanos: 1_000_000_000n });
      const bytes = gzipSync(encodePprof(cpu, { file: "a.wasm", buildId: "ab" })).toString("base64");
      await page.evaluate(`{
        globalThis.asked = [];
        const fetch = async (request) => {
          const kind = /pprof\\/(\\w+)/.exec(request.url)?.[1];
          if (kind) asked.push(kind);
          if (kind === "block") return new Response("broken", { status: 500 });
          if (kind === "profile") return new Response(Uint8Array.from(atob("${bytes}"), (c) => c.charCodeAt(0)));
          return globalThis.fetch(request);
        };
        document.querySelector("gopark-debug").app = { pprof: { fetch } };
        $$("[role=tab]")[3].click();
        globalThis.chip = (name) => $$(".chip").find((c) => c.textContent === name).click();
      }`);
      await until(page, `$$("g.frame").length > 1`);
      await page.evaluate(`chip("cpu")`);
      await until(page, `texts(".note").includes(${JSON.stringify(cpu.comments!.join("; "))}) && $$("g.frame").length > 1`);
      const saved = await page.evaluate(`new Promise((resolve) => {
        URL.createObjectURL = (blob) => (resolve(blob.size), "#");
        HTMLAnchorElement.prototype.click = () => {};
        $$("button").find((b) => b.textContent === "Download").click();
      })`);
      assert.equal(saved, Buffer.from(bytes, "base64").length);
      await page.evaluate(`chip("block")`);
      await until(page, `texts(".note")[0] === "broken"`);
      assert.deepEqual(await page.evaluate(`[$$("g.frame").length, texts(".note")[1], asked]`), [0, "", ["heap", "profile", "block"]]);
    });

    it("says why a program that computes does not tell its goroutines and classes, and shows what it tells", async () => {
      const kept = { "pprof/heap": await (await fetch(`${origin}/debug/pprof/heap`)).bytes() } as Record<string, Uint8Array>;
      const busy = createServer(requestListener((request) => {
        const path = new URL(request.url).pathname.slice("/debug/".length);
        if (path in kept) return new Response(kept[path] as BodyInit);
        if (/^(goroutines|histogram)$/.test(path)) return new Response("goroutine 7 does not park\n\ngoroutine 7 [running]:\n", { status: 503 });
        return app.pprof.fetch(request);
      }));
      await new Promise<void>((listening) => busy.listen(0, "127.0.0.1", listening));
      const address = `http://127.0.0.1:${(busy.address() as AddressInfo).port}/debug/`;
      for (const tab of ["goroutines", "heap"]) {
        await onPage(browser, `${address}#${tab}`, `${kind.name} debug busy ${tab}`, async (page) => {
          await page.evaluate(FIND);
          await until(page, `!$$(".banner")[0].hidden && texts(".banner")[0] === "no answer: goroutine 7 does not park"`);
          if (tab === "heap") await until(page, `$$(".sites details").length`);
        });
      }
      busy.closeAllConnections();
      busy.close();
    });

    it("says that the program has ended, and keeps what it knew", () =>
      onPage(browser, `${origin}/debug/`, `${kind.name} debug end`, async (page) => {
        await page.evaluate(FIND);
        await until(page, `texts("dd")[0] === "7"`);
        app.close();
        await until(page, `/has ended/.test(texts(".banner")[0])`);
        assert.equal(await page.evaluate(`texts("dd")[0]`), "7");
      }));

    it("is an element on somebody's page, of a program there", async () => {
      const root = await bundlePage();
      copyFileSync(await buildFile(GUEST, "-O3"), `${root}/served.wasm`);
      copyFileSync("build/host/page/gopark-debug.js", `${root}/gopark-debug.js`);
      const own = await serve(root);
      try {
        await onPage(browser, own.origin, `${kind.name} debug element`, async (page) => {
          await page.waitForFunction("globalThis.gopark");
          await page.evaluate(`(async () => {
            await import("/gopark-debug.js");
            const app = await gopark.load("served.wasm");
            await app.exports.park(3);
            const element = document.createElement("gopark-debug");
            document.body.append(element);
            element.app = app;
          })()`);
          await page.evaluate(FIND);
          await until(page, `texts("dd")[0] === "4" && texts("h1")[0] === "served.wasm"`);
        });
      } finally {
        own.server.closeAllConnections();
        own.server.close();
      }
    });
  });
}
