// SPDX-License-Identifier: MIT
// Counts the words of a folder's text files, at any depth if one is named: a pipeline of
// goroutines around blocking host calls.
//
//   gopark run examples/wordcount.ts                  the documents of this folder
//   gopark run examples/wordcount.ts -- ../docs 8     those of ../docs, with 8 workers
//
//   walk ──paths──► worker ──counts──► main
//              └──► worker ──┘
//
// walkDir and readFile look like plain calls: their goroutine parks until the host has answered,
// and the others count on. Where they wait is one more command:
//
//   gopark pprof examples/wordcount.ts goroutine --after 1 -o words.pb.gz && go tool pprof -traces words.pb.gz
import { Chan, WaitGroup, go } from "gopark/assembly";

@external("host", "args") declare function args(): string[];
@external("host", "write") declare function write(text: string): void;
@blocking @external("host", "walkDir") declare function walkDir(path: string): string[];
@blocking @external("host", "readFile") declare function readFile(path: string): string;

const TOP = 20;

class Count {
  constructor(public word: string, public n: i32) {}
}

/** What a worker found in one file. */
class Counts {
  words: Map<string, i32> = new Map<string, i32>();
  total: i32 = 0;

  add(word: string, n: i32): void {
    this.total += n;
    this.words.set(word, n + (this.words.has(word) ? this.words.get(word) : 0));
  }

  /** The most frequent first, equal ones by the alphabet. */
  top(n: i32): Count[] {
    const keys = this.words.keys();
    const all = new Array<Count>();
    for (let i = 0; i < keys.length; i++) all.push(new Count(keys[i], this.words.get(keys[i])));
    all.sort((a: Count, b: Count): i32 => a.n != b.n ? b.n - a.n : a.word < b.word ? -1 : 1);
    return all.slice(0, n);
  }
}

/** Whether it is a text file of the folder's own: neither hidden nor of an installed package. */
function isText(path: string): bool {
  if (path.startsWith(".") || path.includes("/.") || path.includes("node_modules/")) return false;
  return path.endsWith(".md") || path.endsWith(".txt");
}

/** Sends the path of each text file below folder. */
function walk(folder: string, paths: Chan<string>): void {
  const names = walkDir(folder);
  for (let i = 0; i < names.length; i++) {
    if (folder == "." && names[i].includes("/")) continue; // a project's own documents lie on top
    if (isText(names[i])) paths.send(`${folder}/${names[i]}`);
  }
  paths.close();
}

function isLetter(c: i32): bool {
  return (c >= 0x61 && c <= 0x7a) || c == 0x27 || c > 0x7f;
}

function count(text: string): Counts {
  const counts = new Counts();
  const lower = text.toLowerCase();
  let start = -1;
  for (let i = 0; i <= lower.length; i++) {
    const inWord = i < lower.length && isLetter(lower.charCodeAt(i));
    if (inWord && start < 0) start = i;
    if (!inWord && start >= 0) {
      counts.add(lower.substring(start, i), 1);
      start = -1;
    }
  }
  return counts;
}

function worker(paths: Chan<string>, results: Chan<Counts>): void {
  for (let path = paths.recv(); paths.ok; path = paths.recv()) {
    results.send(count(readFile(path)));
  }
}

function closeAfter(wg: WaitGroup, results: Chan<Counts>): void {
  wg.wait();
  results.close();
}

export function main(): void {
  const argv = args();
  const folder = argv.length > 0 ? argv[0] : ".";
  const workers = argv.length > 1 ? I32.parseInt(argv[1]) : 4;
  if (workers < 1) throw new Error(`${argv[1]} workers: there must be one at least`);

  const paths = new Chan<string>();
  const results = new Chan<Counts>();
  const wg = new WaitGroup();
  go(walk, folder, paths);
  for (let i = 0; i < workers; i++) wg.go(worker, paths, results);
  go(closeAfter, wg, results);

  const all = new Counts();
  let files = 0;
  for (let r = results.recv(); results.ok; r = results.recv()) {
    files++;
    const words = r.words.keys();
    for (let i = 0; i < words.length; i++) all.add(words[i], r.words.get(words[i]));
  }

  write(`${files} files, ${all.total} words, ${all.words.size} different ones\n`);
  const top = all.top(TOP);
  for (let i = 0; i < top.length; i++) {
    write(`${top[i].n}`.padStart(7) + `  ${top[i].word}\n`);
  }
}
