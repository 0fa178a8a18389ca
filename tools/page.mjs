// SPDX-License-Identifier: MIT
/**
 * Bundles the page of /debug/ behind tsc: build/host/page/gopark-debug.js for pages that embed
 * the element, the same as a text that the endpoint serves on every platform, and speedscope as
 * the endpoint serves it. The licences of what is in them lie beside them.
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

const SPEEDSCOPE = "node_modules/speedscope";
const release = `${SPEEDSCOPE}/dist/release`;
const [script, style] = [/^speedscope-.*\.js$/, /^speedscope-.*\.css$/].map((name) => {
  const files = readdirSync(release).filter((file) => name.test(file));
  if (files.length !== 1) throw new Error(`${release}: ${files.length} files are ${name}`);
  return `${release}/${files[0]}`;
});
const css = await build({ entryPoints: [style], bundle: true, minify: true, write: false, loader: { ".woff2": "dataurl" } });
const speedscope = { SCRIPT: readFileSync(script, "utf8"), STYLE: css.outputFiles[0].text };
writeFileSync(`${OUT}/speedscope.js`, Object.entries(speedscope).map(([name, text]) => `export const ${name} = ${JSON.stringify(text)};\n`).join(""));

const packages = new Set([
  SPEEDSCOPE,
  ...Object.keys(metafile.inputs).map((file) => /^node_modules\/(@[^/]+\/)?[^/]+/.exec(file)?.[0]).filter(Boolean),
]);
const licences = [...packages].sort().map((folder) => {
  const file = readdirSync(folder).find((name) => /^licen[sc]e/i.test(name));
  if (!file) throw new Error(`${folder} has no licence`);
  return licence(folder.slice("node_modules/".length), `${folder}/${file}`);
});
licences.push(licence("the font in speedscope", `${release}/source-code-pro.LICENSE.md`));
writeFileSync(`${OUT}/LICENSES.txt`, licences.join(`\n${"-".repeat(80)}\n\n`));

function licence(of, file) {
  return `${of}\n\n${readFileSync(file, "utf8").trim()}\n`;
}
