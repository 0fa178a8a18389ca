// SPDX-License-Identifier: MIT
/**
 * Contestant: `node gopark.bench.js APP.wasm PROGRAM [N…]` prints one JSON object.
 *
 * PROGRAM is an export of the module that returns nanoseconds for one operation; `detail`, when
 * the module has it, its second figure. Some names are not exports: `start` is the time from the
 * module's bytes to its first line, `size` the bytes of the gzipped module without its pc table,
 * `rate` how many times as long objects take with a memory profile of that rate as with none, and
 * `trace:X`, `block:X`, `mutex:X`, `cpu:X` how many times as long X takes while that looks on.
 *
 * @module
 */
import { openSync, readFileSync, readSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { PCTAB_SECTION } from "../../host/abi/manifest.ts";
import { load } from "../../host/index.ts";

const [file, program, ...rest] = process.argv.slice(2);
const bytes = readFileSync(file);

/** What stays parked cannot be warmed up with much; the profilers look twice themselves, pauses are rare. */
const warmups: Record<string, number> = { parked: 100, profile: 0, stacks: 0, pauses: 0 };

async function measure(args: number[]): Promise<{ ns: number; detail?: number }> {
  const app = await load(bytes, { imports: { bench: { waited: waitedReader() } } });
  const call = app.exports[program];
  const count = args.pop() ?? 1;
  const share = warmups[program] ?? 4;
  if (share > 0) await call(...args, Math.ceil(count / share));
  const ns = (await call(...args, count)) as number;
  if (!app.exports.detail) return { ns };
  return { ns, detail: (await app.exports.detail()) as number };
}

/** The first load in this process: V8 keeps compiled code of a module it has seen. */
async function start(): Promise<{ ns: number }> {
  let first = 0;
  const begin = performance.now();
  const line = (): void => {
    first ||= performance.now();
  };
  const app = await load(bytes, { stdout: line, stderr: line });
  await app.run();
  return { ns: (first - begin) * 1e6 };
}

/** How long the main thread has waited for a processor so far, in ns; 0 where the system does not tell. */
function waitedReader(): () => number {
  const text = Buffer.alloc(64);
  try {
    const fd = openSync(`/proc/self/task/${process.pid}/schedstat`, "r");
    return () => Number(text.toString("latin1", 0, readSync(fd, text, 0, 64, 0)).split(" ")[1]);
  } catch {
    return () => 0;
  }
}

const PARTS = 40;

/** What turns something on and off, in turn. */
type Switch = (on: boolean) => unknown;

/**
 * Made in parts with and without in turn, and by the time of the processor: what is looked for is
 * smaller than the difference between two processes. A quarter of the parts takes no longer.
 */
async function ratio(set: Switch, part: () => unknown): Promise<{ ns: number }> {
  const times: number[][] = [[], []];
  for (let round = -2; round < PARTS; round++) {
    for (const on of [false, true]) {
      await set(on);
      const before = process.cpuUsage();
      await part();
      const { user, system } = process.cpuUsage(before);
      if (round >= 0) times[Number(on)].push(user + system);
    }
  }
  const [without, with_] = times.map((took) => took.sort((a, b) => a - b)[PARTS / 4]);
  return { ns: with_ / without };
}

async function rate([rate, n]: number[]): Promise<{ ns: number }> {
  const { sampled } = (await load(bytes)).exports;
  let now = 0;
  return ratio((on) => (now = on ? rate : 0), () => sampled(now, n / PARTS));
}

/** Go's own documents and scrapers take such rates: 10 us of waiting, one unlock in 100. */
const BLOCK_RATE = 10_000;
const MUTEX_FRACTION = 100;

async function watched(who: string, name: string, [n]: number[]): Promise<{ ns: number }> {
  const app = await load(bytes);
  const { blockrate, mutexfraction } = app.exports;
  const switches: Record<string, Switch> = {
    trace: (on) => (on ? app.trace.start() : app.trace.stop()),
    block: (on) => blockrate(on ? BLOCK_RATE : 0),
    mutex: (on) => mutexfraction(on ? MUTEX_FRACTION : 0),
    cpu: (on) => {
      if (on) return app.pprof.startCPUProfile();
      return app.pprof.stopCPUProfile().catch(() => {}); // the first is told that there is none
    },
  };
  return ratio(switches[who], () => app.exports[name](n / PARTS));
}

/** The module without its custom sections but the ABI's, and with zeros for its own copy of the pc table, gzipped. */
function size(): { ns: number; detail: number } {
  const [table] = WebAssembly.Module.customSections(new WebAssembly.Module(bytes), PCTAB_SECTION);
  const copy = bytes.indexOf(Buffer.from(table!));
  bytes.fill(0, copy, copy + table!.byteLength);
  const kept = [bytes.subarray(0, 8)];
  for (let at = 8; at < bytes.length; ) {
    const [length, body] = uleb(at + 1);
    const [nameLength, name] = uleb(body);
    const isCustom = bytes[at] === 0;
    const isAbi = bytes.toString("utf8", name, name + nameLength) === "gopark.abi";
    if (!isCustom || isAbi) kept.push(bytes.subarray(at, body + length));
    at = body + length;
  }
  return { ns: 0, detail: gzipSync(Buffer.concat(kept), { level: 9 }).length };
}

/** An unsigned LEB128 and the offset behind it. */
function uleb(at: number): [value: number, next: number] {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++];
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return [value, at];
  }
}

const special: Record<string, (args: number[]) => object | Promise<object>> = { start, size, rate };
const [who, watchedName] = program.split(":");
const how = watchedName ? (args: number[]) => watched(who, watchedName, args) : special[program];
const result = await (how ?? measure)(rest.map(Number));
process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0));
