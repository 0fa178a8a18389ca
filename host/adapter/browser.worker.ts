// SPDX-License-Identifier: MIT
/** What a worker runs that `load` has started on this platform. */
import { serve } from "../instance/serve.ts";
import { browser } from "./browser.ts";

serve(browser, self as never);
