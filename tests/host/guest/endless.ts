// SPDX-License-Identifier: MIT
// Writes to standard output as long as it can.
@external("host", "write") declare function write(text: string): void;

export function main(): void {
  for (let i = 0; ; i++) write(`line ${i}\n`);
}
