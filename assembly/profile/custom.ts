// SPDX-License-Identifier: MIT
// The program's own profiles (Go: runtime/pprof's Profile): for each value that is in one, the stack that put it there.
//
// A host finds them in memory, by a list that begins at PROFILES. Lists are linked both ways, so that what is
// removed costs no search.

import { NAMED_ENTRY_NEXT, NAMED_ENTRY_STK, NAMED_FIRST, NAMED_NAME, NAMED_NEXT, PROFILES, PROFILE_DEPTH } from "../shared/layout";
import { gopanic } from "../sys/fatal";
import { setownprofiles } from "../sys/hooks";
import { callers } from "./callers";

/** One value in a profile. */
export class NamedEntry {
  next: NamedEntry | null = null;
  prev: NamedEntry | null = null;
  stk: StaticArray<u32>; // innermost pc first
  value: usize = 0; // if it is a reference: alive while it is in the profile

  constructor(stk: StaticArray<u32>) {
    this.stk = stk;
  }

  // Replaces the compiler's. Neighbours need no visit: the map of their profile has them all.
  @unsafe private __visit(cookie: u32): void {
    __visit(changetype<usize>(this.stk), cookie);
    if (this.value) __visit(this.value, cookie);
  }
}

/** A profile, by its name. */
export class Named {
  next: Named | null = null; // of all
  name: string;
  first: NamedEntry | null = null;
  values: Map<string, NamedEntry> = new Map();

  constructor(name: string) {
    this.name = name;
  }
}

/** Puts a value in; panics if it is there. `ref`: the value, if it is a reference. */
export function add(p: Named, key: string, ref: usize, skip: i32): void {
  if (p.values.has(key)) gopanic("pprof: Profile.Add of duplicate value");
  const e = new NamedEntry(stackhere(skip));
  e.value = ref;
  if (ref) __link(changetype<usize>(e), ref, false);
  const first = p.first;
  e.next = first;
  if (first) first.prev = e;
  p.first = e;
  p.values.set(key, e);
}

/** Takes a value out, if it is there. */
export function remove(p: Named, key: string): void {
  if (!p.values.has(key)) return;
  const e = p.values.get(key);
  p.values.delete(key);
  const next = e.next;
  const prev = e.prev;
  if (next) next.prev = prev;
  if (prev) prev.next = next;
  else p.first = next;
}

// @ts-ignore: decorator
@lazy let all: Named | null = null;
/** Made at the program's start, if it makes profiles. */
// @ts-ignore: decorator
@lazy const own = setownprofiles();
/** Names of the profiles that the runtime makes, and of what a host serves beside them. */
// @ts-ignore: decorator
@lazy const RESERVED = " goroutine heap allocs threadcreate block mutex goroutineleak profile trace cmdline symbol ";

function reserved(name: string): bool {
  return !name.includes(" ") && RESERVED.includes(" " + name + " ");
}

/** The program's profile of that name, null if there is none. */
export function lookup(name: string): Named | null {
  let p = all;
  while (p) {
    if (p.name == name) return p;
    p = p.next;
  }
  return null;
}

/** Adds p, whose name must be free, to all profiles. */
export function register(p: Named): void {
  if (offsetof<Named>("next") != NAMED_NEXT) ERROR("shared/layout.ts is stale: Named.next"); // not at module level: a class costs
  if (offsetof<Named>("name") != NAMED_NAME) ERROR("shared/layout.ts is stale: Named.name");
  if (offsetof<Named>("first") != NAMED_FIRST) ERROR("shared/layout.ts is stale: Named.first");
  if (offsetof<NamedEntry>("next") != NAMED_ENTRY_NEXT) ERROR("shared/layout.ts is stale: NamedEntry.next");
  if (offsetof<NamedEntry>("stk") != NAMED_ENTRY_STK) ERROR("shared/layout.ts is stale: NamedEntry.stk");
  if (!p.name.length) gopanic("pprof: NewProfile with empty name");
  if (lookup(p.name) || reserved(p.name)) gopanic("pprof: NewProfile name already in use: " + p.name);
  own; // has asc make it
  p.next = all;
  all = p;
  store<usize>(PROFILES, changetype<usize>(p));
}

/** The pcs of the running goroutine, without the `skip` innermost frames. May collect. */
function stackhere(skip: i32): StaticArray<u32> {
  const n = callers(skip, pcs, PROFILE_DEPTH);
  const stk = new StaticArray<u32>(n);
  memory.copy(changetype<usize>(stk), pcs, <usize>n << 2);
  return stk;
}

const pcs = memory.data(PROFILE_DEPTH << 2, 8);
