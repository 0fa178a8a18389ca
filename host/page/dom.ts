// SPDX-License-Identifier: MIT
/** Makes elements. */

type Child = Node | string | null | false;

/** Makes an element with attributes, listeners (onclick: f) and children. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K, attributes: Record<string, string | ((event: never) => void)> = {}, ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "string") element.setAttribute(name, value);
    else element.addEventListener(name.slice(2), value as EventListener);
  }
  element.append(...children.filter((child) => child !== null && child !== false));
  return element;
}

/** Has the browser save bytes under a name. */
export function save(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  h("a", { href: url, download: name }).click();
  URL.revokeObjectURL(url);
}
