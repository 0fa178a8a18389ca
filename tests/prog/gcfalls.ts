// SPDX-License-Identifier: MIT
// References that are live where control falls through into what others jump to: a switch's next
// case, the end of a block with breaks in it, default arguments.
import { println, runtime } from "gopark/assembly";

class Token {
  text: string;
  constructor(public n: i32) {
    this.text = "token " + n.toString();
  }
  whole(): bool {
    return this.text == "token " + this.n.toString();
  }
}

let steps = 0;

/** Frees what nobody holds, and puts others where it was. */
function churn(): void {
  steps++;
  runtime.gc();
  for (let i = 0; i < 20; i++) new Token(1000 + i);
}

function bySwitch(k: i32): bool {
  let x: Token | null = null;
  switch (k) {
    case 1: x = new Token(k); // falls through
    case 2: steps++; break;
    case 3: steps += 2; // falls through
    default: steps += 3;
  }
  churn();
  return x == null || x.whole();
}

function byWhile(k: i32): bool {
  let x: Token | null = null;
  while (steps >= 0) {
    if (k & 1) break;
    steps++;
    x = new Token(k);
    break;
  }
  churn();
  return x == null || x.whole();
}

function byDo(k: i32): bool {
  let x: Token | null = null;
  do {
    if (k & 1) break;
    steps++;
    if (k & 2) break;
    x = new Token(k);
  } while (false);
  churn();
  return x == null || x.whole();
}

function byLoop(k: i32): bool {
  let x: Token | null = null;
  for (let i = 0; i < 3; i++) {
    if (i == k) break;
    if (i & 1) continue;
    x = new Token(i);
    churn();
    if (!x.whole()) return false;
  }
  churn();
  return x == null || x.whole();
}

function pick(k: i32): Token {
  switch (k) {
    case 0: return new Token(0);
    case 1: {
      const t = new Token(1);
      churn();
      return t;
    }
    default: return new Token(k);
  }
}

function byReturn(k: i32): bool {
  const t = pick(k);
  churn();
  return t.whole();
}

function late(): string {
  churn();
  return "late";
}

function byDefault(a: Token, b: Token = new Token(9), c: string = late()): bool {
  churn();
  return a.whole() && b.whole() && c == "late";
}

function tell(what: string, whole: bool): void {
  println(what + (whole ? " whole" : " lost"));
}

export function main(): void {
  const whole = [true, true, true, true, true];
  for (let k = 0; k < 8; k++) {
    if (!bySwitch(k)) whole[0] = false;
    if (!byWhile(k)) whole[1] = false;
    if (!byDo(k)) whole[2] = false;
    if (!byLoop(k)) whole[3] = false;
    if (!byReturn(k)) whole[4] = false;
  }
  const names = ["switch", "while", "do", "loop", "return"];
  for (let i = 0; i < names.length; i++) tell(names[i], whole[i]);
  tell("default", byDefault(new Token(1)));
}
