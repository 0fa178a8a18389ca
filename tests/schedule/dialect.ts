// SPDX-License-Identifier: MIT
/**
 * One text, two languages: generated programs in AssemblyScript, and in JavaScript for the model.
 *
 * Marks tell what differs. `«: i32»` is a type, `⟦f(x)⟧` a call that may park (in JavaScript the
 * call of a generator), `ƒ` and `µ` begin a function and a method that may.
 *
 * @module
 */

const ASSEMBLYSCRIPT: Record<string, string> = { "«": "", "»": "", "⟦": "", "⟧": "", "ƒ": "function", "µ ": "" };
const JAVASCRIPT: Record<string, string> = { "⟦": "(yield* ", "⟧": ")", "ƒ": "function*", "µ ": "*" };

export function toAssemblyScript(text: string): string {
  return text.replace(/[«»⟦⟧ƒ]|µ /g, (mark) => ASSEMBLYSCRIPT[mark]!);
}

export function toJavaScript(text: string): string {
  return text.replace(/«[^»]*»/g, "").replace(/[⟦⟧ƒ]|µ /g, (mark) => JAVASCRIPT[mark]!);
}
