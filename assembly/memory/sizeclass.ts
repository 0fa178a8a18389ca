// SPDX-License-Identifier: MIT
// Size classes: the cells that objects lie in, up to half a medium span.
//
// A cell is an 8-byte header and a payload that is aligned to 16 bytes, so cells are multiples of
// 16: each up to 256 (generated code counts on the classes of these), then those that fill a span with little rest. Objects of a power of two bytes
// are common, and with their header just too large for a power of two: the classes mind that.
// Small classes have spans of a block, medium ones spans of four. Small objects that hold no references lie in spans of
// their own (noscan, as in Go), of which a cycle visits nothing: those of which generated code knows the size have a class
// for each, all others lie among such of different sizes (mixed.ts).

import { HEADER_SIZE, MEDIUM_CLASS, MIXED_CLASS, NOSCAN_CLASSES, SIZE_CLASSES } from "../shared/layout";

/** Bytes before an object: rtId at −8, rtSize at −4. */
// @ts-ignore: decorator
@inline export const HEADER: usize = HEADER_SIZE;
/** The largest small cell. */
// @ts-ignore: decorator
@inline export const MAX_CELL: usize = 2288;
/** The largest medium cell. */
// @ts-ignore: decorator
@inline export const MAX_MEDIUM: usize = 32608;
/** The first class of small objects without references. */
// @ts-ignore: decorator
@inline export const NOSCAN: i32 = NOSCAN_CLASSES + 1;
/** The first class of those of different sizes that are zeroed, and of those that whoever asked fills: three each, by size. */
// @ts-ignore: decorator
@inline export const ZEROED: i32 = MIXED_CLASS;
// @ts-ignore: decorator
@inline export const FILLED: i32 = ZEROED + 3;
/** The first medium class. */
// @ts-ignore: decorator
@inline export const MEDIUM: i32 = MEDIUM_CLASS;
/** Classes are 1 to NCLASSES − 1; 0 are large objects, with a span of their own. */
// @ts-ignore: decorator
@inline export const NCLASSES: i32 = SIZE_CLASSES;

/** Bytes of a cell by class. */
const cells = memory.data<u16>([
  0,
  16, 32, 48, 64, 80, 96, 112, 128, 144, 160, 176, 192, 208, 224, 240, 256, 272, 288, 336, 384, 432, 480, 528, 592,
  656, 720, 800, 880, 992, 1072, 1232, 1328, 1456, 1600, 1776, 2000, 2288,
  16, 32, 48, 64, 80, 16, 16, 16, 16, 16, 16,
  2496, 3104, 3616, 4336, 5424, 6512, 7248, 9312, 10864, 13040, 16304, 21744, 32608
]);

/** Class by cell size / 16. */
const classes = memory.data<u8>([
  1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 19, 19, 20, 20, 20, 21, 21, 21, 22, 22, 22,
  23, 23, 23, 24, 24, 24, 24, 25, 25, 25, 25, 26, 26, 26, 26, 27, 27, 27, 27, 27, 28, 28, 28, 28, 28, 29, 29, 29, 29,
  29, 29, 29, 30, 30, 30, 30, 30, 31, 31, 31, 31, 31, 31, 31, 31, 31, 31, 32, 32, 32, 32, 32, 32, 33, 33, 33, 33, 33,
  33, 33, 33, 34, 34, 34, 34, 34, 34, 34, 34, 34, 35, 35, 35, 35, 35, 35, 35, 35, 35, 35, 35, 36, 36, 36, 36, 36, 36,
  36, 36, 36, 36, 36, 36, 36, 36, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37
]);

/** The class of an object of `size` bytes, which fits a small cell, be that with references or not. */
// @ts-ignore: decorator
@inline export function sizeclass(size: usize): i32 {
  return <i32>load<u8>(classes + ((size + HEADER + 15) >> 4));
}

/** The class of an object of `size` bytes, which fits a medium cell; 0 if none does. */
export function anyclass(size: usize): i32 {
  if (size <= MAX_CELL - HEADER) return sizeclass(size);
  let sc = MEDIUM;
  while (cellsize(sc) < size + HEADER) if (++sc == NCLASSES) return 0;
  return sc;
}

/** Bytes of a cell of that class. */
// @ts-ignore: decorator
@inline export function cellsize(sc: i32): usize {
  return <usize>load<u16>(cells + (<usize>sc << 1));
}

/** Tells whether what lies in spans of that class holds no references. */
// @ts-ignore: decorator
@inline export function isnoscan(sc: i32): bool {
  return <u32>(sc - NOSCAN) < <u32>(MEDIUM - NOSCAN);
}

/** Bytes of an object of `size` bytes with its header, where it lies among others of different sizes. */
// @ts-ignore: decorator
@inline export function roundcell(size: usize): usize {
  return size + HEADER + 15 & ~15;
}

/** Added to ZEROED or FILLED for an object of so many bytes: what differs much in size does not lie together. Sizes come in no order: no branch. */
// @ts-ignore: decorator
@inline export function rangeof(cell: usize): i32 {
  return i32(cell > 128) + i32(cell > 512);
}

/** Tells whether objects of different sizes lie in spans of that class. */
// @ts-ignore: decorator
@inline export function ismixed(sc: i32): bool {
  return hasmixed() && <u32>(sc - ZEROED) < <u32>(MEDIUM - ZEROED);
}

/** Whether a program allocates objects without references of sizes that it does not say. The transform knows, and answers. */
export function hasmixed(): bool {
  return true;
}
