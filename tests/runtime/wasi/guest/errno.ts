// SPDX-License-Identifier: MIT
// Does to a file what its arguments say, which fails.
@external("host", "args") declare function args(): string[];
@blocking @external("host", "readFile") declare function readFile(path: string): string;
@blocking @external("host", "writeFile") declare function writeFile(path: string, text: string): void;
@blocking @external("host", "readDir") declare function readDir(path: string): string[];
@blocking @external("host", "walkDir") declare function walkDir(path: string): string[];

export function main(): void {
  const call = args()[0];
  const path = args()[1];
  if (call == "readFile") readFile(path);
  if (call == "writeFile") writeFile(path, "x");
  if (call == "readDir") readDir(path);
  if (call == "walkDir") walkDir(path);
}
