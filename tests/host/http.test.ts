// SPDX-License-Identifier: MIT
/** The endpoint /debug/…: paths, parameters, headers and errors of Go's net/http/pprof. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { gunzipSync } from "node:zlib";
import { Profile as Proto } from "pprof-format";
import { MockPlatform } from "../../host/adapter/mock.ts";
import { type App, load, type ProfileKind } from "../../host/index.ts";
import { PROFILE_KINDS } from "../../host/instance/app.ts";
import { load as loadOn } from "../../host/instance/instantiate.ts";
import { buildGuest } from "./build.ts";

const ORIGIN = "http://127.0.0.1:6060";
let bytes: Uint8Array<ArrayBuffer>;
const options = { name: "served.wasm", args: ["a", "b c"], stderr: () => {} };

const started: App[] = [];
after(() => started.forEach((app) => app.close()));

async function start(): Promise<App> {
  const app = await load(bytes, options);
  started.push(app);
  await app.exports.park!(3);
  await app.exports.login!(100);
  return app;
}

const get = (app: Pick<App, "pprof">, path: string, init?: RequestInit) => app.pprof.fetch(new Request(ORIGIN + path, init));

async function profileOf(response: Response): Promise<Proto> {
  assert.equal(response.status, 200, await response.clone().text());
  return Proto.decode(gunzipSync(new Uint8Array(await response.arrayBuffer())));
}

const total = (p: Proto, i: number) => p.sample.reduce((sum, s) => sum + Number(s.value[i]), 0);

before(async () => {
  bytes = await buildGuest("served");
});

describe("/debug/pprof/", () => {
  let app: App;
  before(async () => void (app = await start()));

  it("lists every kind with its count, as Go's page", async () => {
    const response = await get(app, "/debug/pprof/");
    assert.equal(response.headers.get("content-type"), "text/html; charset=utf-8");
    assert.equal(response.headers.get("x-content-type-options"), "nosniff");
    const html = await response.text();
    assert.match(html, /<tr><td>4<\/td><td><a href='goroutine\?debug=1'>goroutine<\/a><\/td><\/tr>/);
    for (const kind of [...PROFILE_KINDS, "cmdline", "symbol", "trace"]) assert.match(html, new RegExp(`href='${kind}\\?debug=1'`));
    const names = [...html.matchAll(/href='(\w+)\?debug=1'/g)].map(([, name]) => name!);
    assert.deepEqual(names, [...names].sort());
  });

  it("links with the token that it was asked with", async () => {
    const html = await (await get(app, "/debug/pprof/?token=a'%26b")).text();
    const links = [...html.matchAll(/href=(["'])(.*?)\1/g)].map(([, , link]) => link!);
    assert.ok(links.length > PROFILE_KINDS.length);
    for (const link of links) assert.match(link, /^\w+\?debug=[12]&amp;token=a&#39;%26b$/);
  });

  it("counts the leaked goroutines that are known, and collects for nobody who only looks at the index", async () => {
    const app = await start();
    await app.exports.lose!();
    const counted = async () => /<td>(\d+)<\/td><td><a href='goroutineleak/.exec(await (await get(app, "/debug/pprof/")).text())![1];
    const { numGC } = app.runtime.readMemStats();
    assert.equal(await counted(), "0");
    assert.equal(app.runtime.readMemStats().numGC, numGC);
    await get(app, "/debug/pprof/goroutineleak");
    assert.equal(await counted(), "1");
  });

  it("serves every kind that it lists, as a file and as text", async () => {
    for (const kind of PROFILE_KINDS.filter((k) => (k as string) !== "profile")) {
      const response = await get(app, `/debug/pprof/${kind}`);
      assert.equal(response.headers.get("content-type"), "application/octet-stream");
      assert.equal(response.headers.get("content-disposition"), `attachment; filename="${kind}"`);
      assert.equal(response.headers.get("x-content-type-options"), "nosniff");
      await profileOf(response);
      const text = await get(app, `/debug/pprof/${kind}?debug=1`);
      assert.equal(text.headers.get("content-type"), "text/plain; charset=utf-8");
      assert.equal(text.headers.get("content-disposition"), null);
      const title = (t: string) => t.replace(/\d+/g, "N").split("\n", 1)[0];
      assert.equal(title(await text.text()), title(await app.pprof.text(kind as ProfileKind, 1)));
    }
  });

  it("goroutine?debug=2 is the dump of all goroutines", async () => {
    const text = await (await get(app, "/debug/pprof/goroutine?debug=2")).text();
    assert.match(text, /^goroutine \d+ \[chan receive\]:\nserved\.wait\(\.\.\.\)\n/m);
    assert.equal(text, await app.pprof.text("goroutine", 2));
  });

  it("cmdline is the module and its arguments, with zero bytes between", async () => {
    assert.equal(await (await get(app, "/debug/pprof/cmdline")).text(), "served.wasm\0a\0b c");
  });

  it("symbol names the functions of the pcs that it knows", async () => {
    const { stack, frames } = app.runtime.goroutineProfile().find((r) => r.frames[0]!.function === "served.wait")!;
    const pc = `0x${stack[0]!.toString(16)}`;
    const text = await (await get(app, `/debug/pprof/symbol?${pc}+0xfffffff+zz`)).text();
    assert.equal(text, `num_symbols: 1\n${pc} ${frames[0]!.function}\n`);
    const [, none] = /@ (0x\w+)/.exec(await app.pprof.text("threadcreate"))!;
    assert.match(await (await get(app, `/debug/pprof/symbol?${none}`)).text(), /^0x\w+ runtime\.mstart$/m);
  });

  it("works below a prefix, and leads to the slash that relative links need", async () => {
    for (const prefix of ["/admin", "/debug/app1", "/debug"]) {
      assert.equal((await get(app, `${prefix}/debug/pprof/heap`)).status, 200, prefix);
    }
    const response = await get(app, "/admin/debug/pprof?x=1");
    assert.deepEqual([response.status, response.headers.get("location")], [301, "/admin/debug/pprof/?x=1"]);
    assert.equal((await get(app, "//elsewhere.example/debug")).headers.get("location"), "/elsewhere.example/debug/", "no other host");
  });

  it("serves what its program names, whatever the name, where the index links to", async () => {
    const app = await start();
    await app.exports.names!();
    const html = await (await get(app, "/debug/pprof/")).text();
    const files = {
      "my/pkg.conns": '="my/pkg.conns"', "zähler 100%": "*=UTF-8''z%C3%A4hler%20100%25", "it's": "*=UTF-8''it%27s",
    };
    for (const [name, file] of Object.entries(files)) {
      const link = `${encodeURIComponent(name).replace("'", "&#39;")}?debug=1`;
      assert.ok(html.includes(`<td>1</td><td><a href='${link}'>`), link);
      const response = await get(app, `/debug/pprof/${encodeURIComponent(name)}`);
      assert.equal(response.headers.get("content-disposition"), `attachment; filename${file}`);
      await profileOf(response);
    }
    assert.equal((await get(app, "/debug/pprof/my/pkg.conns")).status, 200);
    const text = await get(app, "/debug/pprof/goroutines.lent?debug=2");
    assert.match(await text.text(), /^goroutines\.lent profile: total 1\n/, "the stacks of all goroutines are goroutine's");
  });

  it("HEAD has the headers alone", async () => {
    const response = await get(app, "/debug/pprof/heap", { method: "HEAD" });
    assert.equal(response.headers.get("content-disposition"), 'attachment; filename="heap"');
    assert.deepEqual([response.status, await response.text()], [200, ""]);
  });

  const errors = [
    { path: "/debug/pprof/nothing", status: 404, body: "Unknown profile" },
    { path: "/debug/pprof/toString", status: 404, body: "Unknown profile" },
    { path: "/debug/pprof/100%", status: 400, body: 'invalid URL escape in "100%"' },
    { path: "/debug/nothing", status: 404, body: "404 page not found" },
    { path: "/", status: 404, body: "404 page not found" },
    { path: "/debug/pprof/heap?seconds=0", status: 400, body: 'invalid value for "seconds" - must be a positive integer' },
    { path: "/debug/pprof/heap?seconds=1.5", status: 400, body: 'invalid value for "seconds" - must be a positive integer' },
    { path: "/debug/pprof/heap?seconds=x", status: 400, body: 'invalid value for "seconds" - must be a positive integer' },
    { path: "/debug/pprof/heap?seconds=1&debug=1", status: 400, body: "seconds and debug params are incompatible" },
    { path: "/debug/pprof/profile?seconds=99999999", status: 400, body: "seconds: 99999999 is not between 0 and 2147483" },
    { path: "/debug/pprof/trace?seconds=1e99", status: 400, body: "seconds: 1e+99 is not between 0 and 2147483" },
    { path: "/debug/pprof/heap?seconds=9999999999", status: 400, body: "seconds: 9999999999 is not between 0 and 2147483" },
  ];
  for (const { path, status, body } of errors) {
    it(`${path} is a ${status} that go tool pprof shows`, async () => {
      const response = await get(app, path);
      assert.deepEqual([response.status, await response.text()], [status, `${body}\n`]);
      assert.equal(response.headers.get("x-go-pprof"), "1");
      assert.equal(response.headers.get("content-type"), "text/plain; charset=utf-8");
      assert.equal(response.headers.get("content-disposition"), null);
    });
  }

  it("POST is a 405 that names what is allowed", async () => {
    const response = await get(app, "/debug/pprof/symbol", { method: "POST", body: "0x1" });
    assert.deepEqual([response.status, response.headers.get("allow")], [405, "GET, HEAD"]);
  });

  it("gc=1 collects for the heap profile", async () => {
    const before = app.runtime.readMemStats().numGC;
    await get(app, "/debug/pprof/heap?gc=1");
    await get(app, "/debug/pprof/heap?gc=1&debug=1");
    assert.equal(app.runtime.readMemStats().numGC, before + 2);
    await get(app, "/debug/pprof/allocs?gc=1");
    assert.equal(app.runtime.readMemStats().numGC, before + 2);
  });

  it("is refused, and the program goes on, when there is no memory for the answer", async () => {
    const app = await load(await buildGuest("served", "release", ["--maximumMemory", "100"]), options);
    started.push(app);
    await app.exports.park!(20_000);
    assert.equal((await get(app, "/debug/pprof/goroutine?debug=2")).status, 200, "text takes no memory of the program's");
    const response = await get(app, "/debug/pprof/goroutine");
    assert.equal(response.status, 500);
    assert.match(await response.text(), /^no memory left for an answer of \d+ bytes\n$/);
    await app.exports.login!(1);
    assert.equal(app.runtime.numGoroutine(), 20_001);
  });

  it("answers 16 scrapers at once", async () => {
    const kinds = PROFILE_KINDS.filter((k) => (k as string) !== "profile");
    const responses = await Promise.all(Array.from({ length: 16 }, (_, i) => get(app, `/debug/pprof/${kinds[i % kinds.length]}?gc=1`)));
    for (const response of responses) await profileOf(response);
  });
});

/** A platform that tells when somebody begins to wait. */
class Waited extends MockPlatform {
  #began: () => void = () => {};
  readonly began = new Promise<void>((resolve) => (this.#began = resolve));

  override timer(ms: number, f: () => void): () => void {
    const cancel = super.timer(ms, f);
    this.#began();
    return cancel;
  }
}

describe("the page /debug/", () => {
  it("is one file and its script, from here alone", async () => {
    const app = await start();
    const response = await get(app, "/debug/");
    assert.equal(response.headers.get("content-type"), "text/html; charset=utf-8");
    assert.match(response.headers.get("content-security-policy")!, /default-src 'none'.*connect-src 'self'/);
    assert.match(await response.text(), /<script type="module" src="element\.js">/);
    assert.match(await (await get(app, "/debug/?token=a%22b")).text(), /src="element\.js\?token=a%22b"/);
    const script = await get(app, "/debug/element.js");
    assert.equal(script.headers.get("content-type"), "text/javascript; charset=utf-8");
    assert.match(await script.text(), /gopark-debug/);
    assert.equal((await get(app, "/debug")).headers.get("location"), "/debug/");
  });
});

describe("a delta profile", () => {
  it("is what the seconds have brought, and says when and how long", async () => {
    const platform = new Waited();
    const app = await loadOn(bytes, options, platform);
    await platform.drive(app.exports.login!(10));
    const response = get(app, "/debug/pprof/allocs?seconds=2");
    await platform.began;
    await platform.drive(app.exports.login!(5));
    await platform.turn();
    const answer = await response;
    assert.equal(answer.headers.get("content-disposition"), 'attachment; filename="allocs-delta"');
    const p = await profileOf(answer);
    assert.equal(Number(p.durationNanos), 2e9);
    assert.equal(Number(p.timeNanos), platform.walltime() * 1e6);
    const fives = p.sample.map((s) => Number(s.value[0])).filter((n) => n === 5);
    assert.equal(fives.length, 1, "five sessions, of one line");
  });

  it("ends with the scraper that hangs up", async () => {
    const platform = new Waited();
    const app = await loadOn(bytes, options, platform);
    const hangUp = new AbortController();
    const response = get(app, "/debug/pprof/goroutine?seconds=30", { signal: hangUp.signal });
    await platform.began;
    hangUp.abort(new Error("context canceled"));
    const { status } = await response;
    assert.equal(status, 500);
    assert.equal(await platform.turn(), false, "no timer is left");
  });

  for (const [how, end] of [
    ["closed", (app: App) => app.close()],
    ["dead of a panic", (app: App) => void app.exports.panics!().catch(() => {})],
    ["dead of a trap", (app: App) => void app.exports.traps!().catch(() => {})],
  ] as const) {
    it(`is a 503 when the program is ${how} before the seconds are over`, async () => {
      const platform = new Waited();
      const app = await loadOn(bytes, options, platform);
      const response = get(app, "/debug/pprof/goroutine?seconds=30");
      await platform.began;
      end(app);
      while (await platform.turn());
      assert.equal((await response).status, 503);
      assert.equal((await get(app, "/debug/pprof/heap")).status, 503);
      assert.equal((await get(app, "/debug/pprof/cmdline")).status, 200);
      assert.match(await (await get(app, "/debug/goroutines")).text(), /has ended/);
    });
  }
});

describe("the CPU profile", () => {
  it("is sampled for one at a time, as in Go", async () => {
    const platform = new Waited();
    const app = await loadOn(bytes, options, platform);
    const first = get(app, "/debug/pprof/profile?seconds=2");
    await platform.began;
    const second = await get(app, "/debug/pprof/profile?seconds=2");
    assert.deepEqual([second.status, await second.text()], [500, "Could not enable CPU profiling: cpu profiling already in use\n"]);
    await platform.turn();
    const response = await first;
    assert.equal(response.headers.get("content-disposition"), 'attachment; filename="profile"');
    assert.equal(Number((await profileOf(response)).durationNanos), 2e9);
  });
});

describe("numbers as JSON", () => {
  it("/debug/vars has Go's MemStats and the number of goroutines", async () => {
    const vars = await (await get(await start(), "/debug/vars")).json();
    assert.deepEqual(vars.cmdline, ["served.wasm", "a", "b c"]);
    assert.equal(vars.goroutines, 4);
    assert.ok(vars.schedtick >= 3, `${vars.schedtick} goroutines were chosen`);
    for (const name of ["Alloc", "TotalAlloc", "Sys", "HeapObjects", "NextGC", "NumGC", "PauseTotalNs", "BuckHashSys", "GCSys"]) {
      assert.equal(typeof vars.memstats[name], "number", name);
    }
    assert.equal(vars.memstats.PauseNs.length, 256);
  });

  it("/debug/goroutines groups by stack, the largest group first", async () => {
    const { total, groups } = await (await get(await start(), "/debug/goroutines")).json();
    assert.equal(total, 4);
    assert.deepEqual(groups.map((g: { count: number }) => g.count), [3, 1]);
    assert.deepEqual(groups.map((g: { states: object }) => g.states), [{ "chan receive": 3 }, { sleep: 1 }]);
    assert.equal(groups[0].frames.at(-1).function, "served.wait");
    assert.ok(groups[0].frames.every((f: { line: number }) => f.line > 0));
    assert.equal(groups[0].waited, null, "nothing was collected yet");
    assert.deepEqual(groups[0].createdBy, { function: "served.park", file: "tests/host/guest/served.ts", line: 19 });
    assert.equal(groups[0].goids.length, 3);
  });

  it("/debug/goroutines groups by labels, too", async () => {
    const app = await load(bytes, options);
    started.push(app);
    await app.exports.labels!();
    const { groups } = await (await get(app, "/debug/goroutines")).json();
    assert.deepEqual(groups.map((g: { count: number; labels: string[] }) => [g.count, g.labels]), [[2, ["shard", "7", "tenant", "a"]], [1, ["tenant", "b"]]]);
  });

  it("/debug/goroutines says how long goroutines have waited, as far as collections have seen", async () => {
    const platform = new MockPlatform();
    const app = await loadOn(bytes, options, platform);
    await platform.drive(app.exports.park!(3));
    platform.elapse(10_000);
    await get(app, "/debug/histogram");
    platform.elapse(90_500);
    const { groups } = await (await get(app, "/debug/goroutines")).json();
    assert.deepEqual(groups.map((g: { waited: number }) => g.waited), [90, 90]);
  });

  it("/debug/histogram counts what lives by class", async () => {
    const { millis, classes } = await (await get(await start(), "/debug/histogram")).json();
    assert.ok(millis >= 0);
    const session = classes.find((c: { name: string }) => /Session$/.test(c.name));
    assert.equal(session?.objects, 100, JSON.stringify(classes));
  });
});

it("a program in a worker is served by its owner", async () => {
  const app = await load(bytes, { ...options, worker: true });
  try {
    await app.exports.park!(3);
    const { fetch } = app.pprof;
    const response = await fetch(new Request(`${ORIGIN}/debug/pprof/goroutine`));
    assert.equal(total(await profileOf(response), 0), 4);
    const text = await (await fetch(new Request(`${ORIGIN}/debug/pprof/cmdline`))).text();
    assert.equal(text, "served.wasm\0a\0b c");
    assert.equal((await (await fetch(new Request(`${ORIGIN}/debug/goroutines`))).json()).total, 4);
    const hangUp = new AbortController();
    const delta = fetch(new Request(`${ORIGIN}/debug/pprof/heap?seconds=60`, { signal: hangUp.signal }));
    const trace = fetch(new Request(`${ORIGIN}/debug/pprof/trace?seconds=600`, { signal: hangUp.signal }));
    while (!await app.trace.read().then(() => true, () => false)); // until it has begun
    hangUp.abort();
    assert.deepEqual([(await delta).status, (await trace).status], [500, 500]);
    assert.equal((await fetch(new Request(`${ORIGIN}/debug/pprof/trace?seconds=0.01`))).status, 200, "the worker knows that nobody waits for the first");
  } finally {
    app.close();
  }
  assert.equal((await app.pprof.fetch(new Request(`${ORIGIN}/debug/pprof/heap`))).status, 503);
});
