// SPDX-License-Identifier: MIT
// What specs import as "gopark/test". `gopark test` compiles and runs them.

export { afterEach, beforeEach, describe, it, itThrows, test, throws, todo, xit, xtest } from "./suite";
export { expect, Expectation } from "./expect";
export { panicOf } from "./panicof";
