// SPDX-License-Identifier: MIT
/**
 * Writes a program's classes, functions and globals.
 *
 * @module
 */
import type { Writer } from "./expressions.ts";
import type { Class, Func, Program, Scope, Variable } from "./program.ts";
import { statements } from "./statements.ts";
import { array, box, classOf, fixed, I32, isManaged, nullable, same, STRING, text, type Type } from "./types.ts";

const FUNCTIONS_BEHIND_THE_TABLE = 3;

/** Decides what classes there are, before any is written: they refer to each other. */
export function declareClasses(p: Program, n: number): void {
  const { r } = p;
  for (let k = 0; k < n; k++) {
    const parent = k > 0 && r.chance(0.5) ? r.below(k) : -1;
    const own = Array.from({ length: r.between(1, 4) }, (_, i): Variable => ({
      name: `f${k}_${i}`, type: r.chance(0.3) ? nullable(classOf(k)) : fieldType(p.anyType()),
    }));
    const fields = [...(p.classes[parent]?.fields ?? []), ...own];
    const optional = Array.from({ length: r.below(3) }, () => r.pick([STRING, STRING, nullable(classOf(k)), array(STRING)]));
    p.classes.push({ n: k, parent, own, fields, optional });
  }
}

/** A field begins with a value that has no object in it: making one would make others, for ever. */
function fieldType(t: Type): Type {
  if (t.kind === "class") return nullable(t);
  if (t.kind === "named") return nullable(classOf(0));
  if (t.kind === "box" && t.of.kind === "class") return box(STRING);
  return t.kind === "fixed" ? fixed(STRING) : t;
}

export function declareFunctions(p: Program, n: number): void {
  const { r } = p;
  for (let k = 0; k < n; k++) {
    const params = Array.from({ length: r.below(5) }, () => p.anyType());
    const least = params.length - (r.chance(0.5) ? r.below(params.length + 1) : 0);
    p.functions.push({ name: `f${k}`, params, least, result: p.anyType() });
  }
}

/** Decides on globals and static fields. Their first values are none that wait: module level must not. */
export function declareGlobals(p: Program): void {
  const { r } = p;
  for (let k = 0; k < 4; k++) {
    p.globals.push({ name: `g${k}`, type: r.pick([STRING, array(p.anyClass()), nullable(p.anyClass()), I32]) });
  }
  for (const { n } of p.classes) {
    p.globals.push({ name: `C${n}.kept`, type: r.pick([STRING, nullable(classOf(n)), array(classOf(n))]) });
  }
}

export function globalText(p: Program): string {
  const own = p.globals.filter(({ name }) => !name.includes("."));
  return own.map(({ name, type }) => `let ${name}: ${text(type)} = ${p.constant(type)};`).join("\n");
}

export function classText(w: Writer, c: Class): string {
  const { p, p: { r } } = w;
  const child = c.parent >= 0;
  const initial = (t: Type) => w.waiting(t, p.constant(t), 0.1);
  const kept = p.globals.find(({ name }) => name === `C${c.n}.kept`);
  const fields = c.own.map(({ name, type }) => `${name}: ${text(type)} = ${initial(type)};`);
  const params = c.optional.map((t, i) => `, a${i}: ${text(t)} = ${initial(t)}`).join("");
  const hashes = c.own.map(({ name, type }) => `h = h * 33 + ${p.hash(type)}(this.${name}, depth - 1);`);
  return `class C${c.n} ${child ? `extends C${c.parent}` : "implements Named"} {
  ${kept ? `static kept: ${text(kept.type)} = ${p.constant(kept.type)};` : ""}
  ${child ? "" : 'v: i32 = 0;\n  text: string = "";'}
  ${fields.join("\n  ")}
  constructor(k: i32 = 1${params}) { ${child ? "super(k + 1);" : "this.v = k & 0xff;"} ${stores(w, c)} }
  hash(depth: i32): i32 {
    let h = ${child ? "super.hash(depth)" : "this.v * 31 + hstring(this.text)"};
    if (depth > 0) { ${hashes.join(" ")} }
    return h ^ ${r.below(1000)};
  }
  ${methods(w, c)}
  ${child ? "" : `get prop(): string { return this.text + "!"; }
  set prop(value: string) { this.text = short(value + this.text); }`}
}
function or${c.n}(c: C${c.n} | null): C${c.n} { if (c == null) return new C${c.n}(${r.below(50)}); return c; }
function add${c.n}(a: C${c.n}, b: C${c.n}): C${c.n} { return a + b; }`;
}

/** What a constructor does with its parameters. */
function stores({ p }: Writer, c: Class): string {
  return c.optional.map((t, i) => {
    const fields = c.fields.filter((f) => same(f.type, t));
    return fields.length ? `this.${p.r.pick(fields).name} = a${i};` : `this.v += ${p.hash(t)}(a${i}, 1);`;
  }).join(" ");
}

/** Methods, virtual where there are subclasses, and an operator. They call no others: the end of them all is certain. */
function methods(w: Writer, c: Class): string {
  const { p, p: { r } } = w;
  const scope = (...more: Variable[]): Scope =>
    ({ vars: [{ name: "this", type: classOf(c.n), constant: true }, ...more], me: false, methods: false });
  const k = { name: "k", type: I32 };
  const ancestors = p.classes.filter(({ n }) => n !== c.n && p.isSub(c.n, n) && r.chance(0.6));
  const selves = [...ancestors, c].map(({ n }) => `self${n}(k: i32): C${n} {
    ${r.chance(0.5) ? "if (k & 1) return this;" : ""}
    return ${w.expr(scope(k), classOf(c.n), 2)};
  }`);
  const sums = c.fields.filter((f) => isManaged(f.type)).slice(0, 2);
  return `label(): string { return short(${w.expr(scope(), STRING, 2)}); }
  weigh(k: i32): i32 { return ${w.expr(scope(k), I32, 2)}; }
  ${selves.join("\n  ")}
  @operator("+") plus${c.n}(o: C${c.n}): C${c.n} {
    const sum = new C${c.n}(this.v + o.v);
    ${sums.map((f) => `sum.${f.name} = ${r.pick(["this", "o"])}.${f.name};`).join(" ")}
    return sum;
  }`;
}

export function functionText(w: Writer, f: Func): string {
  const vars = f.params.map((type, i): Variable => ({ name: `p${i}`, type }));
  const params = vars.map(({ name, type }, i) => {
    const before: Scope = { vars: vars.slice(0, i), me: false, methods: true }; // no calls: a default that calls its own function crashes asc
    return `, ${name}: ${text(type)}${i < f.least ? "" : ` = ${w.expr(before, type, 2)}`}`;
  });
  return `function ${f.name}(me: Account${params.join("")}): ${text(f.result)} {
  if (me.fuel-- <= 0) return ${w.p.constant(f.result)};
  ${body(w, vars, f.result, w.p.r.between(2, 5), 2)}
}`;
}

function body(w: Writer, vars: Variable[], result: Type, n: number, blocks: number): string {
  const scope: Scope = { vars: [...vars], me: true, methods: true };
  return `${statements(w, { scope, blocks, result }, n)}
  return ${w.expr(scope, result, 3)};`;
}

/** Functions that are called by their number. */
export function tableText(w: Writer): string {
  const { takes, returns } = w.p.indirect;
  const names = Array.from({ length: FUNCTIONS_BEHIND_THE_TABLE }, (_, i) => `t${i}`);
  const type = `(me: Account, p0: ${text(takes)}, p1: string) => ${text(returns)}`;
  const functions = names.map((name) => functionText(w, { name, params: [takes, STRING], least: 2, result: returns }));
  return `${functions.join("\n")}
const TABLE = ${names.length};
let table: Array<${type}> = []; // not yet: asc takes a global for undeclared in what its initializer compiles
function fillTable(): void { if (!table.length) table = [${names.join(", ")}]; }
function chosen(i: i32): ${type} { switch (i & 3) { case 0: return t0; case 1: return t1; default: return t2; } }`;
}

/** A function for goroutines of its own: numbers and strings are all that it gets of others. */
export function workerText(w: Writer, name: string): string {
  const vars = [{ name: "k", type: I32 }, { name: "s", type: STRING }];
  return `function ${name}(me: Account, k: i32, s: string): i32 {
  me.fuel = 4;
  ${body(w, vars, I32, 2, 1)}
}`;
}
