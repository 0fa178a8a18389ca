// SPDX-License-Identifier: MIT
// Strings from UTF-8 as every host of a browser's kind decodes it: what is malformed becomes
// U+FFFD, one for each maximal part of a sequence. asc's own decoder takes text on trust.

// @ts-ignore: decorator
@inline const REPLACEMENT: u32 = 0xfffd;

/** Decodes `len` bytes at `ptr`, which the collector does not move. Allocates. */
export function decodeutf8(ptr: usize, len: usize): string {
  if (!len) return "";
  const units = __alloc(len << 1); // no byte makes more than one
  const end = decode(ptr, ptr + len, units);
  const size = end - units;
  const s = __new(size, idof<string>());
  memory.copy(s, units, size);
  __free(units);
  return changetype<string>(s);
}

/** Decodes a string that a zero ends. Allocates. */
export function decodezero(ptr: usize): string {
  let end = ptr;
  while (load<u8>(end)) ++end;
  return decodeutf8(ptr, end - ptr);
}

function decode(at: usize, end: usize, out: usize): usize {
  while (at < end) {
    const lead = <u32>load<u8>(at++);
    if (lead < 0x80) {
      out = put(out, lead);
      continue;
    }
    // How many bytes follow, and within which bounds the first of them must be.
    let more = 0, low: u32 = 0x80, high: u32 = 0xbf, c: u32 = 0;
    if (lead >= 0xc2 && lead <= 0xdf) {
      more = 1;
      c = lead & 0x1f;
    } else if (lead >= 0xe0 && lead <= 0xef) {
      more = 2;
      c = lead & 0x0f;
      if (lead == 0xe0) low = 0xa0; // shorter forms would do
      if (lead == 0xed) high = 0x9f; // surrogates
    } else if (lead >= 0xf0 && lead <= 0xf4) {
      more = 3;
      c = lead & 0x07;
      if (lead == 0xf0) low = 0x90;
      if (lead == 0xf4) high = 0x8f; // beyond U+10FFFF
    } else c = REPLACEMENT;
    for (; more; --more) {
      const byte = at < end ? <u32>load<u8>(at) : 0;
      if (byte < low || byte > high) {
        c = REPLACEMENT;
        break;
      }
      c = c << 6 | byte & 0x3f;
      low = 0x80;
      high = 0xbf;
      ++at;
    }
    out = put(out, c);
  }
  return out;
}

function put(out: usize, c: u32): usize {
  if (c < 0x10000) {
    store<u16>(out, <u16>c);
    return out + 2;
  }
  c -= 0x10000;
  store<u16>(out, <u16>(0xd800 | c >> 10));
  store<u16>(out, <u16>(0xdc00 | c & 0x3ff), 2);
  return out + 4;
}

/** Encodes a string; a lone surrogate becomes U+FFFD. Allocates. */
export function encodeutf8(s: string): ArrayBuffer {
  return String.UTF8.encode(s, false, String.UTF8.ErrorMode.REPLACE);
}
