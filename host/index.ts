// SPDX-License-Identifier: MIT
/**
 * Loads and runs programs that gopark's transform has built. This is Node's entry; bun.ts,
 * deno.ts and browser.ts differ in the platform only, and package.json's conditions choose.
 *
 * ```ts
 * const app = await load("build/app.wasm", { imports: { app: { fetchText } } });
 * await app.run();
 * ```
 *
 * @module
 */
import { node } from "./adapter/node.ts";
import { attacher } from "./instance/attach.ts";
import { loader } from "./instance/loader.ts";

export { hostCalls } from "./adapter/files.ts";
export { requestListener } from "./adapter/http.ts";
export * from "./public.ts";

/** Loads a program on Node. */
export const load = loader(node);

/** Attaches to a program by its memory. */
export const attach = /* @__PURE__ */ attacher(node);
