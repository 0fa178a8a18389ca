// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { gunzipSync } from "node:zlib";
import { Profile as Proto } from "pprof-format";
import { type App, type LoadOptions, load } from "../../host/index.ts";
import { build } from "../run/prog.ts";
import { packageRoot } from "../../host/cli/compile.ts";

process.chdir(packageRoot());

let module: WebAssembly.Module;
const start = (options: LoadOptions = {}): Promise<App> =>
  load(module, { name: "profiles.wasm", stderr: () => {}, ...options });

before(async () => {
  module = await build("tests/golden/profiles.ts", "-O3");
});

/** Decodes a profile: per sample its values, labels and functions, innermost first. */
function decode(bytes: Uint8Array) {
  const proto = Proto.decode(gunzipSync(bytes));
  const text = (i: number | bigint) => proto.stringTable.strings[Number(i)]!;
  const names = new Map(proto.function.map((f) => [Number(f.id), text(f.name)]));
  const places = new Map(proto.location.map((l) => [Number(l.id), names.get(Number(l.line[0]!.functionId))!]));
  return {
    types: proto.sampleType.map((t) => `${text(t.type)}/${text(t.unit)}`),
    period: [text(proto.periodType!.type), text(proto.periodType!.unit), Number(proto.period)],
    comments: proto.comment.map(text),
    duration: Number(proto.durationNanos),
    samples: proto.sample.map((s) => ({
      values: s.value.map(Number),
      labels: Object.fromEntries(s.label.map((l) => [text(l.key), text(l.str)])),
      stack: s.locationId.map((id) => places.get(Number(id))!),
    })),
  };
}

describe("labels", () => {
  const labels = { req: 'a "b"', shard: "7" };

  it("tell apart goroutines of one stack, in profile.proto", async () => {
    const app = await start();
    await app.exports.labelled!();
    const { samples } = decode(await app.pprof.profile("goroutine"));
    assert.deepEqual(samples.map((s) => [s.values, s.labels]), [[[2], labels], [[1], {}]]);
    app.close();
  });

  it("are Go's line in the text", async () => {
    const app = await start();
    await app.exports.labelled!();
    const text = await app.pprof.text("goroutine");
    assert.match(text, /^goroutine profile: total 3\n2 (@ 0x\w+)\n# labels: \{"req":"a \\"b\\"", "shard":"7"\}\n#\t0x.*\n\n1 \1\n#\t/);
    app.close();
  });

  it("are in the records, and in headers with GODEBUG=tracebacklabels=1", async () => {
    const app = await start({ env: { GODEBUG: "tracebacklabels=1" } });
    await app.exports.labelled!();
    const found = app.runtime.goroutineProfile().map((r) => r.labels!.join());
    assert.deepEqual(found.sort(), ["", 'req,a "b",shard,7', 'req,a "b",shard,7']);
    assert.match(app.runtime.stack(), /\[chan receive labels:\{"req": "a \\"b\\"", "shard": "7"\}\]:/);
    app.close();
  });

  it("are not in headers otherwise", async () => {
    const app = await start();
    await app.exports.labelled!();
    assert.doesNotMatch(app.runtime.stack(), /labels/);
    app.close();
  });
});
