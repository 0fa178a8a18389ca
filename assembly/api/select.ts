// SPDX-License-Identifier: MIT
// Select: Go's select statement as an object that is built once and used many times.

import { gopanic } from "../sys/fatal";
import { addcase, enablecase, MANAGED, Scases, selectpoll, selectwait, SEND, sendslotat, setchan, slotat } from "../sync/select";
import { timersdue } from "../sched/timer";
import { Chan } from "./chan";

/**
 * What stands for an element type: its id, for two classes may have one name and all function types have; those of
 * functions count on their own. What has none, a number or an unmanaged class, goes by the address of its name,
 * which asc keeps once.
 */
// @ts-ignore: decorator
@inline function typeid<T>(): usize {
  if (isFunction<T>()) return ~<usize>idof<T>();
  return isManaged<T>() ? <usize>idof<T>() : changetype<usize>(nameof<T>());
}

// @ts-ignore: decorator
@inline function flagsof<T>(): u32 {
  return isManaged<T>() ? MANAGED : 0;
}

/** A goroutine's own set of channel operations, of which wait() performs one. */
export class Select extends Scases {
  /** Adds a receive case and returns its index; a null channel is never ready. */
  recv<T>(ch: Chan<T> | null): i32 {
    return addcase(this, ch, typeid<T>(), flagsof<T>());
  }

  /** Adds a case that sends v and returns its index. */
  send<T>(ch: Chan<T> | null, v: T): i32 {
    const i = addcase(this, ch, typeid<T>(), flagsof<T>() | SEND);
    this.set<T>(i, v);
    return i;
  }

  /** Replaces the value that send case i offers. */
  set<T>(i: i32, v: T): void {
    store<T>(sendslotat(this, i, typeid<T>()), v);
    if (isManaged<T>()) __link(changetype<usize>(this), changetype<usize>(v), true);
  }

  /** Gives case i another channel of the same type. */
  setChan<T>(i: i32, ch: Chan<T> | null): void {
    setchan(this, i, ch, typeid<T>());
  }

  /** Turns case i on or off: off, it is never ready. */
  enable(i: i32, on: bool): void {
    enablecase(this, i, on);
  }

  /** Waits until a case is ready, performs it, and returns its index. Without cases, waits for ever. May park. */
  wait(): i32 {
    return selectwait(this);
  }

  /** Performs a ready case and returns its index, or −1 if none is ready. Never parks. */
  poll(): i32 {
    const i = selectpoll(this);
    return i < 0 && timersdue() ? selectpoll(this) : i;
  }

  /** What the chosen receive case got. Panics if T is not its element type. */
  value<T>(): T {
    if (this.chosen < 0) gopanic("select: no case was chosen");
    return load<T>(slotat(this, this.chosen, typeid<T>()));
  }

  /** Tells whether the chosen receive case got a sent value. */
  get ok(): bool {
    return this.received;
  }
}
