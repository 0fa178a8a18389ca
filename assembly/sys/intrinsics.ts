// SPDX-License-Identifier: MIT
// What only the transform can provide: asyncify's state, and the functions it generates.
//
// Each import below is gone from a finished module. A function that calls start_unwind is
// "bottom-most": the place where a goroutine parks. It is never rewritten, never inlined, and
// is entered a second time when its goroutine runs again, which resumed() tells. On that entry
// its arguments, `this` included, are garbage: what it needs then must be in the G. So it has
// this form, and nothing before resumed() may have an effect:
//
//   function recv(): T {
//     if (resumed()) return what was left for this goroutine;
//     …
//     park(getg(), WAIT_CHAN_RECEIVE);   // the last thing it does; what it returns is ignored
//   }

import { M0, M_DATA } from "../shared/layout";

@external("asyncify", "start_unwind")
declare function asyncifyStartUnwind(data: usize): void;

@external("gopark/transform", "state")
declare function asyncifyState(): i32;

@external("gopark/transform", "setstate")
declare function asyncifySetState(state: i32): void;

/** Calls may-park function number `id` with zero arguments, so that it rewinds one frame. */
@external("gopark/transform", "resumeframe")
export declare function resumeframe(id: u32): void;

/** Calls the trampoline that a goroutine's entry says. May park. */
@external("gopark/transform", "startgoroutine")
export declare function startgoroutine(entry: u32): void;

/** Calls export `id` with the arguments of the current goroutine; leaves its result in the slot. May park. */
@external("gopark/transform", "callexport")
export declare function callexport(id: u32): void;

/** Copies `len` bytes of the pc table at `offset` to `dst`. Never allocates. */
@external("gopark/transform", "pctabread")
export declare function pctabread(dst: usize, offset: usize, len: usize): void;

// @ts-ignore: decorator
@inline const NORMAL: i32 = 0;
// @ts-ignore: decorator
@inline const UNWINDING: i32 = 1;
// @ts-ignore: decorator
@inline const REWINDING: i32 = 2;

/** Tells, once, that a bottom-most function is entered because its goroutine runs again. */
// @ts-ignore: decorator
@inline export function resumed(): bool {
  if (asyncifyState() != REWINDING) return false;
  asyncifySetState(NORMAL);
  return true;
}

/** Begins to unwind the running goroutine into its own stack. */
// @ts-ignore: decorator
@inline export function unwind(): void {
  asyncifyStartUnwind(M0 + M_DATA);
}

/** Begins to rewind: the next call of a may-park function goes on where its frame was left. */
// @ts-ignore: decorator
@inline export function rewind(): void {
  asyncifySetState(REWINDING);
}

/** Tells whether the call that just came back has unwound rather than returned, and ends the unwinding. */
// @ts-ignore: decorator
@inline export function unwound(): bool {
  if (asyncifyState() != UNWINDING) return false;
  asyncifySetState(NORMAL);
  return true;
}

/** Interrupts the unwinding, if there is one, for code that knows nothing of it; returns what continueunwind takes. */
// @ts-ignore: decorator
@inline export function pauseunwind(): i32 {
  const state = asyncifyState();
  asyncifySetState(NORMAL);
  return state;
}

/** Goes on where pauseunwind was called. */
// @ts-ignore: decorator
@inline export function continueunwind(state: i32): void {
  asyncifySetState(state);
}

/** Forgets an unwinding or rewinding that a trap cut short. */
export function resetstate(): void {
  asyncifySetState(NORMAL);
}
