// SPDX-License-Identifier: MIT
/**
 * Contestant: `node gopark.bench.js APP.wasm PROGRAM [N…]` prints one JSON object.
 *
 * PROGRAM is an export of the module that returns nanoseconds for one operation; `detail`, when
 * the module has it, its second figure. Three names are not exports: `start` is the time from the
 * module's bytes to its first line, `size` the bytes of the gzipped module without its pc table,
 * `rate` how many times as long objects take with a memory profile of that rate as with none.
 *
 * @module
 */
import { openSync, readFileSync, readSync } from "node:fs";
import { gzipSync } from "node:zlib";
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

/**
 * Made in parts with and without in turn, and by the time of the processor: what is looked for is
 * smaller than the difference between two processes. A quarter of the parts takes no longer.
 */
async function rate([rate, n]: number[]): Promise<{ ns: number }> {
  const { sampled } = (await load(bytes)).exports;
  const times = [0, rate].map((rate) => ({ rate, took: [] as number[] }));
  for (let part = -2; part < PARTS; part++) {
    for (const { rate, took } of times) {
      const before = process.cpuUsage();
      await sampled(rate, n / PARTS);
      const { user, system } = process.cpuUsage(before);
      if (part >= 0) took.push(user + system);
    }
  }
  const [without, sampling] = times.map(({ took }) => took.sort((a, b) => a - b)[PARTS / 4]);
  return { ns: sampling / without };
}

/** The module without its custom sections but the ABI's, gzipped. */
function size(): { ns: number; detail: number } {
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
const result = await (special[program] ?? measure)(rest.map(Number));
process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0));
