// SPDX-License-Identifier: MIT
/** What a worker runs that `load` has started on this platform. */
import { serve } from "../instance/serve.ts";
import { bun } from "./bun.ts";

serve(bun, self as never);
