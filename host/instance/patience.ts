// SPDX-License-Identifier: MIT
/**
 * Waits for a program in a worker whose memory is shared, and says who keeps it from answering.
 *
 * @module
 */
import { AbiError, StopError } from "../abi/errors.ts";
import { P0, P_SCHEDTICK, WORLD, WORLD_IDLE, WORLD_ORDERS, WORLD_STATE } from "../abi/layout.ts";
import { runningGoid } from "../memory/goroutines.ts";
import type { MemoryView } from "../memory/view.ts";
import { describeRunning, type Parts, PATIENCE } from "./attached.ts";

const LAG = 100; // ms

/** Who sends the worker its orders. */
export interface Sender {
  /** How many the worker has been sent. */
  readonly orders: number;
  /** Whether it takes none any more. */
  readonly ended: boolean;
}

/** Whether the program computes, and the worker has not taken its orders meanwhile: one more would only be one more. */
export function keepsWaiting(view: MemoryView, { orders, ended }: Sender): boolean {
  return !ended && isBehind(view, orders) && view.i32(WORLD + WORLD_STATE) !== WORLD_IDLE;
}

/**
 * Returns the answer to what was asked, or asks as soon as that does not keep waiting. Rejects with StopError when one goroutine
 * has run through for PATIENCE without it: neither who is idle, nor goroutines that take turns, nor a collection that
 * the question takes is in the way of an answer for ever. What is given up before it was asked, the worker never hears of.
 */
export async function answered<T>(asked: Promise<T> | null, ask: () => Promise<T>, parts: Parts, sender: Sender): Promise<T> {
  let cancel = () => {};
  let givenUp = false;
  const inTurn = async () => {
    while (!givenUp && keepsWaiting(parts.view, sender)) await tick(parts);
    return givenUp ? new Promise<never>(() => {}) : ask();
  };
  const stuck = new Promise<never>((_, reject) => {
    const look = (before: string) => {
      const now = turnOf(parts);
      if (now && now === before) reject(unanswered(parts));
      else cancel = parts.platform.meanwhile(PATIENCE, () => look(now));
    };
    look("");
  });
  return Promise.race([asked ?? inTurn(), stuck]).finally(() => {
    givenUp = true;
    cancel();
  });
}

/** Tells apart each time that a goroutine runs; "" while none does. */
function turnOf({ world, view }: Parts): string {
  try {
    const goid = world.running ? runningGoid(view) : 0;
    return goid ? `${goid} ${view.u32(P0 + P_SCHEDTICK)}` : "";
  } catch (error) {
    if (error instanceof AbiError) return ""; // it has changed under the reading
    throw error;
  }
}

function unanswered({ view, pctab }: Parts): StopError {
  const { text, goid } = describeRunning(view, pctab);
  const who = goid ? `goroutine ${goid}` : "a goroutine";
  return new StopError(`the program has not answered for ${PATIENCE} ms: ${who} does not park\n\n${text}`, { goid, dump: text });
}

/**
 * Lets the worker take the `sent` orders that it has been sent, so that what is read knows of them. Who computes
 * takes none: that is not waited for.
 */
export async function caughtUp(parts: Parts, sent: number): Promise<void> {
  const { platform, world, view } = parts;
  const start = platform.now();
  while (isBehind(view, sent)) {
    if (platform.now() - start > (world.running ? LAG : PATIENCE)) return;
    await tick(parts);
  }
}

/** Whether the worker has not taken as many orders. */
function isBehind(view: MemoryView, sent: number): boolean {
  return (view.i32(WORLD + WORLD_ORDERS) - sent | 0) < 0;
}

function tick({ platform }: Parts): Promise<void> {
  return new Promise((resolve) => {
    platform.timer(1, resolve);
  });
}
