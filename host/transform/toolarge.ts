// SPDX-License-Identifier: MIT
/**
 * Finds the functions that must stay functions, for their callers not to get too large to be parked.
 *
 * A frame's word has few bits for the call at which its function is parked, so a function may have so
 * many calls that may park and no more (asyncify.ts). One that keeps within that as it is written must do so
 * optimised, too: the optimiser would put a hundred small functions back into the switch that calls them.
 *
 *     dispatch: 1 call each of handle0 … handle119, which have 5   ->   handle0 … handle57 may be inlined
 *
 * What is kept apart are the callees with the most calls, which are the least worth inlining.
 *
 * @module
 */

import { FRAME_INDEX_MASK } from "../abi/layout.ts";
import { definedFunctions, walk, type Context, type Func } from "./binaryen.ts";
import { nameOf } from "./graph.ts";
import type { MayPark } from "./maypark.ts";

/** The calls up to which callees are taken for inlined: the optimiser may make two of one. */
const MOST = FRAME_INDEX_MASK >> 1;

/** Functions of more expressions are inlined by no optimiser, though it makes them a few times smaller first. */
const LARGEST_INLINED = 4 * 80;

/** A function's calls. */
interface Sites {
  /** Its expressions. */
  size: number;
  /** Those through the table: each counts as one that may park. */
  indirect: number;
  /** Direct ones, by callee. */
  readonly direct: Map<string, number>;
}

/** Names of the functions to be kept apart; `kept` are anyway. */
export function tooLargeTogether(c: Context, parking: MayPark, kept: Iterable<string>): Set<string> {
  const sites = sitesOf(c);
  const large = [...sites].filter(([, { size }]) => size > LARGEST_INLINED).map(([name]) => name);
  const counting = { sites, parking, apart: new Set([...kept, ...large]), found: new Set<string>(), calls: new Map<string, number>() };
  for (const name of parking.frames) callsIn(counting, name);
  return counting.found;
}

function sitesOf(c: Context): Map<string, Sites> {
  return new Map(definedFunctions(c).map(f => [nameOf(c, f), sitesIn(c, f)]));
}

function sitesIn(c: Context, f: Func): Sites {
  const { raw } = c;
  const sites: Sites = { size: 0, indirect: 0, direct: new Map() };
  walk(raw, raw._BinaryenFunctionGetBody!(f), (e, kind) => {
    sites.size++;
    if (kind == "CallIndirect") sites.indirect++;
    if (kind != "Call") return;
    const callee = c.name(raw._BinaryenCallGetTarget!(e));
    sites.direct.set(callee, (sites.direct.get(callee) ?? 0) + 1);
  });
  return sites;
}

interface Counting {
  readonly sites: ReadonlyMap<string, Sites>;
  readonly parking: MayPark;
  /** What is not inlined, and what of that was found here. */
  readonly apart: Set<string>;
  readonly found: Set<string>;
  /** The calls that may park of a function with all that may be inlined into it. */
  readonly calls: Map<string, number>;
}

/** A callee, and how many calls its caller has more when it is inlined. */
interface Inlined { readonly callee: string; readonly more: number }

/** Counts a function's calls; what would be too many is kept apart. */
function callsIn(by: Counting, name: string): number {
  const own = by.sites.get(name);
  const known = by.calls.get(name);
  if (known !== undefined || !own) return known ?? 0;
  by.calls.set(name, 1); // while it is counted: a function is not inlined into itself
  let sum = own.indirect;
  const inlined: Inlined[] = [];
  for (const [callee, n] of own.direct) {
    const alone = mayPark(by, callee) ? 1 : 0;
    const more = by.apart.has(callee) ? 0 : Math.max(0, callsIn(by, callee) - alone);
    sum += n * (alone + more);
    if (more) inlined.push({ callee, more: n * more });
  }
  if (mayPark(by, name)) sum -= keepApart(by, inlined, sum - MOST);
  by.calls.set(name, sum);
  return sum;
}

function mayPark({ parking: { frames, bottom } }: Counting, name: string): boolean {
  return frames.has(name) || bottom.has(name);
}

/** Keeps callees apart until there are `excess` calls less, or none is left; returns how many less there are. */
function keepApart({ apart, found }: Counting, inlined: Inlined[], excess: number): number {
  let less = 0;
  for (const { callee, more } of inlined.sort((a, b) => b.more - a.more)) {
    if (less >= excess) break;
    apart.add(callee);
    found.add(callee);
    less += more;
  }
  return less;
}
