// SPDX-License-Identifier: MIT
// The queues and counters under Mutex, RWMutex, WaitGroup, Cond and Semaphore.

import { semqueue, semwake, semwakeall, Weighted, weightedqueue, weightedtry, notifyWaiters } from "gopark/assembly/sync/sema";
import { waiting, WaitQ } from "gopark/assembly/sync/waitq";
import { Grunnable, Gwaiting } from "gopark/assembly/sys/status";
import { G, p0, sudogof, G_SIZE } from "gopark/assembly/sys/types";
import { describe, expect, it } from "gopark/test";
import { zeroed } from "./harness";

/** A goroutine that never runs. */
function parked(): G {
  const ptr = heap.alloc(G_SIZE);
  memory.fill(ptr, 0, G_SIZE);
  const gp = changetype<G>(ptr);
  gp.status = Gwaiting;
  return gp;
}

/** Forgets whoever was made ready: those goroutines have nothing to run. */
function forget(): void {
  p0.runnext = p0.runqhead = p0.runqtail = null;
}

describe("semwake", () => {
  it("wakes the first, and one only", () => {
    const q = zeroed<WaitQ>();
    const a = parked();
    const b = parked();
    semqueue(q, a, 0);
    semqueue(q, b, 0);
    expect(semwake(q)).toBe(true);
    expect(a.status).toBe(Grunnable);
    expect(b.status).toBe(Gwaiting);
    expect(sudogof(a).success).toBe(true);
    forget();
  });
  it("is false when nobody waits", () => {
    expect(semwake(zeroed<WaitQ>())).toBe(false);
  });
});

describe("semwakeall", () => {
  it("wakes all and counts them", () => {
    const q = zeroed<WaitQ>();
    for (let i = 0; i < 5; ++i) semqueue(q, parked(), 0);
    expect(semwakeall(q)).toBe(5);
    expect(waiting(q)).toBe(false);
    forget();
  });
});

describe("Weighted", () => {
  it("gives what is there", () => {
    const s = new Weighted(3);
    expect(weightedtry(s, 2)).toBe(true);
    expect(weightedtry(s, 2)).toBe(false);
    expect(weightedtry(s, 1)).toBe(true);
    expect(s.cur).toBe(3);
  });
  it("lets nobody overtake who waits", () => {
    const s = new Weighted(3);
    weightedtry(s, 2);
    weightedqueue(s, 3, parked());
    expect(weightedtry(s, 1)).toBe(false);
  });
  it("wakes waiters while there is enough for the first of them", () => {
    const s = new Weighted(4);
    weightedtry(s, 4);
    const a = parked();
    const b = parked();
    const c = parked();
    weightedqueue(s, 1, a);
    weightedqueue(s, 3, b);
    weightedqueue(s, 1, c);
    s.cur -= 2;
    notifyWaiters(s);
    expect(a.status).toBe(Grunnable);
    expect(b.status).toBe(Gwaiting);
    expect(c.status).toBe(Gwaiting);
    expect(s.cur).toBe(3);
    forget();
  });
  it("queues a wish that can never come true nowhere, so that it stops nobody", () => {
    const s = new Weighted(2);
    weightedqueue(s, 3, parked());
    expect(weightedtry(s, 2)).toBe(true);
  });
});
