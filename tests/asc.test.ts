// SPDX-License-Identifier: MIT
/**
 * asc's own options keep their meaning: levels, debug information, source maps, asconfig.json.
 *
 * The last part installs the packed package into a project of its own, as a user does.
 *
 * @module
 */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, describe, it } from "node:test";
import { originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";
import { compile, packageRoot } from "../host/cli/compile.ts";
import { load, TrapError } from "../host/index.ts";
import { build, readProg, runCases } from "./run/prog.ts";

process.chdir(packageRoot());

const LEVELS = [["-O0"], ["-O1"], ["-O2"], ["-O3", "--converge"], ["-Oz"], ["-O3", "--debug"], ["-O2", "--noAssert"]];

describe("tests/prog/stack.ts prints the same stacks", async () => {
  const prog = await readProg("tests/prog/stack.ts");
  for (const flags of LEVELS) {
    it(`with ${flags.join(" ")}`, async () => {
      assert.equal(await runCases(await build(prog.file, "-O3", flags), prog.cases), prog.want);
    });
  }
});

/** The innermost functions of a trap in tests/asc/trap.ts: what the source map must say. */
const TRAP = [
  { file: "tests/asc/cell.ts", text: "sum += load<i32>(this.at + (i << 2));" },
  { file: "tests/asc/trap.ts", text: "c.send(cell.read());" },
];

describe("--sourceMap", () => {
  for (const flags of [["-O0"], ["-O1"], ["-O3"], ["-O3", "--converge"], ["-O0", "--debug"]]) {
    it(`leads from a trap's offset to its file and line, with ${flags.join(" ")}`, async () => {
      const { wasm, map } = await withMap("tests/asc/trap.ts", flags);
      checkSources(map);
      const places = (await trapOffsets(wasm)).map((offset) => place(map, offset));
      // Inlining takes frames away, from the outside in; the trap itself always has one.
      assert.deepEqual(places[0], TRAP[0]);
      const mapped = places.filter((p) => p?.file.startsWith("tests/")).slice(1);
      for (const p of mapped) assert.deepEqual(p, TRAP[1]);
      if (flags[0] === "-O0") assert.equal(mapped.length, 1);
    });
  }
});

async function withMap(file: string, flags: readonly string[]) {
  const out = resolve(file.replace(/\.ts$/, ".wasm"));
  const outputs = await compile(file, out, "release", [...flags, "--sourceMap"]);
  const map = new TraceMap(outputs!.get(`${out}.map`) as string);
  return { wasm: outputs!.get(out) as Uint8Array<ArrayBuffer>, map };
}

/** Every source is a file of asc's library, of ours or of the program, with its text. */
function checkSources(map: TraceMap): void {
  assert.ok(map.sources.length > 5);
  for (const [i, source] of map.sources.entries()) {
    const text = map.sourcesContent![i];
    const file = source!.replace(/^~lib\/gopark\//, "");
    if (file.startsWith("~lib/")) assert.ok(text, `${source} has no text`);
    else assert.equal(text, readFileSync(file, "utf8"), `${source} is another`);
  }
}

/** Byte offsets in the module, innermost first, of the wasm frames of the trap it dies with. */
async function trapOffsets(wasm: Uint8Array<ArrayBuffer>): Promise<number[]> {
  const app = await load(wasm, { stderr: () => {} });
  const error = await app.run().then(() => assert.fail("did not trap"), (e: unknown) => e);
  assert.ok(error instanceof TrapError, String(error));
  const { stack } = error.cause as Error;
  return [...stack!.matchAll(/wasm-function\[\d+\]:0x([0-9a-f]+)/g)].map(([, hex]) => parseInt(hex!, 16));
}

function place(map: TraceMap, offset: number) {
  const { source, line } = originalPositionFor(map, { line: 1, column: offset });
  if (!source) return null;
  const i = map.resolvedSources.indexOf(source); // the same, below asc's sourceRoot
  return { file: map.sources[i]!, text: map.sourcesContent![i]!.split("\n")[line - 1]!.trim() };
}

describe("--textFile", () => {
  it("writes a module with the program's names", async () => {
    const wat = resolve("tests/asc/trap.wat");
    const outputs = await compile("tests/asc/trap.ts", resolve("tests/asc/trap.wasm"), "debug", ["--textFile", wat]);
    const text = outputs!.get(wat) as string;
    assert.match(text, /^\(module/);
    assert.match(text, /\(func \$tests\/asc\/trap\/worker /);
  });
});

const OUTSIDER = `import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Transform } from "assemblyscript/transform";

export default class extends Transform {
  afterParse() {
    writeFileSync(process.env.SEEN, JSON.stringify([join(process.cwd(), this.baseDir), this.baseDir]));
  }
}
`;

const MAIN = `import { Chan, go, println } from "gopark/assembly";
import { twice } from "./lib";

const c = new Chan<i32>();

function send(n: i32): void {
  c.send(twice(n));
}

export function main(): void {
  go(send, 21);
  println(\`got \${c.recv()}\`);
  assert(false, "enough");
}
`;

const SPEC = `import { Chan, go, time } from "gopark/assembly";
import { describe, expect, it } from "gopark/test";
import { twice } from "./lib";

describe("twice", () => {
  it("doubles", () => {
    const c = new Chan<i32>();
    go((c: Chan<i32>) => { time.sleep(time.Hour); c.send(twice(21)); }, c);
    expect(c.recv()).toBe(42);
  });
  it("is wrong here", () => { expect(twice(1)).toBe(3); });
});
`;

const RUN = `import { load } from "gopark";
const app = await load(process.argv[2]);
await app.run().catch((e) => { console.log(e.name); console.log(e.dump); });
`;

describe("a project that has installed the package", () => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "gopark-asc-")));
  after(() => rmSync(root, { recursive: true }));
  const write = (file: string, text: string) => writeFileSync(join(root, file), text);
  const run = (command: string, ...args: string[]) =>
    execFileSync(command, args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });

  before(() => {
    const [packed] = JSON.parse(execFileSync("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", root],
      { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] })) as { filename: string }[];
    mkdirSync(join(root, "assembly"));
    write("package.json", JSON.stringify({ name: "user", private: true, type: "module" }));
    write("asconfig.json", JSON.stringify({
      extends: "gopark/asconfig.json",
      entries: ["assembly/main.ts"],
      targets: { release: { outFile: "build/app.wasm" }, debug: { outFile: "build/debug.wasm" } },
    }));
    write("assembly/main.ts", MAIN);
    write("assembly/lib.ts", "export function twice(n: i32): i32 { return 2 * n; }\n");
    write("assembly/lib.spec.ts", SPEC);
    write("run.js", RUN);
    run("npm", "install", "--silent", "--no-audit", "--no-fund", "--prefer-offline", join(root, packed!.filename));
  });

  for (const target of ["release", "debug"]) {
    it(`builds with asc --target ${target}, and runs`, () => {
      run("npx", "asc", "--target", target);
      const file = target === "release" ? "build/app.wasm" : "build/debug.wasm";
      assert.equal(existsSync(join(root, `${file}.map`)), target === "debug");
      const out = run("node", "run.js", file);
      assert.equal(out, "PanicError\npanic: enough\n\ngoroutine 1 [running]:\nmain.main(...)\n\tassembly/main.ts:13\n\n");
    });
  }

  it("has the command gopark", () => {
    assert.match(run("npx", "gopark", "--version"), /^gopark \d/);
    run("npx", "gopark", "build", "assembly/main.ts", "-o", "build/cli.wasm");
    assert.match(run("node", "run.js", "build/cli.wasm"), /^PanicError\npanic: enough\n/);
  });

  it("shows other transforms the folder that asc's command shows them", () => {
    write("outsider.js", OUTSIDER);
    mkdirSync(join(root, "elsewhere"));
    const flags = ["-o", join(root, "build/cli.wasm"), "--", "--transform", join(root, "outsider.js")];
    for (const [cwd, file, base] of [["", "assembly/main.ts", "."], ["elsewhere", "../assembly/main.ts", "../assembly"]] as const) {
      const env = { ...process.env, SEEN: join(root, "seen.json") };
      execFileSync("npx", ["gopark", "build", file, ...flags], { cwd: join(root, cwd), env });
      assert.deepEqual(JSON.parse(readFileSync(env.SEEN, "utf8")), [join(root, cwd, base), base]);
    }
  });

  it("has its specs run by gopark test", () => {
    const { stdout, stderr, status } = spawnSync("npx", ["gopark", "test", "--seed", "7"], { cwd: root, encoding: "utf8" });
    assert.deepEqual([stdout, stderr, status], [`assembly/lib.spec.ts
  ok      twice doubles
  FAILED  twice is wrong here
          panic: got 2, want 3

          goroutine 1 [running]:
          lib.spec.init.func1.func2(...)
          \tassembly/lib.spec.ts:11

seed 7
1 passed, 1 failed
`, "", 1]);
  });
});
