// SPDX-License-Identifier: MIT
/**
 * Writes random statements: what a function does with its locals, in branches and loops.
 *
 * @module
 */
import type { Writer } from "./expressions.ts";
import type { Scope, Variable } from "./program.ts";
import { array, I32, STRING, text, type Type } from "./types.ts";

const DEPTH = 3; // of expressions
const SIMPLE = 7; // kinds of statements, beside which
const NESTED = 4; // as many are blocks, where there may be any

/** Where a statement stands. */
export interface Place {
  readonly scope: Scope;
  /** How deep blocks may still be. */
  readonly blocks: number;
  /** What `return` takes, if it may be here. */
  readonly result?: Type;
  readonly inLoop?: boolean;
}

/** Returns n statements; their locals are theirs. */
export function statements(w: Writer, place: Place, n: number): string {
  const own = { ...place, scope: { ...place.scope, vars: [...place.scope.vars] } };
  return Array.from({ length: n }, () => statement(w, own)).join("\n");
}

function statement(w: Writer, place: Place): string {
  const { r } = w.p;
  if (place.blocks > 0 && r.below(SIMPLE + NESTED) >= SIMPLE) return nested(w, place);
  switch (r.below(SIMPLE)) {
    case 0: case 1: return declaration(w, place.scope);
    case 2: case 3: return assignment(w, place.scope);
    case 4: return r.chance(0.5) ? appending(w, place.scope) : property(w, place.scope);
    case 5: return r.chance(0.4) ? leaving(w, place) : narrowing(w, place.scope);
    default: return looking(w, place.scope, w.p.anyType());
  }
}

/** Takes a value into account. */
function looking(w: Writer, s: Scope, t: Type): string {
  return `me.add(${w.p.hash(t)}(${w.expr(s, t, DEPTH)}, 2));`;
}

function declaration(w: Writer, s: Scope): string {
  const type = w.p.anyType();
  const name = w.p.name("l");
  const value = w.expr(s, type, DEPTH);
  s.vars.push({ name, type });
  return `let ${name}: ${text(type)} = ${value};`;
}

function assignment(w: Writer, s: Scope): string {
  const { r } = w.p;
  const variables = s.vars.filter((v) => !v.constant);
  const type = variables.length && r.chance(0.5) ? r.pick(variables).type : w.p.anyType();
  const places = w.p.places(s, type);
  return places.length ? `${r.pick(places)} = ${w.expr(s, type, DEPTH)};` : looking(w, s, type);
}

function appending(w: Writer, s: Scope): string {
  const { r } = w.p;
  const places = w.p.places(s, STRING);
  const lists = s.vars.filter((v) => v.type.kind === "array");
  if (lists.length && r.chance(0.5)) {
    const { name, type } = r.pick(lists) as { name: string; type: Type & { of: Type } };
    return `if (${name}.length < 40) ${name}.push(${w.expr(s, type.of, DEPTH)});`;
  }
  if (!places.length) return looking(w, s, STRING);
  const place = r.pick(places);
  return `${place} += ${w.expr(s, STRING, 2)}; ${place} = short(${place});`;
}

/** Through a setter and a getter. */
function property(w: Writer, s: Scope): string {
  const objects = s.vars.filter((v) => v.type.kind === "class");
  if (!objects.length) return looking(w, s, I32);
  const { name } = w.p.r.pick(objects);
  return `${name}.prop = ${w.expr(s, STRING, DEPTH)}; me.add(hstring(${name}.prop));`;
}

function leaving(w: Writer, { scope, result, inLoop }: Place): string {
  const { r } = w.p;
  if (inLoop && r.chance(0.5)) return `if (${w.cond(scope, 1)}) ${r.pick(["break", "continue"])};`;
  if (result) return `if (${w.cond(scope, 2)}) return ${w.expr(scope, result, DEPTH)};`;
  return looking(w, scope, I32);
}

/** A nullable local is an object in one branch. */
function narrowing(w: Writer, s: Scope): string {
  const found = s.vars.filter((v) => v.type.kind === "nullable" && v.type.of.kind === "class" && !v.constant);
  if (!found.length) return looking(w, s, I32);
  const { name, type } = w.p.r.pick(found) as { name: string; type: Type & { of: Type } };
  const known: Scope = { ...s, vars: [{ name, type: type.of, constant: true }], me: false };
  return `if (${name} != null) { me.add(${w.p.hash(type.of)}(${w.expr(known, type.of, 1)}, 2)); }
    else { ${name} = ${w.expr(s, type.of, DEPTH)}; }`;
}

function nested(w: Writer, place: Place): string {
  const { r } = w.p;
  const { scope } = place;
  switch (r.below(8)) {
    case 0: case 1:
      return `if (${w.cond(scope, 2)}) ${block(w, place)}${r.chance(0.6) ? ` else ${block(w, place)}` : ""}`;
    case 2: {
      const i = w.p.name("i");
      return `for (let ${i} = 0; ${i} < ${r.between(1, 5)}; ${i}++) ${block(w, place, true, counter(i))}`;
    }
    case 3: {
      const n = w.p.name("n");
      return `let ${n} = 0; while (${n}++ < ${r.between(1, 4)} && ${w.cond(scope, 2)}) ${block(w, place, true)}`;
    }
    case 4: {
      const n = w.p.name("n");
      return `let ${n} = 0; do ${block(w, place, true)} while (${n}++ < ${r.below(3)} && ${w.cond(scope, 2)});`;
    }
    case 5: return switching(w, place);
    case 6: return walking(w, place);
    default: return block(w, place);
  }
}

const counter = (name: string): Variable => ({ name, type: I32, constant: true });

function block(w: Writer, place: Place, inLoop = place.inLoop, ...more: Variable[]): string {
  const scope = { ...place.scope, vars: [...place.scope.vars, ...more] };
  return `{\n${statements(w, { ...place, scope, inLoop, blocks: place.blocks - 1 }, w.p.r.between(1, 3))}\n}`;
}

/** Cases that end, and that fall into the next one. */
function switching(w: Writer, place: Place): string {
  const { r } = w.p;
  const own = () => block(w, { ...place, inLoop: false }); // `continue` would do, `break` would mean the switch
  const cases = [0, 1, 2].map((k) => `case ${k}: ${own()} ${r.chance(0.6) ? "break;" : ""}`);
  if (r.chance(0.5)) cases.push(`default: ${own()}`);
  return `switch (${w.expr(place.scope, I32, 2)} & 3) {\n${cases.join("\n")}\n}`;
}

/** Over the elements of a list, which may change meanwhile. */
function walking(w: Writer, place: Place): string {
  const [list, i, q] = [w.p.name("list"), w.p.name("i"), w.p.name("q")];
  const of = w.p.anyClass();
  const head = `const ${list} = ${w.expr(place.scope, array(of), DEPTH)};`;
  const body = block(w, place, true, { name: q, type: of, constant: true }, counter(i));
  return `${head} for (let ${i} = 0; ${i} < ${list}.length && ${i} < 6; ${i}++) { const ${q} = ${list}[${i}]; ${body} }`;
}
