// SPDX-License-Identifier: MIT
/**
 * Has a copy of what Array#sort and StaticArray#sort sort held while they do, where comparators may collect.
 *
 *     call SORT(this.dataStart, n, comparator)   ->   *(sp + 1024) = snapshot(this); *(sp + 1028) = this.buffer; call SORT(…)
 *
 * std has elements in raw memory only while it merges, and moves others without a barrier to where a cycle has looked
 * already. A comparator that parks may let others replace the buffer. Runs on asc's code as it comes, and so on its shadow
 * stack: behind what the function has there, as its places are but names to shadow.ts.
 *
 * @module
 */

import { definedFunctions, rewrite, type Context } from "./binaryen.ts";
import type { Collecting } from "./collecting.ts";
import { nameOf } from "./graph.ts";
import { SP } from "./shadow.ts";

const METHOD = /^~lib\/(array\/Array|staticarray\/StaticArray)<.*>#sort$/;
/** Of elements that are no numbers: names of classes have a path. */
const SORT = /^~lib\/util\/sort\/SORT<.*\/.*>$/;
const COPY = 1024;
const BUFFER = COPY + 4;

/** Puts `snapshot` in front of every sort whose comparator may collect. */
export function holdSorted(c: Context, { functions }: Collecting, snapshot: string): void {
  const { m, raw, b, name } = c;
  for (const f of definedFunctions(c)) {
    const method = METHOD.exec(nameOf(c, f));
    if (!method) continue;
    const view = method[1] == "array/Array";
    const array = () => m.local.get(0, b.i32!);
    const hold = (at: number, value: number) => m.i32.store(at, 4, m.global.get(SP, b.i32!), value);
    const body = raw._BinaryenFunctionGetBody!(f);
    rewrite(raw, body, (e, kind) => {
      const callee = kind == "Call" ? name(raw._BinaryenCallGetTarget!(e)) : "";
      if (!SORT.test(callee) || !functions.has(callee)) return e;
      return m.block(null, [
        hold(COPY, m.call(snapshot, [array(), m.i32.const(+view)], b.i32!)),
        ...view ? [hold(BUFFER, m.i32.load(0, 4, array()))] : [],
        e,
      ]);
    });
  }
}
