// SPDX-License-Identifier: MIT
/**
 * Writes a large AssemblyScript program, the same one each time, for the row build-20k.
 *
 * It is made of units of some 40 lines: a class, functions over numbers, arrays, maps and strings,
 * and in every eighth a pipeline of goroutines. main calls them all, so asc compiles every line.
 *
 * @module
 */

/** A linear congruential generator: the constants in the program, from a seed. */
function random(seed: number): (n: number) => number {
  let state = seed >>> 0;
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 4294967296) * n);
  };
}

/** At least `lines` lines of source. */
export function generate(lines: number): string {
  const pick = random(20_000);
  const out = ['import { Chan, WaitGroup, go, println } from "gopark/assembly";', ""];
  let unit = 0;
  for (; out.length < lines - unit - 8; unit++) {
    out.push(...classOf(unit, pick), ...functionsOf(unit, pick));
    out.push(...(unit % 8 === 0 ? pipelineOf(unit, pick) : computationOf(unit)));
  }
  out.push("export function main(): void {", "  let sum: i64 = 0;");
  for (let i = 0; i < unit; i++) out.push(`  sum += unit${i}(${pick(50) + 1});`);
  out.push('  println("sum " + sum.toString());', "}", "");
  return out.join("\n");
}

type Pick = (n: number) => number;

function classOf(k: number, pick: Pick): string[] {
  return `class Account${k} {
  balance: i64 = ${pick(1000)};
  name: string;
  history: Array<i32> = [];

  constructor(name: string) {
    this.name = name;
  }

  deposit(amount: i32): i64 {
    this.history.push(amount);
    if (this.history.length > ${pick(20) + 4}) this.history.shift();
    this.balance += amount * ${pick(9) + 1};
    return this.balance;
  }

  describe(): string {
    return this.name + ": " + this.balance.toString();
  }
}
`.split("\n");
}

function functionsOf(k: number, pick: Pick): string[] {
  return `function mix${k}(a: i32, b: i32): i32 {
  let h = a ^ ${pick(1 << 30)};
  for (let i = 0; i < ${pick(6) + 2}; i++) {
    h = (h << ${pick(15) + 1}) + b * ${pick(1000) + 3};
    if ((h & ${pick(15) + 1}) == 0) h ^= i;
  }
  return h;
}

function tally${k}(n: i32): i32 {
  const seen = new Map<i32, i32>();
  for (let i = 0; i < n; i++) {
    const key = mix${k}(i, ${pick(100)}) & ${(1 << (pick(5) + 2)) - 1};
    seen.set(key, seen.has(key) ? seen.get(key) + 1 : 1);
  }
  return seen.size;
}
`.split("\n");
}

function computationOf(k: number): string[] {
  return `function unit${k}(n: i32): i64 {
  const account = new Account${k}("unit ${k}");
  for (let i = 0; i < n; i++) account.deposit(mix${k}(i, n) & 255);
  return account.balance + account.describe().length + tally${k}(n);
}
`.split("\n");
}

function pipelineOf(k: number, pick: Pick): string[] {
  return `function worker${k}(jobs: Chan<i32>, results: Chan<Account${k}>, wg: WaitGroup): void {
  for (let job = jobs.recv(); jobs.ok; job = jobs.recv()) {
    const account = new Account${k}("job");
    account.deposit(mix${k}(job, ${pick(100)}) & 1023);
    results.send(account);
  }
  wg.done();
}

function submit${k}(jobs: Chan<i32>, n: i32): void {
  for (let i = 0; i < n; i++) jobs.send(tally${k}(i));
  jobs.close();
}

function unit${k}(n: i32): i64 {
  const jobs = new Chan<i32>(${pick(8)});
  const results = new Chan<Account${k}>();
  const wg = new WaitGroup();
  wg.add(2);
  for (let i = 0; i < 2; i++) go(worker${k}, jobs, results, wg);
  go(submit${k}, jobs, n);
  let sum: i64 = 0;
  for (let i = 0; i < n; i++) sum += results.recv().balance;
  wg.wait();
  return sum;
}
`.split("\n");
}
