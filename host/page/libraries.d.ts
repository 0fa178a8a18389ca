// SPDX-License-Identifier: MIT
// d3-flame-graph has no types of its own: what the page uses of it.
declare module "d3-flame-graph" {
  import type { Selection } from "d3-selection";

  /** A frame as it is laid out. */
  export interface FlameNode<T> {
    readonly data: T;
    readonly value: number;
    readonly parent: FlameNode<T> | null;
    readonly children?: readonly FlameNode<T>[];
    readonly x0: number;
    readonly x1: number;
    readonly depth: number;
    readonly highlight?: boolean;
  }

  export interface FlameGraph<T> {
    (selection: Selection<HTMLElement, T, null, undefined>): void;
    width(pixels: number): this;
    height(pixels: number): this;
    cellHeight(pixels: number): this;
    inverted(on: boolean): this;
    sort(order: boolean): this;
    minFrameSize(pixels: number): this;
    transitionDuration(ms: number): this;
    setColorMapper(f: (node: FlameNode<T>) => string): this;
    setLabelHandler(f: (node: FlameNode<T>) => string): this;
    setDetailsHandler(f: (text: string | null) => void): this;
    setSearchHandler(f: (results: readonly FlameNode<T>[], sum: number, total: number) => void): this;
    setSearchMatch(f: (node: FlameNode<T>, term: string) => boolean): this;
    onClick(f: (node: FlameNode<T>) => void): this;
    search(term: string): void;
    clear(): void;
    resetZoom(): void;
    zoomTo(node: FlameNode<T>): void;
    destroy(): void;
  }

  export default function flamegraph<T>(): FlameGraph<T>;
}

declare module "*.css" {
  const text: string;
  export default text;
}
