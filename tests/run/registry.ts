// SPDX-License-Identifier: MIT
/**
 * A registry that has one package, a packed file of ours, and sends on whoever wants another. Deno's client installs
 * from registries only.
 *
 * @module
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** Serves a packed file on a free port. */
export async function serveRegistry(packed: string): Promise<{ server: Server; url: string }> {
  const tarball = readFileSync(packed);
  const text = (command: string, ...args: string[]) => execFileSync(command, args, { encoding: "utf8" });
  const manifest = JSON.parse(text("tar", "xzOf", packed, "package/package.json")) as { name: string; version: string };
  const elsewhere = text("npm", "config", "get", "registry").trim().replace(/\/$/, "");
  const { name, version } = manifest;
  const server = createServer(({ url }, response) => {
    if (url === "/packed.tgz") return void response.end(tarball);
    if (url !== `/${name}`) return void response.writeHead(307, { location: elsewhere + url }).end();
    const integrity = `sha512-${createHash("sha512").update(tarball).digest("base64")}`;
    const dist = { tarball: `${origin()}packed.tgz`, integrity };
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ name, "dist-tags": { latest: version }, versions: { [version]: { ...manifest, dist } } }));
  });
  const origin = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return { server, url: origin() };
}
