// SPDX-License-Identifier: MIT
// Random numbers: xorshift64*, seeded by the host.

import { osrandom } from "./os";
import { sched } from "./types";

/** The state that follows x; 0 becomes a seed. Its value is that times MULTIPLIER, in the high bits. */
export function xorshift(x: u64): u64 {
  if (!x) x = <u64>(osrandom() * 9007199254740992.0) << 11 | 1;
  x ^= x >> 12;
  x ^= x << 25;
  return x ^ x >> 27;
}

// @ts-ignore: decorator
@inline export const MULTIPLIER: u64 = 0x2545f4914f6cdd1d;

/** A random number below n. */
export function cheaprandn(n: u32): u32 {
  const x = xorshift(sched.random);
  sched.random = x;
  return <u32>(((x * MULTIPLIER) >> 32) * n >> 32);
}
