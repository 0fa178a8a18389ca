// SPDX-License-Identifier: MIT
/** Loads and runs programs on Deno: see index.ts. */
import { deno } from "./adapter/deno.ts";
import { attacher } from "./instance/attach.ts";
import { loader } from "./instance/loader.ts";

export { hostCalls } from "./adapter/files.ts";
export * from "./public.ts";

/** Loads a program on Deno. */
export const load = loader(deno);

/** Attaches to a program by its memory. */
export const attach = /* @__PURE__ */ attacher(deno);
