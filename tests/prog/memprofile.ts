// SPDX-License-Identifier: MIT
// memProfile counts allocations and frees by stack, as of the last completed collection.
import { println, runtime } from "gopark/assembly";

class Node {
  a: i64 = 0;
  b: i64 = 0;
  next: Node | null = null;
}

runtime.setMemProfileRate(1); // every allocation

let list: Node | null = null;

function build(n: i32): void {
  for (let i = 0; i < n; i++) {
    const node = new Node();
    node.next = list;
    list = node;
  }
}

function drop(n: i32): void {
  for (let i = 0; i < n; i++) list = list!.next;
}

/** The record whose innermost frame that is no constructor is in `name`. */
function find(name: string, inuseZero: bool): runtime.MemProfileRecord | null {
  let p = new runtime.MemProfileRecords(0);
  let n = runtime.memProfile(p, inuseZero);
  p = new runtime.MemProfileRecords(n + 20);
  n = runtime.memProfile(p, inuseZero);
  for (let i = 0; i < n; i++) {
    const r = p.at(i);
    const frames = runtime.callersFrames(r.stack, r.stack.length);
    for (let k = 0; k < frames.length; k++) {
      if (frames[k].function.endsWith(name) && !frames[k].function.includes("Node")) return r;
    }
  }
  return null;
}

function tell(when: string): void {
  const r = find(".build", true);
  if (!r) {
    println(`${when}: nothing`);
    return;
  }
  const size = r.allocBytes / max(r.allocObjects, 1);
  println(`${when}: allocated ${r.allocObjects}, freed ${r.freeObjects}, in use ${r.inUseObjects()}`);
  if (size < 20 || size > 64) println(`an object of ${size} bytes?`);
  if (r.inUseBytes() != r.allocBytes - r.freeBytes || r.freeBytes != size * r.freeObjects) println("bytes?");
}

export function main(): void {
  runtime.gc();
  build(100);
  const early = find(".build", true);
  println(`before a collection: ${early ? early.allocObjects : 0} allocated`);
  runtime.gc();
  tell("after it");
  drop(40);
  tell("dropped");
  runtime.gc();
  runtime.gc();
  tell("collected");
  drop(60);
  runtime.gc();
  runtime.gc();
  tell("all collected");
  println(`without those that hold nothing: ${find(".build", false) === null}`);

  const all = runtime.memProfile(new runtime.MemProfileRecords(0), true);
  const some = runtime.memProfile(new runtime.MemProfileRecords(0), false);
  println(`fewer records: ${some < all}`);
  println(`rate ${runtime.setMemProfileRate(0)} ${runtime.setMemProfileRate(512 * 1024)}`);
}
