// SPDX-License-Identifier: MIT
/**
 * Knows AssemblyScript's types by their names, as far as their values cross the boundary.
 *
 * @module
 */

export type Kind =
  | "void" | "bool" | "int" | "long" | "float" // raw values
  | "string" | "array" | "staticarray" | "typedarray" | "arraybuffer" | "context" | "object"; // references

/** A type, resolved. Elements of arrays are types in turn. */
export interface Type {
  /** As AssemblyScript spells it: `Array<string | null>`. */
  readonly name: string;
  /** The name without `| null`. */
  readonly base: string;
  readonly kind: Kind;
  readonly nullable: boolean;
  /** Bits of a number. */
  readonly bits: number;
  readonly signed: boolean;
  /** The runtime id of a class, 0 of everything else. */
  readonly id: number;
  readonly of: Type | null;
}

/** The `types` object of the gopark.abi section. */
export type TypeTableJson = Record<
  string,
  { readonly id: number; readonly kind: string; readonly of?: string; readonly nullable?: boolean }
>;

const NULL_SUFFIX = " | null";

function raw(name: string, kind: Kind, bits = 0, signed = false): [string, Type] {
  return [name, { name, base: name, kind, bits, signed, nullable: false, id: 0, of: null }];
}

const BASIC = new Map([
  raw("void", "void"), raw("bool", "bool", 1), raw("string", "string"),
  raw("i8", "int", 8, true), raw("i16", "int", 16, true), raw("i32", "int", 32, true),
  raw("u8", "int", 8), raw("u16", "int", 16), raw("u32", "int", 32),
  raw("isize", "int", 32, true), raw("usize", "int", 32),
  raw("i64", "long", 64, true), raw("u64", "long", 64),
  raw("f32", "float", 32), raw("f64", "float", 64),
]);

/** Resolves type names, each once. A class that the table does not know becomes an "object". */
export class TypeTable {
  readonly #json: TypeTableJson;
  readonly #known = new Map(BASIC);

  constructor(json: TypeTableJson) {
    this.#json = json ?? {};
  }

  get(name: string): Type {
    let type = this.#known.get(name);
    if (!type) this.#known.set(name, (type = this.#resolve(name)));
    return type;
  }

  #resolve(name: string): Type {
    if (name.endsWith(NULL_SUFFIX)) {
      return { ...this.get(name.slice(0, -NULL_SUFFIX.length)), name, nullable: true };
    }
    const entry = this.#json[name];
    return {
      name,
      base: name,
      kind: (entry?.kind ?? "object") as Kind,
      nullable: entry?.nullable ?? false,
      bits: 0,
      signed: false,
      id: entry?.id ?? 0,
      of: entry?.of ? this.get(entry.of) : null,
    };
  }
}

/** The type that messages of errors have. */
export const STRING: Type = BASIC.get("string")!;

/** Reports whether a value of this type is a reference that the collector follows. */
export function isManaged(type: Type): boolean {
  return type.kind !== "void" && type.bits === 0;
}
