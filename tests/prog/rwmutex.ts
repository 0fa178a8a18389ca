// SPDX-License-Identifier: MIT
// Readers share an RWMutex, a writer has it alone, and a waiting writer goes before new readers.
import { Chan, RWMutex, go, gosched, println } from "gopark/assembly";

const rw = new RWMutex();
const events = new Chan<string>(64);

function settle(): void {
  for (let i = 0; i < 10; i++) gosched();
}

function reader(name: string, leave: Chan<bool>): void {
  rw.rLock();
  events.send(`${name} reads`);
  leave.recv();
  rw.rUnlock();
}

function writer(name: string, leave: Chan<bool>): void {
  rw.lock();
  events.send(`${name} writes`);
  leave.recv();
  rw.unlock();
}

function show(title: string): void {
  let line = title + ":";
  while (events.length > 0) line += " " + events.recv() + ";";
  println(line);
}

function tries(): string {
  let read = rw.tryRLock();
  if (read) rw.rUnlock();
  let write = rw.tryLock();
  if (write) rw.unlock();
  return `tryRLock ${read} tryLock ${write}`;
}

export function main(): void {
  const a = new Chan<bool>();
  const b = new Chan<bool>();
  const w = new Chan<bool>();
  const c = new Chan<bool>();
  println("free: " + tries());

  go(reader, "a", a);
  settle();
  go(reader, "b", b);
  settle();
  show("readers share");
  println("read: " + tries());

  go(writer, "w", w);
  settle();
  show("a writer waits for them");
  println("a writer waits: " + tries());
  go(reader, "c", c);
  settle();
  show("a new reader waits behind the writer");

  a.send(true);
  settle();
  show("one reader left");
  b.send(true);
  settle();
  show("none left");
  println("written: " + tries());
  w.send(true);
  settle();
  show("written");
  c.send(true);
  settle();
  println("free: " + tries());

  // after a writer come the readers that waited meanwhile, before the next writer
  go(writer, "w1", w);
  settle();
  go(writer, "w2", w);
  settle();
  go(reader, "d", a);
  settle();
  show("first writer");
  w.send(true);
  settle();
  show("first writer left");
  a.send(true);
  settle();
  show("reader left");
  w.send(true);
  settle();
  println("free: " + tries());
}
