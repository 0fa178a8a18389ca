// SPDX-License-Identifier: MIT
/**
 * The process in which fixtures are built and run. What asc prints goes with a failure only.
 *
 * @module
 */
import { packageRoot } from "../../host/cli/compile.ts";
import { serve } from "../run/pool.ts";
import { FIXTURES, type Job, runFixtures } from "./fixture.ts";

process.chdir(packageRoot());
process.chdir(FIXTURES);

let printed = "";
process.stderr.write = ((chunk: Uint8Array | string) => {
  printed += typeof chunk === "string" ? chunk : new TextDecoder().decode(chunk);
  return true;
}) as typeof process.stderr.write;

serve<Job, (string | null)[]>(async (job) => {
  printed = "";
  const faults = await runFixtures(job);
  return faults.map((fault) => fault && `${printed.slice(-2000)}${fault}`);
});
