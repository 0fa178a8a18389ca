// SPDX-License-Identifier: MIT
/**
 * Writes the functions that make a number of a value: what was freed too early, or is another value, shows in it.
 *
 * @module
 */
import type { Type } from "./types.ts";

/** A function's body over `v` and `depth`; `hash` names the function for a type. */
export function hashBody(t: Type, hash: (part: Type) => string): string {
  switch (t.kind) {
    case "i32": return "return v;";
    case "i64": return "return <i32>(v ^ (v >> 32));";
    case "f64": return "return <i32>(<i64>v & 0xffffff);";
    case "string": return "return hstring(v);";
    case "class": case "named": return "return depth <= 0 ? 7 : v.hash(depth - 1);";
    case "nullable": return `if (v == null) return 3; return ${hash(t.of)}(v, depth) + 1;`;
    case "array": case "fixed": return over("v", 12, `${hash(t.of)}(v[i], depth - 1)`);
    case "set": return `const keys = v.values(); ${over("keys", 9, `${hash(t.of)}(keys[i], 0)`)}`;
    case "map":
      return `const keys = v.keys(); ${over("keys", 9, `${hash(t.key)}(keys[i], 0) * 7 + ${hash(t.of)}(v.get(keys[i]), depth - 1)`)}`;
    case "box": return `return ${hash(t.of)}(v.get(), depth - 1) ^ 5;`;
    case "bytes": return over("v", 20, "v[i]");
  }
}

function over(list: string, most: number, term: string): string {
  return `let x = ${list}.length; for (let i = 0; i < ${list}.length && i < ${most}; i++) x = x * 31 + ${term}; return x;`;
}
