// SPDX-License-Identifier: MIT
/**
 * Mounts a handler of web requests on Node's http.
 *
 * @module
 */
import type { RequestListener } from "node:http";
import { createRequestListener } from "@remix-run/node-fetch-server";

/**
 * Turns a handler such as `app.pprof.fetch` into a listener for Node's http. A request's signal is
 * aborted when its client hangs up.
 *
 * ```ts
 * createServer(requestListener(app.pprof.fetch)).listen(6060, "127.0.0.1");
 * ```
 */
export function requestListener(fetch: (request: Request) => Response | Promise<Response>): RequestListener {
  return createRequestListener((request) => fetch(request));
}
