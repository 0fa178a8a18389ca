// SPDX-License-Identifier: MIT
/** What a worker runs that `load` has started on this platform. */
import { parentPort } from "node:worker_threads";
import { serve } from "../instance/serve.ts";
import { node } from "./node.ts";

const port = parentPort!;
serve(node, {
  postMessage: (message) => port.postMessage(message),
  addEventListener: (_, f) => void port.on("message", (data: unknown) => f({ data })),
});
