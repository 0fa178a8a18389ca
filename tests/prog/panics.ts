// SPDX-License-Identifier: MIT
// What ends a program with "panic:", its stack, and status 2. Each case is a run of its own.
// Cases: sendOnClosed sendOnClosedParked trySendOnClosed selectSendOnClosed selectSendParked pollSendOnClosed
// Cases: closeOfClosed closeOfNil negativeCapacity hugeCapacity valueOfWrongType valueBeforeWait
// Cases: negativeCounter semaphoreOverRelease tickerOfZero tickerResetOfZero
// Cases: throwError throwLines throwDeep throwInGoroutine throwAfterPark assertFails assertMessage abortCall
// Cases: indexOutOfRange staticIndex stringMethod nullAssertion divideByZero divideOverflow remainderByZero
// Cases: unreachableCode mapKey loadOutOfBounds whileOthersWait inOnce inAfterFunc
import { Chan, Once, Select, Semaphore, WaitGroup, go, gosched, println, time } from "gopark/assembly";

@external("test", "pick") declare function pick(): string;

function settle(): void {
  for (let i = 0; i < 10; i++) gosched();
}

function sendOnClosed(): void {
  const c = new Chan<i32>(1);
  c.close();
  c.send(1);
}

function sendOnClosedParked(): void {
  const c = new Chan<string>();
  go((c: Chan<string>): void => c.send("parked here"), c);
  settle();
  c.close();
  settle();
}

function trySendOnClosed(): void {
  const c = new Chan<i32>();
  c.close();
  c.trySend(1);
}

function selectSendOnClosed(): void {
  const c = new Chan<i32>();
  c.close();
  const s = new Select();
  s.send(c, 1);
  s.recv(new Chan<i32>());
  s.wait();
}

function selectSendParked(): void {
  const c = new Chan<i32>();
  go((c: Chan<i32>): void => {
    settle();
    c.close();
  }, c);
  const s = new Select();
  s.recv(new Chan<i32>());
  s.send(c, 1);
  s.wait();
}

function pollSendOnClosed(): void {
  const c = new Chan<i32>();
  c.close();
  const s = new Select();
  s.send(c, 1);
  s.poll();
}

function closeOfClosed(): void {
  const c = new Chan<i32>();
  c.close();
  c.close();
}

function closeOfNil(): void {
  changetype<Chan<i32>>(0).close();
}

function negativeCapacity(): void {
  new Chan<i32>(-1);
}

function hugeCapacity(): void {
  new Chan<i64>(i32.MAX_VALUE);
}

function valueOfWrongType(): void {
  const c = new Chan<i32>(1);
  c.send(1);
  const s = new Select();
  s.recv(c);
  s.wait();
  s.value<string>();
}

function valueBeforeWait(): void {
  const s = new Select();
  s.recv(new Chan<i32>());
  s.value<i32>();
}

function negativeCounter(): void {
  const wg = new WaitGroup();
  wg.add(1);
  wg.done();
  wg.done();
}

function semaphoreOverRelease(): void {
  const sem = new Semaphore(2);
  sem.acquire();
  sem.release(2);
}

function tickerOfZero(): void {
  new time.Ticker(0);
}

function tickerResetOfZero(): void {
  new time.Ticker(time.Hour).reset(-1);
}

function throwError(): void {
  throw new Error("with a message: é ✓ 😀");
}

/** A reader of dumps must not find a goroutine in a text. */
function throwLines(): void {
  throw new Error("line one\nline two\n\ngoroutine 7 [running]:\nfoo.bar()\n");
}

function rec(n: i32): i32 {
  if (n == 0) throw new Error("deep");
  return rec(n - 1) + 1;
}

function throwDeep(): void {
  rec(3);
}

function throwInGoroutine(): void {
  go(throwError);
  settle();
  println("not reached");
}

function parkThenThrow(c: Chan<i32>): void {
  const v = c.recv();
  throw new Error(`after parking: ${v}`);
}

function throwAfterPark(): void {
  const c = new Chan<i32>();
  go(parkThenThrow, c);
  settle();
  c.send(7);
  settle();
}

function assertFails(): void {
  assert(pick().length == 0);
}

function assertMessage(): void {
  assert(pick().length == 0, "the name is not empty");
}

function abortCall(): void {
  abort("abort said this");
}

function indexOutOfRange(): void {
  const a: i32[] = [1, 2, 3];
  println(`${a[pick().length]}`);
}

function staticIndex(): void {
  const a = new StaticArray<u8>(3);
  a[pick().length] = 1;
}

function stringMethod(): void {
  println("x".repeat(-pick().length));
}

function nullAssertion(): void {
  const s: Chan<i32> | null = pick().length ? null : new Chan<i32>();
  s!.close();
}

function divideByZero(): void {
  println(`${100 / (pick().length - 12)}`);
}

function divideOverflow(): void {
  println(`${i32.MIN_VALUE / (pick().length - 15)}`);
}

function remainderByZero(): void {
  println(`${100 % (pick().length - 15)}`);
}

function unreachableCode(): void {
  if (pick().length) unreachable();
}

function mapKey(): void {
  const m = new Map<string, i32>();
  println(`${m.get("missing")}`);
}

function loadOutOfBounds(): void {
  println(`${load<u32>(<usize>-4 - pick().length)}`);
}

/** Go prints only the goroutine that panicked. */
function whileOthersWait(): void {
  go((c: Chan<i32>): void => {
    c.recv();
  }, new Chan<i32>());
  settle();
  throw new Error("others wait");
}

function inOnce(): void {
  new Once().do(() => {
    throw new Error("in once");
  });
}

function inAfterFunc(): void {
  time.afterFunc(time.Millisecond, rec, 1);
  time.sleep(time.Second);
}

export function main(): void {
  const name = pick();
  if (name == "sendOnClosed") sendOnClosed();
  if (name == "sendOnClosedParked") sendOnClosedParked();
  if (name == "trySendOnClosed") trySendOnClosed();
  if (name == "selectSendOnClosed") selectSendOnClosed();
  if (name == "selectSendParked") selectSendParked();
  if (name == "pollSendOnClosed") pollSendOnClosed();
  if (name == "closeOfClosed") closeOfClosed();
  if (name == "closeOfNil") closeOfNil();
  if (name == "negativeCapacity") negativeCapacity();
  if (name == "hugeCapacity") hugeCapacity();
  if (name == "valueOfWrongType") valueOfWrongType();
  if (name == "valueBeforeWait") valueBeforeWait();
  if (name == "negativeCounter") negativeCounter();
  if (name == "semaphoreOverRelease") semaphoreOverRelease();
  if (name == "tickerOfZero") tickerOfZero();
  if (name == "tickerResetOfZero") tickerResetOfZero();
  if (name == "throwError") throwError();
  if (name == "throwLines") throwLines();
  if (name == "throwDeep") throwDeep();
  if (name == "throwInGoroutine") throwInGoroutine();
  if (name == "throwAfterPark") throwAfterPark();
  if (name == "assertFails") assertFails();
  if (name == "assertMessage") assertMessage();
  if (name == "abortCall") abortCall();
  if (name == "indexOutOfRange") indexOutOfRange();
  if (name == "staticIndex") staticIndex();
  if (name == "stringMethod") stringMethod();
  if (name == "nullAssertion") nullAssertion();
  if (name == "divideByZero") divideByZero();
  if (name == "divideOverflow") divideOverflow();
  if (name == "remainderByZero") remainderByZero();
  if (name == "unreachableCode") unreachableCode();
  if (name == "mapKey") mapKey();
  if (name == "loadOutOfBounds") loadOutOfBounds();
  if (name == "whileOthersWait") whileOthersWait();
  if (name == "inOnce") inOnce();
  if (name == "inAfterFunc") inAfterFunc();
  println("still running");
}
