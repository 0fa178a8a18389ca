// SPDX-License-Identifier: MIT
/**
 * The tab of the heap: what lives, by class over time and by the line that has allocated it.
 *
 * Each look takes a collection, so the next one waits until the program has had fifty times as
 * long as that took.
 *
 * @module
 */
import type { Client, Histogram } from "./client.ts";
import type { DecodedProfile, Place } from "./decode.ts";
import { h } from "./dom.ts";
import { bytes, change, count } from "./format.ts";
import { frames } from "./goroutines.ts";
import { Plot } from "./plot.ts";
import type { View } from "./view.ts";

const EVERY = 5000; // ms
const PATIENCE = 50;
const KEPT = 240;
const SHOWN = 60; // rows of a table
const COLORS = ["--a", "--b", "--c", "--d", "--e", "--f"];

export class HeapView implements View {
  readonly element: HTMLElement;
  every = EVERY;
  readonly search = h("input", {
    type: "search", placeholder: "Filter by class, function or file  ( / )", "aria-label": "Filter the heap", spellcheck: "false",
  });
  readonly #client: Client;
  readonly #looks: { time: number; classes: Map<string, number> }[] = [];
  readonly #plotPlace = h("div");
  readonly #classes = h("tbody");
  readonly #sites = h("div", { class: "rows sites" });
  #plot: Plot | null = null;
  #plotted = "";
  #histogram: Histogram = { millis: 0, classes: [] };
  #profile: DecodedProfile | null = null;

  constructor(client: Client) {
    this.#client = client;
    this.search.addEventListener("input", () => this.#draw());
    const table = h("table", {}, h("thead", {}, h("tr", {},
      ...["Class", "Objects", "Bytes", "Since opened"].map((name) => h("th", { scope: "col" }, name)))), this.#classes);
    this.element = h("div", {}, h("div", { class: "tools" }, this.search), this.#plotPlace,
      h("div", { class: "halves" },
        h("section", {}, h("h2", {}, "By class"), table),
        h("section", {}, h("h2", {}, "By site", h("small", {}, " in use, estimated from samples")), this.#sites)));
  }

  async refresh(): Promise<void> {
    const histogram = await this.#client.histogram().catch((error: Error) => error);
    this.#profile = await this.#client.profile("heap");
    if (histogram instanceof Error) {
      this.#drawSites(this.#profile, this.search.value.toLowerCase()); // a program that computes tells these all the same
      throw histogram;
    }
    this.#histogram = histogram;
    this.every = Math.max(EVERY, this.#histogram.millis * PATIENCE);
    this.#looks.push({ time: Date.now() / 1000, classes: new Map(this.#histogram.classes.map((c) => [c.name, c.bytes])) });
    if (this.#looks.length > KEPT) this.#looks.shift();
    this.#drawPlot();
    this.#draw();
  }

  #drawPlot(): void {
    const names = this.#histogram.classes.slice(0, COLORS.length).map((c) => c.name);
    if (names.join("\n") !== this.#plotted || !this.#plot) {
      this.#plotted = names.join("\n");
      this.#plot?.destroy();
      const lines = names.map((name, i) => ({ label: short(name), color: COLORS[i]! }));
      this.#plot = new Plot({ title: "Largest classes", print: bytes, binary: true, lines });
      this.#plotPlace.replaceChildren(this.#plot.element);
    }
    const times = this.#looks.map((look) => look.time);
    this.#plot.set([times, ...names.map((name) => this.#looks.map((look) => look.classes.get(name) ?? 0))]);
  }

  #draw(): void {
    const word = this.search.value.toLowerCase();
    const first = this.#looks[0]?.classes;
    const most = this.#histogram.classes[0]?.bytes ?? 1;
    const found = this.#histogram.classes.filter((c) => c.name.toLowerCase().includes(word)).slice(0, SHOWN);
    this.#classes.replaceChildren(...found.map((c) => h("tr", {},
      h("td", {}, h("code", { title: c.name }, short(c.name))),
      h("td", { class: "num" }, count(c.objects)),
      h("td", { class: "num bar" }, h("i", { style: `width:${(100 * c.bytes) / most}%` }), bytes(c.bytes)),
      h("td", { class: "num delta" }, change(c.bytes - (first?.get(c.name) ?? 0), bytes)))));
    if (this.#profile) this.#drawSites(this.#profile, word);
  }

  #drawSites(profile: DecodedProfile, word: string): void {
    const open = new Set([...this.#sites.querySelectorAll<HTMLElement>("details[open]")].map((e) => e.dataset.key));
    const sites = sitesOf(profile).filter((site) => site.text.includes(word)).slice(0, SHOWN);
    const most = sites[0]?.bytes ?? 1;
    this.#sites.replaceChildren(...sites.map((site) => h("details", {
      class: "row", "data-key": site.key, ...(open.has(site.key) ? { open: "" } : {}),
    },
    h("summary", {},
      h("span", { class: "num" }, bytes(site.bytes)),
      h("span", { class: "share" }, h("i", { style: `width:${(100 * site.bytes) / most}%` })),
      h("code", { class: "what" }, site.place.function), h("code", { class: "where" }, `${site.place.file}:${site.place.line}`)),
    h("div", { class: "stack" }, ...site.stacks.flatMap(({ stack, objects, bytes: n }) => [
      h("p", {}, `${bytes(n)} in ${count(objects)} ${objects === 1 ? "object" : "objects"}`), h("ol", {}, ...frames(stack)),
    ])))));
  }

  redraw(): void {
    this.#plot?.redraw();
  }

  destroy(): void {
    this.#plot?.destroy();
  }
}

/** A line of the program, and the stacks that allocate there or in the library below it. */
interface Site {
  readonly key: string;
  readonly place: Place;
  readonly stacks: { readonly stack: readonly Place[]; readonly objects: number; readonly bytes: number }[];
  text: string;
  bytes: number;
}

/** Returns the sites of which something is in use, the largest first. */
function sitesOf({ sampleTypes, samples }: DecodedProfile): Site[] {
  const at = sampleTypes.findIndex((t) => t.type === "inuse_space");
  const sites = new Map<string, Site>();
  for (const { stack, values } of samples) {
    const [objects, size] = [values[at - 1]!, values[at]!];
    if (size <= 0) continue;
    const place = stack.find((f) => !f.file.startsWith("~lib/")) ?? stack[0]!;
    const key = `${place.function} ${place.file}:${place.line}`;
    let site = sites.get(key);
    if (!site) sites.set(key, (site = { key, place, stacks: [], text: "", bytes: 0 }));
    site.bytes += size;
    site.text += stack.map((f) => `${f.function} ${f.file} `).join("").toLowerCase();
    site.stacks.push({ stack, objects, bytes: size });
  }
  return [...sites.values()].sort((a, b) => b.bytes - a.bytes);
}

/** The name without its folder. */
function short(name: string): string {
  return name.replace(/[\w~.-]+\//g, "");
}
