// SPDX-License-Identifier: MIT
/**
 * The first tab: what can be counted without stopping anything, over the last minutes.
 *
 * @module
 */
import type { Client, Vars } from "./client.ts";
import { h } from "./dom.ts";
import { bytes, count, nanoseconds, short } from "./format.ts";
import { Plot } from "./plot.ts";
import { allocation, longestPause, type Sample, switches } from "./rates.ts";
import type { View } from "./view.ts";

const SECOND = 1000;
const KEPT = 600; // samples

export class Overview implements View {
  readonly element: HTMLElement;
  readonly every = SECOND;
  readonly #client: Client;
  readonly #samples: Sample[] = [];
  readonly #facts = h("dl", { class: "facts" });
  readonly #plots = {
    goroutines: new Plot({ title: "Goroutines", print: count, lines: [{ label: "now", color: "--a", fill: true }] }),
    switches: new Plot({ title: "Scheduler", print: (n) => `${short(n)}/s`, lines: [{ label: "switches", color: "--e" }] }),
    stacks: new Plot({ title: "Stacks", print: bytes, binary: true, lines: [{ label: "in use", color: "--f" }] }),
    heap: new Plot({
      title: "Heap", print: bytes, binary: true,
      lines: [{ label: "used", color: "--a", fill: true }, { label: "goal", color: "--b" }, { label: "sys", color: "--c" }],
    }),
    rate: new Plot({ title: "Allocation", print: (n) => `${bytes(n)}/s`, binary: true, lines: [{ label: "rate", color: "--a", fill: true }] }),
    pauses: new Plot({ title: "Collector", print: nanoseconds, lines: [{ label: "longest pause", color: "--d", bars: true }] }),
  };

  constructor(client: Client) {
    this.#client = client;
    const plots = Object.values(this.#plots).map((plot) => plot.element);
    this.element = h("div", { class: "overview" }, this.#facts, h("div", { class: "plots" }, ...plots));
  }

  async refresh(): Promise<void> {
    this.show(await this.#client.vars());
  }

  /** Adds a look to the plots. */
  show(vars: Vars): void {
    this.#samples.push({ time: Date.now() / 1000, vars });
    if (this.#samples.length > KEPT) this.#samples.shift();
    const times = this.#samples.map((s) => s.time);
    const of = (f: (vars: Vars) => number) => this.#samples.map((s) => f(s.vars));
    this.#plots.goroutines.set([times, of((v) => v.goroutines)]);
    this.#plots.heap.set([times, of((v) => v.memstats.Alloc), of((v) => v.memstats.NextGC), of((v) => v.memstats.Sys)]);
    this.#plots.rate.set([times, this.#between(allocation)]);
    this.#plots.stacks.set([times, of((v) => v.memstats.StackInuse)]);
    this.#plots.switches.set([times, this.#between(switches)]);
    this.#plots.pauses.set([times, this.#between(longestPause)]);
    this.#facts.replaceChildren(...facts(vars));
  }

  #between(f: (before: Sample, after: Sample) => number | null): (number | null)[] {
    return this.#samples.map((s, i) => (i ? f(this.#samples[i - 1]!, s) : null));
  }

  redraw(): void {
    for (const plot of Object.values(this.#plots)) plot.redraw();
  }

  destroy(): void {
    for (const plot of Object.values(this.#plots)) plot.destroy();
  }
}

function facts({ goroutines, memstats: m }: Vars): HTMLElement[] {
  const entries: [string, string][] = [
    ["goroutines", count(goroutines)],
    ["heap in use", bytes(m.Alloc)],
    ["objects", count(m.HeapObjects)],
    ["stacks", bytes(m.StackInuse)],
    ["allocated so far", bytes(m.TotalAlloc)],
    ["collections", count(m.NumGC)],
    ["paused in all", nanoseconds(m.PauseTotalNs)],
  ];
  return entries.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value)));
}
