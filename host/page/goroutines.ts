// SPDX-License-Identifier: MIT
/**
 * The tab of goroutines: those with one stack are one row, which opens to show it.
 *
 * @module
 */
import type { GoroutineGroup, Place } from "../profile/groups.ts";
import type { Client, Goroutines } from "./client.ts";
import { h } from "./dom.ts";
import { count, seconds } from "./format.ts";
import type { View } from "./view.ts";

const EVERY = 2000; // ms
/** The next look waits until the program has had so many times what the last one took. */
const PATIENCE = 20;
const SHOWN = 200; // rows; a filter finds the others

export class GoroutineView implements View {
  readonly element: HTMLElement;
  every = EVERY;
  readonly search = h("input", {
    type: "search", placeholder: "Filter by function, file, state, key=value or number  ( / )",
    "aria-label": "Filter goroutines", spellcheck: "false",
  });
  readonly #client: Client;
  readonly #states = h("div", { class: "chips", role: "group", "aria-label": "States" });
  readonly #list = h("div", { class: "rows" });
  readonly #note = h("p", { class: "note", role: "status" });
  #latest: Goroutines = { millis: 0, total: 0, groups: [] };
  #state = "";
  readonly #open = new Set<string>();

  constructor(client: Client) {
    this.#client = client;
    this.search.addEventListener("input", () => this.#draw());
    this.element = h("div", {}, h("div", { class: "tools" }, this.search, this.#states), this.#note, this.#list);
  }

  async refresh(): Promise<void> {
    this.#latest = await this.#client.goroutines();
    this.every = Math.max(EVERY, this.#latest.millis * PATIENCE);
    this.#draw();
  }

  #draw(): void {
    const { groups, total } = this.#latest;
    const words = this.search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const found = groups.filter((g) => (!this.#state || this.#state in g.states) && words.every((word) => textOf(g).includes(word)));
    const sum = found.reduce((n, g) => n + (this.#state ? g.states[this.#state]! : g.count), 0);
    this.#note.textContent = `${count(sum)} of ${count(total)} goroutines, ${count(found.length)} stacks` +
      (found.length > SHOWN ? `; the ${SHOWN} largest are shown` : "");
    this.#drawStates(groups);
    this.#keepFocus(() => this.#list.replaceChildren(...found.slice(0, SHOWN).map((g) => this.#row(g, total))));
  }

  /** What has the focus in the list has it in the new one. */
  #keepFocus(draw: () => void): void {
    const root = this.#list.getRootNode() as ShadowRoot;
    const key = root.activeElement?.closest<HTMLElement>("details")?.dataset.key;
    draw();
    if (key === undefined) return;
    const row = [...this.#list.children].find((e) => (e as HTMLElement).dataset.key === key);
    row?.querySelector("summary")?.focus();
  }

  #drawStates(groups: readonly GoroutineGroup[]): void {
    const sums = new Map<string, number>();
    for (const { states } of groups) for (const [state, n] of Object.entries(states)) sums.set(state, (sums.get(state) ?? 0) + n);
    if (this.#state && !sums.has(this.#state)) sums.set(this.#state, 0);
    const focus = ((this.#states.getRootNode() as ShadowRoot).activeElement as HTMLElement | null)?.dataset.state;
    this.#states.replaceChildren(...[...sums].sort((a, b) => b[1] - a[1]).map(([state, n]) => h("button", {
      type: "button", class: "chip", "data-state": state, "aria-pressed": String(state === this.#state),
      onclick: () => (this.#state = this.#state === state ? "" : state, this.#draw()),
    }, state, " ", h("b", {}, count(n)))));
    if (focus !== undefined) this.#states.querySelector<HTMLElement>(`[data-state="${CSS.escape(focus)}"]`)?.focus();
  }

  #row(group: GoroutineGroup, total: number): HTMLElement {
    const key = keyOf(group);
    const [inner] = group.frames;
    const own = group.frames.find((f) => !f.file.startsWith("~lib/")) ?? inner;
    const states = Object.entries(group.states).map(([state, n]) => (n === group.count ? state : `${state} ×${count(n)}`)).join(", ");
    const row = h("details", { class: "row", "data-key": key, ...(this.#open.has(key) ? { open: "" } : {}) },
      h("summary", {},
        h("span", { class: "num" }, count(group.count)),
        h("span", { class: "share" }, h("i", { style: `width:${(100 * group.count) / total}%` })),
        h("span", { class: "state", title: states }, states, group.waited !== null && h("small", {}, ` ≥ ${seconds(group.waited)}`)),
        h("code", { class: "what" }, own?.function ?? "–", ...labelled(group).map((pair) => h("small", { class: "label" }, pair))),
        h("code", { class: "by" }, group.createdBy ? `by ${group.createdBy.function}` : "called by the host"),
        h("code", { class: "where" }, own ? `${own.file}:${own.line}` : "")),
      stack(group));
    row.addEventListener("toggle", () => (row.open ? this.#open.add(key) : this.#open.delete(key)));
    return row;
  }
}

/** Prints a stack's frames, one a line. */
export function frames(list: readonly Place[]): HTMLElement[] {
  return list.map((f) => h("li", {}, h("code", {}, f.function), " ", h("code", { class: "where" }, f.file ? `${f.file}:${f.line}` : "")));
}

function stack({ frames: list, labels, createdBy, goids, waited, count: n }: GoroutineGroup): HTMLElement {
  const more = n > goids.length ? `, … ${count(n - goids.length)} more` : "";
  const wait = waited === null ? "" : `; the longest has waited for at least ${seconds(waited)}`;
  return h("div", { class: "stack" },
    h("ol", {}, ...frames(list)),
    h("p", {}, createdBy ? "created by " : "called by the host",
      createdBy && h("code", {}, createdBy.function), " ", createdBy && h("code", { class: "where" }, `${createdBy.file}:${createdBy.line}`)),
    labels.length > 0 && h("p", {}, "labels ", ...labelled({ labels }).map((pair) => h("code", { class: "label" }, pair))),
    h("p", {}, `${n === 1 ? "goroutine" : "goroutines"} ${goids.join(", ")}${more}${wait}`));
}

/** Its labels as key=value. */
function labelled({ labels }: Pick<GoroutineGroup, "labels">): string[] {
  return labels.flatMap((key, i) => (i % 2 ? [] : [`${key}=${labels[i + 1]!}`]));
}

function keyOf(group: GoroutineGroup): string {
  const { frames: list, createdBy } = group;
  return [...list, ...(createdBy ? [createdBy] : [])].map((f) => `${f.function}:${f.line}`).concat(labelled(group)).join(" ");
}

const texts = new WeakMap<GoroutineGroup, string>();

/** Everything that a filter looks at, in lower case. */
function textOf(group: GoroutineGroup): string {
  let text = texts.get(group);
  if (text === undefined) {
    const { frames: list, createdBy, states, goids } = group;
    const places = [...list, ...(createdBy ? [createdBy] : [])].map((f) => `${f.function} ${f.file}:${f.line}`);
    text = [...Object.keys(states), ...places, ...labelled(group), ...goids].join("\n").toLowerCase();
    texts.set(group, text);
  }
  return text;
}
