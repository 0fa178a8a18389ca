// SPDX-License-Identifier: MIT
// Does not compile.
import { expect, it } from "gopark/test";

it("compares apples", () => { expect(1).toBe("one"); });
