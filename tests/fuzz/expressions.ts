// SPDX-License-Identifier: MIT
/**
 * Writes random expressions of a wanted type.
 *
 * @module
 */
import { collectionForms } from "./collections.ts";
import type { Func, Program, Scope, Variable } from "./program.ts";
import { isManaged, map, nullable, STRING, text, type Type, I32, classOf } from "./types.ts";
import { valueForms } from "./values.ts";

/** Ways to write an expression, each with how often it is chosen beside the others. */
export type Forms = (readonly [weight: number, write: () => string])[];

const WAIT = 0.06; // of all managed values are handed through a function that waits
const LAMBDA_DEPTH = 2;

export class Writer {
  readonly p: Program;

  constructor(p: Program) {
    this.p = p;
  }

  /** Returns an expression; `depth` says how far it is from one that is a name or a constant. */
  expr(s: Scope, t: Type, depth: number): string {
    return this.waiting(t, this.#plain(s, t, depth), WAIT);
  }

  /** Perhaps hands a value through a function that waits. */
  waiting(t: Type, value: string, chance: number): string {
    const { r, waits } = this.p;
    return isManaged(t) && r.chance(chance) ? `${r.pick(waits)}<${text(t)}>(${value})` : value;
  }

  #plain(s: Scope, t: Type, depth: number): string {
    const { r } = this.p;
    const vars = this.p.readable(s, t);
    if (vars.length && (depth <= 0 || r.chance(0.35))) return r.pick(vars).name;
    if (depth <= 0) return this.p.constant(t);
    const forms = [...this.#anyForms(s, t, depth), ...valueForms(this, s, t, depth), ...collectionForms(this, s, t, depth)];
    let at = r.below(forms.reduce((sum, [weight]) => sum + weight, 0));
    return forms.find(([weight]) => (at -= weight) < 0)![1]();
  }

  /** Forms for every type. */
  #anyForms(s: Scope, t: Type, depth: number): Forms {
    const { p } = this;
    const e = () => this.expr(s, t, depth - 1);
    const forms: Forms = [[1, () => `same<${text(t)}>(${e()})`]];
    if (t.kind !== "nullable") forms.push([1, () => `(${this.cond(s, depth - 1)} ? ${e()} : ${e()})`]);
    if (isManaged(t)) forms.push([1, () => `choose<${text(t)}>(${this.cond(s, depth - 1)}, ${e()}, ${e()})`]);
    if (isManaged(t) && t.kind !== "nullable") forms.push([1, () => `changetype<${text(t)}>(changetype<usize>(${e()}))`]);
    const read = [...p.fieldsOf(s, t), ...p.globalsOf(t)];
    if (read.length) forms.push([2 * read.length, () => p.r.pick(read)]);
    const places = p.places(s, t);
    if (places.length) forms.push([1, () => `(${p.r.pick(places)} = ${e()})`]);
    if (s.me) for (const f of p.functions) if (text(f.result) === text(t)) forms.push([3, () => this.call(s, f, depth)]);
    return forms;
  }

  call(s: Scope, f: Func, depth: number): string {
    const given = f.params.slice(0, this.p.r.between(f.least, f.params.length));
    return `${f.name}(${["me", ...given.map((t) => this.expr(s, t, depth - 1))].join(", ")})`;
  }

  cond(s: Scope, depth: number): string {
    const { p, p: { r } } = this;
    if (depth <= 0) return `(${this.expr(s, I32, 0)} & ${1 << r.below(3)}) != 0`;
    const e = (t: Type) => this.expr(s, t, depth - 1);
    const c = p.anyClass();
    switch (r.below(9)) {
      case 0: return `(${this.cond(s, depth - 1)} && ${this.cond(s, depth - 1)})`;
      case 1: return `(${this.cond(s, depth - 1)} || ${this.cond(s, depth - 1)})`;
      case 2: return `!(${this.cond(s, depth - 1)})`;
      case 3: return `${e(STRING)} ${r.pick(["==", "!=", "<", ">="])} ${e(STRING)}`;
      case 4: return `isThere<${text(c)}>(${e(nullable(c))})`;
      case 5: return `${e(map(STRING, c))}.has(${e(STRING)})`;
      case 6: return `${e(c)} instanceof ${text(classOf(r.pick(p.subclasses(c.n))))}`;
      default: return `${e(I32)} ${r.pick(["<", ">", "==", "!="])} ${e(I32)}`;
    }
  }

  /** The body of a function value: it sees its own parameters only, as closures are not there. */
  lambda(s: Scope, t: Type, depth: number, ...params: Variable[]): string {
    return this.expr(inner(s, params), t, Math.min(LAMBDA_DEPTH, depth - 1));
  }

  lambdaCond(s: Scope, depth: number, ...params: Variable[]): string {
    return this.cond(inner(s, params), Math.min(LAMBDA_DEPTH, depth - 1));
  }
}

function inner(s: Scope, vars: Variable[]): Scope {
  return { vars, me: false, methods: s.methods };
}
