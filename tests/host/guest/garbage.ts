// SPDX-License-Identifier: MIT
// Allocates more than it keeps, then collects.
import { runtime } from "gopark/assembly";

export function main(): void {
  for (let i = 0; i < 2000; i++) new StaticArray<u8>(10000);
  runtime.gc();
}
