// SPDX-License-Identifier: MIT
// Imports what gopark run does not have.
@external("app", "price") declare function price(name: string, n: u8): i64;

export function main(): void { price("tea", 2); }
