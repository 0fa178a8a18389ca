// SPDX-License-Identifier: MIT
// What a goroutine is doing, in Go's words (runtime/runtime2.go: waitReasonStrings). The guest prints
// them in dumps, the host in those of core dumps.

export const Gidle: u8 = 0;
export const Grunnable: u8 = 1;
export const Grunning: u8 = 2;
export const Gwaiting: u8 = 4;
export const Gdead: u8 = 6;

export const waitZero: u8 = 0;
export const waitChanReceive: u8 = 1;
export const waitChanSend: u8 = 2;
export const waitChanReceiveNil: u8 = 3;
export const waitChanSendNil: u8 = 4;
export const waitSelect: u8 = 5;
export const waitSelectNoCases: u8 = 6;
export const waitSleep: u8 = 7;
export const waitSemacquire: u8 = 8;
export const waitMutexLock: u8 = 9;
export const waitRWMutexRLock: u8 = 10;
export const waitRWMutexLock: u8 = 11;
export const waitCondWait: u8 = 12;
export const waitWaitGroupWait: u8 = 13;
export const waitIO: u8 = 14;

/** Names a wait reason as Go's stack headers do. Never allocates. */
export function waitreasonstring(reason: u8): string {
  switch (reason) {
    case waitChanReceive: return "chan receive";
    case waitChanSend: return "chan send";
    case waitChanReceiveNil: return "chan receive (nil chan)";
    case waitChanSendNil: return "chan send (nil chan)";
    case waitSelect: return "select";
    case waitSelectNoCases: return "select (no cases)";
    case waitSleep: return "sleep";
    case waitSemacquire: return "semacquire";
    case waitMutexLock: return "sync.Mutex.Lock";
    case waitRWMutexRLock: return "sync.RWMutex.RLock";
    case waitRWMutexLock: return "sync.RWMutex.Lock";
    case waitCondWait: return "sync.Cond.Wait";
    case waitWaitGroupWait: return "sync.WaitGroup.Wait";
    case waitIO: return "IO wait";
    default: return "waiting";
  }
}

/** Names a status as Go's stack headers do. Never allocates. */
export function statusstring(status: u8): string {
  switch (status) {
    case Gidle: return "idle";
    case Grunnable: return "runnable";
    case Grunning: return "running";
    case Gwaiting: return "waiting";
    default: return "dead";
  }
}
