// SPDX-License-Identifier: MIT
/**
 * Does what every platform with web standards does alike.
 *
 * @module
 */
import type { WorkerPort } from "../instance/platform.ts";

/** Fetches a URL as text; a status that is not 2xx is an error. An aborted signal closes the connection. @blocking */
export async function fetchText(url: string, signal?: AbortSignal): Promise<string> {
  const response = await fetch(url, signal ? { signal } : {}).catch((error: Error) => {
    // "fetch failed" is all that Node says; the reason is behind it.
    throw new Error(`${url}: ${(error.cause as Error | undefined)?.message || error.message}`);
  });
  if (!response.ok) throw new Error(`${url}: HTTP ${response.status}`);
  return response.text();
}

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
