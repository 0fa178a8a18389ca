// SPDX-License-Identifier: MIT
/** What builds, and what is refused with which words. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../host/cli/main.js", import.meta.url));

const dir = realpathSync(mkdtempSync(join(tmpdir(), "gopark-building-")));
after(() => rmSync(dir, { recursive: true }));

/** Runs the command in the folder of the sources. */
function gopark(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    encoding: "utf8", cwd: dir, env: { ...process.env, CI: undefined },
  });
  return { status, stdout, stderr };
}

function write(file: string, text: string): void {
  writeFileSync(join(dir, file), text);
}

function read(file: string): string {
  return readFileSync(join(dir, file), "utf8");
}

const times = (n: number, make: (i: number) => string, between = "\n") => Array.from({ length: n }, (_, i) => make(i)).join(between);

test("what many small functions do that may park is not too much for the switch that calls them", () => {
  write("dispatch.ts", `import { gosched, println } from "gopark/assembly";
${times(120, (i) => `function handle${i}(): i32 { ${times(5, () => "gosched();", " ")} return ${i}; }`)}
function dispatch(i: i32): i32 {
  switch (i) {
${times(120, (i) => `case ${i}: return handle${i}();`)}
  }
  return 0;
}
export function main(): void {
  let sum = 0;
  for (let i = 0; i < 120; i++) sum += dispatch(i);
  println(sum.toString());
}
`);
  for (const level of ["-O3", "-Os"]) {
    assert.deepEqual(gopark("build", "dispatch.ts", "--", level), { status: 0, stdout: "", stderr: "" });
    assert.deepEqual(gopark("run", "dispatch.wasm"), { status: 0, stdout: "", stderr: "7140\n" });
  }
});

test("what only tests an index and loads is part of its callers where speed is wanted", () => {
  write("accessors.ts", `export function sum(a: Array<i32>, b: Float64Array): f64 {
  let sum = 0.0;
  for (let i = 0; i < a.length; i++) sum += b[a[i]];
  b[a[0]] = sum;
  return sum;
}
export function main(): void {}
`);
  const accessors = (level: string) => {
    assert.deepEqual(gopark("build", "accessors.ts", "--", level, "--textFile", "accessors.wat"), { status: 0, stdout: "", stderr: "" });
    return [...new Set(read("accessors.wat").match(/call \$~lib\/\w+\/[^ ]+#__[gs]et/g))].sort();
  };
  assert.deepEqual(accessors("-Os"), ["call $~lib/array/Array<i32>#__get"]); // the others have one caller
  assert.deepEqual(accessors("-O3"), []);
});

const refused = [
  { flags: ["--noExportMemory"], want: "--noExportMemory: whoever runs the module reads its memory" },
  { flags: ["--exportStart", "start"], want: "--exportStart must be _initialize: the host calls it when the module is loaded" },
  { flags: ["--runtime", "incremental"], want: "--runtime must be gopark, or gopark-wasi for a WASI command" },
  { flags: ["--runtime", "minimal"], want: "--runtime must be gopark, or gopark-wasi for a WASI command" },
  { flags: ["--runtime", "stub"], want: "--runtime must be gopark, or gopark-wasi for a WASI command" },
];

for (const { flags, want } of refused) {
  test(`asc's ${flags.join(" ")} is refused: no host could load the module`, () => {
    write("flags.ts", 'import { println } from "gopark/assembly";\nexport function main(): void { println(""); }\n');
    assert.deepEqual(gopark("build", "flags.ts", "--", ...flags), { status: 1, stdout: "", stderr: `FAILURE gopark: ${want}\n` });
  });
}

const REFERENCES = `import { gosched } from "gopark/assembly";
@external("test", "make") declare function make(): externref;
@external("test", "take") declare function take(x: externref): void;
@blocking @external("test", "wait") declare function wait(): externref;
function one(): i32 { gosched(); return 1; }
`;
const references = [
  { name: "beside a park", body: "function f(): void { take(make()); gosched(); const y = make(); take(y); }", want: null },
  { name: "in a local", body: "function f(): void { const x = make(); gosched(); take(x); }", want: "NAME/f: an externref" },
  { name: "as a parameter", body: "export function f(x: externref): void { gosched(); take(x); }", want: "export f: an externref" },
  { name: "as a result", body: "function f(): void { take(g()); } function g(): externref { gosched(); return make(); }", want: "NAME/g: an externref" },
  { name: "as an operand", body: "function f(): void { both(make(), one()); } function both(x: externref, n: i32): void { take(x); }", want: "NAME/f: a reference of the host's" },
  { name: "from a blocking import", body: "function f(): void { take(wait()); }", want: "import test.wait: an externref" },
];

for (const [i, { name, body, want }] of references.entries()) {
  test(`an externref ${name} ${want ? "is refused, by name" : "is as any value"}`, () => {
    write(`ref${i}.ts`, `${REFERENCES}${body}\nexport function main(): void { ${body.includes("export") ? "" : "f();"} }\n`);
    const { status, stderr } = gopark("build", `ref${i}.ts`, "--target", "debug", "--", "--enable", "reference-types");
    assert.deepEqual([status, stderr.trimEnd()], want ? [1, `FAILURE gopark: ${want.replace("NAME", `ref${i}`)} cannot cross a park`] : [0, ""]);
  });
}

const names = [
  { file: "-x.ts", want: "-x" },
  { file: 'a "b" (1)+c%20d\t.ts', want: "a__b__1_c_20d_" },
];

for (const { file, want } of names) {
  test(`a program may be called ${JSON.stringify(file)}; on stacks it is ${want}`, () => {
    write(file, `import { debug } from "gopark/assembly";
class Box<T> {
  show(): void { debug.printStack(); }
}
class Own {}
export function main(): void {
  new Box<(own: Own) => void>().show();
}
`);
    const { status, stderr } = gopark("run", `./${file}`, "--target", "debug");
    assert.equal(status, 0, stderr);
    const [, show, at, main, from] = stderr.split("\n");
    assert.match(show!, /^[^\s%+"()]+#show\(\.\.\.\)$/);
    assert.ok(show!.startsWith(`${want}.Box<`), show);
    assert.deepEqual([at, main, from], [`\t${file}:3`, `${want}.main(...)`, `\t${file}:7`]);
  });
}

test("what asc writes beside the module is not written over a source, but may be types", () => {
  const source = "export function main(): void {}\n";
  write("types.ts", source);
  assert.equal(gopark("build", "types.ts", "--", "--bindings", "esm").status, 0);
  assert.match(read("types.d.ts"), /export declare function main\(\): void;/);
  const { status, stderr } = gopark("build", "types.ts", "--", "--textFile", "types.ts");
  assert.deepEqual([status, stderr], [1, `gopark: cannot write ${join(dir, "types.ts")}: it is a source file\n`]);
  assert.equal(read("types.ts"), source);
});

test("a function that is too large as it is written is refused, with the limits", () => {
  write("large.ts", `import { gosched } from "gopark/assembly";\nexport function main(): void {\n${times(512, () => "gosched();")}\n}\n`);
  const { status, stderr } = gopark("build", "large.ts");
  assert.equal(status, 1);
  assert.match(stderr, /FAILURE gopark: large\/main is too large to be parked: it has 512 calls that may park, of at most 511, and \d+ bytes of locals that are used behind such a call, of at most 2044; split it\n/);
});
