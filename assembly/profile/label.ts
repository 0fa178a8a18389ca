// SPDX-License-Identifier: MIT
// Labels: what a program says of its goroutines, for profiles to tell them apart.
//
// A set is a StaticArray<string> of keys and values, ordered by key, that never changes; goroutines
// share it. `go` hands it on. With DUMP_LABELS the headers of dumps show it, as Go's do with
// GODEBUG=tracebacklabels=1.

import { DUMP_LABELS, WATCH_LABELS } from "../shared/layout";
import { gprof } from "../sched/gprof";
import { gopanic } from "../sys/fatal";
import { setprintlabels } from "../sys/hooks";
import { printrune, printstring } from "../sys/print";
import { G, getg, GProf, sched } from "../sys/types";

type LabelSet = StaticArray<string>;

/** The labels of a goroutine, null if it has none. Never allocates. */
export function labelsof(gp: G): LabelSet | null {
  return gp.prof ? changetype<LabelSet | null>(changetype<GProf>(gp.prof).labels) : null;
}

/** Gives the running goroutine a set of labels, or none. May collect. */
export function setlabels(set: LabelSet | null): void {
  const gp = getg();
  if (!set && !gp.prof) return;
  setprintlabels(printlabels);
  sched.watch |= WATCH_LABELS;
  gprof(gp).labels = changetype<usize>(set); // whoever runs is looked at again when a cycle ends
}

/** Makes a set of what `old` has and of key, value, …, which win. Panics as Go's pprof.Labels does. May collect. */
export function mergelabels(old: LabelSet | null, labels: string[]): LabelSet {
  if (labels.length & 1) gopanic("uneven number of arguments to pprof.Labels");
  const list: string[] = [];
  if (old) {
    for (let i = 0; i < old.length; i += 2) put(list, old[i], old[i + 1]);
  }
  for (let i = 0; i < labels.length; i += 2) put(list, labels[i], labels[i + 1]);
  return StaticArray.fromArray(list);
}

/** Sets key in a list that is ordered by key. */
function put(list: string[], key: string, value: string): void {
  let i = list.length;
  list.push(key);
  list.push(value);
  while (i > 0 && list[i - 2] > key) {
    list[i] = list[i - 2];
    list[i + 1] = list[i - 1];
    i -= 2;
  }
  list[i] = key;
  list[i + 1] = value;
  if (i == 0 || list[i - 2] != key) return;
  list[i - 1] = value;
  list.splice(i, 2);
}

/** Prints ` labels:{"key": "value", …}`. Never allocates. */
function printlabels(gp: usize): void {
  const set = labelsof(changetype<G>(gp));
  if (!set || !set.length) return;
  printstring(" labels:{");
  for (let i = 0; i < set.length; i += 2) {
    if (i) printstring(", ");
    printquoted(set[i]);
    printstring(": ");
    printquoted(set[i + 1]);
  }
  printrune(0x7d);
}

/** Go's printquoted, which is not strconv.Quote: what is not ASCII is its number. Half a surrogate pair is U+FFFD. */
function printquoted(s: string): void {
  printrune(0x22);
  for (let i = 0; i < s.length; ++i) {
    let c = s.charCodeAt(i);
    if ((c & 0xf800) == 0xd800) {
      const low = i + 1 < s.length ? s.charCodeAt(i + 1) : 0;
      const pair = (c & 0xfc00) == 0xd800 && (low & 0xfc00) == 0xdc00;
      c = pair ? 0x10000 + ((c & 0x3ff) << 10 | low & 0x3ff) : 0xfffd;
      if (pair) ++i;
    }
    if (c < 0x20 || c > 0x7e || c == 0x22 || c == 0x5c) printescape(c);
    else printrune(c);
  }
  printrune(0x22);
}

function printescape(c: i32): void {
  printrune(0x5c);
  switch (c) {
    case 0x0a: { printrune(0x6e); break; }
    case 0x0d: { printrune(0x72); break; }
    case 0x09: { printrune(0x74); break; }
    case 0x22: case 0x5c: { printrune(c); break; }
    default: {
      printrune(c < 0x7f ? 0x78 : c < 0x10000 ? 0x75 : 0x55);
      for (let shift = c < 0x7f ? 4 : c < 0x10000 ? 12 : 28; shift >= 0; shift -= 4) printhex(c >> shift & 15);
    }
  }
}

function printhex(digit: i32): void {
  printrune(digit < 10 ? 0x30 + digit : 0x57 + digit);
}

/** Has the headers of dumps show labels, or not; returns whether they did. */
export function tracebacklabels(on: bool): bool {
  const old = sched.dumps;
  sched.dumps = on ? old | DUMP_LABELS : old & ~DUMP_LABELS;
  return (old & DUMP_LABELS) != 0;
}
