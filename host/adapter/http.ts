// SPDX-License-Identifier: MIT
/**
 * Mounts a handler of web requests on Node's http.
 *
 * @module
 */
import { createRequestListener } from "@remix-run/node-fetch-server";

/** Fits Node's RequestListener, and says so without Node's types, which a page's project has not. */
export type Listener = (request: object, response: object) => void;

/**
 * Turns a handler such as `app.pprof.fetch` into a listener for Node's http. A request's signal is
 * aborted when its client hangs up.
 *
 * ```ts
 * createServer(requestListener(app.pprof.fetch)).listen(6060, "127.0.0.1");
 * ```
 */
export function requestListener(fetch: (request: Request) => Response | Promise<Response>): Listener {
  return createRequestListener((request) => fetch(request)) as Listener;
}
