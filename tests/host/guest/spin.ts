// SPDX-License-Identifier: MIT
// Never ends.
import { go, gosched } from "gopark/assembly";

function spin(): void {
  while (true) gosched();
}

export function main(): void {
  go(spin);
  spin();
}
