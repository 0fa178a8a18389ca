// SPDX-License-Identifier: MIT
/**
 * Runs programs on a page: `gopark.run(url, cases, worker)`, `gopark.watch(url)`, and `gopark.load` for everything else.
 *
 * @module
 */
import * as entry from "../../host/browser.ts";
import { runner } from "./cases.ts";
import { watch } from "./watch.ts";

const run = runner(entry as never);
Object.assign(globalThis, { gopark: { ...entry, run, watch: (source: string) => watch(entry as never, source) } });
