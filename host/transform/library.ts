// SPDX-License-Identifier: MIT
/**
 * Gives the compiler gopark's own sources as library files.
 *
 * So `import "gopark/assembly"` means this package's copy whatever the project's folders look
 * like, and there is exactly one copy: a runtime that was parsed under two paths would have
 * two states.
 *
 * @module
 */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { libraryFiles } from "assemblyscript/asc";

/** What `--runtime gopark` names: an entry file, so what it exports the module exports. */
const RUNTIME = `import "gopark/assembly";
export * from "gopark/assembly/api/host";
export * from "gopark/assembly/api/transform";\n`;

/** What `--runtime gopark-test` names: specs make a program with a main that is not theirs. */
const RUNTIME_TEST = `${RUNTIME}export { gopark_spec_call, main } from "gopark/assembly/test/main";\n`;

/** What `--runtime gopark-wasi` names. Its presence makes the module a WASI command. */
const RUNTIME_WASI = `import "gopark/assembly";
export * from "gopark/assembly/api/transform";
export * from "gopark/assembly/wasi/start";
export * from "gopark/assembly/wasi/host";
export * from "gopark/assembly/wasi/env";\n`;

/** The directory of this package, from its sources or from build/. */
function packageRoot(): string {
  let dir = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(dir, "package.json"))) dir = dirname(dir);
  return dir;
}

/** Registers assembly/ under "gopark/assembly", its test/ as "gopark/test" too, and the runtime entries. */
export function registerLibrary(): void {
  const root = join(packageRoot(), "assembly/");
  for (const file of readdirSync(root, { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".ts")) continue;
    const path = file.replace(/\\/g, "/").replace(/\.ts$/, "");
    libraryFiles[`gopark/assembly/${path}`] = readFileSync(root + file, "utf8");
  }
  libraryFiles["rt/index-gopark"] = RUNTIME;
  libraryFiles["rt/index-gopark-test"] = RUNTIME_TEST;
  libraryFiles["gopark/test"] = `export * from "gopark/assembly/test/index";\n`;
  libraryFiles["rt/index-gopark-wasi"] = RUNTIME_WASI;
}
