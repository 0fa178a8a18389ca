// SPDX-License-Identifier: MIT
/**
 * The types of generated programs, as values to choose from and to compare.
 *
 * @module
 */

/** class is number n of the program's own; named is the interface that all of them implement. */
export type Type =
  | { readonly kind: "i32" | "i64" | "f64" | "string" | "bytes" | "named" }
  | { readonly kind: "class"; readonly n: number }
  | Around<"nullable"> | Around<"array"> | Around<"fixed"> | Around<"set"> | Around<"box">
  | { readonly kind: "map"; readonly key: Type; readonly of: Type };
export type Of<K extends Type["kind"]> = Extract<Type, { readonly kind: K }>;

interface Around<K extends string> {
  readonly kind: K;
  readonly of: Type;
}

export const I32: Type = { kind: "i32" };
export const I64: Type = { kind: "i64" };
export const F64: Type = { kind: "f64" };
export const STRING: Type = { kind: "string" };
export const BYTES: Type = { kind: "bytes" };
export const NAMED: Type = { kind: "named" };

export const classOf = (n: number): Of<"class"> => ({ kind: "class", n });
export const nullable = (of: Type): Type => ({ kind: "nullable", of });
export const array = (of: Type): Type => ({ kind: "array", of });
export const fixed = (of: Type): Type => ({ kind: "fixed", of });
export const set = (of: Type): Type => ({ kind: "set", of });
export const box = (of: Type): Type => ({ kind: "box", of });
export const map = (key: Type, of: Type): Type => ({ kind: "map", key, of });

/** The type as AssemblyScript writes it. */
export function text(t: Type): string {
  switch (t.kind) {
    case "class": return `C${t.n}`;
    case "bytes": return "Uint8Array";
    case "named": return "Named";
    case "nullable": return `${text(t.of)} | null`;
    case "array": return `Array<${text(t.of)}>`;
    case "fixed": return `StaticArray<${text(t.of)}>`;
    case "set": return `Set<${text(t.of)}>`;
    case "box": return `Box<${text(t.of)}>`;
    case "map": return `Map<${text(t.key)}, ${text(t.of)}>`;
    default: return t.kind;
  }
}

export function same(a: Type, b: Type): boolean {
  return text(a) === text(b);
}

export function isManaged(t: Type): boolean {
  return t.kind !== "i32" && t.kind !== "i64" && t.kind !== "f64";
}
