// SPDX-License-Identifier: MIT
/**
 * Runs watch.ts in a process of Node, Deno or Bun: `drive.watch.ts ENTRY WASM` prints what was seen as JSON.
 *
 * It does not wait for its event loop to end: Deno's terminate() leaves a worker running that never pauses.
 *
 * @module
 */
import { watch, type WatchEntry } from "./watch.ts";

const [entry, wasm] = process.argv.slice(2);
const suffix = /\.\w+$/.exec(import.meta.url)![0];

import(`../../host/${entry}${suffix}`).then((gopark) => watch(gopark as WatchEntry, wasm!)).then(
  (seen) => process.stdout.write(JSON.stringify(seen), () => process.exit(0)),
  (error: Error) => process.stderr.write(`${error.stack}\n`, () => process.exit(1)),
);
