// SPDX-License-Identifier: MIT
/**
 * Reads what the transform wrote about a module: its exports, its imports and their types.
 *
 * @module
 */
import { ABI_VERSION } from "./layout.ts";
import { type Type, TypeTable, type TypeTableJson } from "./types.ts";

export const ABI_SECTION = "gopark.abi";
export const PCTAB_SECTION = "gopark.pctab";
/** The pc of each offset in the code: transform/functab.ts writes it, symbol/functab.ts reads it. */
export const FUNCTAB_SECTION = "gopark.functab";

/** A function that crosses the boundary. */
export interface Signature {
  readonly name: string;
  readonly params: readonly Type[];
  readonly result: Type;
}

/** A function of the entry file; `id` is what newcall takes. */
export interface ExportEntry extends Signature {
  readonly id: number;
}

/** A function of the host; a blocking one parks its goroutine. */
export interface ImportEntry extends Signature {
  readonly module: string;
  readonly blocking: boolean;
}

/** What a module wants of the memory that it imports; sizes in pages. */
export interface MemoryType {
  readonly initial: number;
  readonly maximum: number | null;
  readonly shared: boolean;
  readonly module: string;
  readonly name: string;
}

export interface Manifest {
  readonly exports: readonly ExportEntry[];
  readonly imports: readonly ImportEntry[];
  /** Names of classes, by id. */
  readonly classes: readonly string[];
  /** Not there: the module has a memory of its own. */
  readonly memory?: MemoryType;
  /** What may trap says where it is (--traps). */
  readonly traps?: true;
}

interface SignatureJson {
  readonly name: string;
  readonly params: readonly string[];
  readonly result: string;
}

interface ExportJson extends SignatureJson {
  readonly id: number;
}

interface ImportJson extends SignatureJson {
  readonly module: string;
  readonly blocking: boolean;
}

interface ManifestJson {
  readonly version: number;
  /** "wasi" of a command, which has no exports for a host. */
  readonly target?: string;
  readonly exports: readonly ExportJson[];
  readonly imports: readonly ImportJson[];
  readonly types: TypeTableJson;
  readonly classes?: readonly string[];
  readonly memory?: MemoryType;
  readonly traps?: true;
}

/** Prints a signature as an error names it: `crawl(string, i32): f64`. */
export function show(f: Signature): string {
  return `${f.name}(${f.params.map((p) => p.name).join(", ")}): ${f.result.name}`;
}

/** Returns the only custom section of that name, or null. */
export function customSection(module: WebAssembly.Module, name: string): ArrayBuffer | null {
  return WebAssembly.Module.customSections(module, name).at(-1) ?? null;
}

const misbuilt = () => import("./misbuilt.ts");

/** Reads the manifest. Rejects when the module has none, or one of another version. */
export async function readManifest(module: WebAssembly.Module, file: string): Promise<Manifest> {
  const section = customSection(module, ABI_SECTION);
  if (!section) throw (await misbuilt()).foreign(file);
  let json: ManifestJson;
  try {
    json = JSON.parse(new TextDecoder().decode(section)) as ManifestJson;
  } catch (cause) {
    throw (await misbuilt()).garbled(file, cause);
  }
  if (json.version !== ABI_VERSION || json.target === "wasi") throw (await misbuilt()).unfit(file, json.version);
  return resolve(json);
}

/** Returns the section with the pc table. Rejects when it was stripped. */
export async function readPctab(module: WebAssembly.Module, file: string): Promise<ArrayBuffer> {
  const section = customSection(module, PCTAB_SECTION);
  if (!section) throw (await misbuilt()).stripped(file);
  return section;
}

function resolve(json: ManifestJson): Manifest {
  const types = new TypeTable(json.types);
  const signature = (f: SignatureJson): Signature => ({
    name: f.name,
    params: f.params.map((p) => types.get(p)),
    result: types.get(f.result),
  });
  return {
    ...json,
    exports: json.exports.map((f) => ({ ...signature(f), id: f.id })),
    imports: json.imports.map((f) => ({ ...signature(f), module: f.module, blocking: f.blocking })),
    classes: json.classes ?? [],
  };
}
