// SPDX-License-Identifier: MIT
/**
 * What tests/schedule/guest/prelude.ts has, for the model: the same sums of the same values.
 *
 * @module
 */

type Step = Generator<void, number, void>;

function mix(a: number, b: number): number {
  const x = Math.imul(a ^ b, 0x01000193);
  return x ^ ((x >>> 15) | 0);
}

class Me {
  acc = 1;
  readonly log: number[] = [];
  readonly id: number;
  constructor(id: number) { this.id = id; }
  add(v: number): void { this.acc = mix(this.acc, v); }
  note(): void { this.log.push(this.acc); }
  toString(): string { return `g${this.id}:${this.log.map((v) => ` ${v >>> 0}`).join("")}`; }
}

class Box {
  text: string;
  next: Box | null = null;
  n: number;
  constructor(n: number) {
    this.n = n;
    this.text = `box ${n}`;
  }
  sum(): number {
    let r = 7;
    for (let b: Box | null = this; b; b = b.next) r = mix(mix(r, b.n), hstring(b.text));
    return r;
  }
  with(v: number): number { return mix(this.sum(), v); }
}

class Work {
  readonly kept: Box;
  readonly seed: number;
  constructor(seed: number) {
    this.kept = mkBox(seed);
    this.seed = seed;
  }
}

class Idle extends Work {
  *run(_me: Me, x: number): Step { return mix(this.seed, x); }
  *task(_me: Me, x: number): Step { return mix(this.seed, x + 1); }
}

const sum = (list: readonly number[], first: number) => list.reduce(mix, first);
const hstring = (v: string) => sum([...Array(v.length).keys()].map((i) => v.charCodeAt(i)), v.length);
const mkstring = (x: number) => `s${x}${"é✓".repeat(x & 3)}`;

function mkBox(x: number): Box {
  const b = new Box(x);
  if (x & 1) b.next = new Box(x >> 1);
  return b;
}

function* mapped(a: number[], f: (v: number, i: number, a: number[]) => Step): Generator<void, number[], void> {
  const result = [];
  for (const [i, v] of a.entries()) result.push(yield* f(v, i, a));
  return result;
}

/** The comparison that the program gives waits, and then says which number is smaller. */
function* sorted(a: number[], _compare: unknown): Generator<void, number[], void> {
  return [...a].sort((x, y) => x - y);
}

export const VALUES = {
  Me, Box, Work, Idle, mix, mapped, sorted,
  *idle(me: Me, x: number): Step { return mix(me.id, x); },
  garbage(_n: number): void {},
  mki32: (x: number) => x * 31 + 7, hi32: (v: number) => v,
  mku8: (x: number) => x & 255, hu8: (v: number) => v,
  mkbool: (x: number) => (x & 1) !== 0, hbool: (v: boolean) => (v ? 11 : 5),
  mki64: (x: number) => (BigInt(x) << 32n) + BigInt(x * 7 + 1),
  hi64: (v: bigint) => mix(Number(BigInt.asIntN(32, v)), Number(v >> 32n)),
  mkf64: (x: number) => x / 2, hf64: (v: number) => v * 2,
  mkf32: (x: number) => (x & 0xffff) / 4, hf32: (v: number) => v * 4,
  mkstring, hstring, mkBox, hBox: (v: Box) => v.sum(),
  mkints: (x: number) => [...Array((x & 7) + 1).keys()].map((i) => x + i * i),
  hints: (v: number[]) => sum(v, v.length),
  mktexts: (x: number) => [mkstring(x), mkstring(x + 1), `${x}`],
  htexts: (v: string[]) => sum(v.map(hstring), v.length),
  mkmap: (x: number) => new Map([...Array((x & 3) + 2).keys()].map((i) => [x + i, `v${i}`])),
  hmap: (v: Map<number, string>) => [...v].reduce((r, [k, s]) => mix(mix(r, k), hstring(s)), v.size),
};
