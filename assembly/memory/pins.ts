// SPDX-License-Identifier: MIT
// The pinned objects: a hash table with linear probing, at most half full, in raw memory.
//
// A host that lowers a large array pins each of its elements, so a pin has to cost the same
// however many there are. When one is removed others move, perhaps from where the collector has not
// been to where it has: it visits them then. When the table grows it begins anew.

import { restartpins } from "./mgc";
import { greyobject } from "./mgcmark";
import { mheap } from "./mheap";

// @ts-ignore: decorator
@inline function slotat(i: usize): usize {
  return mheap.pins + ((i & (mheap.pincap - 1)) << 2);
}

// @ts-ignore: decorator
@inline function home(ptr: usize): usize {
  return (ptr >> 4) * 0x9e3779b1 >> 7;
}

/** The place of ptr, or the empty one where it would go. */
function find(ptr: usize): usize {
  let i = home(ptr);
  while (true) {
    const at = slotat(i);
    const found = load<usize>(at);
    if (found == ptr || !found) return i;
    ++i;
  }
}

/** Adds ptr; false if it is there already. */
export function addpin(ptr: usize): bool {
  if (mheap.pinlen << 1 >= mheap.pincap) grow();
  const at = slotat(find(ptr));
  if (load<usize>(at)) return false;
  store<usize>(at, ptr);
  ++mheap.pinlen;
  return true;
}

/** Removes ptr; false if it is not there. */
export function removepin(ptr: usize): bool {
  if (!mheap.pinlen) return false;
  let hole = find(ptr);
  if (!load<usize>(slotat(hole))) return false;
  --mheap.pinlen;
  // Whoever comes behind and could not be found past an empty place moves up.
  for (let i = hole + 1; load<usize>(slotat(i)); ++i) {
    const other = load<usize>(slotat(i));
    const mask = mheap.pincap - 1;
    if ((i - home(other) & mask) < (i - hole & mask)) continue;
    store<usize>(slotat(hole), other);
    if (mheap.gcphase) greyobject(other);
    hole = i;
  }
  store<usize>(slotat(hole), 0);
  return true;
}

function grow(): void {
  const old = mheap.pins;
  const cap = mheap.pincap;
  mheap.pincap = cap ? cap * 2 : 32;
  const size = mheap.pincap << 2;
  mheap.pins = __alloc(size);
  memory.fill(mheap.pins, 0, size);
  for (let i: usize = 0; i < cap; ++i) {
    const ptr = load<usize>(old + (i << 2));
    if (ptr) store<usize>(slotat(find(ptr)), ptr);
  }
  if (old) __free(old);
  if (mheap.gcphase) restartpins();
}

/** Tells whether ptr is found. */
export function ispinned(ptr: usize): bool {
  return mheap.pinlen != 0 && load<usize>(slotat(find(ptr))) == ptr;
}

/** The i-th place of the table: a pinned object or 0. */
// @ts-ignore: decorator
@inline export function pinat(i: usize): usize {
  return load<usize>(mheap.pins + (i << 2));
}
