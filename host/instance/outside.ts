// SPDX-License-Identifier: MIT
/**
 * Reads a program in a worker from its owner's thread, where its memory is shared: what needs no help of the
 * program is told at once, whatever it computes, and its CPU profile sees into every loop.
 *
 * @module
 */
import { serve } from "../http/endpoint.ts";
import type { Served } from "../http/served.ts";
import type { AnyKind, ProfileOptions, Runtime } from "./app.ts";
import { attacher } from "./attach.ts";
import type { Platform } from "./platform.ts";
import type { Remote, RemoteApp, RemotePprof } from "./remote.ts";

const CPU = "profile";
const CPU_PATH = /\/debug\/pprof\/profile$/;

/** What is read, and who throws what a reader must once the program has ended. */
export interface Seen {
  readonly memory: WebAssembly.Memory;
  readonly module: WebAssembly.Module;
  readonly file: string;
  readonly platform: Platform;
  alive(what: string): void;
}

/** Returns the readers, those that ask the worker replaced where memory answers. */
export function fromOutside({ runtime, pprof }: Pick<RemoteApp, "runtime" | "pprof">, seen: Seen): Pick<RemoteApp, "runtime" | "pprof"> {
  const { memory, module, file, platform } = seen;
  const attached = attacher(platform)({ memory, module, name: file });
  const numGoroutine = async () => {
    seen.alive("numGoroutine()");
    return attached.runtime.numGoroutine();
  };
  const startCPUProfile = async () => {
    seen.alive("startCPUProfile()");
    return attached.pprof.startCPUProfile();
  };
  const { stopCPUProfile } = attached.pprof;
  const profile = async (kind: AnyKind, options?: ProfileOptions) => {
    if (kind !== CPU) return pprof.profile(kind, options);
    seen.alive("profile()");
    return attached.pprof.profile(kind, options);
  };
  const served = { kinds: () => [CPU], profile } as Pick<Served, "kinds" | "profile"> as Served; // for that path, all that is asked
  const fetch: RemotePprof["fetch"] = (request) => (CPU_PATH.test(new URL(request.url).pathname) ? serve(served, request) : pprof.fetch(request));
  return {
    runtime: Object.freeze({ ...runtime, numGoroutine }) as Remote<Runtime>,
    pprof: Object.freeze({ ...pprof, profile, startCPUProfile, stopCPUProfile, fetch }) as RemotePprof,
  };
}
