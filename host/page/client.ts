// SPDX-License-Identifier: MIT
/**
 * Asks the endpoint: over the network, or a program of the same page directly.
 *
 * @module
 */
import { decodeProfile, type DecodedProfile } from "./decode.ts";
import type { GoroutineGroup } from "../profile/groups.ts";

/** What /debug/vars says. */
export interface Vars {
  readonly cmdline: readonly string[];
  readonly profiles: readonly string[];
  readonly goroutines: number;
  readonly schedtick: number;
  readonly memstats: Readonly<Record<
    "Alloc" | "TotalAlloc" | "Sys" | "HeapObjects" | "StackInuse" | "NextGC" | "NumGC" | "PauseTotalNs" | "Mallocs", number
  >> & { readonly PauseNs: readonly number[] };
}

export interface Goroutines {
  /** What it took. */
  readonly millis: number;
  readonly total: number;
  readonly groups: readonly GoroutineGroup[];
}

export interface Histogram {
  readonly millis: number;
  readonly classes: readonly { readonly name: string; readonly objects: number; readonly bytes: number }[];
}

export interface TakenProfile extends DecodedProfile {
  /** As it came, for "go tool pprof". */
  readonly file: Blob;
}

export type Fetch = (request: Request) => Promise<Response>;

/** The endpoint has answered with an error; 503: the program has ended, or computes. */
export class AnswerError extends Error {
  override name = "AnswerError";
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** The endpoint whose /debug/ is at `base`. */
export class Client {
  readonly #base: URL;
  readonly #fetch: Fetch;
  readonly #token: string | null;
  /** Whether others can ask, too, by an address. */
  readonly served: boolean;

  /** Asks over the network, or `direct`. */
  constructor(base: URL, direct?: Fetch) {
    this.#base = base;
    this.#fetch = direct ?? ((request) => globalThis.fetch(request));
    this.served = !direct;
    this.#token = base.searchParams.get("token");
  }

  /** The address of something below /debug/, for somebody else to ask. */
  url(path: string): URL {
    const url = new URL(path, this.#base);
    if (this.#token) url.searchParams.set("token", this.#token);
    return url;
  }

  async get(path: string): Promise<Response> {
    const headers: HeadersInit = this.#token ? { authorization: `Bearer ${this.#token}` } : {};
    const response = await this.#fetch(new Request(new URL(path, this.#base), { headers }));
    if (!response.ok) throw new AnswerError(response.status, (await response.text()).trim());
    return response;
  }

  async vars(): Promise<Vars> {
    return (await this.get("vars")).json();
  }

  async goroutines(): Promise<Goroutines> {
    return (await this.get("goroutines")).json();
  }

  async histogram(): Promise<Histogram> {
    return (await this.get("histogram")).json();
  }

  async profile(kind: string, query = ""): Promise<TakenProfile> {
    const file = await (await this.get(`pprof/${encodeURIComponent(kind)}${query}`)).blob();
    return { ...decodeProfile(await unzip(file)), file };
  }
}

async function unzip(blob: Blob): Promise<Uint8Array> {
  const stream = blob.stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
