// SPDX-License-Identifier: MIT
/**
 * Pairs the beginnings and ends of what goes across what goroutines do: tasks and regions.
 *
 * What has one id must be nested for who draws it. So the regions of a goroutine share one, but for those that end before
 * another that began inside of them. An end whose beginning has given way is left out.
 *
 * @module
 */
import type { ChromeEvent } from "./trace.ts";

type Ids = Pick<ChromeEvent, "name" | "cat" | "id">;

interface Region {
  readonly name: string;
  readonly task: number;
  /** Where its beginning is among the events. */
  readonly at: number;
}

/** Leaves out ends, of arrows too, whose beginning is not among the events. */
export function begun(events: readonly ChromeEvent[]): ChromeEvent[] {
  const open = new Map<string, number>();
  return events.filter(({ ph, cat, id }) => {
    const step = ph === "b" || ph === "s" ? 1 : ph === "e" || ph === "f" ? -1 : 0;
    if (!step) return true;
    const key = `${cat} ${id}`;
    const n = (open.get(key) ?? 0) + step;
    if (n >= 0) open.set(key, n);
    return n >= 0;
  });
}

/** What has begun and not ended. */
export class Spans {
  readonly #out: ChromeEvent[];
  readonly #tasks = new Map<number, Ids>();
  readonly #regions = new Map<number, Region[]>();
  #strays = 0;

  /** Beginnings and ends go to `out`. */
  constructor(out: ChromeEvent[]) {
    this.#out = out;
  }

  beginTask(task: number, name: string, on: Omit<ChromeEvent, "name" | "ph">): void {
    const ids = { name, cat: "task", id: `task ${task}` };
    this.#tasks.set(task, ids);
    this.#out.push({ ...ids, ph: "b", ...on });
  }

  endTask(task: number, on: Omit<ChromeEvent, "name" | "ph">): void {
    const ids = this.#tasks.get(task);
    if (ids) this.#out.push({ ...ids, ph: "e", ...on });
    this.#tasks.delete(task);
  }

  beginRegion(name: string, task: number, on: Omit<ChromeEvent, "name" | "ph">): void {
    const open = this.#regions.get(on.tid) ?? [];
    this.#regions.set(on.tid, open);
    open.push({ name, task, at: this.#out.length });
    this.#out.push({ name, cat: "region", ph: "b", id: `G${on.tid}`, ...on });
  }

  endRegion(name: string, task: number, on: Omit<ChromeEvent, "name" | "ph">): void {
    const open = this.#regions.get(on.tid) ?? [];
    const i = open.findLastIndex((region) => region.name === name && region.task === task);
    if (i < 0) return;
    const [{ at }] = open.splice(i, 1) as [Region];
    const id = i === open.length ? this.#out[at]!.id! : `G${on.tid} ${++this.#strays}`;
    this.#out[at] = { ...this.#out[at]!, id };
    this.#out.push({ name, cat: "region", ph: "e", id, ...on });
  }
}
