// SPDX-License-Identifier: MIT
// go: starts a function on a goroutine of its own.
//
// Each combination of types gets a trampoline, compiled once: it reads the arguments, 8 bytes
// each (16 for v128), off the goroutine's stack and calls the function. Nothing follows that
// call, so a trampoline needs no frame of its own when the goroutine parks. The arguments stay
// where they are, and alive, until the goroutine ends.
//
// An argument that is not given has the type __Absent, and the call goes without it: asc fills in the
// function's default, or says that there is none.

import { ancestorsinit } from "../profile/ancestors";
import { newproc } from "../sched/proc";
import { G, getg } from "../sys/types";
import { zero } from "./chan";

// @ts-ignore: decorator
@inline function width<T>(): usize {
  return isVector<T>() ? 16 : 8;
}

// @ts-ignore: decorator
@inline function put<T>(gp: G, at: usize, v: T): void {
  store<u64>(gp.stack + at, 0);
  store<T>(gp.stack + at, v);
  if (isManaged<T>()) gp.argmask |= 1 << (<u32>at >> 3);
}

// @ts-ignore: decorator
@inline function arg<T>(at: usize): T {
  return load<T>(getg().stack + at);
}

// @ts-ignore: decorator
@inline function callee<F>(): F {
  return changetype<F>(getg().fn);
}

/**
 * The type of an argument that is not given. Unmanaged: it costs a program nothing. Global: where a program
 * writes some of go's types, asc looks for the defaults of the others among that program's names.
 */
// @ts-ignore: decorator
@global @unmanaged export class __Absent {}

// Known at compile time: no other class can be one that nothing extends.
// @ts-ignore: decorator
@inline function given<T>(): bool {
  return !(zero<T>() instanceof __Absent);
}

/** Whether fn(…) is called with n arguments or fewer: those beyond its parameters are nobody's. */
// @ts-ignore: decorator
@inline function atmost<F, Next>(n: i32): bool {
  return lengthof<F>() == n || !given<Next>();
}

/** Refuses arguments that fn has no parameter for, at compile time. */
// @ts-ignore: decorator
@inline export function checkargs<F, A, B, C, D, E, H>(): void {
  const n = i32(given<A>()) + i32(given<B>()) + i32(given<C>()) + i32(given<D>()) + i32(given<E>()) + i32(given<H>());
  if (n > lengthof<F>()) ERROR("go: more arguments than the function takes");
}

/** Starts fn(a, b, …) on a new goroutine, with the arguments that fn takes, at most 6. Dies if fn is null. Never parks. May collect. */
export function go<F, A = __Absent, B = __Absent, C = __Absent, D = __Absent, E = __Absent, H = __Absent>(
  fn: F,
  a: A = zero<A>(),
  b: B = zero<B>(),
  c: C = zero<C>(),
  d: D = zero<D>(),
  e: E = zero<E>(),
  f: H = zero<H>()
): void {
  checkargs<F, A, B, C, D, E, H>();
  gocall<F, A, B, C, D, E, H>(fn, a, b, c, d, e, f, 0);
}

/** Made at the program's start, if it starts goroutines. */
// @ts-ignore: decorator
@lazy const ancestors = ancestorsinit();

/** go, for whoever needs the goroutine, or `extra` bytes of its stack behind the arguments. */
// @ts-ignore: decorator
@inline export function gocall<F, A, B, C, D, E, H>(fn: F, a: A, b: B, c: C, d: D, e: E, f: H, extra: usize): G {
  const atb = width<A>();
  const atc = atb + width<B>();
  const atd = atc + width<C>();
  const ate = atd + width<D>();
  const atf = ate + width<E>();
  const target = changetype<usize>(fn);
  ancestors; // has asc make it
  if (atmost<F, A>(0)) {
    return newproc(changetype<usize>((): void => { callee<F>()(); }), target, extra);
  } else if (atmost<F, B>(1)) {
    const gp = newproc(changetype<usize>((): void => { callee<F>()(arg<A>(0)); }), target, atb + extra);
    put<A>(gp, 0, a);
    return gp;
  } else if (atmost<F, C>(2)) {
    const gp = newproc(changetype<usize>((): void => {
      callee<F>()(arg<A>(0), arg<B>(width<A>()));
    }), target, atc + extra);
    put<A>(gp, 0, a);
    put<B>(gp, atb, b);
    return gp;
  } else if (atmost<F, D>(3)) {
    const gp = newproc(changetype<usize>((): void => {
      const atc = width<A>() + width<B>();
      callee<F>()(arg<A>(0), arg<B>(width<A>()), arg<C>(atc));
    }), target, atd + extra);
    put<A>(gp, 0, a);
    put<B>(gp, atb, b);
    put<C>(gp, atc, c);
    return gp;
  } else if (atmost<F, E>(4)) {
    const gp = newproc(changetype<usize>((): void => {
      const atc = width<A>() + width<B>();
      const atd = atc + width<C>();
      callee<F>()(arg<A>(0), arg<B>(width<A>()), arg<C>(atc), arg<D>(atd));
    }), target, ate + extra);
    put<A>(gp, 0, a);
    put<B>(gp, atb, b);
    put<C>(gp, atc, c);
    put<D>(gp, atd, d);
    return gp;
  } else if (atmost<F, H>(5)) {
    const gp = newproc(changetype<usize>((): void => {
      const atc = width<A>() + width<B>();
      const atd = atc + width<C>();
      const ate = atd + width<D>();
      callee<F>()(arg<A>(0), arg<B>(width<A>()), arg<C>(atc), arg<D>(atd), arg<E>(ate));
    }), target, atf + extra);
    put<A>(gp, 0, a);
    put<B>(gp, atb, b);
    put<C>(gp, atc, c);
    put<D>(gp, atd, d);
    put<E>(gp, ate, e);
    return gp;
  } else if (lengthof<F>() == 6) {
    const gp = newproc(changetype<usize>((): void => {
      const atc = width<A>() + width<B>();
      const atd = atc + width<C>();
      const ate = atd + width<D>();
      const atf = ate + width<E>();
      callee<F>()(arg<A>(0), arg<B>(width<A>()), arg<C>(atc), arg<D>(atd), arg<E>(ate), arg<H>(atf));
    }), target, atf + width<H>() + extra);
    put<A>(gp, 0, a);
    put<B>(gp, atb, b);
    put<C>(gp, atc, c);
    put<D>(gp, atd, d);
    put<E>(gp, ate, e);
    put<H>(gp, atf, f);
    return gp;
  } else ERROR("go takes a function of at most 6 parameters");
}
