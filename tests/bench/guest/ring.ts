// SPDX-License-Identifier: MIT
// No allocator and no collector, as a runtime of asc's: a block is the next bytes of a ring, zeroed. What a
// program takes with it is what it does itself, as asc compiles it.
//
// For programs whose small blocks are dead before 2 MiB more were made, and whose large ones never are.

// @ts-ignore: decorator
@inline const LARGE: usize = 4096;
// @ts-ignore: decorator
@inline const HEADER: usize = 16;

/** Where the next block of a ring is, and the ring's end. */
const small = memory.data(8);
const large = memory.data(8);

// @ts-ignore: decorator
@inline function take(ring: usize, room: usize, need: usize): usize {
  let block = load<usize>(ring);
  if (block + need > load<usize>(ring, 4)) block = begin(ring, room);
  store<usize>(ring, block + need);
  return block;
}

function begin(ring: usize, room: usize): usize {
  if (!load<usize>(ring, 4)) store<usize>(ring, (<usize>memory.grow(<i32>(room >> 16)) << 16) + room, 4);
  return load<usize>(ring, 4) - room;
}

// @ts-ignore: decorator
@global @unsafe
export function __new(size: usize, id: u32): usize {
  const need = size + HEADER + 15 & ~15;
  const block = size > LARGE ? take(large, 1 << 20, need) : take(small, 2 << 20, need);
  store<u32>(block, id, 8);
  store<u32>(block, <u32>size, 12);
  memory.fill(block + HEADER, 0, size);
  return block + HEADER;
}

// @ts-ignore: decorator
@global @unsafe
export function __renew(ptr: usize, size: usize): usize {
  const made = __new(size, load<u32>(ptr - 8));
  memory.copy(made, ptr, min(<usize>load<u32>(ptr - 4), size));
  return made;
}

// @ts-ignore: decorator
@global @unsafe
export function __link(parent: usize, child: usize, expectMultiple: bool): void {}

// @ts-ignore: decorator
@global @unsafe
export function __visit(ptr: usize, cookie: u32): void {}

// @ts-ignore: decorator
@global @unsafe
export function __pin(ptr: usize): usize {
  return ptr;
}

// @ts-ignore: decorator
@global @unsafe
export function __unpin(ptr: usize): void {}

// @ts-ignore: decorator
@global @unsafe
export function __collect(): void {}
