// SPDX-License-Identifier: MIT
/**
 * Runs programs on a page: `gopark.run(url, cases, worker)`, and `gopark.load` for everything else.
 *
 * @module
 */
import * as entry from "../../host/browser.ts";
import { runner } from "./cases.ts";

Object.assign(globalThis, { gopark: { ...entry, run: runner(entry as never) } });
