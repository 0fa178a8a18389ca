// SPDX-License-Identifier: MIT
// Module "host" and the standard library in a WASI command: a case each, named by the first argument.
import { Chan, WaitGroup, go, gosched, print, println } from "gopark/assembly";

@external("host", "args") declare function args(): string[];
@external("host", "env") declare function env(name: string): string | null;
@external("host", "write") declare function write(text: string): void;
@blocking @external("host", "readFile") declare function readFile(path: string): string;
@blocking @external("host", "writeFile") declare function writeFile(path: string, text: string): void;
@blocking @external("host", "readDir") declare function readDir(path: string): string[];
@blocking @external("host", "walkDir") declare function walkDir(path: string): string[];
@blocking @external("host", "readLine") declare function readLine(): string | null;
@blocking @external("host", "fetchText") declare function fetchText(url: string): string;

function show(name: string): string {
  const value = env(name);
  return value === null ? "not set" : `"${value}"`;
}

/** The code points of a text, for what a terminal would not tell apart. */
function codes(text: string): string {
  let s = "";
  for (let i = 0; i < text.length; i += text.codePointAt(i) > 0xffff ? 2 : 1) s += ` ${text.codePointAt(i).toString(16)}`;
  return s;
}

function files(): void {
  writeFile("new.txt", "old and longer");
  writeFile("./new.txt", "héllo 😀\ud800");
  println(readFile("new.txt"));
  println(readDir(".").join(" "));
  println(readDir("sub").length.toString());
  println(walkDir(".").join(" "));
  println(codes(readFile("odd.bin")));
  println(readFile("empty").length.toString());
  println(readFile("big").length.toString());
}

/** What an argument each names, a size or the number of names below it. */
function paths(): void {
  for (let i = 1; i < args().length; i++) {
    const path = args()[i];
    println(path.endsWith("/") || path.endsWith(".") ? `${path} ${walkDir(path).length}` : `${path} ${readFile(path).length}`);
  }
}

/** What is bound is a value as any function is. */
function values(): void {
  const wg = new WaitGroup();
  wg.go(writeFile, "made", "by a goroutine");
  wg.wait();
  const read = readFile;
  println(read("made"));
}

const started = new Chan<bool>();

function readFirst(): void {
  started.send(true);
  const line = readLine();
  println(line === null ? "none" : `first <${line}>`);
  started.send(false);
}

function lines(): void {
  go(readFirst);
  started.recv();
  started.recv();
  for (let line = readLine(); line !== null; line = readLine()) println(`<${line}>`);
  println(readLine() === null ? "still null" : "not null");
}

/** Others run while one waits: "ready" comes before there is any input. */
function others(): void {
  go(readFirst);
  started.recv();
  for (let i = 0; i < 10; i++) gosched();
  print("ready\n");
  gosched();
  started.recv();
}

function std(): void {
  console.log("log");
  console.warn("warn");
  console.assert(true, "not printed");
  console.assert(1 > 2, "1 > 2");
  trace("trace", 2, 1, 2.5);
  const bytes = new Uint8Array(16);
  crypto.getRandomValues(bytes);
  let sum = 0;
  for (let i = 0; i < bytes.length; i++) sum += bytes[i];
  println(`${sum > 0} ${Math.random() != Math.random()} ${Date.now() > 1_700_000_000_000} ${performance.now() > 0}`);
  println(`${process.argv[0]} ${process.argv.length} ${process.env.get("FOO")}`);
}

export function main(): void {
  const name = args()[0];
  if (name == "args") println(`${args().length} <${args().join("> <")}>, FOO ${show("FOO")}, EMPTY ${show("EMPTY")}, BAR ${show("BAR")}`);
  if (name == "write") write("to standard output, ünicode\n");
  if (name == "files") files();
  if (name == "paths") paths();
  if (name == "values") values();
  if (name == "missing") readFile("sub/no-such-file");
  if (name == "outside") readFile("../secret");
  if (name == "nowhere") readFile("etc/passwd");
  if (name == "notdir") readDir("empty");
  if (name == "fetch") fetchText("https://example.org/");
  if (name == "lines") lines();
  if (name == "others") others();
  if (name == "std") std();
  if (name == "exit") process.exit(7);
}
