// SPDX-License-Identifier: MIT
// Expectations. One that is not met is a panic with both values, so the stack tells where it was.

import { gopanic } from "../sys/fatal";
import { panicOf } from "./panicof";
import { show } from "./show";

/** What is expected of a value. `not` turns the next expectation round. `why` is printed when it is not met. */
export class Expectation<T> {
  private negated: bool = false;

  constructor(private actual: T) {}

  get not(): Expectation<T> {
    this.negated = !this.negated;
    return this;
  }

  /** The same number or string, the same object. NaN is NaN. */
  toBe(want: T, why: string = ""): void {
    if (!this.isMet(same<T>(this.actual, want))) this.fail(show<T>(want), why);
  }

  /** The same, or arrays of what is equal at each place; for other classes, what their operator == says. */
  toEqual(want: T, why: string = ""): void {
    if (!this.isMet(equal<T>(this.actual, want))) this.fail(show<T>(want), why);
  }

  /** The same as toEqual: types are compared by the compiler. */
  toStrictEqual(want: T, why: string = ""): void {
    this.toEqual(want, why);
  }

  /** Not 0, NaN, "", false or null. */
  toBeTruthy(why: string = ""): void {
    if (!this.isMet(!!this.actual)) this.fail("something truthy", why);
  }

  toBeFalsy(why: string = ""): void {
    if (!this.isMet(!this.actual)) this.fail("something falsy", why);
  }

  toBeNull(why: string = ""): void {
    if (!this.isMet(changetype<usize>(this.actual) == 0)) this.fail("null", why);
  }

  toBeGreaterThan(than: T, why: string = ""): void {
    if (!this.isMet(this.actual > than)) this.fail(`more than ${show<T>(than)}`, why);
  }

  toBeGreaterThanOrEqual(than: T, why: string = ""): void {
    if (!this.isMet(this.actual >= than)) this.fail(`at least ${show<T>(than)}`, why);
  }

  toBeLessThan(than: T, why: string = ""): void {
    if (!this.isMet(this.actual < than)) this.fail(`less than ${show<T>(than)}`, why);
  }

  toBeLessThanOrEqual(than: T, why: string = ""): void {
    if (!this.isMet(this.actual <= than)) this.fail(`at most ${show<T>(than)}`, why);
  }

  /** Differs by less than half of the last of so many decimal places. */
  toBeCloseTo(want: T, places: i32 = 2, why: string = ""): void {
    const near = Math.abs(<f64>this.actual - <f64>want) < Math.pow(10, -places) / 2;
    if (!this.isMet(near)) this.fail(`${show<T>(want)}, to ${places} places`, why);
  }

  toBeNaN(why: string = ""): void {
    if (!this.isMet(isNaN(this.actual))) this.fail("NaN", why);
  }

  toBeFinite(why: string = ""): void {
    if (!this.isMet(isFinite(this.actual))) this.fail("something finite", why);
  }

  toHaveLength(want: i32, why: string = ""): void {
    if (!this.isMet(this.actual.length == want)) this.fail(`a length of ${want}`, why);
  }

  /** Of an array: has such an element; of a string: has such a part. */
  toInclude<E>(part: E, why: string = ""): void {
    if (!this.isMet(this.actual.includes(part))) this.fail(`something with ${show<E>(part)}`, why);
  }

  /** The same as toInclude. */
  toContain<E>(part: E, why: string = ""): void {
    this.toInclude<E>(part, why);
  }

  /** Of a function: dies when it is called. It must not park. */
  toThrow(why: string = ""): void {
    const line = panicOf(changetype<() => void>(changetype<usize>(this.actual)));
    if (!this.isMet(line.length > 0)) this.fail(this.negated ? `a panic, which was ${line}` : "a panic", why);
  }

  private isMet(holds: bool): bool {
    return holds != this.negated;
  }

  private fail(want: string, why: string): void {
    gopanic(`got ${show<T>(this.actual)}, want ${this.negated ? "not " : ""}${want}${why.length ? `: ${why}` : ""}`);
  }
}

/** Says what is expected of a value: expect(1 + 1).toBe(2). */
export function expect<T>(actual: T): Expectation<T> {
  return new Expectation<T>(actual);
}

function same<T>(a: T, b: T): bool {
  if (isFloat<T>()) return a == b || a != a && b != b;
  if (isString<T>()) return a == b;
  if (isReference<T>()) return changetype<usize>(a) == changetype<usize>(b);
  return a == b;
}

function equal<T>(a: T, b: T): bool {
  if (same<T>(a, b)) return true;
  if (!isReference<T>() || isString<T>() || isFunction<T>()) return false;
  if (!changetype<usize>(a) || !changetype<usize>(b)) return false;
  return equalobjects<NonNullable<T>>(changetype<NonNullable<T>>(changetype<usize>(a)), changetype<NonNullable<T>>(changetype<usize>(b)));
}

function equalobjects<T>(a: T, b: T): bool {
  if (isArrayLike<T>()) {
    if (a.length != b.length) return false;
    for (let i = 0; i < a.length; ++i) {
      if (!equal<valueof<T>>(a[i], b[i])) return false;
    }
    return true;
  }
  return a == b;
}
