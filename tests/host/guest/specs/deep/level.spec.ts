// SPDX-License-Identifier: MIT
// Dies before any test can run.
import { it } from "gopark/test";

it("is never run", () => {});

throw new Error("at module level");
