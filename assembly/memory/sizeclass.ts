// SPDX-License-Identifier: MIT
// Size classes: the cells that small objects lie in.
//
// A cell is an 8-byte header and a payload that is aligned to 16 bytes, so cells are multiples of
// 16: each up to 256 (generated code counts on the classes of these), then in steps of an eighth to
// a quarter, so that no object wastes more.

import { HEADER_SIZE } from "../shared/layout";

/** Bytes before an object: rtId at −8, rtSize at −4. */
// @ts-ignore: decorator
@inline export const HEADER: usize = HEADER_SIZE;
/** The largest cell. */
// @ts-ignore: decorator
@inline export const MAX_CELL: usize = 2048;
/** Classes are 1 to NCLASSES − 1; 0 are large objects, with a span of their own. */
// @ts-ignore: decorator
@inline export const NCLASSES: i32 = 29;

/** Bytes of a cell by class. */
const cells = memory.data<u16>([
  0, 16, 32, 48, 64, 80, 96, 112, 128, 144, 160, 176, 192, 208, 224, 240, 256, 288, 320, 384, 448, 512, 640, 768, 896,
  1024, 1280, 1536, 2048
]);

/** Class by cell size / 16. */
const classes = memory.data<u8>([
  1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 17, 18, 18, 19, 19, 19,
  19, 20, 20, 20, 20, 21, 21, 21, 21, 22, 22, 22, 22, 22, 22, 22, 22, 23, 23, 23, 23, 23, 23, 23,
  23, 24, 24, 24, 24, 24, 24, 24, 24, 25, 25, 25, 25, 25, 25, 25, 25, 26, 26, 26, 26, 26, 26, 26,
  26, 26, 26, 26, 26, 26, 26, 26, 26, 27, 27, 27, 27, 27, 27, 27, 27, 27, 27, 27, 27, 27, 27, 27,
  27, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28,
  28, 28, 28, 28, 28, 28, 28, 28, 28
]);

/** The class of an object of `size` bytes, which fits a cell. */
// @ts-ignore: decorator
@inline export function sizeclass(size: usize): i32 {
  return <i32>load<u8>(classes + ((size + HEADER + 15) >> 4));
}

/** Bytes of a cell of that class. */
// @ts-ignore: decorator
@inline export function cellsize(sc: i32): usize {
  return <usize>load<u16>(cells + (<usize>sc << 1));
}
