// SPDX-License-Identifier: MIT
/**
 * Reads out of asc's program what Binaryen does not know: names as a person would say them,
 * source positions, types of imports and exports.
 *
 * @module
 */

import type { Program, Type } from "assemblyscript";
import type { Expr } from "./binaryen.ts";

/** A place in a source file. */
export interface Place {
  readonly file: string;
  readonly line: number;
  /** From 0; 0 also stands for a whole line. */
  readonly column: number;
}

/** A function of the program. */
export interface Fact {
  /** As stacks print it: `main.worker`, `queue.Queue<i32>#push`. */
  readonly title: string;
  readonly place: Place;
  /** False for the runtime's own functions: they are not on stacks. */
  readonly traced: boolean;
  /** True for what is neither the runtime's nor the standard library's. */
  readonly user: boolean;
  placeOf(e: Expr): Place | undefined;
  /** Says that generated code is written where `like` is. */
  setPlace(e: Expr, like: Expr): void;
}

/** One import or export, for the host. */
export interface Signature {
  readonly name: string;
  readonly params: readonly string[];
  readonly result: string;
}

export interface ExportFact extends Signature {
  readonly id: number;
  readonly internalName: string;
}

export interface ImportFact extends Signature {
  readonly module: string;
  readonly blocking: boolean;
  readonly internalName: string;
}

/** The module and the name that a function is imported by; two empty ones if it is no import. */
export type ImportOf = (internalName: string) => readonly [string, string];

/** A type of references that the host lifts and lowers. */
export interface TypeFact {
  readonly id: number;
  readonly kind: "array" | "staticarray" | "typedarray" | "arraybuffer" | "context" | "object";
  readonly of?: string;
}

// The parts of asc's program that are read here, as it is in the compiled package.
interface AscRange { source: AscSource; start: number }
interface AscSource { normalizedPath: string; internalPath: string; lineAt(pos: number): number; columnAt(): number; sourceKind: number }
interface AscFunction {
  kind: number;
  internalName: string;
  name: string;
  debugLocations?: Map<number, AscRange>;
  /** Of its object, if it has one. */
  memorySegment?: { offset: unknown } | null;
  declaration: { range: AscRange; name?: { range: AscRange } };
  signature: { parameterTypes: Type[]; returnType: Type };
  prototype: { declaration: { decorators: { name: { text?: string } }[] | null } };
}

/** The runtime, its parts in asc's library, and where asc says that a constructor which nobody has written is. */
const RUNTIME = /^~lib\/(gopark\/assembly\/|rt[/.]|native\.ts$)/;
/** asc's library is the only one whose files lie right below ~lib or in its few folders. */
const STANDARD = /^~lib\/([^/]+\.ts|(rt|util|bindings|shared|staticarray|gopark\/assembly)\/)/;
/** What asc puts between a call and the function called. */
export const STUB = /@(override|varargs)$/;
/** What asc makes up as the file of what nobody wrote. It has no text, so no source map may name it. */
export const NATIVE = "~lib/native.ts";
/** What a blocking import may take, for the host to be told when it is done. */
const CONTEXT = "~lib/gopark/assembly/api/context/context.Context";
/** Of functions there: what reads or writes a field. To who wrote the field's use it is no call. */
const ACCESSOR = /#[gs]et:/;
/** What asc's library imports of the host. */
const STD_BINDINGS = /^~lib\/(builtins|bindings)\b/;
/** What specs import runs on their goroutines, and calls the host as a program does. */
const NOT_THE_USERS = /^~lib\/(gopark\/assembly(?!\/test\/)|rt|builtins|bindings)\b/;
/** The only entry of ours whose exports are the program's: specs have no main. */
const TEST_ENTRY = "~lib/rt/index-gopark-test.ts";
const ARRAYS = /^~lib\/(array\/Array|staticarray\/StaticArray)</;
const TABLES = /^~lib\/(map\/Map|set\/Set)</;
const ELEMENT_FUNCTION_PROTOTYPE = 4;

/** A file's path before a name, also in the arguments of a type. */
const PATH = /(?:[^<>,|():/]+\/)+(?=[\w$])/g;

/**
 * Shortens `~lib/array/Array<~lib/string/String>#push` to `Array<String>#push`, a file's path to its last part.
 * Readers of stacks and profiles take neither nested parentheses nor %, + and spaces in it.
 */
export function titleOf(internalName: string, file: string): string {
  if (internalName.startsWith("start:")) {
    const literal = internalName.slice(`start:${file}`.length);
    return clean(`${base(file)}.init${literal && `.${anonymous(literal)}`}`);
  }
  const local = internalName.startsWith(`${file}/`) ? internalName.slice(file.length + 1) : internalName;
  const short = unescaped(local)
    .replace(PATH, "")
    .replace(/\/(?=[^/]*$)/, "#");
  return clean(`${base(file)}.${anonymous(short)}`);
}

// Go's name for a function literal.
function anonymous(name: string): string {
  return name.replace(/~anonymous\|(\d+)/g, (_, n: string) => `.func${Number(n) + 1}`).replace(/^\./, "");
}

function clean(name: string): string {
  return name.replace(/[()]/g, "").replace(/[%+"\s]/g, "_");
}

function base(file: string): string {
  const name = file.slice(file.lastIndexOf("/") + 1);
  return name == "index" && file.includes("/") ? base(file.slice(0, -"/index".length)) : name;
}

/** Collects the facts of a compiled program. */
export class Facts {
  readonly functions = new Map<string, Fact>();
  readonly exports: ExportFact[] = [];
  readonly imports: ImportFact[] = [];
  /** What asc's library imports and a host must lift or lower for. */
  readonly stdImports: ImportFact[] = [];
  readonly types: Record<string, TypeFact> = {};

  /** Names of the classes whose objects are on the heap, by id. */
  readonly classes: string[] = [];

  /** Whether there are arrays of references, and maps or sets of them. */
  readonly holds = { arrays: false, tables: false };
  /** Ids of the classes whose objects hold no references. */
  readonly pointerfree = new Set<number>();

  /** Functions whose frames nothing reads. */
  quiet: ReadonlySet<string> = new Set();

  private readonly program: Program;

  /** Whether a function's frames appear on stacks. */
  onStacks(name: string): boolean {
    return (this.functions.get(name)?.traced ?? false) && !this.quiet.has(name);
  }

  constructor(program: Program, importOf: ImportOf) {
    this.program = program;
    const { instancesByName } = program as unknown as { instancesByName: Map<string, AscFunction> };
    for (const element of instancesByName.values()) {
      if (element.debugLocations) this.addFunction(element);
    }
    for (const file of program.filesByName.values()) {
      const start = (file as unknown as { startFunction: AscFunction }).startFunction;
      if (start.debugLocations?.size) this.addStart(start, (file as unknown as { source: AscSource }).source);
    }
    this.addImports(importOf);
    this.addExports();
    const { managedClasses } = program as unknown as { managedClasses: Map<number, AscClass> };
    for (const [id, cls] of managedClasses) {
      this.classes[id] = shortName(cls);
      if (cls.isPointerfree) this.pointerfree.add(id);
      if (!cls.typeArguments?.some(type => type.isManaged)) continue;
      this.holds.arrays ||= ARRAYS.test(cls.internalName);
      this.holds.tables ||= TABLES.test(cls.internalName);
    }
  }

  private addFunction(f: AscFunction): void {
    const { source } = f.declaration.range;
    const title = titleOf(f.internalName, source.internalPath);
    this.functions.set(f.internalName, this.fact(f, source, title, f.declaration.range.start));
  }

  private addStart(f: AscFunction, source: AscSource): void {
    this.functions.set(f.internalName, this.fact(f, source, titleOf("start:", source.internalPath), 0));
  }

  private fact(f: AscFunction, source: AscSource, title: string, start: number): Fact {
    const place = (range: AscRange): Place => ({
      file: range.source.normalizedPath,
      line: range.source.lineAt(range.start),
      column: range.source.columnAt() - 1, // of the position that lineAt was asked for
    });
    return {
      title,
      place: { file: source.normalizedPath, line: start ? source.lineAt(start) : 1, column: 0 },
      traced: !RUNTIME.test(source.normalizedPath) && !STUB.test(f.internalName) && !(source.normalizedPath == NATIVE && ACCESSOR.test(f.internalName)),
      user: !STANDARD.test(source.normalizedPath),
      placeOf: e => {
        const range = f.debugLocations!.get(e);
        return range && place(range);
      },
      setPlace: (e, like) => void f.debugLocations!.set(e, f.debugLocations!.get(like)!),
    };
  }

  /** asc lists one function for each name; files may declare the same import, each for itself. */
  private addImports(importOf: ImportOf): void {
    const { instancesByName } = this.program as unknown as { instancesByName: Map<string, AscFunction> };
    for (const f of instancesByName.values()) {
      const { internalName, signature } = f;
      const path = f.declaration.range.source.normalizedPath;
      const std = STD_BINDINGS.test(path);
      if (!signature || !std && NOT_THE_USERS.test(path)) continue;
      const [module, name] = importOf(internalName);
      if (!module) continue;
      if (std && ![...signature.parameterTypes, signature.returnType].some(type => type.isManaged)) continue;
      const decorators = f.prototype.declaration.decorators ?? [];
      const blocking = decorators.some(d => d.name.text == "blocking");
      const fact = { module, name, ...this.signature(f), blocking, internalName };
      if (std) this.stdImports.push(fact);
      else this.addImport(fact);
    }
  }

  private addImport(fact: ImportFact): void {
    const show = ({ internalName: _, ...rest }: ImportFact) => JSON.stringify(rest);
    const other = this.imports.find(i => i.module == fact.module && i.name == fact.name);
    if (other && show(other) != show(fact)) {
      throw new Error(`gopark: import ${fact.module}.${fact.name} is declared twice, differently: ` +
        `as ${other.internalName} and as ${fact.internalName}`);
    }
    this.imports.push(fact);
  }

  private addExports(): void {
    for (const file of this.program.filesByName.values()) {
      const { source, exports } = file as unknown as { source: AscSource; exports: Map<string, AscFunction> | null };
      if (source.sourceKind != 1 /* USER_ENTRY */ || !exports) continue;
      if (RUNTIME.test(source.normalizedPath) && source.normalizedPath != TEST_ENTRY) continue;
      for (const [name, element] of exports) this.addExport(name, element);
    }
  }

  private addExport(name: string, element: AscFunction): void {
    if (element.kind != ELEMENT_FUNCTION_PROTOTYPE) return;
    const { instances } = element as unknown as { instances: Map<string, AscFunction> | null };
    const f = instances?.values().next().value;
    if (!f) return;
    this.exports.push({ name, id: this.exports.length, ...this.signature(f), internalName: f.internalName });
  }

  /** The number of the parameter that is a context, -1 if a function has none. Throws when it has several. */
  contextOf({ name, params }: { name: string; params: readonly string[] }): number {
    const isContext = (type: string) => this.types[type.replace(/ \| null$/, "")]?.kind == "context";
    const found = params.findIndex(isContext);
    if (found != params.findLastIndex(isContext)) throw new Error(`gopark: import ${name} takes more than one context`);
    return found;
  }

  /** The functions that the program uses as values, by the address of their objects. */
  functionObjects(): Map<number, string> {
    const { instancesByName, totalOverhead } = this.program as unknown as { instancesByName: Map<string, AscFunction>; totalOverhead: number };
    const names = new Map<number, string>();
    for (const { memorySegment, internalName } of instancesByName.values()) {
      if (memorySegment) names.set(Number(memorySegment.offset) + totalOverhead, internalName);
    }
    return names;
  }

  /** The types of a function of the program, or undefined if it has none of that name. */
  signatureOf(internalName: string): { params: string[]; result: string } | undefined {
    const { instancesByName } = this.program as unknown as { instancesByName: Map<string, AscFunction> };
    const f = instancesByName.get(internalName);
    return f && this.signature(f);
  }

  private signature(f: AscFunction): { params: string[]; result: string } {
    return {
      params: f.signature.parameterTypes.map(t => this.typeName(t)),
      result: this.typeName(f.signature.returnType),
    };
  }

  /** Names a type for the host, and describes it if it is a reference. */
  private typeName(type: Type): string {
    const cls = type.classReference as unknown as AscClass | null;
    if (!cls || !type.isReference) return type.toString();
    const name = this.className(cls);
    return type.is(1 << 9 /* NULLABLE */) ? `${name} | null` : name;
  }

  private className(cls: AscClass): string {
    if (cls.internalName == "~lib/string/String") return "string";
    const name = shortName(cls);
    if (!this.types[name]) {
      this.types[name] = { id: cls.id, kind: "object" };
      this.types[name] = this.describe(cls);
    }
    return name;
  }

  private describe(cls: AscClass): TypeFact {
    const of = () => this.typeName((cls.typeArguments ?? [])[0]!);
    const { internalName: name, id } = cls;
    if (name.startsWith("~lib/array/Array<")) return { id, kind: "array", of: of() };
    if (name.startsWith("~lib/staticarray/StaticArray<")) return { id, kind: "staticarray", of: of() };
    if (name == "~lib/arraybuffer/ArrayBuffer") return { id, kind: "arraybuffer" };
    const typed = /^~lib\/typedarray\/(Ui|I|F|U)(nt|loat)(\d+)(Clamped)?Array$/.exec(name);
    if (typed) return { id, kind: "typedarray", of: `${typed[1]![0]!.toLowerCase()}${typed[3]}` };
    return { id, kind: name == CONTEXT ? "context" : "object" };
  }
}

/** Shortens `~lib/array/Array<~lib/string/String>` to `Array<String>`. */
/** asc escapes what it takes from types as URIs do. */
function unescaped(name: string): string {
  return decodeURIComponent(name.replace(/%(?![0-9a-f]{2})/gi, "%25"));
}

function shortName(cls: AscClass): string {
  return unescaped(cls.internalName).replace(/~?[\w./@-]+\/(?=\w)/g, "");
}

interface AscClass { internalName: string; id: number; isPointerfree: boolean; typeArguments: Type[] | null }
