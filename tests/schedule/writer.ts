// SPDX-License-Identifier: MIT
/**
 * Writes the pieces that the events of a program share: values, noise, sends, receives, calls.
 *
 * Each piece comes in several forms of the same meaning; which one is chosen is random.
 *
 * @module
 */
import type { Random } from "../run/random.ts";

/** Types of elements and locals, with the suffix of their functions mkX and hX. */
export const TYPES = {
  i32: "i32", u8: "u8", bool: "bool", i64: "i64", f64: "f64", f32: "f32", string: "string", Box: "Box",
  "i32[]": "ints", "string[]": "texts", "Map<i32, string>": "map",
} as const;
export type Type = keyof typeof TYPES;
const NAMES = Object.keys(TYPES) as Type[];

export const make = (type: Type, x: string): string => `mk${TYPES[type]}(${x})`;
export const hash = (type: Type, v: string): string => `h${TYPES[type]}(${v})`;

/** The text of one program, while it grows. */
export class Writer {
  /** What stands at module level: channels, functions, classes. */
  readonly declarations: string[] = [];
  readonly r: Random;
  /** Who may poll a channel: two who both only look never meet without a buffer. */
  readonly #polled = new Map<string, { readonly send: boolean; readonly recv: boolean }>();
  #last = 0;

  constructor(r: Random) {
    this.r = r;
  }

  name(stem: string): string {
    return `${stem}_${++this.#last}`; // not f32 nor v128
  }

  declare(text: string): void {
    this.declarations.push(text);
  }

  type(): Type {
    return this.r.pick(NAMES);
  }

  chan(type: Type, capacity: number): string {
    const name = this.name("c");
    const send = capacity > 0 || this.r.chance(0.5);
    this.#polled.set(name, { send, recv: capacity > 0 || !send });
    this.declare(`const ${name}«: Chan<${type}>» = new Chan«<${type}>»(${capacity});`);
    return name;
  }

  /** A global that everyone may add to, as adding is commutative. */
  sum(): string {
    const name = this.name("sum");
    this.declare(`let ${name}«: i32» = 0;`);
    return name;
  }

  /** What changes nothing but when things happen, and what lies where on the heap. */
  noise(): string {
    const { r } = this;
    const kinds = ["", "", "", "⟦gosched()⟧;", "runtime.gc();", `garbage(${r.below(16)});`,
      `⟦time.sleep(${r.below(2000)})⟧;`, "if (x & 1) ⟦gosched()⟧;"];
    return r.pick(kinds);
  }

  /** Locals that must be whole behind what stands between their declaration and their sum. */
  locals(inner: string): string {
    const { r } = this;
    const all = Array.from({ length: r.below(5) }, () => ({ type: this.type(), name: this.name("v"), x: r.below(90) }));
    const before = all.map(({ type, name, x }) => `let ${name}«: ${type}» = ${make(type, `x + ${x}`)};`);
    const after = all.map(({ type, name }) => `acc = mix(acc, ${hash(type, name)});`);
    return [...before, inner, ...r.some(after, after.length)].join("\n");
  }

  /** Sends a value over a channel. */
  send(ch: string, type: Type, value: string): string {
    const { r } = this;
    const v = make(type, value);
    switch (this.#polled.get(ch)?.send ? r.below(7) : r.between(2, 6)) {
      case 0: return `while (!${ch}.trySend(${v})) ⟦gosched()⟧;`;
      case 2: {
        const s = this.name("s");
        return `${this.select(s)} const k${s}«: i32» = ${s}.send«<${type}>»(${ch}, ${v}); ${this.never(s)}
          if (⟦${s}.wait()⟧ != k${s}) acc = -1;`;
      }
      case 1: {
        const s = this.name("s");
        return `${this.select(s)} ${s}.send«<${type}>»(${ch}, ${v});
          while (${s}.poll() < 0) { ${this.noise()} ⟦gosched()⟧; }`;
      }
      case 3: {
        const f = this.name("put");
        this.declare(`ƒ ${f}(c«: Chan<${type}>», v«: ${type}», x«: i32»)«: void» {
          ${this.noise()} ⟦c.send(v)⟧; ${this.noise()} }`);
        return `⟦${f}(${ch}, ${v}, x)⟧;`;
      }
      default: return `⟦${ch}.send(${v})⟧;`;
    }
  }

  /** Receives a value that is there or will come, and takes it into account with `add(sum)`. */
  recv(ch: string, type: Type, add: (sum: string) => string): string {
    const { r } = this;
    switch (this.#polled.get(ch)?.recv !== false ? r.below(8) : r.between(2, 7)) {
      case 0: {
        const v = this.name("v");
        return `let ${v}«: ${type}» = ${ch}.tryRecv();
          while (!${ch}.ok) { ⟦gosched()⟧; ${v} = ${ch}.tryRecv(); } ${add(hash(type, v))}`;
      }
      case 2: {
        const s = this.name("s");
        return `${this.select(s)} const k${s}«: i32» = ${s}.recv«<${type}>»(${ch}); ${this.never(s)}
          if (⟦${s}.wait()⟧ != k${s} || !${s}.ok) acc = -2;
          ${this.noise()} ${add(hash(type, `${s}.value«<${type}>»()`))}`;
      }
      case 1: {
        const s = this.name("s");
        return `${this.select(s)} ${s}.recv«<${type}>»(${ch});
          while (${s}.poll() < 0) ⟦gosched()⟧; ${add(hash(type, `${s}.value«<${type}>»()`))}`;
      }
      case 3: {
        const f = this.name("get");
        this.declare(`ƒ ${f}(c«: Chan<${type}>», x«: i32»)«: ${type}» {
          ${this.noise()} const v«: ${type}» = ⟦c.recv()⟧; ${this.noise()} return v; }`);
        return add(hash(type, `⟦${f}(${ch}, x)⟧`));
      }
      case 4: return add(`mkBox(x).with(${hash(type, `⟦${ch}.recv()⟧`)})`);
      case 5: return add(`hints([x, ${hash(type, `⟦${ch}.recv()⟧`)}, 5])`);
      default: return add(hash(type, `⟦${ch}.recv()⟧`));
    }
  }

  private select(name: string): string {
    return `const ${name}«: Select» = new Select(); ${this.r.chance(0.5) ? this.never(name) : ""}`;
  }

  /** Cases that are never ready. */
  private never(s: string): string {
    const { r } = this;
    const kinds = ["", `${s}.recv«<string>»(null);`, `${s}.send«<Box>»(null, mkBox(1));`, `${s}.recv«<i32>»(silent);`,
      `${s}.enable(${s}.recv«<i64>»(full), false);`];
    return r.some(kinds, r.below(3)).join(" ");
  }

  /** Makes `body` a function of (me, x) with a result, and returns how to call it. */
  callable(body: string, x: number): string {
    const name = this.func(body);
    const { r } = this;
    switch (r.below(11)) {
      case 0: return this.recursion(name, r.below(9), x);
      case 1: return this.recursion(name, r.chance(0.15) ? 1200 : 60, x);
      case 2: return this.indirect(name, x);
      case 3: return this.virtual(name, x);
      case 4: return this.asInterface(name, x);
      case 5: return `mkBox(${r.below(50)}).with(⟦${name}(me, ${x})⟧)`;
      case 6: return `hints([${r.below(9)}, ⟦${name}(me, ${x})⟧, hstring(mkstring(${r.below(9)}) + "z")])`;
      case 7: return `hstring("t" + mkstring(${r.below(99)}) + \`\${⟦${name}(me, ${x})⟧} of \${me.id}\`)`;
      case 8: return this.optional(name, x);
      case 9: return this.inLoop(name, x);
      default: return `⟦${name}(me, ${x})⟧`;
    }
  }

  private func(body: string): string {
    const name = this.name("f");
    this.declare(`ƒ ${name}(me«: Me», x«: i32»)«: i32» {
      let acc«: i32» = x;\n${this.locals(body)}\nreturn acc;\n}`);
    return name;
  }

  private recursion(f: string, depth: number, x: number): string {
    const name = this.name("down");
    const type = this.type();
    const other = this.type();
    this.declare(`ƒ ${name}(me«: Me», depth«: i32», x«: i32»)«: i32» {
      if (depth == 0) return ⟦${f}(me, x)⟧;
      const kept«: ${type}» = ${make(type, "depth + x")};
      const r«: i32» = ⟦${name}b(me, depth - 1, x)⟧;
      return mix(r, ${hash(type, "kept")}); }
    ƒ ${name}b(me«: Me», depth«: i32», x«: i32»)«: i32» {
      let acc«: i32» = 0;
      if (depth & 1) { ${this.r.chance(0.3) ? this.noise() : ""} }
      return mix(${hash(other, make(other, "depth"))}, mix(acc, ⟦${name}(me, depth, x)⟧)); }`);
    return `⟦${name}(me, ${depth}, ${x})⟧`;
  }

  private indirect(f: string, x: number): string {
    const table = this.name("table");
    const at = this.r.below(2);
    this.declare(`const ${table}«: ((me: Me, x: i32) => i32)[]» = [${at ? `idle, ${f}` : `${f}, idle`}];`);
    return `mix(⟦${table}[${1 - at}](me, ${x})⟧, ⟦${table}[${at}](me, ${x})⟧)`;
  }

  private virtual(f: string, x: number): string {
    const name = this.name("Work");
    this.declare(`class ${name} extends Work {
      µ run(me«: Me», x«: i32»)«: i32» {
        const r«: i32» = ⟦${f}(me, x)⟧;
        return mix(this.kept.sum(), mix(r, this.seed)); } }
    ƒ ${name}both(a«: Work», b«: Work», me«: Me», x«: i32»)«: i32» { return mix(⟦a.run(me, x)⟧, ⟦b.run(me, x)⟧); }`);
    const a = `new ${name}(${this.r.below(9)})`;
    const b = `new Idle(${this.r.below(9)})`;
    return `⟦${name}both(${this.r.chance(0.5) ? `${a}, ${b}` : `${b}, ${a}`}, me, ${x})⟧`;
  }

  private asInterface(f: string, x: number): string {
    const name = this.name("Task");
    this.declare(`class ${name} extends Work « implements Task » {
      µ run(me«: Me», x«: i32»)«: i32» { return x; }
      µ task(me«: Me», x«: i32»)«: i32» { return mix(⟦${f}(me, x)⟧, this.kept.sum()); } }
    ƒ ${name}any(t«: Task», me«: Me», x«: i32»)«: i32» { return ⟦t.task(me, x)⟧; }`);
    return `mix(⟦${name}any(new Idle(3), me, 4)⟧, ⟦${name}any(new ${name}(5), me, ${x})⟧)`;
  }

  private optional(f: string, x: number): string {
    const name = this.name("opt");
    this.declare(`ƒ ${name}(me«: Me», x«: i32», b«: Box» = mkBox(x + 2), n«: i32» = mix(me.id, x))«: i32» {
      const r«: i32» = ⟦${f}(me, x)⟧;
      return mix(mix(r, b.sum()), n); }`);
    return `⟦${name}(me, ${x}${this.r.chance(0.5) ? `, mkBox(${this.r.below(9)})` : ""})⟧`;
  }

  /** Called once, in a loop that runs more often and breaks off. */
  private inLoop(f: string, x: number): string {
    const name = this.name("loop");
    const at = this.r.below(4);
    this.declare(`ƒ ${name}(me«: Me», x«: i32»)«: i32» {
      let acc«: i32» = x;
      for (let i«: i32» = 0; i < 9; i++) {
        const b«: Box» = mkBox(i);
        if (i == ${at + 2}) break;
        if (i != ${at}) { ${this.noise()} continue; }
        acc = mix(acc, b.with(⟦${f}(me, x)⟧));
      }
      return acc; }`);
    return `⟦${name}(me, ${x})⟧`;
  }
}
