// SPDX-License-Identifier: MIT
/**
 * Serves the page /debug/: an element, and the script that defines it. Nothing else is loaded.
 *
 * @module
 */
import { HttpError, reply } from "./reply.ts";

const HTML = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>gopark</title>
<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath d='M2 13V8h3v5zm5 0V3h3v10zm5 0V6h3v7z' fill='%230b7fab'/%3E%3C/svg%3E">
<style>html, body { margin: 0; height: 100%; }</style>
<gopark-debug src="./" routed></gopark-debug>
<script type="module" src="element.js"></script>
</html>
`;

/** Scripts and data from here alone: the page shows names that a program has made up. */
const POLICY = "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; connect-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'self'";

export function page(token: string | null): Response {
  const script = token === null ? "element.js" : `element.js?token=${encodeURIComponent(token)}`;
  return reply("text/html; charset=utf-8", HTML.replace('src="element.js"', `src="${script}"`), { "content-security-policy": POLICY });
}

export async function element(): Promise<Response> {
  const { ELEMENT } = await import("../page/built.js").catch(() => {
    throw new HttpError(501, "the page has not been built: npm run build makes it");
  });
  return reply("text/javascript; charset=utf-8", ELEMENT);
}
