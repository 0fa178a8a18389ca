// SPDX-License-Identifier: MIT
/**
 * Serves /debug/ of a program that `gopark run --http` runs.
 *
 * What can be read there is all that the program has in memory, so strangers are kept out: on a
 * loopback address a request must name one too (a page of elsewhere that has its name point here
 * does not), and any other address asks for a token.
 *
 * The server does not keep the process alive: nothing about deadlocks or about the end of a
 * program is different with it.
 *
 * @module
 */
import { createHash, timingSafeEqual } from "node:crypto";
import { lookup } from "node:dns/promises";
import { createServer, type Server } from "node:http";
import { type AddressInfo, BlockList, isIPv6 } from "node:net";
import { requestListener } from "../adapter/http.ts";
import { errorReply } from "../http/reply.ts";
import type { Platform } from "../instance/platform.ts";
import { BAD_INPUT, CliError } from "./usage.ts";

const LONG = 1000; // ms of one turn of the program's that are worth a word
const PARTING = 200; // ms that the last answers have to leave

/** Where to serve, and for whom. */
export interface HttpOptions {
  readonly address: string;
  readonly token?: string | undefined;
}

type Fetch = (request: Request) => Promise<Response>;

/** A server that waits for its program. */
export interface DebugServer {
  readonly url: string;
  /** Serves a program from now on. */
  show(fetch: Fetch): void;
  /** Ends what still waits for the program with `why`, and lets the answers leave. */
  end(why: Error): Promise<void>;
}

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

/** Listens. Throws CliError when the address is none, is taken, or is not one for strangers. */
export async function listen({ address, token }: HttpOptions): Promise<DebugServer> {
  const { host, port } = parseAddress(address);
  const ip = await resolveHost(address, host);
  if (token === undefined && !isLoopback(ip)) {
    throw new CliError(`--http ${address}: others can reach it, so it needs --http-token TOKEN`, BAD_INPUT);
  }
  if (token === "") throw new CliError("--http-token: the token is empty", BAD_INPUT);
  let program: Fetch | null = null;
  const ending = new AbortController();
  // While a goroutine computes, time passes and nothing is read: no connection is given up for that.
  const server = createServer({ keepAliveTimeout: 0 }, requestListener(async (request) => {
    const refused = token === undefined ? refuseForeign(request) : refuseStranger(request, token);
    const signal = AbortSignal.any([request.signal, ending.signal]);
    return refused ?? program?.(new Request(request, { signal })) ?? errorReply(503, "the program has not started yet");
  }));
  await bind(server, address, ip, port);
  const shown = host === "" ? "localhost" : host;
  const url = `http://${isIPv6(shown) ? `[${shown}]` : shown}:${(server.address() as AddressInfo).port}/debug/`;
  const end = async (why: Error) => {
    ending.abort(why);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, PARTING); // which also keeps the process alive as long
      server.close(() => (clearTimeout(timer), resolve()));
    });
  };
  return { url, show: (fetch) => (program = fetch), end };
}

/** Reads HOST:PORT, an IPv6 address in brackets. */
function parseAddress(address: string): { host: string; port: number } {
  const [, v6, name, digits] = /^(?:\[([\da-f:.]+)\]|([^:[\]]*)):(\d{1,5})$/i.exec(address) ?? [];
  const port = Number(digits);
  if (digits === undefined || port > 65535) {
    throw new CliError(`--http ${address}: want HOST:PORT, as 127.0.0.1:6060`, BAD_INPUT);
  }
  return { host: v6 ?? name!, port };
}

async function resolveHost(address: string, host: string): Promise<string> {
  if (host === "") return "::"; // every address, as in Go
  try {
    return (await lookup(host)).address;
  } catch (error) {
    throw new CliError(`--http ${address}: no such host (${(error as NodeJS.ErrnoException).code})`, BAD_INPUT);
  }
}

function isLoopback(ip: string): boolean {
  return loopback.check(ip, isIPv6(ip) ? "ipv6" : "ipv4");
}

async function bind(server: Server, address: string, ip: string, port: number): Promise<void> {
  server.on("connection", (socket) => socket.unref());
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, ip, resolve);
    });
  } catch (error) {
    throw new CliError(`--http ${address}: ${reasonOf(error as NodeJS.ErrnoException)}`, BAD_INPUT);
  }
  server.unref();
}

function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  switch (code) {
    case "EADDRINUSE": return "the address is in use";
    case "EADDRNOTAVAIL": return "this machine does not have the address";
    case "EACCES": return "the port is not for you";
    default: return message;
  }
}

function refuseForeign(request: Request): Response | null {
  const name = new URL(request.url).hostname.replace(/^\[|\]$/g, "");
  const own = name === "localhost" || (/^[\d.]+$|:/.test(name) && isLoopback(name));
  return own ? null : errorReply(403, `${name} is not this machine's own name`);
}

function refuseStranger(request: Request, token: string): Response | null {
  const bearer = /^Bearer (.+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
  const given = bearer ?? new URL(request.url).searchParams.get("token") ?? "";
  if (timingSafeEqual(digest(given), digest(token))) return null;
  return errorReply(401, "the token is missing or wrong", { "www-authenticate": "Bearer" });
}

/** Of one length whatever is compared, so that the comparison takes one time. */
function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

/**
 * Returns the platform for a program that is served: `say` hears once when requests have had to wait for a turn of the
 * program's, and why. The time that answers take is not in its turns.
 */
export function watchTurns<P extends Pick<Platform, "now" | "immediate">>(platform: P, say: (line: string) => void): P {
  let said = false;
  const watched = (turn: () => void) => {
    const start = platform.now();
    turn();
    const took = platform.now() - start;
    if (said || took < LONG) return;
    said = true;
    say(`gopark: no request was answered for ${(took / 1000).toFixed(1)} s: a goroutine computed ` +
      "without parking; in a program built with --preempt it gives way\n");
  };
  return { ...platform, immediate: (turn) => platform.immediate(() => watched(turn)) };
}
