// SPDX-License-Identifier: MIT
/**
 * A guest that a test plays in JavaScript behind a real WebAssembly module.
 *
 * The module only passes on: its exports call imports of module "double", and its start hands
 * the double the functions that the host gave it. So calls, traps and exceptions go through
 * real wasm frames, as those of a real program do.
 */
import binaryen from "assemblyscript/binaryen";
import {
  MEM_PROFILE_RECORD_STK, PCTAB_HEADER, PCTAB_MAGIC, PCTAB_RECORD, TRAP_HOST,
} from "../../host/abi/layout.ts";
import { MEM_RECORD_SIZE } from "../../host/memory/record.ts";

/** What a test says about the module: the gopark.abi section, shortened. */
export interface DoubleAbi {
  version?: number;
  exports?: { name: string; params: string[]; result: string }[];
  imports?: { module: string; name: string; params: string[]; result: string; blocking: boolean; wasm: string }[];
  types?: Record<string, { id: number; kind: string; of?: string }>;
}

const EXPORTS = [
  ["gopark_newcall", "(param i32 i32 i32) (result i32)"],
  ["gopark_schedule", "(param f64) (result i32)"],
  ["gopark_deadline", "(result f64)"],
  ["gopark_hostcalls", "(result i32)"],
  ["gopark_deadlock", ""],
  ["gopark_curg", "(result i32)"],
  ["gopark_settle", "(param i32 i32) (result i32)"],
  ["gopark_trap", "(param i32 i32)"],
  ["gopark_stack", "(param i32)"],
  ["gopark_goroutineProfile", "(param i32 i32) (result i32)"],
  ["gopark_gstack", "(param i32 i32)"],
  ["gopark_numGoroutine", "(result i32)"],
  ["gopark_memProfile", "(param i32 i32 i32) (result i32)"],
  ["gopark_gc", "(param i32)"],
  ["gopark_alloc", "(param i32) (result i32)"],
  ["gopark_free", "(param i32)"],
  ["gopark_gctrace", "(param i32)"],
  ["gopark_readMemStats", "(result i32)"],
  ["gopark_goroutineLeak", "(result i32)"],
  ["gopark_heapHistogram", "(param i32 i32) (result i32)"],
  ["__new", "(param i32 i32) (result i32)"],
  ["__pin", "(param i32) (result i32)"],
  ["__unpin", "(param i32)"],
] as const;

function forward([name, type]: readonly [string, string]): string {
  const params = [...(/\(param ([^)]*)\)/.exec(type)?.[1]?.split(" ") ?? [])];
  const gets = params.map((_, i) => `(local.get ${i})`).join(" ");
  return `(func (export "${name}") ${type} (call $d_${name} ${gets}))`;
}

/** Builds the module's bytes. */
export function buildDouble(abi: DoubleAbi, pctab: Uint8Array): Uint8Array<ArrayBuffer> {
  const users = abi.imports ?? [];
  const given = [["write", "(param i32 i32 i32)"], ["done", "(param i32 i32)"], ["exit", "(param i32 i32)"],
    ["nanotime", "(result f64)"]];
  const refs = [...given.map(([n]) => `(ref.func $${n})`), ...users.map((_, i) => `(ref.func $user${i})`)];
  const wat = `(module
    (import "double" "memory" (memory $m 16))
    ${given.map(([n, t]) => `(import "gopark" "${n}" (func $${n} ${t}))`).join("\n")}
    ${users.map((u, i) => `(import "${u.module}" "${u.name}" (func $user${i} ${u.wasm}))`).join("\n")}
    ${EXPORTS.map(([n, t]) => `(import "double" "${n}" (func $d_${n} ${t}))`).join("\n")}
    (import "double" "start" (func $start (param ${refs.map(() => "funcref").join(" ")})))
    (elem declare func ${[...given.map(([n]) => `$${n}`), ...users.map((_, i) => `$user${i}`)].join(" ")})
    (export "memory" (memory $m))
    (global (export "__rtti_base") i32 (i32.const 16))
    (func (export "_initialize") (call $start ${refs.join(" ")}))
    ${EXPORTS.map(forward).join("\n")})`;
  const module = binaryen.parseText(wat);
  module.setFeatures(binaryen.Features.All);
  const json = {
    version: abi.version ?? 1,
    exports: (abi.exports ?? []).map((e, id) => ({ id, ...e })),
    imports: users,
    types: abi.types ?? {},
  };
  module.addCustomSection("gopark.abi", new TextEncoder().encode(JSON.stringify(json)));
  module.addCustomSection("gopark.pctab", pctab);
  const binary = module.emitBinary();
  module.dispose();
  return new Uint8Array(binary);
}

/** What a goroutine of the double is: a step that runs in schedule, and may add more. */
type Step = () => void;
type Raw = (...args: (number | bigint)[]) => number | bigint;

/** The double: queues of steps, a bump allocator, and switches for the test to turn. */
export class Double {
  readonly memory = new WebAssembly.Memory({ initial: 16 });
  readonly steps: Step[] = [];
  /** Bodies by export id: get the addresses of the arguments, return what `done` is to find. */
  readonly bodies: ((args: number, callid: number) => void)[] = [];
  /** Goroutines that wait for a host call, by token. */
  readonly parked = new Map<number, (ok: boolean, slot: number) => void>();
  host: Record<string, Raw> = {};
  user: Raw[] = [];
  wakeAt = -1;
  mainReturned = false;
  running = 0x1000;
  pinned = 0;
  stacks: number[][] = [];
  /** Four counts and a stack each. */
  allocations: { counts: number[]; stack: number[] }[] = [];
  text = "goroutine 1 [running]:\n";
  log: string[] = [];
  #top = 0x10000;
  #settling: (() => void)[] = [];

  /** The import module "double". */
  imports(): Record<string, unknown> {
    const exported = Object.fromEntries(EXPORTS.map(([name]) => [name, this.#export(name)]));
    const start = (write: Raw, done: Raw, exit: Raw, nanotime: Raw, ...user: Raw[]) => {
      this.host = { write, done, exit, nanotime };
      this.user = user;
    };
    return { memory: this.memory, start, ...exported };
  }

  #export(name: string): unknown {
    const method = name.replace(/^gopark_|^__/, "") as keyof this;
    return (...args: number[]) => (this[method] as unknown as Raw).apply(this, args);
  }

  get data(): DataView {
    return new DataView(this.memory.buffer);
  }

  new(size: number, id: number): number {
    const ptr = (this.#top + 8 + 15) & ~15;
    this.#top = ptr + size;
    if (this.#top > this.memory.buffer.byteLength) this.memory.grow(16);
    this.data.setUint32(ptr - 8, id, true);
    this.data.setUint32(ptr - 4, size, true);
    return ptr;
  }

  pin(ptr: number): number {
    this.pinned++;
    return ptr;
  }

  unpin(_ptr: number): void {
    this.pinned--;
  }

  alloc(size: number): number {
    return this.new(size, 0);
  }

  free(_ptr: number): void {}

  newcall(id: number, callid: number, _mask: number): number {
    const slots = this.new(16 * 8, 0);
    this.steps.push(() => this.bodies[id]!(slots, callid));
    return slots;
  }

  schedule(_slice: number): number {
    for (const settle of this.#settling.splice(0)) settle();
    while (this.steps.length) this.steps.shift()!();
    return this.mainReturned ? 2 : 0;
  }

  hostcalls(): number {
    return this.parked.size;
  }

  /** Calls user import `i` as a goroutine would, and runs `then` when it has been settled. */
  block(i: number, args: (number | bigint)[], then: (ok: boolean, slot: number) => void): void {
    this.running += 16;
    this.parked.set(this.running, then);
    this.user[i]!(...args);
  }

  settle(token: number, how: number): number {
    const slot = this.new(16, 0);
    const then = this.parked.get(token)!;
    this.parked.delete(token);
    this.log.push(`settle ${how}`);
    this.#settling.push(() => then((how & 1) === 1, slot));
    return slot;
  }

  deadline(): number {
    return this.wakeAt;
  }

  curg(): number {
    return this.running;
  }

  deadlock(): void {
    this.die(3, "fatal error: all goroutines are asleep - deadlock!\n\ngoroutine 1 [select]:\n");
  }

  trap(code: number, msg: number): void {
    const what = code === TRAP_HOST ? this.getString(msg) : `trap ${code}`;
    this.die(5, `panic: ${what}\n\ngoroutine 1 [running]:\n`);
  }

  die(kind: number, text: string): void {
    this.print(3, text);
    this.host.exit!(kind, 2);
  }

  print(fd: number, text: string): void {
    this.printBytes(fd, new TextEncoder().encode(text));
  }

  printBytes(fd: number, bytes: Uint8Array): void {
    const ptr = this.new(bytes.length, 0);
    new Uint8Array(this.memory.buffer).set(bytes, ptr);
    this.host.write!(fd, ptr, bytes.length);
  }

  newString(text: string): number {
    const ptr = this.new(text.length * 2, 2);
    for (let i = 0; i < text.length; i++) this.data.setUint16(ptr + i * 2, text.charCodeAt(i), true);
    return ptr;
  }

  getString(ptr: number): string {
    const len = this.data.getUint32(ptr - 4, true) / 2;
    return String.fromCharCode(...Array.from({ length: len }, (_, i) => this.data.getUint16(ptr + i * 2, true)));
  }

  stack(_all: number): void {
    this.print(2, this.text);
  }

  goroutineProfile(ptr: number, n: number): number {
    if (this.stacks.length <= n) {
      this.stacks.forEach((stack, i) => [...stack, 0].slice(0, 32)
        .forEach((pc, j) => this.data.setUint32(ptr + i * 128 + j * 4, pc, true)));
    }
    return this.stacks.length;
  }

  memProfile(ptr: number, n: number, inuseZero: number): number {
    const shown = this.allocations.filter(({ counts: [allocs, frees] }) => inuseZero || allocs !== frees);
    if (shown.length > n) return shown.length;
    shown.forEach(({ counts, stack }, i) => {
      const at = ptr + i * MEM_RECORD_SIZE;
      counts.forEach((count, j) => this.data.setBigInt64(at + j * 8, BigInt(count), true));
      [...stack, 0].slice(0, 128).forEach((pc, j) => this.data.setUint32(at + MEM_PROFILE_RECORD_STK + j * 4, pc, true));
    });
    return shown.length;
  }

  gc(): void {
    this.log.push("gc");
  }

  numGoroutine(): number {
    return this.stacks.length;
  }
}

/** Writes a pc table: [function, file, line, parent] for each pc from 1 on. */
export function makePctab(records: readonly (readonly [string, string, number, number])[]): Uint8Array<ArrayBuffer> {
  const strings: number[] = [];
  const base = PCTAB_HEADER + (records.length + 1) * PCTAB_RECORD;
  const offsets = new Map<string, number>();
  const intern = (text: string): number => {
    if (!offsets.has(text)) {
      const bytes = new TextEncoder().encode(text);
      offsets.set(text, base + strings.length);
      strings.push(bytes.length & 255, bytes.length >> 8, ...bytes);
    }
    return offsets.get(text)!;
  };
  const words = [PCTAB_MAGIC, records.length + 1, base, 0, base, 0, 0, 0, 0, 0, 0, 0]; // header, record 0
  for (const [func, file, line, parent] of records) words.push(intern(func), intern(file), line, parent);
  words[3] = base + strings.length;
  return new Uint8Array([...new Uint8Array(new Uint32Array(words).buffer), ...strings]);
}
