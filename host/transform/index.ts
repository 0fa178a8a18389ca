// SPDX-License-Identifier: MIT
/**
 * The asc transform: turns what asc compiled into a module whose goroutines can be parked and
 * seen. The order matters:
 *
 *     wrap      blocking imports and exports become functions that may park
 *     shadow    asc's shadow stack goes where nothing can collect
 *     preempt   if asked for: loops and recursion check whether the time slice is over
 *     mark      calls are numbered; which functions' frames nothing can read is known
 *     optimise  as the user asked
 *     resolve   each call's place and inlining chain is known; markers go
 *     morestack recursion that may park checks how deep it is
 *     asyncify  what may park is rewritten, frames made resumable one at a time
 *     trace     calls store their pcs
 *     emit      pc table and types into sections
 *
 * asc then validates, tidies where it would optimise (finishLightly), and writes its outputs as
 * always. What functions end up where is the last section (functab.ts).
 *
 * @module
 */

import type { Parser, Program } from "assemblyscript";
import type binaryen from "assemblyscript/binaryen";
import { ABI_VERSION, G0, M0, MEMORY_BASE, TRACE_TOP } from "../abi/layout.ts";
import { DATA, frames, resumeSwitch, runAsyncify, type Frame } from "./asyncify.ts";
import { STATE, UNWINDING } from "./frame.ts";
import { emitFunctab, functionPcs } from "./functab.ts";
import { hasFunction, redefine, type Context, type Module, type Raw } from "./binaryen.ts";
import { Facts } from "./facts.ts";
import { registerLibrary } from "./library.ts";
import { ABORT, mark, unmark } from "./mark.ts";
import { addMorestack } from "./morestack.ts";
import { calledByTrampolines, callersOf, mayPark } from "./maypark.ts";
import { addPreempt, PREEMPT } from "./preempt.ts";
import { entryPcs, exportPcs, PcTable } from "./pctab.ts";
import { quietFunctions } from "./quiet.ts";
import { resolve } from "./resolve.ts";
import { stripShadow } from "./shadow.ts";
import { trace } from "./trace.ts";
import { defineCallExport, wrapImports } from "./wrap.ts";

const LIB = "~lib/gopark/assembly";
const INTRINSICS = `${LIB}/sys/intrinsics`;
/** Room for asc's shadow stack. */
const STACK_SIZE = 1 << 20;
const SEGMENT = "gopark.pctab";
const CALLED = `${LIB}/api/transform/gopark_`; // by generated code

/** What asyncify and trace leave behind: many locals, nested blocks, tiny functions. */
const TIDY = ["remove-unused-module-elements", "inlining", "dce", "remove-unused-brs", "remove-unused-names", "merge-blocks",
  "optimize-instructions", "precompute", "simplify-locals-notee-nostructure", "vacuum", "reorder-locals", "coalesce-locals",
  "simplify-locals", "vacuum", "coalesce-locals", "reorder-locals", "remove-unused-brs", "remove-unused-names", "merge-blocks",
  "optimize-instructions", "rse", "vacuum", "remove-unused-module-elements", "reorder-functions"];

registerLibrary();

interface AscOptions {
  memoryBase: number;
  stackSize: number;
  sourceMap: boolean;
  optimizeLevelHint: number;
  shrinkLevelHint: number;
  debugInfo: boolean;
  globalAliases: Map<string, string> | null;
}

/** What asc instantiates; its hooks are called in the order below. */
export default class GoparkTransform {
  // asc puts these on the prototype.
  declare readonly program: Program;
  declare readonly binaryen: typeof binaryen;

  private get options(): AscOptions {
    return this.program.options as unknown as AscOptions;
  }

  private get preempt(): boolean {
    return (this.options.globalAliases?.get(PREEMPT) ?? "0") != "0";
  }

  /** Sets what the runtime relies on. */
  afterParse(_parser: Parser): void {
    const { options } = this;
    options.memoryBase = Math.max(options.memoryBase, MEMORY_BASE);
    options.stackSize = Math.max(options.stackSize, STACK_SIZE);
    options.sourceMap = true; // makes asc note where each expression is written
    options.globalAliases ??= new Map();
    if (!options.globalAliases.has("abort")) options.globalAliases.set("abort", ABORT);
  }

  afterCompile(m: Module): void {
    const c = this.context(m);
    const facts = new Facts(this.program);
    const optimized = this.options.optimizeLevelHint > 0 || this.options.shrinkLevelHint > 0;
    wrapImports(c, facts.imports, `${CALLED}hostwait`);
    defineCallExport(c, `${INTRINSICS}/callexport`, facts.exports);
    const bottom = callersOf(c, `${INTRINSICS}/asyncifyStartUnwind`);
    stripShadow(c, bottom);
    this.keepApart(c, bottom);
    if (this.preempt) addPreempt(c, facts, `${LIB}/sched/proc/preempt`);
    const markers = mark(c, facts);
    if (!this.options.debugInfo) facts.quiet = quietFunctions(c);
    this.optimize(c, optimized);
    const table = new PcTable(facts);
    const sites = resolve(c, facts, markers, table);
    unmark(c);
    const parking = mayPark(c, bottom);
    addMorestack(c, parking.frames, `${LIB}/sched/proc/morestack`, facts, sites, table);
    runAsyncify(c, parking, (key, value) => this.binaryen.setPassArgument(key, value), optimized);
    const list = frames(c, parking, { growstack: `${LIB}/sched/stack/growstack`, frametoolarge: `${LIB}/sched/stack/frametoolarge` });
    trace(c, sites, list, facts, process.env.GOPARK_TRACE != "0");
    const pcs = functionPcs(c, facts, markers, table);
    const bytes = table.encode(exportPcs(facts, table), entryPcs(c, facts, table));
    this.defineIntrinsics(c, list);
    this.addSegment(c, SEGMENT, bytes);
    // The start function is traced too, so M 0 must be there before any code runs.
    this.addSegment(c, "gopark.m0", new Uint8Array(new Uint32Array([TRACE_TOP, G0]).buffer), M0);
    this.emit(c, facts, bytes);
    this.finishLightly(c, optimized, pcs);
    for (const name of ["frametoolarge", "growstack", "hostwait", "morestack", "outofmemory", "panicdivide", "panicunreachable", "preempt"]) m.removeExport(`gopark_${name}`);
  }

  private context(m: Module): Context {
    const { module } = this.program;
    return {
      m,
      raw: this.binaryen as unknown as Raw,
      b: this.binaryen as unknown as Record<string, number>,
      name: ptr => module.readStringCached(ptr) ?? "",
      cstr: name => module.allocStringCached(name),
    };
  }

  /** Keeps functions out of their callers that must stay functions. */
  private keepApart(c: Context, bottom: ReadonlySet<string>): void {
    const { frames } = mayPark(c, bottom);
    const entries = [...calledByTrampolines(c)].filter(name => frames.has(name));
    const names = [...bottom, ...entries, `${INTRINSICS}/callexport`, `${LIB}/sys/fatal/*`];
    for (const name of names) {
      this.binaryen.setPassArgument("no-inline", name);
      c.m.runPasses(["no-inline"]);
    }
    this.binaryen.setPassArgument("no-inline", null);
  }

  /**
   * Replaces the optimisation that asc runs at the end: the program is optimised already, before asyncify,
   * and only what the passes here have added needs to be tidied. It halves the time of a build.
   */
  private finishLightly(c: Context, optimized: boolean, pcs: ReadonlyMap<string, number>): void {
    const { module } = this.program as unknown as { module: { optimize(): void } };
    module.optimize = () => {
      if (optimized) c.m.runPasses(TIDY);
      emitFunctab(c, pcs);
    };
  }

  private optimize({ m, raw, cstr }: Context, optimized: boolean): void {
    const { optimizeLevelHint, shrinkLevelHint, debugInfo } = this.options;
    // It would join tails that differ only in their markers: panics at several places of a function.
    raw._BinaryenAddPassToSkip!(cstr("code-folding"));
    if (optimized) this.program.module.optimize(optimizeLevelHint, shrinkLevelHint, debugInfo, false);
    raw._BinaryenClearPassesToSkip!();
    m.runPasses(["dce", "remove-unused-module-elements"]);
  }

  /** Fills in the functions that the runtime imports from "gopark/transform". */
  private defineIntrinsics(c: Context, list: readonly Frame[]): void {
    const { m, b } = c;
    const define = (name: string, body: () => number) => {
      const internalName = `${INTRINSICS}/${name}`;
      if (hasFunction(c, internalName)) redefine(c, internalName, [], body);
    };
    define("asyncifyState", () => m.global.get(STATE, b.i32!));
    define("asyncifySetState", () => m.global.set(STATE, m.local.get(0, b.i32!)));
    // The pass's own checks its data; room is checked frame by frame here.
    redefine(c, "asyncify_start_unwind", [], () => m.block(null, [
      m.global.set(STATE, m.i32.const(UNWINDING)),
      m.global.set(DATA, m.local.get(0, b.i32!)),
    ]));
    define("resumeframe", () => resumeSwitch(c, list));
    define("pctabread", () => {
      const [dst, offset, len] = [0, 1, 2].map(i => m.local.get(i, b.i32!));
      return m.memory.init(SEGMENT, dst!, offset!, len!);
    });
  }

  private addSegment({ m, raw, cstr }: Context, name: string, bytes: Uint8Array, address?: number): void {
    const data = raw._malloc!(bytes.length);
    bytes.forEach((byte, i) => raw.__i32_store8!(data + i, byte));
    const passive = address === undefined;
    raw._BinaryenAddDataSegment!(m.ptr, cstr(name), cstr("0"), passive ? 1 : 0, passive ? 0 : m.i32.const(address), data, bytes.length);
    raw._free!(data);
  }

  private emit({ m }: Context, facts: Facts, table: Uint8Array): void {
    const { exports, imports, types } = facts;
    const strip = <T extends { internalName: string }>({ internalName: _, ...rest }: T) => rest;
    const abi = { version: ABI_VERSION, exports: exports.map(strip), imports: imports.map(strip), types };
    m.addCustomSection("gopark.abi", new TextEncoder().encode(JSON.stringify(abi)));
    m.addCustomSection("gopark.pctab", table);
  }
}
