// SPDX-License-Identifier: MIT
/**
 * What goroutines do with each other in a generated program.
 *
 * An event has participants and a body for each. It completes as soon as all of them have come to
 * it, whatever runs when, and needs nobody else: so a program is any sequence of events, and each
 * goroutine goes through its own in that order. What a body adds to `acc` does not depend on the
 * schedule; what arrives in an order that does is added up in a global first.
 *
 * @module
 */
import { hash, make, type Writer } from "./writer.ts";

/** Statements in a function with `me`, `x` and `acc`, one for each participant. */
type Bodies = string[];
type EventKind = (w: Writer, n: number) => Bodies;

const add = (sum: string) => `acc = mix(acc, ${sum});`;
const addTo = (global: string) => (sum: string) => {
  const v = global + "v";
  return `const ${v}«: i32» = ${sum}; ${global} = (${global} + ${v}) | 0;`;
};
const loop = (n: number, body: string) => `for (let i«: i32» = 0; i < ${n}; i++) { ${body} }`;

/** All wait for all; then what they have added up is complete. */
function meet(w: Writer, n: number): string {
  const group = w.name("wg");
  w.declare(`const ${group}«: WaitGroup» = new WaitGroup(); ${group}.add(${n});`);
  return `${group}.done(); ⟦${group}.wait()⟧;`;
}

/** One sends, one receives, in order. */
function pipe(w: Writer): Bodies {
  const type = w.type();
  const ch = w.chan(type, w.r.below(4));
  const n = w.r.between(1, 6);
  const ranged = w.r.chance(0.4);
  const got = ranged
    ? `for (let v«: ${type}» = ⟦${ch}.recv()⟧; ${ch}.ok; v = ⟦${ch}.recv()⟧) { ${w.noise()} ${add(hash(type, "v"))} }`
    : loop(n, w.noise() + w.recv(ch, type, add));
  return [loop(n, w.noise() + w.send(ch, type, "x + i")) + (ranged ? `${ch}.close();` : ""), got];
}

/** Many send over one channel, one receives in any order. */
function fanIn(w: Writer, n: number): Bodies {
  const type = w.type();
  const ch = w.chan(type, w.r.below(3));
  const each = w.r.between(1, 4);
  const sum = w.sum();
  const senders = Array.from({ length: n - 1 }, () => loop(each, w.noise() + w.send(ch, type, "x + i")));
  return [loop(each * (n - 1), w.recv(ch, type, addTo(sum))) + add(sum), ...senders];
}

/** One selects among channels, each with a sender that closes it. */
function merge(w: Writer, n: number): Bodies {
  const s = w.name("s");
  const sums = w.name("sums");
  let receiver = `const ${s}«: Select» = new Select(); const ${sums}«: i32[]» = [${"0, ".repeat(n - 1)}0];`;
  let cases = "";
  const senders = Array.from({ length: n - 1 }, (_, k) => {
    const type = w.type();
    const ch = w.chan(type, w.r.below(3));
    receiver += `${s}.recv«<${type}>»(${ch});`;
    const end = w.r.chance(0.5) ? `${s}.enable(${k}, false)` : `${s}.setChan«<${type}>»(${k}, null)`;
    cases += `if (k == ${k}) {
      if (${s}.ok) ${sums}[${k}] = mix(${sums}[${k}], ${hash(type, `${s}.value«<${type}>»()`)});
      else { open--; ${end}; } }\n`;
    return loop(w.r.between(0, 4), w.noise() + w.send(ch, type, "x + i")) + `${ch}.close();`;
  });
  const look = w.r.chance(0.3) ? `let k«: i32» = ${s}.poll(); if (k < 0) k = ⟦${s}.wait()⟧;` : `const k«: i32» = ⟦${s}.wait()⟧;`;
  receiver += `for (let open«: i32» = ${n - 1}; open > 0;) { ${look} ${w.noise()} ${cases} } ${add(`hints(${sums})`)}`;
  return [receiver, ...senders];
}

/** One sends and closes, many share what comes. */
function fanOut(w: Writer, n: number): Bodies {
  const type = w.type();
  const ch = w.chan(type, w.r.below(4));
  const sum = w.sum();
  const met = meet(w, n);
  const receivers = Array.from({ length: n - 1 }, () => `
    for (let v«: ${type}» = ⟦${ch}.recv()⟧; ${ch}.ok; v = ⟦${ch}.recv()⟧) { ${addTo(sum)(hash(type, "v"))} ${w.noise()} }
    ${met} ${add(sum)}`);
  return [`${loop(w.r.between(0, 8), w.send(ch, type, "x + i"))} ${ch}.close(); ${met} ${add(sum)}`, ...receivers];
}

/** All count under a lock, with waits inside. */
function locked(w: Writer, n: number): Bodies {
  const m = w.name("mu");
  const count = w.sum();
  const each = w.r.between(1, 4);
  w.declare(`const ${m}«: Mutex» = new Mutex();`);
  const met = meet(w, n);
  return Array.from({ length: n }, () => {
    const lock = w.r.chance(0.3) ? `while (!${m}.tryLock()) ⟦gosched()⟧;` : `⟦${m}.lock()⟧;`;
    return `${loop(each, `${lock} const seen«: i32» = ${count}; ${w.noise()} ${count} = seen + 1; ${m}.unlock();`)} ${met} ${add(count)}`;
  });
}

/** Writers change two objects together, readers compare them. */
function readers(w: Writer, n: number): Bodies {
  const m = w.name("rw");
  w.declare(`const ${m}«: RWMutex» = new RWMutex(); let ${m}a«: Box» = new Box(1); let ${m}b«: Box» = new Box(1);`);
  return Array.from({ length: n }, (_, k) => k % 2
    ? loop(2, `⟦${m}.lock()⟧; ${m}a = new Box(x + i); ${w.noise()} ${m}b = new Box(x + i); ${m}.unlock(); ${w.noise()}`)
    : loop(3, `⟦${m}.rLock()⟧; const seen«: Box» = ${m}a; ${w.noise()} ${add(`seen.sum() == ${m}b.sum() && seen == ${m}a ? 1 : -3`)} ${m}.rUnlock();`));
}

/** Weights of one semaphore are never above its size. */
function weighted(w: Writer, n: number): Bodies {
  const s = w.name("sem");
  w.declare(`const ${s}«: Semaphore» = new Semaphore(4); let ${s}used«: i32» = 0;`);
  return Array.from({ length: n }, () => {
    const k = w.r.between(1, 4);
    return loop(2, `⟦${s}.acquire(${k})⟧; ${s}used += ${k}; ${w.noise()}
      ${add(`${s}used <= 4 ? 1 : -4`)} ${s}used -= ${k}; ${s}.release(${k}); ${w.noise()}`);
  });
}

/** The last to come wakes the others. */
function condition(w: Writer, n: number): Bodies {
  const c = w.name("cond");
  w.declare(`const ${c}m«: Mutex» = new Mutex(); const ${c}«: Cond» = new Cond(${c}m); let ${c}n«: i32» = 0;`);
  return Array.from({ length: n }, () => `${w.noise()} ⟦${c}m.lock()⟧; ${c}n++;
    if (${c}n == ${n}) ${c}.broadcast(); else while (${c}n < ${n}) ⟦${c}.wait()⟧;
    ${add(`${c}n`)} ${c}m.unlock();`);
}

/** A goroutine starts others with arguments of all types, and waits for them. */
function children(w: Writer): Bodies {
  const group = w.name("wg");
  const f = w.name("child");
  const types = Array.from({ length: w.r.between(1, 5) }, () => w.type());
  const sum = w.sum();
  const ends = w.r.chance(0.2) ? "if (x & 1) runtime.goexit();" : "";
  w.declare(`ƒ ${f}(x«: i32», ${types.map((t, k) => `a${k}«: ${t}»`).join(", ")})«: void» {
    let acc«: i32» = x;
    ${w.noise()}
    ${w.locals(`${w.noise()} ${types.map((t, k) => add(hash(t, `a${k}`))).join(" ")}`)}
    ${sum} = (${sum} + acc) | 0; ${ends} ${w.noise()} }`);
  const args = (i: string) => types.map((t) => make(t, `${i} + ${w.r.below(40)}`)).join(", ");
  return [`const ${group}«: WaitGroup» = new WaitGroup();
    ${loop(w.r.between(1, 5), `${group}.go(${f}, x + i, ${args("i")}); ${w.noise()}`)}
    ⟦${group}.wait()⟧; ${add(sum)}`];
}

/** A tree of goroutines, each of which waits for two below. */
function tree(w: Writer): Bodies {
  const f = w.name("tree");
  w.declare(`ƒ ${f}(depth«: i32», x«: i32», up«: Chan<Box>»)«: void» {
    let acc«: i32» = 0;
    const mine«: Box» = mkBox(x);
    if (depth > 0) {
      const left«: Chan<Box>» = new Chan«<Box>»(), right«: Chan<Box>» = new Chan«<Box>»(1);
      go(${f}, depth - 1, x * 2, left); go(${f}, depth - 1, x * 2 + 1, right);
      ${w.noise()}
      mine.n = mix(mix(mine.n, hBox(⟦left.recv()⟧)), hBox(⟦right.recv()⟧));
    } else { ${w.noise()} }
    ⟦up.send(mine)⟧; }`);
  const d = w.r.below(5);
  return [`const up«: Chan<Box>» = new Chan«<Box>»(); go(${f}, ${d}, x, up); ${add("hBox(⟦up.recv()⟧)")}`];
}

/** A server answers requests that bring their own channel. */
function requests(w: Writer, n: number): Bodies {
  const type = w.type();
  const R = w.name("Request");
  const each = w.r.between(1, 3);
  const sum = w.sum();
  w.declare(`class ${R} { «reply: Chan<${type}>; x: i32;»
    constructor(reply«: Chan<${type}>», x«: i32») { this.reply = reply; this.x = x; } }
    const ${R}c«: Chan<${R}>» = new Chan«<${R}>»(${w.r.below(2)});`);
  const server = `${loop(each * (n - 1), `const q«: ${R}» = ⟦${R}c.recv()⟧; ${w.noise()}
    ⟦q.reply.send(${make(type, "q.x + 1")})⟧; ${sum} = (${sum} + q.x) | 0;`)} ${add(sum)}`;
  const clients = Array.from({ length: n - 1 }, () => loop(each, `const c«: Chan<${type}>» = new Chan«<${type}>»(${w.r.below(2)});
    ⟦${R}c.send(new ${R}(c, x + i))⟧; ${w.noise()} ${w.recv("c", type, add)}`));
  return [server, ...clients];
}

/** An object goes round; everyone changes it. */
function ring(w: Writer, n: number): Bodies {
  const links = Array.from({ length: n }, () => w.chan("Box", w.r.below(2)));
  const rounds = w.r.between(1, 4);
  return links.map((from, k) => {
    const to = links[(k + 1) % n]!;
    const pass = `const b«: Box» = ⟦${from}.recv()⟧; ${w.noise()} ${add("b.sum()")} b.n = mix(b.n, ${k});`;
    if (k) return loop(rounds, `${pass} ⟦${to}.send(b)⟧;`);
    return `⟦${to}.send(mkBox(x))⟧; ${loop(rounds - 1, `${pass} ⟦${to}.send(b)⟧;`)} { ${pass} }`;
  });
}

/** Timers alone: what is due comes, what is stopped does not. */
function timers(w: Writer): Bodies {
  const d = w.r.between(1, 5000);
  const s = w.name("s");
  const fired = w.name("fired");
  w.declare(`ƒ ${fired}f(c«: Chan<string>», v«: string»)«: void» { let acc«: i32» = 0; const x«: i32» = 1; ${w.noise()} ⟦c.send(v)⟧; }`);
  return [w.r.pick([
    `const ${s}«: Select» = new Select(); ${s}.recv«<i32>»(silent); const due«: i32» = ${s}.recv«<i64>»(time.after(${d}));
      ${add(`⟦${s}.wait()⟧ == due ? 1 : -5`)}`,
    `const c«: Chan<string>» = new Chan«<string>»();
      const t«: time.Timer» = time.afterFunc(${d}, ${fired}f, c, mkstring(x)); ${add("hstring(⟦c.recv()⟧)")} ${add("t.stop() ? -6 : 1")}`,
    `const c«: Chan<string>» = new Chan«<string>»();
      const t«: time.Timer» = time.afterFunc(900000000000000, ${fired}f, c, mkstring(x)); ${w.noise()} ${add("t.stop() ? 1 : -7")}`,
    `const t«: time.Ticker» = new time.Ticker(${d}); ${loop(w.r.between(1, 4), `⟦t.c.recv()⟧; ${w.noise()} ${add("t.c.ok ? i : -8")}`)} t.stop();`,
  ])];
}

/** A context ends; all who wait for it, or for one below it, see that. */
function contexts(w: Writer, n: number): Bodies {
  const c = w.name("ctx");
  const timed = w.r.chance(0.4);
  w.declare(`const ${c}«: context.Context» = ${timed ? `context.withTimeout(context.background(), ${w.r.below(5000) + 1})` : "context.withCancel(context.background())"};
    const ${c}b«: context.Context» = context.withCancel(${c});`);
  const waits = (of: string) => `⟦${of}.done.recv()⟧; ${add(`hstring(${of}.err«!»)`)}`;
  return Array.from({ length: n }, (_, k) => (k ? waits(k & 1 ? c : `${c}b`) : `${w.noise()} ${timed ? waits(c) : `${c}.cancel();`}`));
}

/** Answers of the host, while others run. */
function host(w: Writer): Bodies {
  return [loop(w.r.between(1, 3), w.r.pick([
    `${w.noise()} ${add("hstring(⟦text(mkstring(x + i))⟧)")}`,
    `${add("hf64(⟦half(<f64>(x + i))⟧)").replace("<f64>", "«<f64>»")}`,
    `${add("hints(⟦reversed(mkints(x + i))⟧)")} ${w.noise()}`,
    add("hstring(⟦text(mkstring(i) + ⟦text(mkstring(x))⟧)⟧)"),
  ]))];
}

/** Functions that std calls, and that wait. */
function callbacks(w: Writer): Bodies {
  const f = w.name("each");
  w.declare(`ƒ ${f}(v«: i32», i«: i32», a«: i32[]»)«: i32» { let acc«: i32» = v; const x«: i32» = i; ${w.locals(w.noise())} return mix(acc, a.length); }
    ƒ ${f}c(a«: i32», b«: i32»)«: i32» { let acc«: i32» = a; const x«: i32» = b & 1; ${w.noise()} return a - b; }`);
  return [`${add(`hints(⟦mapped(mkints(x), ${f})⟧)`)} ${add(`hints(⟦sorted([x, 3, x + 9, 1, 7, 4], ${f}c)⟧)`)}`];
}

/** The kinds, with the least and the most participants. */
export const EVENTS: readonly { kind: EventKind; least: number; most: number }[] = [
  { kind: pipe, least: 2, most: 2 }, { kind: pipe, least: 2, most: 2 }, { kind: fanIn, least: 2, most: 4 },
  { kind: merge, least: 2, most: 4 }, { kind: fanOut, least: 2, most: 4 }, { kind: locked, least: 2, most: 4 },
  { kind: readers, least: 2, most: 4 }, { kind: weighted, least: 2, most: 4 }, { kind: condition, least: 2, most: 4 },
  { kind: children, least: 1, most: 1 }, { kind: tree, least: 1, most: 1 }, { kind: requests, least: 2, most: 4 },
  { kind: ring, least: 2, most: 5 }, { kind: timers, least: 1, most: 1 }, { kind: contexts, least: 2, most: 4 },
  { kind: host, least: 1, most: 1 }, { kind: callbacks, least: 1, most: 1 },
];
