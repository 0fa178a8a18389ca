// SPDX-License-Identifier: MIT
/**
 * Who may import whom: a file imports its own folder and the folders above it in its half.
 *
 * @module
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { test } from "node:test";
import { packageRoot } from "../host/cli/compile.ts";

process.chdir(packageRoot());

/** Folders from the bottom up. What stands in one line does not import what stands beside it. */
const ASSEMBLY = ["shared", "sys", "memory", "sched", "sync", "profile", "api", "wasi", "test"];
const HOST = ["abi", "memory", "symbol", "profile", "page", "http", "instance", "adapter", "cli"];

/** Imports that cross the rule, each for a reason. */
const BRIDGES: Record<string, readonly string[]> = {
  "host/abi/layout.ts": ["assembly/shared/gstatus.ts", "assembly/shared/layout.ts", "assembly/shared/status.ts", "assembly/shared/version.ts"],
  // What --runtime needs before any transform is asked: registers the sources with asc.
  "host/cli/compile.ts": ["host/transform/index.ts"],
};
/** Packages, by the files that may use them. */
const PACKAGES: Record<string, RegExp> = {
  "@jridgewell/sourcemap-codec": /^host\/transform\/sourcemap\.ts$/,
  "@remix-run/node-fetch-server": /^host\/adapter\/http\.ts$/,
  "pprof-format": /^host\/(profile|page)\//,
  // The page is bundled: nobody who installs the package needs these.
  "d3-flame-graph": /^host\/page\//,
  "d3-selection": /^host\/page\//,
  "uplot": /^host\/page\//,
  "uplot/dist/uPlot.min.css": /^host\/page\//,
  "assemblyscript": /^host\/transform\//,
  "assemblyscript/asc": /^host\/(transform|cli)\//,
  "assemblyscript/binaryen": /^host\/transform\//,
  // The text of its help:
  "gopark/assembly": /^host\/cli\/test\.ts$/,
  "gopark/test": /^host\/cli\/test\.ts$/,
  // The text of a file that it makes up for asc:
  "gopark/assembly/api/host": /^host\/transform\/library\.ts$/,
  "gopark/assembly/api/transform": /^host\/transform\/library\.ts$/,
  "gopark/assembly/test/index": /^host\/transform\/library\.ts$/,
  "gopark/assembly/test/main": /^host\/transform\/library\.ts$/,
  "gopark/assembly/wasi/env": /^host\/transform\/library\.ts$/,
  "gopark/assembly/wasi/host": /^host\/transform\/library\.ts$/,
  "gopark/assembly/wasi/start": /^host\/transform\/library\.ts$/,
};
const NODE_ALLOWED = /^host\/(adapter|cli|transform)\//;

interface Import {
  readonly file: string;
  readonly from: string;
  readonly lazy: boolean;
}

function sources(root: string): string[] {
  const files = readdirSync(root, { recursive: true, encoding: "utf8" });
  return files.filter((name) => name.endsWith(".ts")).map((name) => join(root, name).replace(/\\/g, "/")).sort();
}

const STATIC = /^\s*(?:import|export)\s+(?:(?:type\s+)?(?:[\w$]+\s*,?\s*)?(?:\*(?:\s+as\s+\w+)?|\{[^}]*\})?\s*from\s+)?["']([^"']+)["']/gm;
const LAZY = /\bimport\(\s*["']([^"']+)["']/g;

/** Every import and re-export of a file: static ones, and those of import(…). */
function importsOf(file: string): Import[] {
  const text = readFileSync(file, "utf8").replace(/^\s*(\/\/|\*|\/\*).*$/gm, "");
  const find = (pattern: RegExp, lazy: boolean) =>
    [...text.matchAll(pattern)].map(([, from]) => ({ file, from: from!, lazy }));
  return [...find(STATIC, false), ...find(LAZY, true)];
}

/** The file that a relative import means. */
function target({ file, from }: Import): string {
  const path = posix.join(dirname(file), from);
  return path.endsWith(".ts") ? path : `${path}.ts`;
}

function folder(file: string): string {
  const parts = file.split("/");
  return parts.length > 2 ? parts[1]! : "";
}

/** Why an import is wrong, or "". */
function fault(i: Import): string {
  if (i.from.startsWith("node:")) return NODE_ALLOWED.test(i.file) ? "" : "node: outside adapter, cli and transform";
  if (!i.from.startsWith(".")) return packageFault(i);
  const to = target(i);
  if (BRIDGES[i.file]?.includes(to)) return to.startsWith("host/transform/") && !i.lazy ? "must be lazy" : "";
  const half = i.file.split("/")[0]!;
  if (to.split("/")[0] !== half) return "leaves its half";
  return half === "assembly" ? orderFault(ASSEMBLY, i.file, to) : hostFault(i.file, to);
}

function packageFault({ file, from }: Import): string {
  if (file.startsWith("assembly/")) return from.startsWith("rt/") ? "" : "the runtime imports no package";
  return PACKAGES[from]?.test(file) ? "" : "a package that this file may not use";
}

function hostFault(file: string, to: string): string {
  if (folder(to) === "transform") return folder(file) === "transform" ? "" : "imports the transform";
  if (folder(file) !== "transform") return orderFault(HOST, file, to);
  return folder(to) === "abi" ? "" : "the transform imports abi only";
}

/** Entries stand above all folders; nobody imports them, but they share host/public.ts. */
function orderFault(order: readonly string[], file: string, to: string): string {
  const rank = (path: string) => (folder(path) === "" ? order.length : order.indexOf(folder(path)));
  if (rank(file) < 0 || rank(to) < 0) return "a folder that is not in the order";
  if (folder(to) === "" && !(folder(file) === "" && to === "host/public.ts")) return "imports an entry";
  return rank(to) <= rank(file) ? "" : "imports a folder above its own";
}

for (const half of ["assembly", "host"]) {
  test(`${half}/ imports only downwards`, () => {
    const all = sources(half).flatMap(importsOf);
    assert.ok(all.length > 50, "no imports were found");
    const faults = all.map((i) => ({ i, why: fault(i) })).filter(({ why }) => why);
    assert.deepEqual(faults.map(({ i, why }) => `${i.file} imports ${i.from}: ${why}`), []);
  });
}

test("the rule sees what it forbids", () => {
  const forbidden: [string, string][] = [
    ["assembly/sys/print.ts", "../sched/proc"],
    ["assembly/shared/layout.ts", "../sys/types"],
    ["assembly/api/chan.ts", "../index"],
    ["assembly/sync/chan.ts", "gopark/assembly"],
    ["assembly/api/host.ts", "../wasi/start"],
    ["host/abi/types.ts", "../memory/view.ts"],
    ["host/memory/view.ts", "node:fs"],
    ["host/profile/text.ts", "../instance/app.ts"],
    ["host/profile/text.ts", "../../assembly/shared/layout.ts"],
    ["host/transform/mark.ts", "../symbol/pctab.ts"],
    ["host/instance/app.ts", "../transform/index.ts"],
    ["host/cli/compile.ts", "../transform/index.ts"],
    ["host/instance/app.ts", "../index.ts"],
    ["host/instance/app.ts", "assemblyscript/asc"],
  ];
  for (const [file, from] of forbidden) {
    assert.notEqual(fault({ file, from, lazy: false }), "", `${file} imports ${from}`);
  }
});

test("package exports lead to the host, the runtime, the words of specs, the transform and the page only", () => {
  const { exports } = JSON.parse(readFileSync("package.json", "utf8")) as { exports: object };
  assert.deepEqual(Object.keys(exports), [".", "./assembly", "./test", "./transform", "./asconfig.json", "./page", "./package.json"]);
});
