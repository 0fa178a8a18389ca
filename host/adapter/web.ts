// SPDX-License-Identifier: MIT
/**
 * Does what platforms with web workers and web streams do alike. A page loads it when it is asked for either.
 *
 * @module
 */
import type { WorkerPort } from "../instance/platform.ts";

/** Compresses with the platform's own stream, which has no levels. */
export async function gzip(bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream();
  const zipped = stream.pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(zipped).arrayBuffer());
}

/** Shows a web worker as a port. */
export function portOf(worker: Worker): WorkerPort {
  return {
    post: (message) => worker.postMessage(message),
    listen(message, failure) {
      worker.onmessage = ({ data }) => message(data);
      worker.onerror = (event) => {
        event.preventDefault?.();
        failure(new Error(event.message || "the worker could not be loaded"));
      };
      worker.onmessageerror = () => failure(new Error("a message could not be read"));
    },
    terminate: () => worker.terminate(),
  };
}
