// SPDX-License-Identifier: MIT
/**
 * Fetches profiles of a running program from its endpoint.
 *
 * @module
 */
import { save } from "./build.ts";
import { BAD_INPUT, CliError } from "./usage.ts";

const PREFIX = "/debug/pprof";

/** Fetches a profile and writes it. `url` may end in /debug/pprof, or be that of the server. */
export async function fetchProfile(url: string, kind: string, out: string, seconds?: string): Promise<void> {
  const from = profileUrl(url, kind, seconds);
  const bytes = new Uint8Array(await body(from));
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) throw new CliError(`${from}: what came is not a profile`, BAD_INPUT);
  await save(out, bytes);
  process.stderr.write(`gopark: wrote ${out}\n`);
}

function profileUrl(text: string, kind: string, seconds?: string): URL {
  if (!URL.canParse(text)) throw new CliError(`${text} is no URL`, BAD_INPUT);
  const url = new URL(text);
  const path = url.pathname.replace(/\/+$/, "");
  url.pathname = `${path.endsWith(PREFIX) ? path : path.replace(/\/debug$/, "") + PREFIX}/${encodeURIComponent(kind)}`;
  if (seconds !== undefined) url.searchParams.set("seconds", seconds);
  return url;
}

async function body(url: URL): Promise<ArrayBuffer> {
  try {
    const response = await fetch(url);
    if (response.ok) return await response.arrayBuffer();
    // The first line of what net/http/pprof, or anything else, says.
    throw new CliError(`${url}: ${response.status} ${(await response.text()).split("\n", 1)[0]}`, BAD_INPUT);
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError(`${url}: ${((error as Error).cause as Error | undefined)?.message ?? (error as Error).message}`, BAD_INPUT);
  }
}
