// SPDX-License-Identifier: MIT
/**
 * Contestant on any runtime: `platform.bench.js ENTRY APP.wasm PROGRAM [N…]` prints nanoseconds.
 *
 * @module
 */
import type { load as Load } from "../../host/index.ts";

const [entry, file, program, ...rest] = process.argv.slice(2);
const { load } = await import(`../../host/${entry}.js`) as { load: typeof Load };
const app = await load(file!);
const args = rest.map(Number);
const count = args.pop()!;
await app.exports[program!]!(...args, Math.ceil(count / 4));
const ns = await app.exports[program!]!(...args, count) as number;
process.stdout.write(`${ns}\n`, () => process.exit(0));
