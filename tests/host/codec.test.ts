// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { before, test } from "node:test";
import asc from "assemblyscript/asc";
import { type ASUtil, instantiate } from "@assemblyscript/loader";
import { ABI_SECTION, customSection } from "../../host/abi/manifest.ts";
import { type Type, TypeTable, type TypeTableJson } from "../../host/abi/types.ts";
import { check } from "../../host/instance/check.ts";
import { Codec } from "../../host/instance/codec.ts";
import type { Heap } from "../../host/instance/objects.ts";
import { MemoryView } from "../../host/memory/view.ts";
import { buildGuest } from "./build.ts";

// AssemblyScript's own runtime will do, and its loader says whether the shapes are right.
const SOURCE = `
export function ids(): StaticArray<u32> {
  return [idof<Array<i32>>(), idof<Array<string>>(), idof<Array<Array<f64>>>(), idof<Array<f64>>(),
    idof<Uint8Array>(), idof<Int64Array>(), idof<StaticArray<u16>>(), idof<Array<bool>>(), idof<Array<i64>>(),
    idof<Array<string | null>>(), idof<Array<i8>>(), idof<Uint8ClampedArray>()];
}
export function part(): Uint8Array { return new Uint8Array(8).fill(7).subarray(2, 5); }
`;

let loader: ASUtil & { ids(): number; part(): number };
let codec: Codec;
let types: TypeTable;

before(async () => {
  const options = { exportRuntime: true, optimizeLevel: 1 } as Parameters<typeof asc.compileString>[1];
  const { binary } = await asc.compileString(SOURCE, options);
  ({ exports: loader } = await instantiate<{ ids(): number; part(): number }>(binary! as BufferSource));
  codec = new Codec(loader as Heap, new MemoryView(loader.memory!));
  const id = loader.__getArray(loader.ids());
  types = new TypeTable({
    "Array<i32>": { id: id[0]!, kind: "array", of: "i32" },
    "Array<string>": { id: id[1]!, kind: "array", of: "string" },
    "Array<Array<f64>>": { id: id[2]!, kind: "array", of: "Array<f64>" },
    "Array<f64>": { id: id[3]!, kind: "array", of: "f64" },
    Uint8Array: { id: id[4]!, kind: "typedarray", of: "u8" },
    Int64Array: { id: id[5]!, kind: "typedarray", of: "i64" },
    "StaticArray<u16>": { id: id[6]!, kind: "staticarray", of: "u16" },
    "Array<bool>": { id: id[7]!, kind: "array", of: "bool" },
    "Array<i64>": { id: id[8]!, kind: "array", of: "i64" },
    "Array<string | null>": { id: id[9]!, kind: "array", of: "string | null" },
    "Array<i8>": { id: id[10]!, kind: "array", of: "i8" },
    Uint8ClampedArray: { id: id[11]!, kind: "typedarray", of: "u8" },
    ArrayBuffer: { id: 1, kind: "arraybuffer" },
    Point: { id: 99, kind: "object" },
  });
});

const roundTrips: { type: string; value: unknown; back?: unknown }[] = [
  { type: "string", value: "héllo 🎈" },
  { type: "string", value: "" },
  { type: "string", value: "\ufeffa byte order mark, and many characters behind it".repeat(500) },
  { type: "string", value: `a lone surrogate \ud800 in a long string ${"x".repeat(10_000)}` },
  { type: "string | null", value: null },
  { type: "i8", value: -128 },
  { type: "u8", value: 255 },
  { type: "u32", value: 4294967295 },
  { type: "i64", value: -(2n ** 63n) },
  { type: "u64", value: 2n ** 64n - 1n },
  { type: "f32", value: 1.5 },
  { type: "f64", value: Number.NaN },
  { type: "bool", value: true },
  { type: "Array<i32>", value: [1, -2, 3] },
  { type: "Array<i32>", value: new Int32Array([4, 5]), back: [4, 5] },
  { type: "Array<i8>", value: [-1, 127] },
  { type: "Array<string>", value: ["a", "", "c"] },
  { type: "Array<string | null>", value: ["a", null] },
  { type: "Array<Array<f64>>", value: [[1.5], [], [2.5, 3.5]] },
  { type: "Array<bool>", value: [true, false] },
  { type: "Array<i64>", value: [] },
  { type: "StaticArray<u16>", value: [] },
  { type: "Array<i64>", value: [1n, -1n] },
  { type: "StaticArray<u16>", value: [1, 65535] },
  { type: "Uint8Array", value: new Uint8Array([1, 2, 255]) },
  { type: "Uint8Array", value: [1, 2], back: new Uint8Array([1, 2]) },
  { type: "Uint8Array | null", value: new Uint8Array([3]) },
  { type: "Array<i32> | null", value: [3] },
  { type: "Uint8ClampedArray", value: new Uint8ClampedArray([9]) },
  { type: "Int64Array", value: new BigInt64Array([-5n]) },
  { type: "ArrayBuffer", value: new Uint8Array([1, 2, 3]).buffer },
];

test("codec: values come back as they went, through a slot", () => {
  const slot = loader.__pin(loader.__new(16, 1));
  for (const { type: name, value, back = value } of roundTrips) {
    const type: Type = types.get(name);
    check(type, value, name);
    const pins = codec.pins();
    codec.storeSlot(type, slot, codec.lower(type, value, pins));
    assert.deepEqual(codec.liftSlot(type, slot), back, `${name} ${String(value).slice(0, 40)}`);
    pins.release();
  }
});

test("codec: what it makes the loader reads, and the other way round", () => {
  const lower = (name: string, value: unknown) => Number(codec.lower(types.get(name), value, codec.pins()));
  assert.equal(loader.__getString(lower("string", "héllo 🎈")), "héllo 🎈");
  assert.deepEqual(loader.__getArray(lower("Array<f64>", [1.5, -2])), [1.5, -2]);
  assert.deepEqual(loader.__getArray(lower("StaticArray<u16>", [1, 65535])), [1, 65535]);
  assert.deepEqual(loader.__getUint8Array(lower("Uint8Array", [1, 2])), new Uint8Array([1, 2]));
  assert.deepEqual(loader.__getArray(lower("Array<string>", ["a", "b"])).map((ptr) => loader.__getString(ptr)), ["a", "b"]);
  assert.deepEqual(new Uint8Array(loader.__getArrayBuffer(lower("ArrayBuffer", new Uint8Array([7]).buffer))), new Uint8Array([7]));
  assert.equal(codec.lift(types.get("string"), loader.__newString("ünï")), "ünï");
  assert.deepEqual(codec.lift(types.get("Array<i8>"), loader.__newArray(types.get("Array<i8>").id, [-1, 5])), [-1, 5]);
});

test("codec: the loader makes and reads objects of a program of this runtime's", async () => {
  const module = await WebAssembly.compile(await buildGuest("app"));
  const imports: Record<string, Record<string, () => number>> = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) (imports[from] ??= {})[name] = () => 0;
  const { exports } = await instantiate<{ _initialize(): void }>(module, imports);
  exports._initialize();
  const { types: own } = JSON.parse(new TextDecoder().decode(customSection(module, ABI_SECTION)!)) as { types: TypeTableJson };
  const table = new TypeTable(own);
  const theirs = new Codec(exports as unknown as Heap, new MemoryView(exports.memory!));
  const list = exports.__newArray(table.get("Float64Array").id, [1.5, -2]);
  assert.deepEqual(theirs.lift(table.get("Float64Array"), list), new Float64Array([1.5, -2]));
  const texts = Number(theirs.lower(table.get("Array<String>"), ["é", "🎈"], theirs.pins()));
  assert.deepEqual(exports.__getArray(texts).map((ptr) => exports.__getString(ptr)), ["é", "🎈"]);
});

test("codec: a subarray is its part of the buffer", () => {
  assert.deepEqual(codec.lift(types.get("Uint8Array"), loader.part()), new Uint8Array([7, 7, 7]));
});

test("codec: raw values get the sign of their type", () => {
  assert.equal(codec.lift(types.get("u32"), -1), 4294967295);
  assert.equal(codec.lift(types.get("u8"), 0x1ff), 255);
  assert.equal(codec.lift(types.get("i16"), 0xffff), -1);
  assert.equal(codec.lift(types.get("u64"), -1n), 2n ** 64n - 1n);
});

test("check: says where the fault is and what is there", () => {
  const tests = [
    { type: "i8", value: 128, want: "x: want i8, got 128" },
    { type: "i64", value: 1, want: "x: want i64, got 1" },
    { type: "u64", value: -1n, want: "x: want u64, got -1n" },
    { type: "bool", value: 1, want: "x: want bool, got 1" },
    { type: "f64", value: "1", want: 'x: want f64, got "1"' },
    { type: "string", value: undefined, want: "x: want string, got undefined" },
    { type: "Array<i32>", value: 3, want: "x: want Array<i32>, got 3" },
    { type: "Array<i32>", value: [1, "2"], want: 'x[1]: want i32, got "2"' },
    { type: "Array<Array<f64>>", value: [[1], [2, null]], want: "x[1][1]: want f64, got null" },
    { type: "Array<string>", value: [null], want: "x[0]: want string, got null" },
    { type: "Uint8Array", value: new Int8Array(1), want: "x: want Uint8Array, got a value of class Int8Array" },
    { type: "Uint8Array", value: [256], want: "x: want Uint8Array, got a value of class Array" },
    { type: "Point", value: {}, want: "x: Point does not cross the boundary: numbers, bigint, bool, string, arrays and typed arrays do" },
  ];
  for (const { type, value, want } of tests) {
    assert.throws(() => check(types.get(type), value, "x"), { name: "TypeError", message: want });
  }
});
