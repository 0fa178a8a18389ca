// SPDX-License-Identifier: MIT
/** Loads and runs programs on Bun: see index.ts. */
import { bun } from "./adapter/bun.ts";
import { attacher } from "./instance/attach.ts";
import { loader } from "./instance/loader.ts";

export { hostCalls } from "./adapter/files.ts";
export * from "./public.ts";

/** Loads a program on Bun. */
export const load = loader(bun);

/** Attaches to a program by its memory. */
export const attach = /* @__PURE__ */ attacher(bun);
