// SPDX-License-Identifier: MIT
/**
 * How the page looks, in light and dark.
 *
 * @module
 */
import UPLOT from "uplot/dist/uPlot.min.css";

const LIGHT = `
  --bg: #fbfbfa; --panel: #ffffff; --ink: #1d2125; --soft: #4c535b; --muted: #767e87; --line: #e6e7e5; --hover: #f3f4f2;
  --accent: #0b6e99; --bad: #b3261e; --bad-bg: #fdf1f0;
  --a: #0b7fab; --a-soft: #0b7fab1f; --b: #c2790c; --b-soft: #c2790c1f; --c: #8a929b; --c-soft: #8a929b1f;
  --d: #b4483c; --d-soft: #b4483c1f; --e: #5f7f2a; --f: #7d5ba6;
  --flame-0: #9fcbe0; --flame-1: #f0c890; --flame-2: #b9d6a0; --flame-3: #d8bce4; --flame-4: #f1b3a6; --flame-5: #a7d8cd;
  --flame-6: #e5d98f; --flame-7: #bcc6ee; --flame-lib: #d9dcdf; --flame-root: #e9ebec; --flame-ink: #1d2125; --hit: #ffd84d;`;

const DARK = `
  --bg: #14171a; --panel: #1a1e22; --ink: #e4e7ea; --soft: #b4bbc2; --muted: #8a929b; --line: #2a2f35; --hover: #21262b;
  --accent: #5cb8dd; --bad: #ff9a8f; --bad-bg: #2c1b1a;
  --a: #4fb3dc; --a-soft: #4fb3dc24; --b: #e0a545; --b-soft: #e0a54524; --c: #78818a; --c-soft: #78818a24;
  --d: #e57f70; --d-soft: #e57f7024; --e: #9dbf63; --f: #b597db;
  --flame-0: #2f6480; --flame-1: #7d5a26; --flame-2: #4c6a34; --flame-3: #644a75; --flame-4: #7c4439; --flame-5: #2f6a60;
  --flame-6: #6b6128; --flame-7: #47538a; --flame-lib: #3a4148; --flame-root: #2a2f35; --flame-ink: #eef1f3; --hit: #a67c00;`;

export const STYLE = `${UPLOT}
:host { ${LIGHT}
  display: block; color-scheme: light dark; background: var(--bg); color: var(--ink); min-height: 100%;
  font: 13px/1.45 ui-sans-serif, system-ui, sans-serif; font-variant-numeric: tabular-nums; }
@media (prefers-color-scheme: dark) { :host { ${DARK} } }
* { box-sizing: border-box; }
[hidden] { display: none !important; }
code { font: 12px/1.45 ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, monospace; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; border-radius: 3px; }

header { position: sticky; top: 0; z-index: 2; display: flex; align-items: center; gap: 4px 20px; flex-wrap: wrap;
  padding: 0 20px; background: var(--panel); border-bottom: 1px solid var(--line); }
h1 { font: 600 13px ui-monospace, monospace; margin: 0; max-width: 40ch; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
nav { display: flex; flex: 1; }
nav button { border: 0; border-bottom: 2px solid transparent; border-radius: 0; background: none; padding: 11px 12px 9px; color: var(--soft); }
nav button:hover { background: var(--hover); }
nav button[aria-selected=true] { color: var(--ink); border-color: var(--accent); }
.status { color: var(--muted); }
.status[data-status=live]::before { content: ""; display: inline-block; width: 7px; height: 7px; margin-right: 6px; border-radius: 50%; background: var(--e); }
.status[data-status="no answer"] { color: var(--bad); }
main { padding: 16px 20px 32px; max-width: 1500px; margin: 0 auto; }
main:focus-visible { outline: none; }
.banner { margin: 0; padding: 8px 20px; background: var(--bad-bg); color: var(--bad); border-bottom: 1px solid var(--line); white-space: pre-wrap; }

button, select, input, .button { font: inherit; color: inherit; background: var(--panel); border: 1px solid var(--line); border-radius: 5px; padding: 4px 10px;
  text-decoration: none; }
button, select, .button { cursor: pointer; }
button:hover, .button:hover { background: var(--hover); }
input[type=search] { flex: 1 1 160px; max-width: 460px; padding: 5px 10px; }
input::placeholder { color: var(--muted); }
.tools { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; margin-bottom: 8px; }
.label { margin-left: 6px; padding: 0 5px; border-radius: 3px; background: var(--a-soft); color: var(--soft); }
.chips { display: flex; flex-wrap: wrap; gap: 4px; }
.right { margin-left: auto; }
.tools .note { margin: 0 4px; }
.chip { padding: 2px 9px; border-radius: 12px; color: var(--soft); }
.chip b { font-weight: 600; color: var(--ink); }
.chip[aria-pressed=true] { background: var(--a-soft); border-color: var(--accent); color: var(--ink); }
.note { color: var(--muted); margin: 4px 0 10px; }
.command { user-select: all; overflow-wrap: anywhere; }
h2 { font-size: 13px; font-weight: 600; margin: 0 0 6px; } small { font-weight: 400; color: var(--muted); font-size: 12px; }

.facts { display: flex; flex-wrap: wrap; gap: 10px 36px; margin: 2px 0 16px; }
.facts div { display: flex; flex-direction: column-reverse; }
dt { color: var(--muted); font-size: 12px; } dd { margin: 0; font-size: 19px; font-weight: 600; letter-spacing: -.01em; }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(370px, 100%), 1fr)); gap: 12px; }
.plot { margin: 0 0 12px; padding: 10px 12px 4px; background: var(--panel); border: 1px solid var(--line); border-radius: 8px; min-width: 0; }
.plots .plot { margin: 0; }
figcaption { display: flex; flex-wrap: wrap; gap: 2px 11px; margin-bottom: 6px; }
.plot-title { font-weight: 600; margin-right: auto; }
.key { color: var(--muted); font-size: 12px; } .key b { color: var(--ink); font-weight: 600; }
.key i { display: inline-block; width: 9px; height: 3px; border-radius: 2px; margin-right: 5px; vertical-align: middle; }
.uplot { font: inherit; } .u-cursor-x { border-color: var(--muted) !important; }

.rows, table { background: var(--panel); border: 1px solid var(--line); border-radius: 8px; overflow: hidden; }
.row + .row { border-top: 1px solid var(--line); }
summary { display: grid; grid-template-columns: 64px 72px minmax(110px, 220px) minmax(0, 3fr) minmax(0, 2fr) minmax(0, 2fr); gap: 12px; align-items: baseline; padding: 5px 14px;
  cursor: pointer; list-style: none; }
summary::-webkit-details-marker { display: none; }
.sites summary { grid-template-columns: 76px 60px minmax(0, 1fr) minmax(0, auto); }
summary:hover, tbody tr:hover { background: var(--hover); }
summary:focus-visible { outline-offset: -2px; }
.row[open] > summary { background: var(--hover); }
.num { text-align: right; font-weight: 600; }
.share { align-self: center; height: 5px; border-radius: 3px; background: var(--line); overflow: hidden; }
.share i { display: block; height: 100%; min-width: 1px; background: var(--a); }
summary .by { color: var(--muted); }
small { font-size: 12px; color: var(--muted); }
.state, .by { color: var(--soft); overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.what, .where, .by { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.where { color: var(--muted); }
summary .where { text-align: right; direction: rtl; unicode-bidi: plaintext; }
.stack { padding: 4px 14px 10px 90px; border-top: 1px solid var(--line); overflow-x: auto; }
.stack ol { list-style: none; margin: 4px 0; padding: 0; white-space: nowrap; } .stack p { margin: 4px 0 0; color: var(--muted); }
.stack p code:not(.where) { color: var(--ink); }

.halves { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 16px; align-items: start; }
table { width: 100%; border-collapse: separate; border-spacing: 0; }
th { text-align: right; font-weight: 400; color: var(--muted); font-size: 12px; } th:first-child { text-align: left; }
th, td { padding: 4px 14px; white-space: nowrap; } td { border-top: 1px solid var(--line); }
td:first-child { max-width: 0; width: 50%; overflow: hidden; text-overflow: ellipsis; }
td.num { font-weight: 400; } td.bar { position: relative; font-weight: 600; }
td.bar i { position: absolute; right: 0; bottom: 0; height: 2px; background: var(--a); }
td.delta { color: var(--muted); }

.flames { background: var(--panel); border: 1px solid var(--line); border-radius: 8px; overflow: hidden; min-height: 120px; cursor: default; }
.flames svg { display: block; } .flames svg .title { display: none; }
.flames rect { stroke: var(--panel); stroke-width: 1; rx: 2px; } .flames g { cursor: pointer; }
.flames .current rect, .flames g:hover rect { stroke: var(--ink); } .flames .fade { opacity: .55; }
.d3-flame-graph-label { color: var(--flame-ink); font: 11.5px/${18}px ui-monospace, monospace; padding: 0 5px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.details { min-height: 1.5em; margin: 6px 0; font: 12px ui-monospace, monospace; white-space: pre-wrap; color: var(--soft); }

@media (max-width: 900px) {
  header, main { padding-left: 12px; padding-right: 12px; } .halves { grid-template-columns: minmax(0, 1fr); }
  summary { grid-template-columns: 60px minmax(0, 1fr); row-gap: 0; } .sites summary { grid-template-columns: 76px minmax(0, 1fr); }
  summary .share, summary .where, summary .by { display: none; } summary .what { grid-column: 2; } .stack { padding-left: 14px; }
}
@media (prefers-reduced-motion: no-preference) { .share i { transition: width .2s; } }
`;
