// SPDX-License-Identifier: MIT
/**
 * The element `<gopark-debug>`: everything that a running program can tell, on one page.
 *
 * ```html
 * <script type="module" src="/debug/element.js"></script>
 * <gopark-debug src="/debug/"></gopark-debug>
 * ```
 *
 * `src` is the address of an endpoint; or its property `app` is a program of the same page. With the
 * attribute `routed` the page is its own: the tab is in the page's address, and keys are for it wherever
 * they are pressed. Nothing is asked while nobody looks.
 *
 * @module
 */
import { AnswerError, Client, type Fetch } from "./client.ts";
import { h } from "./dom.ts";
import { FlameView } from "./flames.ts";
import { GoroutineView } from "./goroutines.ts";
import { HeapView } from "./heap.ts";
import { Overview } from "./overview.ts";
import { STYLE } from "./style.ts";
import type { View } from "./view.ts";

const RETRY = 3000; // ms
const TABS = ["Overview", "Goroutines", "Heap", "Profiles"] as const;
type Tab = (typeof TABS)[number];

type Views = Readonly<Record<Tab, View>>;

/** What the element needs of a loaded program. */
export interface AppLike {
  readonly pprof: { readonly fetch: Fetch };
}

export class GoparkDebugElement extends HTMLElement {
  static readonly observedAttributes = ["src"];
  #app: AppLike | null = null;
  #views: Views | null = null;
  #buttons: Record<string, HTMLButtonElement> = {};
  #tab: Tab = "Overview";
  #timer: ReturnType<typeof setTimeout> | undefined;
  #paused = false;
  /** Whose answer is still to come. */
  #asking: Views | null = null;
  readonly #title = h("h1", {}, "…");
  readonly #status = h("span", { class: "status", role: "status" });
  readonly #banner = h("p", { class: "banner", role: "alert", hidden: "" });
  readonly #pause = h("button", { type: "button", title: "Stop asking  ( p )", onclick: () => this.#setPaused(!this.#paused) }, "Pause");
  readonly #panel = h("main", { role: "tabpanel", tabindex: "-1" });
  readonly #dark = matchMedia("(prefers-color-scheme: dark)");

  /** The program to show, instead of the endpoint at `src`. */
  set app(app: AppLike) {
    this.#app = app;
    if (this.isConnected) this.#start();
  }

  connectedCallback(): void {
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    const tabs = TABS.map((tab, i) => this.#buttons[tab] = h("button", {
      type: "button", role: "tab", title: `${tab}  ( ${i + 1} )`, onclick: () => this.#show(tab),
    }, tab));
    root.replaceChildren(h("style", {}, STYLE), h("header", {}, this.#title,
      h("nav", { role: "tablist", onkeydown: (event: KeyboardEvent) => this.#alongTabs(event) }, ...tabs),
      this.#status, this.#pause), this.#banner, this.#panel);
    this.#dark.addEventListener("change", this.#redraw);
    document.addEventListener("visibilitychange", this.#ask);
    (this.hasAttribute("routed") ? document : root).addEventListener("keydown", this.#key as EventListener);
    if (this.#app || this.hasAttribute("src")) this.#start();
  }

  /** src has changed: before the first connectedCallback that starts nothing. */
  attributeChangedCallback(): void {
    if (!this.shadowRoot || !this.isConnected || this.#app) return;
    if (this.hasAttribute("src")) this.#start();
    else this.#stop();
  }

  disconnectedCallback(): void {
    clearTimeout(this.#timer);
    this.#dark.removeEventListener("change", this.#redraw);
    document.removeEventListener("visibilitychange", this.#ask);
    for (const keys of [document, this.shadowRoot!]) keys.removeEventListener("keydown", this.#key as EventListener);
    this.#stop();
  }

  #start(): void {
    this.#stop();
    const app = this.#app;
    const base = new URL(app ? "/debug/" : this.getAttribute("src")!, location.href);
    if (!app && !base.search && base.origin === location.origin) base.search = location.search; // a token
    const client = new Client(base, app ? (request) => app.pprof.fetch(request) : undefined);
    const views = this.#views = {
      Overview: new Overview(client), Goroutines: new GoroutineView(client), Heap: new HeapView(client), Profiles: new FlameView(client),
    };
    void client.vars().then(({ cmdline }) => {
      if (views !== this.#views) return;
      this.#title.textContent = cmdline.join(" ");
      if (this.hasAttribute("routed")) document.title = `${cmdline[0]} · gopark`;
    }, () => {});
    const named = TABS.find((tab) => `#${tab.toLowerCase()}` === location.hash);
    this.#show(this.hasAttribute("routed") && named ? named : "Overview");
  }

  #stop(): void {
    for (const view of Object.values(this.#views ?? {})) view.destroy?.();
    this.#views = null;
    this.#panel.replaceChildren();
  }

  #show(tab: Tab): void {
    if (!this.#views) return;
    this.#tab = tab;
    for (const [name, button] of Object.entries(this.#buttons)) {
      button.setAttribute("aria-selected", String(name === tab));
      button.tabIndex = name === tab ? 0 : -1;
    }
    this.#panel.setAttribute("aria-label", tab);
    this.#panel.replaceChildren(this.#views[tab].element);
    if (this.hasAttribute("routed")) history.replaceState(null, "", `${location.search}#${tab.toLowerCase()}`);
    this.#ask();
  }

  #setPaused(paused: boolean): void {
    this.#paused = paused;
    this.#pause.textContent = paused ? "Go on" : "Pause";
    this.#ask();
  }

  /** Asks for what the tab shows, and again in a while. One question at a time. */
  readonly #ask = async (): Promise<void> => {
    clearTimeout(this.#timer);
    const views = this.#views;
    if (!views || this.#asking === views || !this.isConnected) return;
    if (this.#paused || document.hidden) return this.#say(this.#paused ? "paused" : "");
    const tab = this.#tab;
    const view = views[tab];
    this.#asking = views;
    const failed = await view.refresh().then(() => null, (error: Error) => error);
    if (views !== this.#views) return; // another program's by now
    this.#asking = null;
    if (failed) this.#fail(failed);
    else this.#live();
    const wait = failed ? RETRY : view.every;
    if (tab !== this.#tab) void this.#ask();
    else if (wait) this.#timer = setTimeout(this.#ask, Math.max(wait, view.every));
  };

  #say(status: string): void {
    this.#status.textContent = status;
    this.#status.dataset.status = status;
  }

  #live(): void {
    this.#banner.hidden = true;
    this.#say("live");
  }

  #fail(error: Error): void {
    this.#say("no answer");
    const { message } = error;
    const none = error instanceof AnswerError && error.status === 503;
    this.#banner.textContent = none ? `no answer: ${message.split("\n\n")[0]}` : error instanceof AnswerError ? `${error.status}: ${message}` : `The endpoint does not answer: ${message}`;
    this.#banner.hidden = false;
  }

  readonly #redraw = (): void => {
    for (const view of Object.values(this.#views ?? {})) view.redraw?.();
  };

  #alongTabs(event: KeyboardEvent): void {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (!step) return;
    const tab = TABS[(TABS.indexOf(this.#tab) + step + TABS.length) % TABS.length]!;
    this.#show(tab);
    this.#buttons[tab]!.focus();
  }

  readonly #key = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || !this.#views) return;
    const target = event.composedPath()[0] as HTMLElement;
    if (/^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName ?? "") || target.isContentEditable) {
      if (event.key === "Escape") target.blur();
      return;
    }
    if (!this.#command(event.key)) return;
    event.preventDefault();
  };

  #command(key: string): boolean {
    const view = this.#views![this.#tab];
    const tab = TABS[Number(key) - 1];
    if (tab) this.#show(tab);
    else if (key === "/" && view.search) view.search.focus();
    else if (key === "p") this.#setPaused(!this.#paused);
    else if (key === "r" && view instanceof FlameView) void view.take();
    else return false;
    return true;
  }
}

if (!customElements.get("gopark-debug")) customElements.define("gopark-debug", GoparkDebugElement);
