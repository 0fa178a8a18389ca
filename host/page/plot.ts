// SPDX-License-Identifier: MIT
/**
 * Plots numbers over time, in the colours of the theme that is on.
 *
 * @module
 */
import uPlot from "uplot";
import { h } from "./dom.ts";
import { span } from "./span.ts";

/** A line of a plot. */
export interface Line {
  readonly label: string;
  /** The name of a custom property of CSS. */
  readonly color: string;
  readonly fill?: boolean;
  readonly bars?: boolean;
}

export interface PlotOptions {
  readonly title: string;
  readonly lines: readonly Line[];
  readonly print: (n: number) => string;
  /** Powers of two look round on the axis, as they do for bytes. */
  readonly binary?: boolean;
  readonly height?: number;
}

const HEIGHT = 176;
const BINARY = Array.from({ length: 48 }, (_, i) => 2 ** i);
/** No fractions, which would be printed as one number several times. */
const DECIMAL = Array.from({ length: 16 }, (_, i) => [1, 2, 5].map((n) => n * 10 ** i)).flat();
const AXIS = "11px ui-sans-serif, system-ui, sans-serif";

/** A titled plot: above it the values at the cursor, or the latest. */
export class Plot {
  readonly element: HTMLElement;
  readonly #body = h("div", { class: "plot-body" });
  readonly #options: PlotOptions;
  readonly #values: HTMLElement[];
  #data: uPlot.AlignedData;
  #lines: readonly Line[];
  #plot: uPlot | null = null;
  readonly #observer: ResizeObserver;

  constructor(options: PlotOptions) {
    this.#options = options;
    this.#lines = options.lines;
    this.#data = [[], ...options.lines.map(() => [])];
    this.#values = options.lines.map(() => h("b"));
    const key = options.lines.map((line, i) => h("span", { class: "key" },
      h("i", { style: `background:var(${line.color})` }), line.label, " ", this.#values[i]!));
    this.element = h("figure", { class: "plot" },
      h("figcaption", {}, h("span", { class: "plot-title" }, options.title), ...key), this.#body);
    this.#observer = new ResizeObserver(() => this.#resize());
    this.#observer.observe(this.#body);
  }

  /** Shows other data: seconds since 1970, then a column for each line. */
  set(data: readonly (readonly (number | null)[])[]): void {
    this.#data = data as unknown as uPlot.AlignedData;
    this.#plot?.setData(this.#data);
    this.#tell();
  }

  /** Draws again, in the colours of another theme. */
  redraw(): void {
    this.#plot?.redraw(false);
  }

  destroy(): void {
    this.#observer.disconnect();
    this.#plot?.destroy();
    this.#plot = null;
  }

  #resize(): void {
    const width = this.#body.clientWidth;
    if (!width) return;
    if (this.#plot) this.#plot.setSize({ width, height: this.#height });
    else this.#plot = new uPlot(this.#make(width), this.#data, this.#body);
  }

  get #height(): number {
    return this.#options.height ?? HEIGHT;
  }

  #make(width: number): uPlot.Options {
    const color = (name: string) => () => getComputedStyle(this.element).getPropertyValue(name);
    const axis = { stroke: color("--muted"), font: AXIS, grid: { stroke: color("--line"), width: 1 }, ticks: { show: false } };
    return {
      width,
      height: this.#height,
      legend: { show: false },
      cursor: { y: false, points: { size: 5 }, drag: { x: false, y: false }, sync: { key: "gopark" } },
      scales: { x: { range: (u, min, max) => span(u.data[0], min, max) as uPlot.Range.MinMax }, y: { range: (_, __, max) => [0, max > 0 ? max * 1.1 : 1] } },
      axes: [
        { ...axis, size: 24, space: 90, values: (_, seconds) => seconds.map(clock) },
        { ...axis, size: 64, space: 28, incrs: this.#options.binary ? BINARY : DECIMAL, values: (_, values) => values.map((v) => this.#options.print(v)) },
      ],
      series: [{}, ...this.#lines.map((line) => ({
        label: line.label,
        stroke: color(line.color),
        width: 1.5,
        points: { show: (u: uPlot) => u.data[0].length === 1, size: 5 }, // a line needs two
        ...(line.fill ? { fill: color(`${line.color}-soft`) } : {}),
        ...(line.bars ? { paths: uPlot.paths.bars!({ size: [0.7, 6] }), fill: color(line.color) } : {}),
      }))],
      hooks: { setCursor: [() => this.#tell()] },
    };
  }

  #tell(): void {
    const last = this.#data[0].length - 1;
    const at = this.#plot?.cursor.idx ?? last;
    this.#values.forEach((element, i) => {
      const value = this.#data[i + 1]?.[at];
      element.textContent = typeof value === "number" ? this.#options.print(value) : "–";
    });
  }
}

function clock(seconds: number): string {
  return new Date(seconds * 1000).toLocaleTimeString("en-GB");
}
