// SPDX-License-Identifier: MIT
/**
 * Serves /debug/pprof/NAME with the parameters, headers and errors of Go's net/http/pprof.
 *
 * @module
 */
import { ProfileError, StopError } from "../abi/errors.ts";
import { type Entry, listing } from "./listing.ts";
import { HttpError, profileReply, reply, textReply } from "./reply.ts";
import type { Asked, Served } from "./served.ts";

const CPU = "profile";
const CPU_SECONDS = 30;
const TRACE_SECONDS = 1;
/** What Go has no difference of answers 400 to seconds; so do profiles that programs make. */
const WITH_DELTA = ["allocs", "block", "goroutineleak", "goroutine", "heap", "mutex", "threadcreate"];

interface PprofRequest {
  readonly kinds: readonly string[];
  readonly url: URL;
  /** Asked for its signal only where that is heeded: Deno remarks on it. */
  readonly asked: Asked;
}

/** What net/http/pprof has beside the profiles that Lookup finds. */
const SPECIAL: Record<string, (served: Served, request: PprofRequest) => Promise<Response>> = {
  cmdline: async (served) => textReply(served.cmdline().join("\0")),
  symbol: async (served, { url }) => textReply(await symbols(served, url.search.slice(1))),
  profile: cpuProfile,
  trace: executionTrace,
};

/** Answers for `name`, "" being the index. Throws HttpError. */
export async function servePprof(served: Served, name: string, url: URL, asked: Asked): Promise<Response> {
  const kinds = await served.kinds();
  if (name === "") return index(served, kinds, url.searchParams.get("token"));
  const request = { kinds, url, asked };
  if (Object.hasOwn(SPECIAL, name)) return SPECIAL[name]!(served, request);
  if (!kinds.includes(name)) throw new HttpError(404, "Unknown profile");
  return lookedUp(served, name, request);
}

/** Lists what there is; what is taken over a time has no count. */
async function index(served: Served, kinds: readonly string[], token: string | null): Promise<Response> {
  const entries: Entry[] = ["cmdline", "symbol", "trace"].map((name) => ({ name, count: 0 }));
  const counts = await Promise.all(kinds.map((name) => (name === CPU ? 0 : countable(served, name))));
  kinds.forEach((name, i) => entries.push({ name, count: counts[i]! }));
  return reply("text/html; charset=utf-8", listing(entries, token));
}

/** Counts what a profile has; what cannot be read now has no count: the others are listed all the same. */
function countable(served: Served, name: string): Promise<number | null> {
  return count(served, name).catch((error: unknown) => {
    if (error instanceof StopError) return null;
    throw error;
  });
}

/** Counts what a profile has: goroutines and the like where its text says how many, else its rows. Never collects. */
async function count(served: Served, name: string): Promise<number> {
  if (name === "goroutine") return served.numGoroutine();
  if (name === "goroutineleak") return leaked(served);
  const text = await served.text(name, 1);
  const total = /^.* profile: total (\d+)\n/.exec(text);
  return total ? Number(total[1]) : text.match(/^\d.* @ 0x/gm)?.length ?? 0;
}

/** Counts the goroutines of which it is known that they are leaked: as of when they were last looked for. */
async function leaked(served: Served): Promise<number> {
  const states = (await served.goroutineGroups()).flatMap(({ states }) => Object.entries(states));
  return states.reduce((sum, [state, n]) => sum + (state.endsWith("(leaked)") ? n : 0), 0);
}

/** A profile of Go's Lookup: the state, or with seconds what has changed meanwhile. */
async function lookedUp(served: Served, name: string, request: PprofRequest): Promise<Response> {
  const param = (key: string) => request.url.searchParams.get(key) ?? "";
  if (param("seconds")) return delta(served, name, param, request.asked);
  const gc = name === "heap" && atoi(param("gc")) > 0;
  const debug = atoi(param("debug"));
  if (debug === 0) return profileReply(await served.profile(name, { gc }), name);
  // The text has no option for it: it is as of the last collection.
  if (gc) await served.profile(name, { gc });
  return textReply(await served.text(name, debug >= 2 ? 2 : 1));
}

async function delta(
  served: Served, name: string, param: (key: string) => string, { signal }: Asked,
): Promise<Response> {
  const seconds = atoi(param("seconds"));
  if (seconds <= 0) throw new HttpError(400, 'invalid value for "seconds" - must be a positive integer');
  if (!WITH_DELTA.includes(name)) throw new HttpError(400, '"seconds" parameter is not supported for this profile type');
  if (atoi(param("debug")) !== 0) throw new HttpError(400, "seconds and debug params are incompatible");
  return profileReply(await served.profile(name, { seconds, signal }), `${name}-delta`);
}

async function cpuProfile(served: Served, { kinds, url, asked }: PprofRequest): Promise<Response> {
  if (!kinds.includes(CPU)) {
    throw new HttpError(500, "Could not enable CPU profiling: this version of gopark has no CPU profile");
  }
  const given = atoi(url.searchParams.get("seconds") ?? "");
  const seconds = given > 0 ? given : CPU_SECONDS;
  return profileReply(await enabled(() => served.profile(CPU, { seconds, signal: asked.signal })), CPU);
}

/** Traces for some seconds. What comes is Chrome's trace events, not the format of "go tool trace". */
async function executionTrace(served: Served, { url, asked }: PprofRequest): Promise<Response> {
  const given = decimal(url.searchParams.get("seconds") ?? "");
  return profileReply(await enabled(() => served.trace(given > 0 ? given : TRACE_SECONDS, asked.signal)), "trace");
}

/** Go answers 500 where what takes time could not begin, and says so; what was asked wrongly stays the asker's fault. */
async function enabled<T>(take: () => Promise<T>): Promise<T> {
  try {
    return await take();
  } catch (error) {
    if (!(error instanceof ProfileError) || !error.message.startsWith("could not enable ")) throw error;
    throw new HttpError(500, error.message.replace("c", "C"));
  }
}

/** Names the function of each pc, as Symbol does: `0x1f+0x20` has two. */
async function symbols(served: Served, query: string): Promise<string> {
  const pcs = query.split("+").filter((word) => /^(0x[\da-f]+|\d+)$/i.test(word)).map(Number);
  const named = (await Promise.all(pcs.map(async (pc) => ({ pc, name: await served.funcForPC(pc) })))).filter(({ name }) => name !== null);
  return `num_symbols: 1\n${named.map(({ pc, name }) => `0x${pc.toString(16)} ${name}\n`).join("")}`;
}

/** Reads a number as Go's strconv.Atoi, whose errors net/http/pprof takes for 0. */
function atoi(text: string): number {
  return /^[+-]?\d+$/.test(text) ? Number(text) : 0;
}

/** The same for strconv.ParseFloat, but for its names of what is no number, or no end, and for hexadecimal digits. */
function decimal(text: string): number {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : 0;
}
