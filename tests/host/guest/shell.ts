// SPDX-License-Identifier: MIT
// Uses everything that gopark run gives to a program.
@blocking @external("host", "readFile") declare function readFile(path: string): string;
@blocking @external("host", "writeFile") declare function writeFile(path: string, text: string): void;
@blocking @external("host", "readDir") declare function readDir(path: string): string[];
@blocking @external("host", "walkDir") declare function walkDir(path: string): string[];
@blocking @external("host", "readLine") declare function readLine(): string | null;
@blocking @external("host", "fetchText") declare function fetchText(url: string): string;
@external("host", "args") declare function args(): string[];
@external("host", "env") declare function env(name: string): string | null;
@external("host", "write") declare function write(text: string): void;

function or(s: string | null): string { return s === null ? "null" : s; }

export function main(): void {
  const dir = args()[0];
  write("args " + args().join("|") + "\n");
  write("env " + or(env("GOPARK_TEST")) + " " + or(env("GOPARK_NO_SUCH")) + "\n");
  writeFile(dir + "/sub/b.txt", "héllo");
  write("file " + readFile(dir + "/sub/b.txt") + "\n");
  write("dir " + readDir(dir).join("|") + "\n");
  write("walk " + walkDir(dir + "/").join("|") + "\n");
  write("url " + fetchText("data:text/plain,hi") + "\n");
  for (let line = readLine(); line !== null; line = readLine()) write("line " + line + "\n");
  readFile(dir + "/none");
}
