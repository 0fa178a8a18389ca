// SPDX-License-Identifier: MIT
// What programs import as "gopark/assembly".

import "./memory/malloc";
import { visitsched } from "./sched/roots";
import { mallocinit } from "./memory/mgc";
import { schedinit } from "./sched/proc";
import { traceback } from "./profile/traceback";
import { MProf_GC, MProf_Malloc } from "./profile/mprof";
import { setprof, settraceback, setvisitroots } from "./sys/hooks";

settraceback(traceback);
setvisitroots(visitsched);
setprof(MProf_Malloc, MProf_GC);
mallocinit();
schedinit();

export { go } from "./api/go";
export { Chan } from "./api/chan";
export { Select } from "./api/select";
export { debug, gosched, print, println, runtime } from "./api/runtime";
export { Cond, Mutex, Once, RWMutex, Semaphore, WaitGroup } from "./api/sync";
export { pprof } from "./api/pprof";
export { trace } from "./api/trace";
export { time } from "./api/time";
export { context } from "./api/context";
