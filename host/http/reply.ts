// SPDX-License-Identifier: MIT
/**
 * Makes the endpoint's responses, with the headers that Go's has.
 *
 * @module
 */
import { ClosedError, ProfileError, ProgramError, StopError } from "../abi/errors.ts";

const TEXT = "text/plain; charset=utf-8";
const BINARY = "application/octet-stream";

/** A request that cannot be answered with what was asked for. */
export class HttpError extends Error {
  override name = "HttpError";
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** A body of a type that no browser may take for another. */
export function reply(type: string, body: string | Uint8Array<ArrayBuffer>, more: Record<string, string> = {}): Response {
  const headers = { "content-type": type, "x-content-type-options": "nosniff", "cache-control": "no-store", ...more };
  return new Response(body, { headers });
}

export function textReply(text: string): Response {
  return reply(TEXT, text);
}

export function jsonReply(value: unknown): Response {
  return reply("application/json; charset=utf-8", JSON.stringify(value));
}

/** A profile, to be saved under its name. */
export function profileReply(bytes: Uint8Array<ArrayBuffer>, name: string): Response {
  return reply(BINARY, bytes, { "content-disposition": `attachment; filename${fileName(name)}` });
}

/** The name as Go quotes it, or encoded where quotes do not do (RFC 8187): a header is Latin-1 and one line. */
function fileName(name: string): string {
  if (/^[\w ./-]*$/.test(name)) return `="${name}"`;
  const encoded = encodeURIComponent(name).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`);
  return `*=UTF-8''${encoded}`;
}

/** An error, as net/http/pprof has it: `go tool pprof` shows the body if X-Go-Pprof is there. */
export function errorReply(status: number, message: string, more: Record<string, string> = {}): Response {
  const headers = { "content-type": TEXT, "x-content-type-options": "nosniff", "x-go-pprof": "1", ...more };
  return new Response(`${message}\n`, { status, headers });
}

/** The response for whatever was thrown. */
export function failure(error: unknown): Response {
  return errorReply(statusOf(error), error instanceof Error ? error.message : String(error));
}

function statusOf(error: unknown): number {
  if (error instanceof HttpError) return error.status;
  if (error instanceof ProfileError) return 400;
  // Nothing of it can be read any more; a program that starts in its place can be, and one that computes, later.
  if (error instanceof ProgramError || error instanceof ClosedError || error instanceof StopError) return 503;
  return 500;
}
