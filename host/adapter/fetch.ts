// SPDX-License-Identifier: MIT
/** The host call that every platform has. */

/** Fetches a URL as text; a status that is not 2xx is an error. An aborted signal closes the connection. @blocking */
export async function fetchText(url: string, signal?: AbortSignal): Promise<string> {
  const response = await fetch(url, signal ? { signal } : {}).catch((error: Error) => {
    // "fetch failed" is all that Node says; the reason is behind it.
    throw new Error(`${url}: ${(error.cause as Error | undefined)?.message || error.message}`);
  });
  if (!response.ok) throw new Error(`${url}: HTTP ${response.status}`);
  return response.text();
}
