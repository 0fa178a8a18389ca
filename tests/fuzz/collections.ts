// SPDX-License-Identifier: MIT
/**
 * Forms of expressions for arrays, static arrays, maps and sets.
 *
 * @module
 */
import type { Forms, Writer } from "./expressions.ts";
import type { Scope } from "./program.ts";
import { array, I32, map, type Of, STRING, text, type Type } from "./types.ts";

type Part = (t: Type) => string;

export function collectionForms(w: Writer, s: Scope, t: Type, depth: number): Forms {
  const e: Part = (part) => w.expr(s, part, depth - 1);
  switch (t.kind) {
    case "array": return [
      ...arrayForms(w, t, e), ...changingForms(w, t, e), ...calledForms(w, s, t, e, depth), ...sortForms(w, s, t, e), ...otherForms(w, t, e),
    ];
    case "fixed": return [...fixedForms(w, t, e), ...sortForms(w, s, t, e)];
    case "map": {
      const types = `<${text(t.key)}, ${text(t.of)}>`;
      return [[3, () => `${w.p.r.pick(["put", "put", "replaced"])}${types}(${e(t)}, ${e(t.key)}, ${e(t.of)})`]];
    }
    case "set": return [[3, () => `added<${text(t.of)}>(${e(t)}, ${e(t.of)})`]];
    default: return [];
  }
}

function literal(w: Writer, of: Type, e: Part): string {
  return `[${Array.from({ length: w.p.r.between(1, 4) }, () => e(of)).join(", ")}]`;
}

/** Arrays anew. */
function arrayForms(w: Writer, t: Of<"array">, e: Part): Forms {
  const { r } = w.p;
  const of = text(t.of);
  const elements = () => literal(w, t.of, e);
  const forms: Forms = [
    [3, () => (t.of.kind === "class" ? `(${elements()} as ${text(t)})` : elements())],
    [1, () => `${e(t)}.slice(${r.below(3)}, ${r.below(9)})`],
    [1, () => `few<${of}>(${e(t)}.concat(${e(t)}))`],
    [1, () => `${e(t)}.splice(${r.below(3)}, ${r.below(4)})`],
  ];
  if (t.of.kind !== "array") forms.push([1, () => `few<${of}>(${e(array(t))}.flat())`]);
  return forms;
}

/** Arrays changed in place. */
function changingForms(w: Writer, t: Of<"array">, e: Part): Forms {
  const { r } = w.p;
  const of = text(t.of);
  return [
    [1, () => `${e(t)}.reverse()`],
    [1, () => `${e(t)}.copyWithin(${r.below(4)}, ${r.below(3)})`],
    [1, () => `${e(t)}.fill(${e(t.of)}, 1, 3)`],
    [1, () => `setAt<${of}>(${e(t)}, ${e(I32)}, ${e(t.of)})`],
    [1, () => `pushed<${of}>(${e(t)}, ${e(t.of)})`],
    [1, () => `unshifted<${of}>(${e(t)}, ${e(t.of)})`],
    [1, () => `rotated<${of}>(${e(t)})`],
  ];
}

/** Arrays made by function values. */
function calledForms(w: Writer, s: Scope, t: Of<"array">, e: Part, depth: number): Forms {
  const i = { name: "i", type: I32 };
  const from = w.p.anyElement();
  return [
    [1, () => `${e(array(from))}.map<${text(t.of)}>((q, i) => ${w.lambda(s, t.of, depth, { name: "q", type: from }, i)})`],
    [1, () => `${e(t)}.filter((q, i) => ${w.lambdaCond(s, depth, { name: "q", type: t.of }, { ...i, constant: true })})`],
  ];
}

/** Comparators make an order, by what they make of either side; but they may allocate, and wait. */
function sortForms(w: Writer, s: Scope, t: Of<"array" | "fixed">, e: Part): Forms {
  const forms: Forms = [];
  const by = (type: string, key: (x: string) => string) =>
    forms.push([1, () => `${e(t)}.sort((a, b) => cmp<${type}>(${key("a")}, ${key("b")}))`]);
  const waited = (x: string) => w.waiting(t.of, x, 0.3);
  switch (t.of.kind) {
    case "i32":
      by("i32", (x) => x);
      break;
    case "string":
      forms.push([1, () => `${e(t)}.sort()`]);
      by("string", (x) => `${waited(x)}.padEnd(12, "-")`);
      break;
    case "class":
      by("i32", (x) => `${waited(x)}.v`);
      by("string", (x) => `${waited(x)}.prop.toUpperCase()`);
      if (s.methods) by("i32", (x) => `${x}.hash(1)`);
  }
  return forms;
}

/** Arrays out of other values. */
function otherForms(w: Writer, t: Of<"array">, e: Part): Forms {
  const { r } = w.p;
  const forms: Forms = [];
  if (t.of.kind === "string") {
    forms.push([1, () => `few<string>(${e(STRING)}.split(${r.pick(['""', '","', '"l"'])}))`]);
    forms.push([1, () => `${e(map(STRING, r.pick([STRING, w.p.anyClass()])))}.keys()`]);
  }
  if (t.of.kind === "class") forms.push([1, () => `${e(map(STRING, t.of))}.values()`]);
  return forms;
}

function fixedForms(w: Writer, t: Of<"fixed">, e: Part): Forms {
  const { r } = w.p;
  const of = text(t.of);
  return [
    [1, () => `fixed<${of}>(${e(array(t.of))}, ${e(t.of)})`],
    [1, () => `${e(t)}.reverse()`],
    [1, () => `fixedSet<${of}>(${e(t)}, ${e(I32)}, ${e(t.of)})`],
    [1, () => `(${literal(w, t.of, e)} as ${text(t)})`],
    [1, () => `${e(t)}.concat<${text(t)}>(${e(t)}).slice<${text(t)}>(0, ${r.between(2, 7)})`],
  ];
}
