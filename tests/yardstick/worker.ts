// SPDX-License-Identifier: MIT
/**
 * The process in which fixtures are built and run. What asc prints goes with a failure only.
 *
 * @module
 */
import { packageRoot } from "../../host/cli/compile.ts";
import { serve } from "../run/pool.ts";
import { FIXTURES, type Job, runFixture } from "./fixture.ts";

process.chdir(packageRoot());
process.chdir(FIXTURES);

let printed = "";
process.stderr.write = ((chunk: Uint8Array | string) => {
  printed += typeof chunk === "string" ? chunk : new TextDecoder().decode(chunk);
  return true;
}) as typeof process.stderr.write;

serve<Job, true>(async (job) => {
  printed = "";
  try {
    await runFixture(job);
  } catch (error) {
    throw new Error(`${printed.slice(-2000)}${(error as Error).message}`);
  }
  return true;
});
