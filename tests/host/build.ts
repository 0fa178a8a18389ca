// SPDX-License-Identifier: MIT
/** Compiles the programs of tests/host/guest, for the tests that load them. */
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { compile, type Target } from "../../host/cli/compile.ts";

/** The path of a program; the tests run from build/tests/host. */
export function guestPath(name: string): string {
  return fileURLToPath(new URL(`../../../tests/host/guest/${name}.ts`, import.meta.url));
}

export async function buildGuest(name: string, target: Target = "release", flags: string[] = []): Promise<Uint8Array<ArrayBuffer>> {
  const out = resolve(`${name}.wasm`);
  const outputs = await compile(guestPath(name), out, target, flags);
  if (!outputs) throw new Error(`${name}.ts does not compile`);
  return new Uint8Array(outputs.get(out) as Uint8Array);
}
