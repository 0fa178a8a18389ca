// SPDX-License-Identifier: MIT
/** Loads and runs programs on Deno: see index.ts. */
import { deno } from "./adapter/deno.ts";
import { loader } from "./instance/loader.ts";

export { hostCalls } from "./adapter/files.ts";
export * from "./public.ts";

/** Loads a program on Deno. */
export const load = loader(deno);
