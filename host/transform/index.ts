// SPDX-License-Identifier: MIT
/**
 * The asc transform: turns what asc compiled into a module whose goroutines can be parked and
 * seen. The order matters:
 *
 *     bind      for a WASI command: imports are bound, exports taken away
 *     wrap      blocking imports and exports become functions that may park, also in the table
 *     growing   arrays are asked for room before they are made larger
 *     filled    what std fills at once is not zeroed before
 *     hash      maps and sets keep keys that are close together
 *     revisit   what is filled without a barrier is shown to the collector
 *     preempt   if asked for: loops and recursion check whether the time slice is over
 *     sort      what it sorts is held, where a comparator may collect
 *     shadow    asc's shadow stack becomes markers, where something can collect
 *     mark      calls are numbered, panics of array accesses hidden; which functions' frames nothing can read is known
 *     optimise  as the user asked
 *     resolve   each call's place and inlining chain is known; markers go
 *     locate    what may trap gets a location that stands for its place and inlining chain
 *     new       small objects are allocated in place
 *     barrier   the test of the write barrier is put where references are stored
 *     start     what go is given by name will be called directly
 *     morestack recursion that may park checks how deep it is
 *     trappc    if asked for: what may trap stores its pc before
 *     slots     what may park writes the references it holds to its frame on the trace
 *     asyncify  what may park is rewritten, frames made resumable one at a time
 *     trace     calls store their pcs; slots, for all other functions
 *     emit      pc table and types into sections
 *     sharing   with shared memory: only the first instance writes the data
 *
 * asc then validates, tidies where it would optimise (finishLightly), and writes its outputs as
 * always. What functions end up where is the last section (functab.ts).
 *
 * @module
 */

import type { Parser, Program } from "assemblyscript";
import type binaryen from "assemblyscript/binaryen";
import { buildIdWords } from "../abi/buildid.ts";
import { ABI_VERSION, BUILD, BUILD_MAGIC, G0, GCPHASE, M0, MEMORY_BASE, TRACE_TOP } from "../abi/layout.ts";
import { inlineBarrier, LINK, SHADE } from "./barrier.ts";
import { DATA, frames, resumeSwitch, runAsyncify, START_UNWIND, STARTS_UNWIND, type Frame } from "./asyncify.ts";
import { bindImports, checkImports, commandExports, START } from "./bind.ts";
import { STATE, UNWINDING } from "./frame.ts";
import { emitFunctab, functionPcs } from "./functab.ts";
import { hasFunction, importOf, redefine, withErrors, type Context, type Module, type Raw } from "./binaryen.ts";
import { Facts, type ExportFact, type ImportFact } from "./facts.ts";
import { recursive } from "./graph.ts";
import { fillUnzeroed, NEWUNZEROED } from "./filled.ts";
import { GROW, testCapacity } from "./growing.ts";
import { keepNear } from "./hash.ts";
import { registerLibrary } from "./library.ts";
import { locate } from "./locate.ts";
import { ABORT, mark, unmark } from "./mark.ts";
import { allocatesMixed } from "./mixed.ts";
import { addMorestack, behindStubs } from "./morestack.ts";
import { optimise } from "./optimise.ts";
import { type AscOptions, checkOptions, isCommand, optionsOf } from "./options.ts";
import { Origins } from "./origins.ts";
import { calledByTrampolines, callersOf, mayPark } from "./maypark.ts";
import { addPreempt, PREEMPT } from "./preempt.ts";
import { entryPcs, exportPcs, PcTable } from "./pctab.ts";
import { quietFunctions } from "./quiet.ts";
import { refuseReferences } from "./references.ts";
import { resolve } from "./resolve.ts";
import { revisitFilled } from "./revisit.ts";
import { mayCollect, SCAN } from "./collecting.ts";
import { inlineNew, NEW, NEWSLOW } from "./newobject.ts";
import { keptApart, markSlots, unmarkSlots } from "./shadow.ts";
import { initialiseOnce, type MemoryFact, memoryFact } from "./sharing.ts";
import { placeRoots, type Roots } from "./slots.ts";
import type { Rooting } from "./slotflow.ts";
import { escaped } from "./sourcemap.ts";
import { holdSorted } from "./sort.ts";
import { findStarts, NEWPROC, startSwitch, startWord, type Start } from "./start.ts";
import { Throws } from "./throws.ts";
import { tooLargeTogether } from "./toolarge.ts";
import { trace } from "./trace.ts";
import { addTrapPcs, TRAPS } from "./trappc.ts";
import { defineCallExport, renewTable, wrapImports } from "./wrap.ts";

const LIB = "~lib/gopark/assembly";
const INTRINSICS = `${LIB}/sys/intrinsics`;
/** asc's shadow stack is taken out again; asc makes the code for it only where it has a size. */
const STACK_SIZE = 16;
const SEGMENT = "gopark.pctab";
const CALLED = `${LIB}/api/transform/gopark_`; // by generated code

const PROCESS = `${LIB}/wasi/process/process`;
/** What generated code calls is exported, so that asc compiles it; not in the end. */
const CALLED_EXPORTS = ["contextdone", "gosched", "growstack", "hostwait", "morestack", "newunzeroed", "outofmemory", "panicdivide", "panicunreachable", "preempt", "revisit", "snapshot", "tracecall", "tracecalled", "unwatchcontext", "watchcontext"]
  .map(name => `gopark_${name}`);

/** What is inlined or read behind the optimiser: exported until then, so that calls keep their operands. */
const RUNTIME_CALLS = [NEW, LINK, NEWPROC];

/** What asyncify and trace leave behind: many locals, nested blocks, tiny functions. */
const TIDY = ["remove-unused-module-elements", "inlining", "remove-unused-brs", "merge-blocks", "optimize-instructions",
  "precompute", "simplify-locals-notee-nostructure", "vacuum", "coalesce-locals", "simplify-locals", "vacuum", "coalesce-locals",
  "reorder-locals", "remove-unused-brs", "remove-unused-names", "optimize-instructions", "remove-unused-module-elements",
  "reorder-functions"];

registerLibrary();

/** What crosses it. */
interface Boundary {
  readonly exports: readonly ExportFact[];
  readonly imports: readonly ImportFact[];
  readonly memory: MemoryFact | null;
}

/** What asc instantiates; its hooks are called in the order below. */
export default class GoparkTransform {
  // asc puts these on the prototype.
  declare readonly program: Program;
  declare readonly binaryen: typeof binaryen;

  private get options(): AscOptions {
    return optionsOf(this.program);
  }

  private get wasi(): boolean {
    return isCommand(this.program);
  }

  /** Whether goroutines that compute without parking give way. */
  private get preempt(): boolean {
    return this.uses(PREEMPT);
  }

  /** Whether what may trap stores its pc. */
  private get traps(): boolean {
    return this.uses(TRAPS);
  }

  private uses(name: string): boolean {
    return (this.options.globalAliases?.get(name) ?? "0") != "0";
  }

  /** Sets what the runtime relies on. */
  afterParse(_parser: Parser): void {
    const { options } = this;
    checkOptions(this.program);
    options.memoryBase = Math.max(options.memoryBase, MEMORY_BASE);
    options.stackSize = STACK_SIZE;
    options.sourceMap = true; // makes asc note where each expression is written
    this.escapeFileNames();
    options.globalAliases ??= new Map();
    const alias = (name: string, target: string) => {
      if (!options.globalAliases!.has(name)) options.globalAliases!.set(name, target);
    };
    alias("abort", ABORT);
    if (!this.wasi) return;
    alias("GO_WASI", "1");
    alias("process", PROCESS);
    options.exportStart = START;
  }

  /** asc tells Binaryen the files of its debug locations. */
  private escapeFileNames(): void {
    const { module } = this.program as unknown as { module: { addDebugInfoFile(name: string): number } };
    const add = module.addDebugInfoFile.bind(module);
    module.addDebugInfoFile = name => add(escaped(name));
  }

  afterCompile(m: Module): void {
    withErrors(() => this.transform(m));
  }

  private transform(m: Module): void {
    const c = this.context(m);
    const facts = new Facts(this.program, name => importOf(c, name));
    const optimized = this.options.optimizeLevelHint > 0 || this.options.shrinkLevelHint > 0;
    const imports = this.wasi ? bindImports(c, facts, CALLED) : facts.imports;
    const exports = this.wasi ? [commandExports(c, facts, new Set(CALLED_EXPORTS))] : facts.exports;
    wrapImports(c, imports, facts, CALLED);
    renewTable(c);
    defineCallExport(c, `${INTRINSICS}/callexport`, exports);
    if (this.wasi) m.runPasses(["remove-unused-module-elements"]);
    if (this.inlinesNew) testCapacity(c);
    fillUnzeroed(c);
    keepNear(c);
    revisitFilled(c, facts, `${LIB}/memory/malloc/revisit`);
    const bottom = callersOf(c, START_UNWIND);
    if (this.preempt) addPreempt(c, facts, `${LIB}/sched/proc/preempt`); // may collect, too
    this.answerCollector(c, facts, bottom);
    const collecting = mayCollect(c, bottom);
    holdSorted(c, collecting, `${LIB}/memory/malloc/snapshot`);
    const owners = markSlots(c, bottom, collecting);
    this.keepApart(c, bottom);
    const origins = new Origins(c);
    const throws = new Throws(this.fast);
    const markers = mark(c, facts, origins, throws);
    // Another thread can look at any time. A trap of which only the innermost place is known needs all others.
    if (!this.options.debugInfo && !this.options.sharedMemory && !this.traps) facts.quiet = quietFunctions(c, throws.throwers);
    const inserted = [...RUNTIME_CALLS.filter(name => hasFunction(c, name)), ...throws.throwers.size ? [ABORT] : []];
    inserted.forEach(name => m.addFunctionExport(name, name));
    optimise(c, this.program.module, this.options);
    const table = new PcTable(facts);
    const resolved = resolve({ c, facts, markers, table, origins, throws });
    const { sites } = resolved;
    unmark(c);
    const places = locate(c, facts, resolved, table, origins);
    if (this.inlinesNew) inlineNew(c, sites, facts.pointerfree);
    inlineBarrier(c, GCPHASE, sites);
    inserted.forEach(name => m.removeExport(name));
    const starts = findStarts(c, facts);
    const parking = mayPark(c, bottom);
    addMorestack(c, parking.frames, `${LIB}/sched/proc/morestack`, facts, sites, table);
    if (this.traps) addTrapPcs(c, resolved.spots);
    const rooting = { c, owners, collecting: mayCollect(c, bottom) };
    const parked = this.placeParked(rooting, parking.frames);
    refuseReferences(c, parking, () => runAsyncify(c, parking, (key, value) => this.binaryen.setPassArgument(key, value), optimized));
    const list = frames(c, parking, `${LIB}/sched/stack/growstack`);
    trace(c, { sites, frames: list, parked, rooting, facts, on: process.env.GOPARK_TRACE != "0" });
    unmarkSlots(c, owners);
    const functions = functionPcs(c, facts, markers, table);
    const bytes = table.encode(exportPcs(facts, table), entryPcs(c, facts, table));
    this.defineIntrinsics(c, list, starts);
    this.addSegment(c, SEGMENT, bytes);
    // The start function is traced too, so M 0 must be there before any code runs.
    this.addWords(c, "gopark.m0", [TRACE_TOP, G0], M0);
    for (const { at, word } of starts.map(startWord)) this.addWords(c, `gopark.start.${at}`, [word], at);
    const build = [BUILD_MAGIC, ABI_VERSION, ...buildIdWords(bytes)];
    this.addWords(c, "gopark.build", build, BUILD);
    const memory = memoryFact(c);
    if (memory?.shared) {
      if (this.wasi) throw new Error("gopark: a WASI command has no shared memory");
      initialiseOnce(c, memory);
    }
    this.emit(c, facts, { exports, imports, memory }, bytes);
    this.noInline(c, starts.map(({ fn }) => fn));
    this.finishLightly(c, optimized, facts);
    emitFunctab(c, { functions, places });
    CALLED_EXPORTS.forEach(name => m.removeExport(name));
    if (!this.wasi) return;
    m.runPasses(["remove-unused-module-elements"]);
    checkImports(c);
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

  /** Answers what the collector asks about the program: what it need not know of is left out. */
  private answerCollector(c: Context, { holds, pointerfree }: Facts, bottom: ReadonlySet<string>): void {
    const answer = (question: string, yes: boolean) => {
      const name = `${LIB}/${question}`;
      if (hasFunction(c, name)) redefine(c, name, [], () => c.m.i32.const(yes ? 1 : 0));
    };
    answer("memory/mgcpieces/hasarrays", holds.arrays);
    answer("memory/mgcpieces/hastables", holds.tables);
    answer("memory/sizeclass/hasmixed", allocatesMixed(c, pointerfree));
    const hasGo = hasFunction(c, `${LIB}/sched/proc/newproc`);
    answer("sched/roots/hasgo", hasGo);
    answer("sched/roots/hasdeep", hasGo && recursive(c, mayPark(c, bottom).frames).length > 0);
  }

  /** Keeps functions out of their callers that must stay functions. */
  private keepApart(c: Context, bottom: ReadonlySet<string>): void {
    const parking = mayPark(c, bottom);
    const entries = [...calledByTrampolines(c)].filter(name => parking.frames.has(name));
    const cold = ["memory/mbitmap/count*", "memory/mbitmap/preparespan", "memory/mcache/cachedspan", "memory/mcentral/addspan", "memory/mgc/gcfull", "memory/pins/*", "memory/sizeclass/anyclass", "sched/gprof/*", "sched/stack/flip", "sys/fatal/*", "sys/tracer/trace*"].map(name => `${LIB}/${name}`);
    const kept = [...bottom, ...entries, ...keptApart(c), ...behindStubs(c, parking.frames), SCAN, NEW, NEWSLOW, NEWUNZEROED, LINK, SHADE, ...(this.inlinesNew ? [GROW] : []), `${INTRINSICS}/callexport`, ...cold];
    this.noInline(c, [...kept, ...tooLargeTogether(c, parking, kept)]);
  }

  /** Keeps functions, also by patterns of names, from being inlined. */
  private noInline({ m }: Context, names: Iterable<string>): void {
    for (const name of names) {
      this.binaryen.setPassArgument("no-inline", name);
      m.runPasses(["no-inline"]);
    }
    this.binaryen.setPassArgument("no-inline", null);
  }

  /**
   * Replaces the optimisation that asc runs at the end: the program is optimised already, before asyncify,
   * and only what the passes here have added needs to be tidied. It halves the time of a build.
   */
  private finishLightly(c: Context, optimized: boolean, facts: Facts): void {
    const { module } = this.program as unknown as { module: { optimize(): void } };
    if (optimized) this.keepPlaces(c, facts);
    module.optimize = () => {
      if (optimized) c.m.runPasses(TIDY);
    };
  }

  /** Whether speed is wanted more than a small module. */
  private get fast(): boolean {
    return this.options.optimizeLevelHint >= 2 && this.options.shrinkLevelHint == 0;
  }

  /** Whether speed is wanted and no allocation is watched. */
  private get inlinesNew(): boolean {
    return this.fast && !["GO_DEBUG", "GO_TORTURE", "GO_TORTURE_STEP"].some(name => this.options.globalAliases?.has(name));
  }

  /** Places the references of functions that may park, before asyncify takes their code apart: the whole body has the frame. */
  private placeParked(rooting: Rooting, names: ReadonlySet<string>): Map<string, Roots> {
    const { m, raw, cstr } = rooting.c;
    return new Map([...names].map(name => {
      const f = raw._BinaryenGetFunction!(m.ptr, cstr(name));
      return [name, placeRoots(rooting, f, raw._BinaryenFunctionGetBody!(f))];
    }));
  }

  /** Keeps what is on stacks from being inlined when tidying: no marker would tell it from its caller any more. */
  private keepPlaces(c: Context, facts: Facts): void {
    const shown = [...facts.functions].filter(([, fact]) => fact.traced).map(([name]) => name);
    const folders = new Set(shown.map(name => /^(?:~lib\/)?[^/]*/.exec(name)![0]));
    this.noInline(c, [...folders, "byn-split-"].map(folder => `${folder}*`));
  }

  /** Fills in the functions that the runtime imports from "gopark/transform". */
  private defineIntrinsics(c: Context, list: readonly Frame[], starts: readonly Start[]): void {
    const { m, b } = c;
    const define = (name: string, body: () => number, vars: number[] = []) => {
      const internalName = `${INTRINSICS}/${name}`;
      if (hasFunction(c, internalName)) redefine(c, internalName, vars, body);
    };
    define("asyncifyState", () => m.global.get(STATE, b.i32!));
    define("asyncifySetState", () => m.global.set(STATE, m.local.get(0, b.i32!)));
    // The pass's own checks its data; room is checked frame by frame here.
    redefine(c, STARTS_UNWIND, [], () => m.block(null, [
      m.global.set(STATE, m.i32.const(UNWINDING)),
      m.global.set(DATA, m.local.get(0, b.i32!)),
    ]));
    define("resumeframe", () => resumeSwitch(c, list));
    const { vars, body } = startSwitch(c, starts);
    define("startgoroutine", () => body, vars);
    define("pctabread", () => {
      const [dst, offset, len] = [0, 1, 2].map(i => m.local.get(i, b.i32!));
      return m.memory.init(SEGMENT, dst!, offset!, len!);
    });
  }

  private addWords(c: Context, name: string, words: readonly number[], address: number): void {
    this.addSegment(c, name, new Uint8Array(new Uint32Array(words).buffer), address);
  }

  private addSegment({ m, raw, cstr }: Context, name: string, bytes: Uint8Array, address?: number): void {
    const data = raw._malloc!(bytes.length);
    bytes.forEach((byte, i) => raw.__i32_store8!(data + i, byte));
    const passive = address === undefined;
    raw._BinaryenAddDataSegment!(m.ptr, cstr(name), cstr("0"), passive ? 1 : 0, passive ? 0 : m.i32.const(address), data, bytes.length);
    raw._free!(data);
  }

  private emit({ m }: Context, { classes, stdImports, types }: Facts, { exports, imports, memory }: Boundary, table: Uint8Array): void {
    const strip = <T extends { internalName: string }>({ internalName: _, ...rest }: T) => rest;
    const target = this.wasi ? { target: "wasi" } : {};
    const abi = { version: ABI_VERSION, ...target, ...(memory && { memory }), ...(this.traps && { traps: true }), exports: exports.map(strip), imports: [...imports, ...this.wasi ? [] : stdImports].map(strip), types, classes };
    m.addCustomSection("gopark.abi", new TextEncoder().encode(JSON.stringify(abi)));
    m.addCustomSection("gopark.pctab", table);
  }
}
