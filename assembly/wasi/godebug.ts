// SPDX-License-Identifier: MIT
// GODEBUG of the environment: what a host does for other programs (host/instance/godebug.ts).
//
// It is read when main starts, so nothing is told of what is collected at module level.

import { gcstats } from "../memory/mstats";
import { tracebacklabels } from "../profile/label";
import { ANCESTORS, WATCH_ANCESTORS } from "../shared/layout";
import { saveancestors } from "../sys/hooks";
import { sched } from "../sys/types";
import { getenv } from "./args";
import { schedtraceinit } from "./schedtrace";

/** No number of 32 bits. */
// @ts-ignore: decorator
@inline const NONE: i64 = i64.MIN_VALUE;

/** Does what GODEBUG asks for. The last number of a name counts; other names mean nothing. Allocates. */
export function godebuginit(): void {
  const settings = getenv("GODEBUG");
  if (!settings) return;
  const fields = settings.split(",");
  gcstats.gctrace = valueof(fields, "gctrace=") > 0;
  schedtraceinit(valueof(fields, "schedtrace="));
  // What is not asked for stays as the module level has it.
  if (valueof(fields, "tracebacklabels=") == 1) tracebacklabels(true);
  const ancestors = valueof(fields, "tracebackancestors=");
  if (ancestors <= 0 || !changetype<usize>(saveancestors)) return; // a program that starts no goroutine cannot keep any
  store<i32>(ANCESTORS, ancestors);
  sched.watch |= WATCH_ANCESTORS;
}

/** The number of a setting, 0 if there is none. */
function valueof(fields: string[], name: string): i32 {
  for (let i = fields.length - 1; i >= 0; --i) {
    if (!fields[i].startsWith(name)) continue;
    const n = parseint32(fields[i], name.length);
    if (n != NONE) return <i32>n;
  }
  return 0;
}

/** Reads the rest of s, from `at` on, as Go's strconv.ParseInt does with 32 bits. */
function parseint32(s: string, at: i32): i64 {
  const sign = s.charCodeAt(at);
  if (sign == 0x2b || sign == 0x2d) ++at;
  if (at == s.length) return NONE;
  let n: i64 = 0;
  for (; at < s.length; ++at) {
    const digit = s.charCodeAt(at) - 0x30;
    if (<u32>digit > 9 || n > i32.MAX_VALUE) return NONE;
    n = n * 10 + digit;
  }
  if (sign == 0x2d) n = -n;
  return n == <i32>n ? n : NONE;
}
