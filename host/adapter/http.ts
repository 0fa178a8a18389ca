// SPDX-License-Identifier: MIT
/**
 * Mounts a handler of web requests on Node's http.
 *
 * @module
 */
import { STATUS_CODES } from "node:http";
import { createRequestListener } from "@remix-run/node-fetch-server";

/** Fits Node's RequestListener, and says so without Node's types, which a page's project has not. */
export type Listener = (request: object, response: object) => void;

/**
 * Turns a handler such as `app.pprof.fetch` into a listener for Node's http. A request's signal is
 * aborted when its client hangs up. What is no web request is answered without the handler.
 *
 * ```ts
 * createServer(requestListener(app.pprof.fetch)).listen(6060, "127.0.0.1");
 * ```
 */
export function requestListener(fetch: (request: Request) => Response | Promise<Response>): Listener {
  return (request, response) => {
    let made = false;
    const handle = async (whole: Request) => {
      made = true;
      return named(await fetch(whole));
    };
    const onError = (error: unknown) => {
      if (!made) return refuse(request);
      console.error(error);
      return failed(500); // the handler's fault
    };
    createRequestListener((whole) => handle(whole), { onError })(request as never, response as never);
  };
}

/** Request takes neither the methods that trace or tunnel nor an address or a host that is none. */
function refuse({ method = "" }: { method?: string }): Response {
  return /^(TRACE|TRACK|CONNECT)$/i.test(method) ? failed(405, { allow: "GET, HEAD" }) : failed(400);
}

function failed(status: number, more: Record<string, string> = {}): Response {
  const headers = { "content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff", ...more };
  return named(new Response(`${STATUS_CODES[status]}\n`, { status, headers }));
}

/** Node writes an empty reason where Go's tools print one. */
function named(response: Response): Response {
  const { status, headers, body } = response;
  return response.statusText ? response : new Response(body, { status, statusText: STATUS_CODES[status]!, headers });
}
