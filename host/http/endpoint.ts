// SPDX-License-Identifier: MIT
/**
 * Answers requests for `/debug/…`, below whatever prefix a server has mounted it:
 *
 *     debug/pprof/           the index, as net/http/pprof has it
 *     debug/pprof/NAME       a profile, or cmdline, symbol, trace
 *     debug/vars             the numbers that cost nothing to read, as Go's expvar
 *     debug/goroutines       goroutines grouped by stack, as JSON
 *     debug/histogram        what lives on the heap by class, as JSON; collects
 *     debug/                 the page that shows all of it, and element.js, which it is made of
 *     debug/speedscope       speedscope, which shows the profile at #profileURL=…, and its speedscope.js
 *
 * It is loaded when the first request comes: a page that only runs a program does not pay for it.
 *
 * @module
 */
import { element, page, speedscope, speedscopeScript } from "./page.ts";
import { servePprof } from "./pprof.ts";
import { errorReply, failure, HttpError } from "./reply.ts";
import type { Asked, Served } from "./served.ts";
import { goroutines, histogram, vars } from "./vars.ts";

const METHODS = "GET, HEAD";

/** Answers one request. Never rejects: what goes wrong is a status and a line of text. */
export async function serve(served: Served, request: Asked): Promise<Response> {
  if (request.method !== "GET" && request.method !== "HEAD") {
    return errorReply(405, "Method Not Allowed", { allow: METHODS });
  }
  const response = await route(served, request).catch(failure);
  if (request.method === "GET") return response;
  const { status, headers } = response;
  return new Response(null, { status, headers });
}

async function route(served: Served, request: Asked): Promise<Response> {
  const url = new URL(request.url);
  const path = /^.*\/debug(|\/.*)$/.exec(url.pathname)?.[1]; // the last: the prefix may have one too
  const token = url.searchParams.get("token");
  switch (path) {
    case "/": return page(token);
    case "/element.js": return element();
    case "/speedscope": return speedscope(token);
    case "/speedscope.js": return speedscopeScript();
    case "/vars": return vars(served);
    case "/goroutines": return goroutines(served);
    case "/histogram": return histogram(served);
    case "": case "/pprof": return redirect(`${url.pathname.replace(/^\/+/, "/")}/${url.search}`); // two slashes would be another host
  }
  if (path?.startsWith("/pprof/")) {
    return servePprof(served, decoded(path.slice("/pprof/".length)), url, request);
  }
  throw new HttpError(404, "404 page not found");
}

/** Decodes a profile's name, which is what its program likes. Throws HttpError. */
function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    throw new HttpError(400, `invalid URL escape in ${JSON.stringify(name)}`);
  }
}

/** Relative addresses of the page behind it need the slash. */
function redirect(location: string): Response {
  return new Response(null, { status: 301, headers: { location } });
}
