// SPDX-License-Identifier: MIT
// go: starts a function on a goroutine of its own.
//
// Each combination of types gets a trampoline, compiled once: it reads the arguments, 8 bytes
// each (16 for v128), off the goroutine's stack and calls the function. Nothing follows that
// call, so a trampoline needs no frame of its own when the goroutine parks. The arguments stay
// where they are, and alive, until the goroutine ends.

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

/** Starts fn(a, b, …) on a new goroutine, with as many arguments as fn takes, at most 6. Dies if fn is null. Never parks. */
export function go<F, A = i32, B = i32, C = i32, D = i32, E = i32, H = i32>(
  fn: F,
  a: A = zero<A>(),
  b: B = zero<B>(),
  c: C = zero<C>(),
  d: D = zero<D>(),
  e: E = zero<E>(),
  f: H = zero<H>()
): void {
  gocall<F, A, B, C, D, E, H>(fn, a, b, c, d, e, f, 0);
}

/** go, for whoever needs the goroutine, or `extra` bytes of its stack behind the arguments. */
// @ts-ignore: decorator
@inline export function gocall<F, A, B, C, D, E, H>(fn: F, a: A, b: B, c: C, d: D, e: E, f: H, extra: usize): G {
  const atb = width<A>();
  const atc = atb + width<B>();
  const atd = atc + width<C>();
  const ate = atd + width<D>();
  const atf = ate + width<E>();
  const target = changetype<usize>(fn);
  if (lengthof<F>() == 0) {
    return newproc(changetype<usize>((): void => { callee<F>()(); }), target, extra);
  } else if (lengthof<F>() == 1) {
    const gp = newproc(changetype<usize>((): void => { callee<F>()(arg<A>(0)); }), target, atb + extra);
    put<A>(gp, 0, a);
    return gp;
  } else if (lengthof<F>() == 2) {
    const gp = newproc(changetype<usize>((): void => {
      callee<F>()(arg<A>(0), arg<B>(width<A>()));
    }), target, atc + extra);
    put<A>(gp, 0, a);
    put<B>(gp, atb, b);
    return gp;
  } else if (lengthof<F>() == 3) {
    const gp = newproc(changetype<usize>((): void => {
      const atc = width<A>() + width<B>();
      callee<F>()(arg<A>(0), arg<B>(width<A>()), arg<C>(atc));
    }), target, atd + extra);
    put<A>(gp, 0, a);
    put<B>(gp, atb, b);
    put<C>(gp, atc, c);
    return gp;
  } else if (lengthof<F>() == 4) {
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
  } else if (lengthof<F>() == 5) {
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
