// SPDX-License-Identifier: MIT
/**
 * Bundles the page of /debug/ behind tsc: build/host/page/gopark-debug.js for pages that embed
 * the element, and the same as a text that the endpoint serves on every platform. The licences of
 * what is in it lie beside it.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const OUT = "build/host/page";

const { outputFiles, metafile } = await build({
  entryPoints: [`${OUT}/element.js`],
  bundle: true, minify: true, write: false, metafile: true, format: "esm", target: "es2022", legalComments: "inline", charset: "utf8",
  loader: { ".css": "text" },
  keepNames: true, // d3-flame-graph knows d3-hierarchy's Node by its constructor's name
});
const text = outputFiles[0].text;
writeFileSync(`${OUT}/gopark-debug.js`, text);
writeFileSync(`${OUT}/built.js`, `export const ELEMENT = ${JSON.stringify(text)};\n`);

const packages = new Set(Object.keys(metafile.inputs).map((file) => /^node_modules\/(@[^/]+\/)?[^/]+/.exec(file)?.[0]).filter(Boolean));
const licences = [...packages].sort().map((folder) => {
  const file = readdirSync(folder).find((name) => /^licen[sc]e/i.test(name));
  if (!file) throw new Error(`${folder} has no licence`);
  return `${folder.slice("node_modules/".length)}\n\n${readFileSync(`${folder}/${file}`, "utf8").trim()}\n`;
});
writeFileSync(`${OUT}/LICENSES.txt`, licences.join(`\n${"-".repeat(80)}\n\n`));
