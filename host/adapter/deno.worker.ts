// SPDX-License-Identifier: MIT
/** What a worker runs that `load` has started on this platform. */
import { serve } from "../instance/serve.ts";
import { deno } from "./deno.ts";

serve(deno, self as never);
