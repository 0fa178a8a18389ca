// SPDX-License-Identifier: MIT
// The heap by class: how many objects of each class live, and their bytes.

import { HEAP_CLASS_SIZE } from "../shared/layout";
import { bitof, firstcell, lastcellend, livebits, testbit } from "./mbitmap";
import { gcfull } from "./mgc";
import { mheap, Span } from "./mheap";
import { cellat } from "./mixed";
import { HEADER } from "./sizeclass";

/** Collects, then fills n HeapClasses, by rtId, if there are at most as many classes; returns their number. World stopped. */
export function heaphistogram(ptr: usize, n: i32): i32 {
  const classes = load<i32>(__rtti_base);
  if (n < classes) return classes;
  memory.fill(ptr, 0, <usize>classes * HEAP_CLASS_SIZE);
  gcfull(true); // now what is marked is what lives
  let s = mheap.allspans;
  while (s) {
    countspan(ptr, s);
    s = s.allnext;
  }
  return classes;
}

function countspan(ptr: usize, s: Span): void {
  const bits = livebits(s);
  if (!bits) return;
  let cell: usize = 0;
  const limit = lastcellend(s);
  for (let at = firstcell(s); at < limit; at += cell) {
    cell = s.elemsize;
    if (testbit(bits, bitof(s, at))) {
      cell = cellat(s, at);
      const record = ptr + <usize>load<u32>(at - HEADER) * HEAP_CLASS_SIZE;
      store<u64>(record, load<u64>(record) + 1);
      store<u64>(record, load<u64>(record, 8) + cell, 8);
    }
  }
}
