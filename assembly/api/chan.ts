// SPDX-License-Identifier: MIT
// Chan<T>: Go's channels with a type.
//
// send and recv are bottom-most functions (sys/intrinsics.ts): what follows resumed() runs when
// they are called, what is inside its branch when the goroutine runs again. On that second entry
// `this` and the arguments are not there any more: only what the goroutine holds is.

import { gopanic } from "../sys/fatal";
import { park } from "../sched/proc";
import { timersdue } from "../sched/timer";
import { resumed } from "../sys/intrinsics";
import {
  waitChanReceive, waitChanReceiveNil, waitChanSend, waitChanSendNil
} from "../sys/status";
import { G, getg, sudogof } from "../sys/types";
import {
  bufget, bufput, canrecv, cansend, closechan, Hchan, makechan, recvq, refill, sendq, visitchan, wakesudog
} from "../sync/chan";
import { dequeue, enqueue, initsudog } from "../sync/waitq";

// @ts-ignore: decorator
@inline function slotof(gp: G): usize {
  return changetype<usize>(gp) + offsetof<G>("slot0");
}

/** The zero value of any type. */
// @ts-ignore: decorator
@inline export function zero<T>(): T {
  if (isReference<T>()) return changetype<T>(0);
  else if (isVector<T>()) return <T>i64x2.splat(0);
  else return <T>0;
}

/** A channel of T. */
export class Chan<T> extends Hchan {
  /** Makes a channel that buffers `capacity` elements. Panics if it is negative. */
  constructor(capacity: i32 = 0) {
    super();
    makechan(this, capacity, <i32>sizeof<T>(), isManaged<T>());
  }

  @unsafe private __visit(cookie: u32): void {
    visitchan(this, cookie);
  }

  /** Sends v, waiting until a receiver or a free place takes it. Panics if the channel is closed. May park. */
  send(v: T): void {
    if (resumed()) {
      const gp = getg();
      gp.slotManaged = false;
      if (!sudogof(gp).success) gopanic("send on closed channel");
      return;
    }
    if (!changetype<usize>(this)) {
      park(getg(), waitChanSendNil);
      return;
    }
    if (this.closed) gopanic("send on closed channel");
    const sg = dequeue(recvq(this));
    if (sg) {
      store<T>(sg.elem, v); // a select's slot is in an object
      if (isManaged<T>()) __link(changetype<usize>(this), changetype<usize>(v), true);
      wakesudog(sg);
      return;
    }
    if (this.qcount < this.dataqsiz) {
      store<T>(bufput(this, sizeof<T>()), v);
      if (isManaged<T>()) __link(this.buf, changetype<usize>(v), true);
      return;
    }
    const gp = getg();
    store<T>(slotof(gp), v);
    if (isManaged<T>()) gp.slotManaged = true;
    enqueue(sendq(this), initsudog(sudogof(gp), gp, changetype<usize>(this)));
    park(gp, waitChanSend);
  }

  /** Receives, waiting for a value or for the channel to be closed: then the zero value. May park. */
  recv(): T {
    const gp = getg();
    if (resumed()) {
      gp.slotManaged = false;
      gp.ok = sudogof(gp).success;
      return load<T>(slotof(gp));
    }
    if (!changetype<usize>(this)) {
      park(gp, waitChanReceiveNil);
      return zero<T>();
    }
    if (this.qcount) {
      const v = load<T>(bufget(this, sizeof<T>()));
      refill(this);
      gp.ok = true;
      return v;
    }
    const sg = dequeue(sendq(this));
    if (sg) {
      const v = load<T>(sg.elem);
      wakesudog(sg);
      gp.ok = true;
      return v;
    }
    if (this.closed) {
      gp.ok = false;
      return zero<T>();
    }
    gp.slot0 = 0;
    if (isManaged<T>()) gp.slotManaged = true;
    enqueue(recvq(this), initsudog(sudogof(gp), gp, changetype<usize>(this)));
    park(gp, waitChanReceive);
    return zero<T>();
  }

  /** Sends v if that needs no waiting. Panics if the channel is closed. Never parks. */
  trySend(v: T): bool {
    if (!changetype<usize>(this) || !cansend(this)) return false;
    if (this.closed) gopanic("send on closed channel");
    const sg = dequeue(recvq(this));
    if (sg) {
      store<T>(sg.elem, v); // a select's slot is in an object
      if (isManaged<T>()) __link(changetype<usize>(this), changetype<usize>(v), true);
      wakesudog(sg);
    } else {
      store<T>(bufput(this, sizeof<T>()), v);
      if (isManaged<T>()) __link(this.buf, changetype<usize>(v), true);
    }
    return true;
  }

  /** Receives if a value is ready, else gives the zero value, and ok is false. Never parks. */
  tryRecv(): T {
    if (this.ready() || timersdue() && this.ready()) return this.take();
    getg().ok = false;
    return zero<T>();
  }

  private ready(): bool {
    return changetype<usize>(this) != 0 && canrecv(this) && (this.qcount > 0 || !this.closed);
  }

  /** Receives what is ready. */
  private take(): T {
    getg().ok = true;
    if (this.qcount) {
      const v = load<T>(bufget(this, sizeof<T>()));
      refill(this);
      return v;
    }
    const sg = dequeue(sendq(this))!;
    const v = load<T>(sg.elem);
    wakesudog(sg);
    return v;
  }

  /** Tells whether this goroutine's most recent receive delivered a sent value. */
  get ok(): bool {
    return getg().ok;
  }

  /** Closes the channel; receivers drain it, then get zero values. Panics if it is closed already. */
  close(): void {
    closechan(this);
  }

  /** Elements in the buffer. */
  get length(): i32 {
    return changetype<usize>(this) ? this.qcount : 0;
  }

  /** Elements the buffer can hold. */
  get capacity(): i32 {
    return changetype<usize>(this) ? this.dataqsiz : 0;
  }
}
