// SPDX-License-Identifier: MIT
/**
 * Serves the page /debug/: an element, and the script that defines it; and speedscope, for a profile that the
 * fragment of its address names. Nothing else is loaded.
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

const SPEEDSCOPE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>speedscope</title>
<link rel="icon" href="data:,">
<style>STYLE</style>
<body><script src="SCRIPT"></script></body>
</html>
`;

/** Scripts and data from here alone: the pages show names that a program has made up. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; connect-src 'self'; img-src data:; font-src data:; base-uri 'none'; frame-ancestors 'self'; " +
  "script-src 'self'";
/** speedscope begins with a WebAssembly module of its own. */
const POLICY_WASM = `${POLICY} 'wasm-unsafe-eval'`;

export function page(token: string | null): Response {
  return html(HTML.replace("element.js", withToken("element.js", token)), POLICY);
}

export async function element(): Promise<Response> {
  const { ELEMENT } = await import("../page/built.js").catch(notBuilt);
  return script(ELEMENT);
}

export async function speedscope(token: string | null): Promise<Response> {
  const { STYLE } = await import("../page/speedscope.js").catch(notBuilt);
  return html(SPEEDSCOPE.replace("STYLE", () => STYLE).replace("SCRIPT", withToken("speedscope.js", token)), POLICY_WASM);
}

export async function speedscopeScript(): Promise<Response> {
  const { SCRIPT } = await import("../page/speedscope.js").catch(notBuilt);
  return script(SCRIPT);
}

function withToken(file: string, token: string | null): string {
  return token === null ? file : `${file}?token=${encodeURIComponent(token)}`;
}

function html(text: string, policy: string): Response {
  return reply("text/html; charset=utf-8", text, { "content-security-policy": policy });
}

function script(text: string): Response {
  return reply("text/javascript; charset=utf-8", text);
}

function notBuilt(): never {
  throw new HttpError(501, "the page has not been built: npm run build makes it");
}
