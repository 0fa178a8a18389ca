// SPDX-License-Identifier: MIT
// Does not compile.
export function main(): void {
  const x: i32 = "a";
}
