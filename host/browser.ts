// SPDX-License-Identifier: MIT
/** Loads and runs programs on a page, or in a worker of a page's: see index.ts. */
import { browser } from "./adapter/browser.ts";
import { attacher } from "./instance/attach.ts";
import { loader } from "./instance/loader.ts";

export { hostCalls } from "./adapter/browser.ts";
export * from "./public.ts";

/** Loads a program on a page, or in a worker of a page's. */
export const load = loader(browser);

/** Attaches to a program by its memory. */
export const attach = /* @__PURE__ */ attacher(browser);
