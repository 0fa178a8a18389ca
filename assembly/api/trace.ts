// SPDX-License-Identifier: MIT
// Go's package runtime/trace: the execution trace, and what a program says in it of itself.

import {
  EV_LOG, EV_REGION, EV_REGION_END, EV_TASK, EV_TASK_END, SLOT, SLOT_LOW_SHIFT, TEXT_LIMIT, TRACE_BYTES, TRACE_LEAST, WATCH_TRACE
} from "../shared/layout";
import { tracemore, tracenow, tracer, tracering, tracetext } from "../sys/tracer";
import { sched, tracedg } from "../sys/types";

/** Adds an event of the running goroutine, if it is traced, with the numbers that are not 0. */
function note(kind: u32, low: u32, a: u32, b: u32, text: string): void {
  if (!trace.isEnabled()) return;
  tracenow(kind | low << SLOT_LOW_SHIFT, <u32>tracedg().goid);
  if (a) tracemore(0, a);
  if (b) tracemore(0, b);
  tracetext(text);
}

export namespace trace {
  /**
   * Has events go into a ring of so many bytes, 8 a switch, in which the oldest give way; false if they do already. A
   * trace from before is forgotten. Never collects.
   */
  export function start(bytes: i32 = TRACE_BYTES): bool {
    if (isEnabled()) return false;
    const size = <usize>max(bytes, TRACE_LEAST) & ~(SLOT - 1);
    if (tracer.buf) __free(tracer.buf);
    tracering(__alloc(size), size);
    sched.watch |= WATCH_TRACE;
    return true;
  }

  /** Takes no more events. What there is can still be read. Never allocates. */
  export function stop(): void {
    if (isEnabled()) {
      tracer.ran = <u32>tracedg().goid;
      tracer.gen = <u32>sched.goidgen;
    }
    sched.watch &= ~WATCH_TRACE;
  }

  /** Whether events are taken. */
  export function isEnabled(): bool {
    return (sched.watch & WATCH_TRACE) != 0;
  }

  /** A piece of work that several goroutines may have a part in. */
  export class Task {
    readonly id: u32;

    /** Begins a task of that type, as a part of another one, if given. */
    constructor(readonly taskType: string, parent: Task | null = null) {
      this.id = ++tracer.ids;
      note(EV_TASK, 0, this.id, parent ? parent.id : 0, taskType);
    }

    /** Ends it. Never parks, never allocates. */
    end(): void {
      note(EV_TASK_END, 0, this.id, 0, "");
    }
  }

  /** Something that one goroutine does from here to there. */
  export class Region {
    /** Begins a region of that type, as a part of a task, if given. It is to end on the goroutine that it began on. */
    constructor(readonly regionType: string, readonly task: Task | null = null) {
      note(EV_REGION, 0, taskid(task), 0, regionType);
    }

    /** Ends it. Never parks, never allocates. */
    end(): void {
      note(EV_REGION_END, 0, taskid(this.task), 0, this.regionType);
    }
  }

  /** Begins a task, as Go's NewTask. May collect. */
  export function newTask(taskType: string, parent: Task | null = null): Task {
    return new Task(taskType, parent);
  }

  /** Begins a region, as Go's StartRegion. May collect. */
  export function startRegion(regionType: string, task: Task | null = null): Region {
    return new Region(regionType, task);
  }

  /** Calls fn in a region. May park. */
  export function withRegion(regionType: string, fn: () => void, task: Task | null = null): void {
    note(EV_REGION, 0, taskid(task), 0, regionType);
    fn();
    note(EV_REGION_END, 0, taskid(task), 0, regionType);
  }

  /** Says something, under a category, of a task, if given. Long texts are cut. Never parks, never allocates. */
  export function log(category: string, message: string, task: Task | null = null): void {
    note(EV_LOG, min(category.length, TEXT_LIMIT), taskid(task), 0, category);
    if (isEnabled()) tracetext(message);
  }

  function taskid(task: Task | null): u32 {
    return task ? task.id : 0;
  }
}
