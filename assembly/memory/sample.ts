// SPDX-License-Identifier: MIT
// Which allocations the memory profile samples: on average one in so many bytes, at exponential gaps.
//
// Each size class draws gaps of its own, and large objects draw theirs: together these processes are
// one over all bytes. A class's run of free cells ends where its next sample is; where it truly ends is noted
// beside it. So the fast path of __new knows nothing of profiles: it comes to the end of a run, and the slow path
// finds that there is more. With rate 1 each run is empty.
//
// Gaps have no memory, so a drawn one may be forgotten at any time: a collection that forgets the
// runs, or a change of the rate, has the next one drawn anew.

import { MPROF, SAMPLER, SAMPLER_RATE, SAMPLER_RESTS } from "../shared/layout";
import { profmalloc } from "../sys/hooks";
import { MULTIPLIER, xorshift } from "../sys/rand";
import { FREE } from "./mcentral";
import { runof } from "./mheap";
import { countmixed } from "./mixed";
import { checkallfree } from "./poison";
import { cellsize, ismixed, NCLASSES } from "./sizeclass";

/** Go's MemProfileRate. */
// @ts-ignore: decorator
@inline const DEFAULT_RATE: i32 = 512 * 1024;
/** A gap that has to be drawn before it is used. */
// @ts-ignore: decorator
@inline const UNDRAWN: u32 = 0xffffffff;
// @ts-ignore: decorator
@inline const UNDRAWN_LARGE: u64 = u64.MAX_VALUE;
/** The gap at rate 0: more bytes than a program will ever allocate. */
// @ts-ignore: decorator
@inline const NEVER: u64 = 1 << 62;
// @ts-ignore: decorator
@inline const LN2: f64 = 0.6931471805599453;

/** State of the draws. Class arrays follow: see gapof and restof. */
@unmanaged class Sampler {
  random: u64;
  large: u64; // bytes of large objects before the one that is sampled
  rate: i32;
}

// @ts-ignore: decorator
@inline const sampler = changetype<Sampler>(SAMPLER);
// @ts-ignore: decorator
@inline const GAPS: usize = SAMPLER + 32;
// @ts-ignore: decorator
@inline const RESTS: usize = GAPS + (<usize>NCLASSES << 2);

if (offsetof<Sampler>("rate") != SAMPLER_RATE) ERROR("shared/layout.ts is stale: Sampler.rate");
if (SAMPLER + SAMPLER_RESTS != RESTS) ERROR("shared/layout.ts is stale: Sampler.rests");
if (offsetof<Sampler>() > 32) ERROR("Sampler runs into its arrays");
if (RESTS + (<usize>NCLASSES << 2) > MPROF) ERROR("Sampler's arrays run into Mprof");

/** The place of a class's gap: bytes of cells to come before the one that is sampled. */
// @ts-ignore: decorator
@inline function gapof(sc: i32): usize {
  return GAPS + (<usize>sc << 2);
}

/** The place of where a class's run ends that was cut before a cell to be sampled; 0: it was not. */
// @ts-ignore: decorator
@inline export function restof(sc: i32): usize {
  return RESTS + (<usize>sc << 2);
}

/** ln x for a normal x > 0, to nine digits. */
function ln(x: f64): f64 {
  const bits = reinterpret<u64>(x);
  let e = <i32>(bits >> 52) - 1023;
  let m = reinterpret<f64>(bits & 0x000fffffffffffff | 0x3ff0000000000000);
  if (m > 1.4142135) {
    m /= 2;
    ++e;
  }
  const s = (m - 1) / (m + 1);
  const z = s * s;
  return <f64>e * LN2 + 2 * s * (1 + z * (1.0 / 3 + z * (1.0 / 5 + z * (1.0 / 7 + z / 9))));
}

/** Draws a gap in bytes. */
function drawbytes(): u64 {
  const rate = sampler.rate;
  if (rate == 0) return NEVER;
  if (rate == 1) return 0;
  const x = xorshift(sampler.random);
  sampler.random = x;
  const uniform = <f64>((x * MULTIPLIER >> 11) + 1); // of 1 to 2^53
  return <u64>(<f64>rate * (53 * LN2 - ln(uniform)));
}

/** Draws a gap in cells: an object is passed when all its bytes are before the sampled one. Returns their bytes. */
function drawcells(cell: usize): u32 {
  return <u32>min<u64>(drawbytes(), UNDRAWN - 1) / <u32>cell * <u32>cell;
}

/** Makes free cells, all that lie between, the run of a class, as far as the next sample. */
export function handout(sc: i32, ptr: usize, end: usize): void {
  let gap = load<u32>(gapof(sc));
  if (gap == UNDRAWN) gap = drawcells(cellsize(sc));
  const bytes = <u32>(end - ptr);
  let rest: usize = 0;
  if (gap < bytes) {
    rest = end;
    end = ptr + gap;
    gap = UNDRAWN;
  } else gap -= bytes;
  store<u32>(gapof(sc), gap);
  store<usize>(restof(sc), rest);
  store<u64>(runof(sc), <u64>end << 32 | ptr);
}

/** Where a class's run truly ends. */
// @ts-ignore: decorator
@inline export function runend(sc: i32): usize {
  const rest = load<usize>(restof(sc));
  return rest ? rest : load<usize>(runof(sc), 4);
}

/** Takes back the rest of a run; returns where it truly ends. As many bytes as were to come before the next sample still are. */
export function unsample(sc: i32): usize {
  const run = runof(sc);
  const end = runend(sc);
  const gap = load<usize>(restof(sc)) ? 0 : load<u32>(gapof(sc)); // the one behind a cut is not drawn
  store<u32>(gapof(sc), gap + <u32>(load<usize>(run, 4) - load<usize>(run)));
  store<usize>(restof(sc), 0);
  return end;
}

/** Takes the sampled cell, of `cell` bytes, that a run ended before, and hands out what is behind it; 0 if there is none. */
export function takesample(sc: i32, cell: usize): usize {
  const rest = load<usize>(restof(sc));
  const ptr = load<usize>(runof(sc));
  const next = ptr + cell;
  if (next > rest) return 0;
  if (isDefined(GO_DEBUG)) checkallfree(ptr, cell, FREE);
  if (ismixed(sc)) countmixed();
  // With rate 1 all that follows is cut off.
  if (sampler.rate == 1 && next != rest) store<u64>(runof(sc), <u64>next << 32 | next);
  else handout(sc, next, rest);
  profmalloc(ptr, cell);
  return ptr;
}

/** Samples a large object of `size` bytes, if it is its turn. */
export function samplelarge(ptr: usize, size: usize): void {
  if (sampler.large == UNDRAWN_LARGE) sampler.large = drawbytes();
  if (size < sampler.large) {
    sampler.large -= size;
    return;
  }
  sampler.large = UNDRAWN_LARGE;
  profmalloc(ptr, size);
}

/** Forgets what was cut, and all gaps of classes, as the runs are forgotten. */
export function flushsamples(): void {
  memory.fill(GAPS, 0xff, <usize>NCLASSES << 2);
  memory.fill(RESTS, 0, <usize>NCLASSES << 2);
}

/** Bytes between two samples on average; 1: every allocation is one, 0: none is. */
export function samplerate(): i32 {
  return sampler.rate;
}

/** Sets the rate from the next allocation on. Returns the rate before. Never allocates. */
export function setsamplerate(rate: i32): i32 {
  const old = sampler.rate;
  sampler.rate = max(rate, 0);
  sampler.large = UNDRAWN_LARGE;
  memory.fill(GAPS, 0xff, <usize>NCLASSES << 2);
  for (let sc = 1; sc < NCLASSES; ++sc) handout(sc, load<usize>(runof(sc)), runend(sc));
  return old;
}

/** Sets what a program begins with. Called once, before anything is allocated. */
export function sampleinit(): void {
  sampler.rate = DEFAULT_RATE;
  sampler.large = UNDRAWN_LARGE;
  flushsamples();
}
