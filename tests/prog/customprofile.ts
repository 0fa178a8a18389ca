// SPDX-License-Identifier: MIT
// Cases: values duplicate taken builtin empty
// A profile of the program's own has what was put into it and not taken out, by value or identity.
import { pprof, println, runtime } from "gopark/assembly";

@external("test", "pick") declare function pick(): string;

class Thing {
  constructor(public text: string) {}
}

function kept(p: pprof.Profile): usize {
  const thing = new Thing("kept");
  p.add(thing);
  return changetype<usize>(thing);
}

function values(): void {
  const p = pprof.newProfile("things");
  println(`${p.name} ${p.count()} ${pprof.lookup("things") === p} ${pprof.lookup("others") === null}`);
  p.add<i32>(1);
  p.add<i64>(1);
  p.add<f64>(1);
  p.add<bool>(true);
  p.add("1");
  p.add<string | null>(null);
  println(`of six types: ${p.count()}`);
  p.remove("" + "1");
  p.remove<i32>(2);
  println(`without "1": ${p.count()}`);
  const a = new Thing("a");
  const b = new Thing("a");
  p.add(a);
  p.add(b);
  p.remove(a);
  p.remove(a);
  println(`things are themselves: ${p.count()}`);
  const ptr = kept(p);
  runtime.gc();
  for (let i = 0; i < 1000; ++i) new Thing(i.toString());
  println(`a value is alive: ${changetype<Thing>(ptr).text}`);
  println(`a name of two of the runtime's words: ${pprof.newProfile("goroutine heap").name}`);
}

export function main(): void {
  const name = pick();
  if (name == "values") values();
  else if (name == "duplicate") {
    const p = pprof.newProfile("things");
    p.add(1);
    p.add(1);
  } else if (name == "taken") {
    pprof.newProfile("things");
    pprof.newProfile("things");
  } else if (name == "builtin") pprof.newProfile("heap");
  else pprof.newProfile("");
}
