// SPDX-License-Identifier: MIT
/**
 * Waits for a program in a worker whose memory is shared, and says who keeps it from answering.
 *
 * @module
 */
import { AbiError, StopError } from "../abi/errors.ts";
import { P0, P_SCHEDTICK, WORLD, WORLD_ORDERS } from "../abi/layout.ts";
import { runningGoid } from "../memory/goroutines.ts";
import { describeRunning, type Parts, PATIENCE } from "./attached.ts";

const LAG = 100; // ms

/**
 * Returns the answer. Rejects with StopError when one goroutine has run through for PATIENCE without it: neither who
 * is idle, nor goroutines that take turns, nor a collection that the question takes is in the way of an answer for ever.
 */
export async function answered<T>(answer: Promise<T>, parts: Parts): Promise<T> {
  let cancel = () => {};
  const stuck = new Promise<never>((_, reject) => {
    const look = (before: string) => {
      const now = turnOf(parts);
      if (now && now === before) reject(unanswered(parts));
      else cancel = parts.platform.meanwhile(PATIENCE, () => look(now));
    };
    look("");
  });
  return Promise.race([answer, stuck]).finally(() => cancel());
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
export async function caughtUp({ platform, world, view }: Parts, sent: number): Promise<void> {
  const start = platform.now();
  while ((view.i32(WORLD + WORLD_ORDERS) - sent | 0) < 0) {
    if (platform.now() - start > (world.running ? LAG : PATIENCE)) return;
    await new Promise<void>((resolve) => {
      platform.timer(1, resolve);
    });
  }
}
