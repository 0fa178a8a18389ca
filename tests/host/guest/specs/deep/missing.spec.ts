// SPDX-License-Identifier: MIT
// Wants what only another host has.
import { it } from "gopark/test";

@external("app", "shout") declare function shout(): void;

it("shouts", () => { shout(); });
