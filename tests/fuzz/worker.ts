// SPDX-License-Identifier: MIT
/**
 * The process in which a job of tests/fuzz is done.
 *
 * @module
 */
import { packageRoot } from "../../host/cli/compile.ts";
import { serve } from "../run/pool.ts";
import { runJob } from "./job.ts";

process.chdir(packageRoot());
serve(runJob);
