// SPDX-License-Identifier: MIT
/**
 * Forms of expressions for numbers, strings, objects: what is no list.
 *
 * @module
 */
import type { Forms, Writer } from "./expressions.ts";
import { STRINGS, type Scope } from "./program.ts";
import { array, box, BYTES, classOf, F64, fixed, I32, I64, map, nullable, type Of, STRING, same, text, type Type } from "./types.ts";

/** What a form needs: writes a part of the expression. */
type Part = (t: Type) => string;

export function valueForms(w: Writer, s: Scope, t: Type, depth: number): Forms {
  const e: Part = (part) => w.expr(s, part, depth - 1);
  const { r } = w.p;
  switch (t.kind) {
    case "i32": return [...numberForms(w, e), ...(s.methods ? methodForms(w, s, e, depth) : [])];
    case "i64": return [[1, () => `(${e(I64)} + <i64>${e(I32)})`]];
    case "f64": return [[1, () => `(${e(F64)} + <f64>${e(I32)})`], [1, () => `Math.floor(${e(F64)} * 0.5)`]];
    case "string": return [...stringForms(w, e), ...partsOfStrings(w, e), ...(s.methods ? [[1, () => `${e(w.p.anyClass())}.label()`] as const] : [])];
    case "class": return [...objectForms(w, t, e), ...calledForms(w, s, t, e, depth)];
    case "nullable": return [[1, () => "null"], [3, () => e(t.of)]];
    case "box": return [[2, () => `new ${text(t)}(${e(t.of)})`], [1, () => `${e(t)}.put(${e(t.of)})`]];
    case "named": return [[2, () => `(<Named>${e(w.p.anyClass())})`]];
    case "bytes": return [
      [2, () => `${e(t)}.${r.pick(["slice", "subarray"])}(${r.below(5)}, ${r.below(20)})`],
      [1, () => `byteSet(${e(t)}, ${e(I32)})`],
      [1, () => `Uint8Array.wrap(String.UTF8.encode(${e(STRING)}))`],
    ];
    default: return [];
  }
}

function numberForms(w: Writer, e: Part): Forms {
  const { p, p: { r } } = w;
  return [
    [2, () => `(${e(I32)} ${r.pick(["+", "-", "*", "^", "&", "|"])} ${e(I32)})`],
    [1, () => `hstring(${e(STRING)})`],
    [1, () => `${e(STRING)}.length`],
    [1, () => { const t = p.anyType(); return `${p.hash(t)}(${e(t)}, 2)`; }],
    [1, () => `${e(array(p.anyElement()))}.length`],
    [1, () => `(<i32>${e(F64)})`],
    [1, () => `(<i32>${e(I64)})`],
    [1, () => `${e(array(STRING))}.indexOf(${e(STRING)})`],
    [1, () => `${e(BYTES)}.length`],
  ];
}

function methodForms(w: Writer, s: Scope, e: Part, depth: number): Forms {
  const c = w.p.anyClass();
  const [p, q] = [{ name: "p", type: I32 }, { name: "q", type: c }];
  return [
    [1, () => `${e(c)}.weigh(${e(I32)})`],
    [1, () => `${e({ kind: "named" })}.weigh(${e(I32)})`],
    [1, () => `${e(array(c))}.reduce<i32>((p, q, i) => p * 3 + q.weigh(i), ${e(I32)})`],
    [1, () => `${e(array(c))}.reduce<i32>((p, q) => p ^ ${w.lambda(s, I32, depth, p, q)}, ${e(I32)})`],
  ];
}

function stringForms(w: Writer, e: Part): Forms {
  const { r } = w.p;
  const separator = () => r.pick(['""', '","', '"l"']);
  return [
    [3, () => `short(${e(STRING)} + ${e(STRING)})`],
    [1, () => `short(\`<\${${e(STRING)}}|\${${e(r.pick([I32, STRING]))}}\`)`],
    [1, () => `(${e(I32)}).toString()`],
    [1, () => `${e(STRING)}.substring(${r.below(4)}, ${r.between(3, 10)})`],
    [1, () => `short(${e(STRING)}.split(${separator()}).reverse().join("-"))`],
    // std writes beyond its buffer when what it puts in is long.
    [1, () => `short(${e(STRING)}.replaceAll(${r.pick(['"l"', '"a"', '","'])}, ${e(STRING)}.substring(0, 2)))`],
    [1, () => `short(${e(STRING)}.padStart(${r.below(30)}, "ab"))`],
    [1, () => `short(${e(STRING)}.repeat(${r.below(4)}))`],
    [1, () => `${e(STRING)}.toUpperCase()`],
  ];
}

/** Strings out of other values. */
function partsOfStrings(w: Writer, e: Part): Forms {
  const { r } = w.p;
  return [
    [1, () => `short(${e(array(STRING))}.join(${e(STRING)}))`],
    [1, () => `short(${e(array(I32))}.join(${r.pick(STRINGS)}))`],
    [1, () => `${e(box(STRING))}.get()`],
    [1, () => `or(${e(nullable(STRING))})`],
    [1, () => `got<string, string>(${e(map(STRING, STRING))}, ${e(STRING)}, ${e(STRING)})`],
    [1, () => `at<string>(${e(array(STRING))}, ${e(I32)}, ${e(STRING)})`],
    [1, () => `fixedAt<string>(WORDS, ${e(I32)})`],
  ];
}

function objectForms(w: Writer, t: Of<"class">, e: Part): Forms {
  const name = text(t);
  return [
    [3, () => creation(w, w.p.r.pick(w.p.subclasses(t.n)), e)],
    [2, () => `or${t.n}(${e(nullable(t))})`],
    [2, () => `at<${name}>(${e(array(t))}, ${e(I32)}, ${e(t)})`],
    [1, () => `fixedAt<${name}>(${e(fixed(t))}, ${e(I32)})`],
    [1, () => `add${t.n}(${e(t)}, ${e(t)})`],
    [1, () => `${e(box(t))}.swap(${e(t)})`],
    [1, () => `got<string, ${name}>(${e(map(STRING, t))}, ${e(STRING)}, ${e(t)})`],
  ];
}

/** With any number of the optional parameters. */
function creation(w: Writer, n: number, e: Part): string {
  const { optional } = w.p.classes[n]!;
  const given = optional.slice(0, w.p.r.below(optional.length + 1));
  return `new ${text(classOf(n))}(${[I32, ...given].map(e).join(", ")})`;
}

/** Objects that a method or a function value returns. */
function calledForms(w: Writer, s: Scope, t: Of<"class">, e: Part, depth: number): Forms {
  const { takes, returns } = w.p.indirect;
  const vars = [{ name: "p", type: t }, { name: "q", type: t }, { name: "i", type: I32 }];
  const forms: Forms = [
    [1, () => `${e(array(t))}.reduce<${text(t)}>((p, q, i) => ${w.lambda(s, t, depth, ...vars)}, ${e(t)})`],
  ];
  if (s.methods) forms.push([1, () => `${e(t)}.self${t.n}(${e(I32)})`]);
  if (s.me && same(t, returns)) {
    forms.push([2, () => `table[(${e(I32)} & 0x7fffffff) % TABLE](me, ${e(takes)}, ${e(STRING)})`]);
    forms.push([1, () => `chosen(${e(I32)})(me, ${e(takes)}, ${e(STRING)})`]);
  }
  return forms;
}
