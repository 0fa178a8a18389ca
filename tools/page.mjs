// SPDX-License-Identifier: MIT
/**
 * Bundles the page of /debug/ behind tsc: build/host/page/gopark-debug.js for pages that embed
 * the element, and the same as a text that the endpoint serves on every platform.
 */
import { writeFileSync } from "node:fs";
import { build } from "esbuild";

const OUT = "build/host/page";

const { outputFiles } = await build({
  entryPoints: [`${OUT}/element.js`],
  bundle: true, minify: true, write: false, format: "esm", target: "es2022", legalComments: "inline", charset: "utf8",
  loader: { ".css": "text" },
  keepNames: true, // d3-flame-graph knows d3-hierarchy's Node by its constructor's name
});
const text = outputFiles[0].text;
writeFileSync(`${OUT}/gopark-debug.js`, text);
writeFileSync(`${OUT}/built.js`, `export const ELEMENT = ${JSON.stringify(text)};\n`);
