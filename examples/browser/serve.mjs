// SPDX-License-Identifier: MIT
// Serves this folder and the two packages that the page imports (the second for profiles): node serve.mjs [PORT]
import { createReadStream, existsSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

const roots = {
  gopark: fileURLToPath(new URL("build/", import.meta.resolve("gopark/package.json"))),
  "pprof-format": fileURLToPath(new URL("./", import.meta.resolve("pprof-format"))),
};
const here = fileURLToPath(new URL(".", import.meta.url));
const types = { ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm" };

function fileOf(path) {
  const [, first, ...rest] = normalize(path).split("/");
  if (Object.hasOwn(roots, first)) return join(roots[first], ...rest);
  return join(here, first || "index.html", ...rest);
}

const server = createServer((request, response) => {
  const { pathname } = new URL(request.url, "http://localhost");
  if (pathname === "/slow") return setTimeout(() => response.end("the fetch took its time"), 500);
  const file = fileOf(pathname);
  const type = types[extname(file)];
  if (!type || !existsSync(file)) return response.writeHead(404).end();
  response.writeHead(200, { "content-type": type });
  createReadStream(file).pipe(response);
});

server.listen(Number(process.argv[2] ?? 8080), "127.0.0.1", () => {
  console.log(`http://127.0.0.1:${server.address().port}/`);
});
