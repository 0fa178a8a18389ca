// SPDX-License-Identifier: MIT
/**
 * Contestant: `node gopark.bench.js APP.wasm PROGRAM [N…]` prints one JSON object.
 *
 * PROGRAM is an export of the module that returns nanoseconds for one operation; `detail`, when
 * the module has it, its second figure. Two names are not exports: `start` is the time from the
 * module's bytes to its first line, `size` the bytes of the gzipped module without its pc table.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { load } from "../../host/index.ts";

const [file, program, ...rest] = process.argv.slice(2);
const bytes = readFileSync(file);

/** What stays parked cannot be warmed up with much; the profilers look twice themselves. */
const warmups: Record<string, number> = { parked: 100, profile: 0, stacks: 0 };

async function measure(args: number[]): Promise<{ ns: number; detail?: number }> {
  const app = await load(bytes);
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

const special: Record<string, () => object | Promise<object>> = { start, size };
const result = await (special[program] ?? (() => measure(rest.map(Number))))();
process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0));
