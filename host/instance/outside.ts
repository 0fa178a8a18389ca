// SPDX-License-Identifier: MIT
/**
 * Reads a program in a worker from its owner's thread, where its memory is shared: what needs no help of the
 * program is told at once, whatever it computes, and its CPU profile sees into every loop: as one of the function that has
 * a frame, which without --preempt may be a caller's.
 *
 * @module
 */
import { StopError } from "../abi/errors.ts";
import { P0, P_SCHEDTICK } from "../abi/layout.ts";
import { serve } from "../http/endpoint.ts";
import type { Served } from "../http/served.ts";
import { RacyView } from "../memory/racy.ts";
import { type AnyKind, PROFILE_KINDS, type ProfileOptions, type Runtime } from "./app.ts";
import { attacher } from "./attach.ts";
import type { Platform } from "./platform.ts";
import type { Remote, RemoteApp, RemotePprof } from "./remote.ts";

/** What is read without a stop. */
const READERS = ["numGoroutine", "threadCreateProfile", "memProfile", "blockProfile", "mutexProfile", "readMemStats"] as const;
const KINDS: readonly string[] = ["heap", "allocs", "threadcreate", "block", "mutex", "profile"];
/** What the endpoint makes of it; the page itself and its scripts need no program. */
const PATHS = new RegExp(`/debug/(|element\\.js|speedscope|speedscope\\.js|vars|pprof/(cmdline|${KINDS.join("|")}))$`);

/** What is read, and who throws what a reader must once the program has ended. */
export interface Seen {
  readonly memory: WebAssembly.Memory;
  readonly module: WebAssembly.Module;
  readonly file: string;
  readonly args: readonly string[];
  readonly platform: Platform;
  alive(what: string): void;
}

type Readers = Pick<RemoteApp, "runtime" | "pprof">;
type Method = (...args: any[]) => Promise<any>;

/** Returns the readers, those that ask the worker replaced where memory answers. */
export function fromOutside({ runtime, pprof }: Readers, seen: Seen): Readers {
  const { memory, module, file, platform } = seen;
  const attached = attacher(platform)({ memory, module, name: file });
  /** Asks the program where it changes too fast to be read, and does not stop soon. */
  const reader = (name: string, read: Method, ask: Method): Method => async (...args) => {
    seen.alive(`${name}()`);
    return read(...args).catch((error: unknown) => {
      if (error instanceof StopError) return ask(...args);
      throw error;
    });
  };
  const readers = Object.fromEntries(READERS.map((name) => [name, reader(name, attached.runtime[name], runtime[name])]));
  const whose = (told: boolean) => (told ? attached.pprof : pprof);
  const profiles = {
    kinds: async () => [...new Set([...PROFILE_KINDS, ...await attached.pprof.kinds()])],
    profile: reader("profile", (kind: AnyKind, options?: ProfileOptions) =>
      whose(KINDS.includes(kind) && !options?.gc).profile(kind, options), pprof.profile),
    text: reader("text", (kind: AnyKind, debug?: 1 | 2) => whose(KINDS.includes(kind)).text(kind, debug), pprof.text),
    startCPUProfile: reader("startCPUProfile", attached.pprof.startCPUProfile, pprof.startCPUProfile),
    stopCPUProfile: attached.pprof.stopCPUProfile,
  };
  const all = {
    runtime: Object.freeze({ ...runtime, ...readers }) as Remote<Runtime>,
    pprof: { ...pprof, ...profiles } as RemotePprof,
  };
  const fetch = fetcher(all, pprof.fetch, seen);
  return { ...all, pprof: Object.freeze({ ...all.pprof, fetch }) };
}

/** Serves what memory answers, and has the worker serve the rest. */
function fetcher({ runtime, pprof }: Readers, ask: RemotePprof["fetch"], { memory, file, args }: Seen): RemotePprof["fetch"] {
  const served: Pick<Served, "cmdline" | "kinds" | "profile" | "text" | "numGoroutine" | "schedtick" | "readMemStats"> = {
    ...pprof,
    ...runtime,
    cmdline: () => [file, ...args],
    schedtick: () => new RacyView(memory).u32(P0 + P_SCHEDTICK),
  };
  return (request) => (PATHS.test(new URL(request.url).pathname) ? serve(served as Served, request) : ask(request));
}
