// SPDX-License-Identifier: MIT
/**
 * The tab of profiles: each kind as a flame graph, and as a file.
 *
 * A graph stays as it is until another one is asked for. Its frames can be walked with the arrow
 * keys; Enter zooms to one, Escape zooms out.
 *
 * @module
 */
import flamegraph, { type FlameGraph, type FlameNode } from "d3-flame-graph";
import { select } from "d3-selection";
import type { Client, TakenProfile } from "./client.ts";
import { type Flame, flameTree } from "./decode.ts";
import { h, save } from "./dom.ts";
import { inUnit } from "./format.ts";
import type { View } from "./view.ts";

const HUES = 8;
const CELL = 19; // pixels
/** Where profiles of a program without an endpoint can be dropped. */
const SPEEDSCOPE = "https://www.speedscope.app/";
/** What is sampled over a time, and for how long. */
const CPU = "profile";
const CPU_SECONDS = 5;

type Node = FlameNode<Flame>;
type Frame = SVGGElement & { __data__: Node };

export class FlameView implements View {
  readonly element: HTMLElement;
  readonly every = 0;
  readonly search = h("input", { type: "search", placeholder: "Highlight functions  ( / )", "aria-label": "Highlight functions", spellcheck: "false" });
  readonly #client: Client;
  readonly #kinds = h("div", { class: "chips", role: "group", "aria-label": "Profiles" });
  readonly #types = h("select", { "aria-label": "Value" });
  readonly #note = h("p", { class: "note", role: "status" });
  readonly #speedscope: HTMLAnchorElement;
  readonly #command = h("code", { class: "command" });
  readonly #place = h("div", { class: "flames", tabindex: "0", role: "application", "aria-roledescription": "flame graph", "aria-label": "Flame graph: arrow keys walk it" });
  readonly #details = h("p", { class: "details" });
  readonly #comments = h("p", { class: "note" });
  #kind = "heap";
  #profile: TakenProfile | null = null;
  /** The kind of the profile that is being taken. */
  #taking: string | null = null;
  #chart: FlameGraph<Flame> | null = null;
  #total = 1;
  #unit = "count";
  #current: Node | null = null;
  #wide = 0;
  readonly #observer = new ResizeObserver(() => this.#resize());

  constructor(client: Client) {
    this.#client = client;
    this.search.addEventListener("input", () => this.#highlight());
    this.#types.addEventListener("change", () => this.#draw());
    this.#place.addEventListener("keydown", (event) => this.#key(event));
    const button = (text: string, title: string, onclick: () => void) => h("button", { type: "button", title, onclick }, text);
    this.#speedscope = h("a", client.served
      ? { class: "button", target: "_blank", title: "Takes the profile again, in speedscope" }
      : {
        class: "button", href: SPEEDSCOPE, target: "_blank", rel: "noreferrer", title: "Saves this profile, and opens speedscope.app to drop it on",
        onclick: () => this.#download(),
      }, "speedscope ↗");
    this.element = h("div", {},
      h("div", { class: "tools" }, this.#kinds, h("div", { class: "chips right" },
        button("Take again", "Take this profile again  ( r )", () => void this.take()),
        button("Download", "Save this profile for go tool pprof", () => this.#download()), this.#speedscope)),
      h("div", { class: "tools" }, this.#types, this.search, this.#note),
      this.#place, this.#details, this.#comments, h("p", { class: "note" }, this.#command));
    this.#observer.observe(this.#place);
  }

  /** Shows which kinds there are. */
  setKinds(kinds: readonly string[]): void {
    if (!kinds.includes(this.#kind)) this.#kind = kinds[0]!;
    this.#kinds.replaceChildren(...kinds.map((kind) => h("button", {
      type: "button", class: "chip", "data-kind": kind, "aria-pressed": String(kind === this.#kind),
      onclick: () => this.#choose(kind),
    }, kind === CPU ? "cpu" : kind)));
  }

  /** Takes a profile when there is none yet. */
  async refresh(): Promise<void> {
    if (!this.#kinds.children.length) this.setKinds((await this.#client.vars()).profiles);
    if (!this.#profile && this.#taking !== this.#kind) await this.take();
  }

  #choose(kind: string): void {
    this.#kind = kind;
    for (const chip of this.#kinds.children) chip.setAttribute("aria-pressed", String((chip as HTMLElement).dataset.kind === kind));
    this.#profile = null; // another kind's, or one that is to be taken again
    this.#types.hidden = true;
    this.#clear();
    void this.take();
  }

  /** Takes the profile that is chosen. What goes wrong is said in its place. */
  async take(): Promise<void> {
    const kind = this.#kind;
    const query = queryOf(kind);
    if (this.#client.served) this.#speedscope.href = this.#inSpeedscope();
    this.#note.textContent = kind === CPU ? `sampling for ${CPU_SECONDS} s …` : "…";
    this.#command.textContent = `go tool pprof ${this.#client.url(`pprof/${encodeURIComponent(kind)}`).href}`;
    this.#taking = kind;
    try {
      const profile = await this.#client.profile(kind, query);
      if (kind === this.#kind) this.#show(profile); // else another one has been chosen meanwhile
    } catch (error) {
      if (kind === this.#kind) this.#note.textContent = (error as Error).message;
    }
    if (this.#taking === kind) this.#taking = null;
  }

  #show(profile: TakenProfile): void {
    this.#profile = profile;
    this.#types.replaceChildren(...profile.sampleTypes.map((t, i) => h("option", { value: String(i) }, t.type.replace("_", " "))));
    this.#types.value = String(profile.shown);
    this.#types.hidden = profile.sampleTypes.length < 2;
    this.#draw();
  }

  /** The address of speedscope with the profile that is chosen. */
  #inSpeedscope(): string {
    const url = this.#client.url("speedscope");
    const profile = this.#client.url(`pprof/${encodeURIComponent(this.#kind)}${queryOf(this.#kind)}`);
    url.hash = String(new URLSearchParams({ profileURL: profile.href, title: this.#kind }));
    return url.href;
  }

  /** Saves the profile that is shown. */
  #download(): void {
    if (this.#profile) save(this.#profile.file, `${this.#kind}.pb.gz`);
  }

  #draw(): void {
    const { sampleTypes, comments } = this.#profile!;
    const type = Number(this.#types.value);
    const tree = flameTree(this.#profile!, type);
    this.#clear();
    this.#unit = sampleTypes[type]!.unit;
    this.#total = tree.value;
    this.#note.textContent = tree.value ? `${inUnit(tree.value, this.#unit)} in all` : `the profile ${this.#kind} has nothing of that now`;
    this.#comments.textContent = comments.join("; ");
    this.#wide = this.#place.clientWidth;
    if (!tree.value || !this.#wide) return;
    this.#chart = this.#makeChart(depthOf(tree));
    select(this.#place as HTMLElement).datum(tree).call(this.#chart);
    this.#highlight();
  }

  #clear(): void {
    this.#current = null;
    this.#chart?.destroy();
    this.#chart = null;
    this.#place.replaceChildren();
    this.#details.textContent = "";
    this.#comments.textContent = "";
  }

  #makeChart(depth: number): FlameGraph<Flame> {
    return flamegraph<Flame>().width(this.#wide).height(depth * CELL).cellHeight(CELL).inverted(true).sort(true).minFrameSize(1).transitionDuration(0)
      .setColorMapper(({ data, depth, highlight }) => (highlight ? "var(--hit)" : depth ? `var(--flame-${hue(data)})` : "var(--flame-root)"))
      .setLabelHandler((node) => this.#label(node))
      .setDetailsHandler((text) => void (this.#details.textContent = text ?? ""))
      .setSearchMatch(({ data }, term) => data.name.toLowerCase().includes(term.toLowerCase()))
      .setSearchHandler((_, sum) => void (this.#details.textContent =
        `highlighted: ${inUnit(sum, this.#unit)}, ${percent(sum / this.#total)} of all`))
      .onClick((node) => (this.#current = node));
  }

  #label({ data }: Node): string {
    return `${data.name}  ${inUnit(data.value, this.#unit)}, ${percent(data.value / this.#total)}${data.file ? `  ${data.file}` : ""}`;
  }

  #highlight(): void {
    if (this.search.value) this.#chart?.search(this.search.value);
    else this.#chart?.clear();
  }

  #resize(): void {
    if (this.#profile && this.#place.clientWidth !== this.#wide) this.#draw();
  }

  #key(event: KeyboardEvent): void {
    const frames = [...this.#place.querySelectorAll<Frame>("g.frame")];
    const current = this.#current ?? frames[0]?.__data__;
    if (!current || !this.#chart) return;
    const near = neighbour(current, event.key, new Set(frames.map((f) => f.__data__)));
    if (near) this.#focus(near, frames);
    else if (event.key === "Enter") this.#chart.zoomTo(current);
    else if (event.key === "Escape") this.#chart.resetZoom();
    else if (!event.key.startsWith("Arrow")) return;
    event.preventDefault();
  }

  #focus(node: Node, frames: readonly Frame[]): void {
    this.#current = node;
    for (const frame of frames) frame.classList.toggle("current", frame.__data__ === node);
    frames.find((f) => f.__data__ === node)?.scrollIntoView({ block: "nearest" });
    const label = this.#label(node);
    this.#details.textContent = label;
    this.#place.setAttribute("aria-label", `Flame graph: ${label}`);
  }

  destroy(): void {
    this.#observer.disconnect();
    this.#chart?.destroy();
  }
}

/** What is asked with the name of a profile. */
function queryOf(kind: string): string {
  return kind === CPU ? `?seconds=${CPU_SECONDS}` : "";
}

/** The frame that an arrow key leads to, of those that are shown. */
function neighbour(node: Node, key: string, shown: ReadonlySet<Node>): Node | undefined {
  if (key === "ArrowUp") return node.parent ?? undefined;
  const among = (key === "ArrowDown" ? node.children : node.parent?.children)?.filter((n) => shown.has(n)) ?? [];
  if (key === "ArrowDown") return among.reduce<Node | undefined>((a, b) => (a && a.data.value >= b.data.value ? a : b), undefined);
  const step = key === "ArrowRight" ? 1 : key === "ArrowLeft" ? -1 : 0;
  return step ? among[among.indexOf(node) + step] : undefined;
}

function depthOf(node: Flame): number {
  return 1 + Math.max(0, ...node.children.map(depthOf));
}

function percent(share: number): string {
  return `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;
}

/** One colour a class, or function; the standard library is grey. */
function hue({ name, file }: Flame): string {
  if (file.startsWith("~lib/") || !file) return "lib";
  let hash = 7;
  for (const c of name.split("#", 1)[0]!) hash = (hash * 31 + c.charCodeAt(0)) >>> 0;
  return String(hash % HUES);
}
