// SPDX-License-Identifier: MIT
/**
 * Finds the specs that a command line names: files, folders, patterns.
 *
 * @module
 */
import { readdirSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { CliError } from "./usage.ts";

const SPEC = /\.spec\.ts$/;
/** Folders that are nobody's source. */
const PASSED_OVER = /^(\..*|node_modules|build|dist)$/;

/** Returns the paths from here, sorted, each once. Throws CliError for a pattern that nothing matches. */
export function findSpecs(patterns: readonly string[]): string[] {
  const found = patterns.flatMap((pattern) => {
    const files = filesOf(pattern.replace(/\\/g, "/").replace(/^(\.\/)+/, ""));
    if (!files.length) throw new CliError(`no spec matches "${pattern}"`);
    return files;
  });
  return [...new Set(found)].sort();
}

function filesOf(pattern: string): string[] {
  const stat = statSync(pattern || ".", { throwIfNoEntry: false });
  if (stat?.isFile()) return [pattern];
  if (stat) return walk(pattern || ".").filter((file) => SPEC.test(file));
  const fixed = pattern.split("/");
  const wild = fixed.findIndex((part) => /[*?{]/.test(part));
  if (wild < 0) return [];
  const root = fixed.slice(0, wild).join("/");
  const match = matcher(pattern);
  return statSync(root || ".", { throwIfNoEntry: false })?.isDirectory() ? walk(root || ".").filter((file) => match.test(file)) : [];
}

/** The files below a folder, as paths from here. */
function walk(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) return PASSED_OVER.test(entry.name) ? [] : walk(path);
    return entry.isFile() ? [relative(".", path).replace(/\\/g, "/") || path] : [];
  });
}

/** Turns a shell's pattern into an expression: ** is any folders, * and ? stay in one, {a,b} is either. */
function matcher(pattern: string): RegExp {
  const source = pattern.replace(/\*\*\/|\*\*|[*?{},.+^$()|[\]\\]/g, (part) => {
    switch (part) {
      case "**/": return "(?:[^/]+/)*";
      case "**": return ".*";
      case "*": return "[^/]*";
      case "?": return "[^/]";
      case "{": return "(?:";
      case "}": return ")";
      case ",": return "|";
      default: return `\\${part}`;
    }
  });
  return new RegExp(`^${source}$`);
}
