// SPDX-License-Identifier: MIT
/**
 * The host functions that the programs of tests/prog import from module "test".
 *
 * @module
 */
import type { Imports } from "../../host/index.ts";

const SETTLED = Promise.resolve();

/** Makes a fresh set, for one run of one case. `table` is what --importTable asks for. */
export function testImports(pick: string): Imports {
  const gates = new Map<number, () => void>();
  const aborted: string[] = [];
  let enough = () => {};
  const hang = (id: number | string, signal: AbortSignal) => new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => {
      aborted.push(`${id} (${(signal.reason as Error).message})`);
      enough();
      setTimeout(() => reject(signal.reason as Error), 1);
    });
  });
  const table = new WebAssembly.Table({ element: "anyfunc", initial: 1000 });
  const test = {
    pick: () => pick,
    apply: (index: number) => (table.get(index) as () => void)(),
    ...echoes,
    ...failures,
    hang,
    hangLong: hang,
    hangVoid: (signal: AbortSignal) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error))),
    echo: (s: string, signal: AbortSignal) => (signal.aborted ? "aborted" : new Promise((resolve) => setTimeout(resolve, 1, s))),
    /** Waits for so many to be aborted. */
    aborted: (n: number) => new Promise((resolve) => {
      enough = () => {
        if (aborted.length < n) return;
        enough = () => {};
        resolve(aborted.splice(0));
      };
      enough();
    }),
    nothing: () => SETTLED,
    later: (ms: number) => new Promise((resolve) => setTimeout(resolve, ms)),
    gate: (id: number) => new Promise((resolve) => gates.set(id, () => resolve(id * 10))),
    open: (id: number) => gates.get(id)!(),
  };
  return { env: { table }, test };
}

const echoes = {
  text: async (s: string) => s,
  maybe: async (s: string | null) => s,
  half: async (x: number) => x / 2,
  halfFloat: async (x: number) => x / 2,
  negate: async (x: number) => -x | 0,
  negateByte: async (x: number) => -x,
  unsigned: async (x: number) => x,
  negateBig: async (x: bigint) => -x,
  unsignedBig: async (x: bigint) => x,
  not: async (x: boolean) => !x,
  reversed: async (list: number[]) => [...list].reverse(),
  upper: async (list: string[]) => list.map((s) => s.toUpperCase()),
  bytes: async (n: number) => Uint8Array.from({ length: n }, (_, i) => i),
  sum: async (a: number, b: number, c: string, d: bigint, e: number[]) =>
    e.reduce((sum, v) => sum + v, a + b + c.length + Number(d)),
  value: (x: number) => x,
  plain: (s: string, n: number) => s.repeat(n),
  plainList: (list: number[]) => list,
};

const failures = {
  fail: async (message: string) => {
    throw new Error(message);
  },
  failText: (message: string) => Promise.reject(message),
  failNothing: () => Promise.reject(),
  throws: (message: string) => {
    throw new Error(message);
  },
  wrong: async () => "not a list",
  plainThrows: (message: string) => {
    throw new Error(message);
  },
  plainPromise: () => SETTLED,
};
