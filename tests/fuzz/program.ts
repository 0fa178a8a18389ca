// SPDX-License-Identifier: MIT
/**
 * What a generated program has, while it grows: classes, functions, globals, and who may use what.
 *
 * @module
 */
import type { Random } from "../run/random.ts";
import { hashBody } from "./hash.ts";
import {
  array, box, BYTES, classOf, F64, fixed, I32, I64, map, NAMED, nullable, type Of, same, set, STRING, text, type Type,
} from "./types.ts";

export interface Variable {
  readonly name: string;
  readonly type: Type;
  readonly constant?: boolean;
}

/** Where an expression stands. */
export interface Scope {
  readonly vars: Variable[];
  /** Whether the program's functions may be called: they take `me`, and spend its fuel. */
  readonly me: boolean;
  /** Whether methods may be called: not by methods, which would call each other for ever. */
  readonly methods: boolean;
}

export interface Class {
  readonly n: number;
  /** The class that it extends, or -1. */
  readonly parent: number;
  readonly own: readonly Variable[];
  /** Its fields, inherited ones first. */
  readonly fields: readonly Variable[];
  /** Parameters of its constructor behind the first, an i32; each has a default. */
  readonly optional: readonly Type[];
}

/** A function of the program: (me: Account, …params): result. */
export interface Func {
  readonly name: string;
  readonly params: readonly Type[];
  /** How many of them must be given. */
  readonly least: number;
  readonly result: Type;
}

export const STRINGS = ['""', '"a"', '"hello world"', '"x,y,z"', '"été😀"', '"0123456789abcdef"'];

export class Program {
  readonly r: Random;
  readonly classes: Class[] = [];
  readonly functions: Func[] = [];
  /** Also static fields. Only where one task has them to itself, as tasks may run in any order. */
  readonly globals: Variable[] = [];
  /** Functions of parked.ts that this program waits by. Few: each is compiled for each type. */
  readonly waits: readonly string[];
  /** What functions behind the table take and return, beside `me` and a string. */
  readonly indirect: { readonly takes: Type; readonly returns: Type };
  readonly #hashes = new Map<string, string>();
  readonly #hashText: string[] = [];
  readonly #classes: number;
  #names = 0;

  constructor(r: Random, classes: number, waits: readonly string[]) {
    this.r = r;
    this.waits = waits;
    this.#classes = classes;
    this.indirect = { takes: this.anyClass(), returns: this.anyClass() };
  }

  name(stem: string): string {
    return `${stem}_${++this.#names}`;
  }

  anyClass(): Of<"class"> {
    return classOf(this.r.below(this.#classes));
  }

  anyElement(): Type {
    const { r } = this;
    return r.pick([I32, STRING, STRING, this.anyClass(), this.anyClass(), this.anyClass(), array(r.pick([I32, STRING, this.anyClass()]))]);
  }

  anyType(): Type {
    const { r } = this;
    const c = this.anyClass();
    switch (r.below(13)) {
      case 0: return I32;
      case 1: return r.pick([F64, I64]);
      case 2: case 3: return STRING;
      case 4: return array(this.anyElement());
      case 5: return nullable(r.pick([STRING, c, c, array(c)]));
      case 6: return map(r.pick([I32, STRING]), r.pick([STRING, c, I32]));
      case 7: return r.pick([set(STRING), BYTES, NAMED]);
      case 8: return fixed(r.pick([STRING, c]));
      case 9: return box(r.pick([STRING, c, I32, array(c)]));
      default: return c;
    }
  }

  isSub(n: number, of: number): boolean {
    return n === of || (n >= 0 && this.isSub(this.classes[n]!.parent, of));
  }

  /** The class itself and those that extend it. */
  subclasses(n: number): number[] {
    return this.classes.map((c) => c.n).filter((other) => this.isSub(other, n));
  }

  /** The name of the function that makes an i32 of a value and of all that is up to `depth` below. */
  hash(t: Type): string {
    const known = this.#hashes.get(text(t));
    if (known) return known;
    const name = `h${this.#hashes.size}`;
    this.#hashes.set(text(t), name);
    const body = hashBody(t, (part) => this.hash(part));
    this.#hashText.push(`function ${name}(v: ${text(t)}, depth: i32): i32 { ${body} }`);
    return name;
  }

  hashText(): string {
    return this.#hashText.join("\n");
  }

  /** A value that no other expression is a part of. */
  constant(t: Type): string {
    const { r } = this;
    switch (t.kind) {
      case "i32": return `${r.below(100)}`;
      case "i64": return `(<i64>${r.below(1000)})`;
      case "f64": return `${r.below(50)}.5`;
      case "string": return r.pick(STRINGS);
      case "class": return `new C${t.n}(${r.below(9)})`;
      case "named": return `new C0(${r.below(9)})`;
      case "nullable": return "null";
      case "fixed": return `fixed<${text(t.of)}>([], ${this.constant(t.of)})`;
      case "box": return `new ${text(t)}(${this.constant(t.of)})`;
      case "bytes": return `new Uint8Array(${r.below(40)})`;
      default: return `new ${text(t)}()`;
    }
  }

  /** Variables that an expression of type t may read. */
  readable(s: Scope, t: Type): Variable[] {
    return s.vars.filter((v) => same(v.type, t) || (t.kind === "class" && v.type.kind === "class" && this.isSub(v.type.n, t.n)));
  }

  /** What may be assigned to: variables, fields, globals. */
  places(s: Scope, t: Type): string[] {
    const own = s.vars.filter((v) => !v.constant && same(v.type, t)).map((v) => v.name);
    return [...own, ...this.fieldsOf(s, t), ...this.globalsOf(t)];
  }

  fieldsOf(s: Scope, t: Type): string[] {
    return s.vars.flatMap(({ name, type }) => {
      if (type.kind !== "class") return [];
      return this.classes[type.n]!.fields.filter((f) => same(f.type, t)).map((f) => `${name}.${f.name}`);
    });
  }

  globalsOf(t: Type): string[] {
    return this.globals.filter((g) => same(g.type, t)).map((g) => g.name);
  }
}
