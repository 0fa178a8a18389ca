// SPDX-License-Identifier: MIT
// Random numbers for scheduling decisions: xorshift64*, seeded by the host.

import { osrandom } from "./os";
import { sched } from "./types";

/** A random number below n. */
export function cheaprandn(n: u32): u32 {
  let x = sched.random;
  if (!x) x = <u64>(osrandom() * 9007199254740992.0) << 11 | 1;
  x ^= x >> 12;
  x ^= x << 25;
  x ^= x >> 27;
  sched.random = x;
  return <u32>(((x * 0x2545f4914f6cdd1d) >> 32) * n >> 32);
}
