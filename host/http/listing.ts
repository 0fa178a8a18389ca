// SPDX-License-Identifier: MIT
/**
 * Writes the index of profiles, /debug/pprof/, as Go's.
 *
 * @module
 */

/** A line of the index. */
export interface Entry {
  readonly name: string;
  /** null: its program computes, and does not tell. */
  readonly count: number | null;
}

const DESCRIPTIONS: Record<string, string> = {
  allocs: "A sampling of all past memory allocations",
  block: "Stack traces that led to blocking on synchronization primitives",
  cmdline: "The command line invocation of the current program",
  goroutine: "Stack traces of all current goroutines. Use debug=2 as a query parameter to export in the same format as an unrecovered panic.",
  goroutineleak: "Stack traces of all leaked goroutines. Use debug=2 as a query parameter to export in the same format as an unrecovered panic.",
  heap: "A sampling of memory allocations of live objects. You can specify the gc GET parameter to run GC before taking the heap sample.",
  mutex: "Stack traces of holders of contended mutexes",
  profile: "CPU profile. You can specify the duration in the seconds GET parameter. After you get the profile file, use the go tool pprof command to investigate the profile.",
  symbol: "Maps given program counters to function names. Counters can be specified in a GET raw query, multiple counters are separated by '+'.",
  threadcreate: "Stack traces that led to the creation of new OS threads",
  trace: "A trace of execution of the current program. You can specify the duration in the seconds GET parameter. The trace file holds Chrome trace events: open it in ui.perfetto.dev.",
};

/** Returns the HTML; names link to the text form, relative to the index itself, with the token that it was asked with. */
export function listing(entries: readonly Entry[], token: string | null): string {
  const more = token === null ? "" : `&amp;token=${linked(token)}`;
  const sorted = [...entries].sort((a, b) => (a.name < b.name ? -1 : 1));
  const rows = sorted.map(({ name, count }) =>
    `<tr><td>${count ?? "?"}</td><td><a href='${linked(name)}?debug=1${more}'>${escape(name)}</a></td></tr>\n`);
  const items = sorted.map(({ name }) =>
    `<li><div class=profile-name>${escape(name)}: </div> ${escape(DESCRIPTIONS[name] ?? "")}</li>\n`);
  return `<html>
<head>
<title>/debug/pprof/</title>
<style>
.profile-name{
	display:inline-block;
	width:6rem;
}
</style>
</head>
<body>
/debug/pprof/
<br>
<p>Set debug=1 as a query parameter to export in legacy text format</p>
<br>
Types of profiles available:
<table>
<thead><td>Count</td><td>Profile</td></thead>
${rows.join("")}</table>
<a href="goroutine?debug=2${more}">full goroutine stack dump</a>
<br>
<p>
Profile Descriptions:
<ul>
${items.join("")}</ul>
</p>
</body>
</html>`;
}

/** A part of an address, in an attribute. */
function linked(part: string): string {
  return escape(encodeURIComponent(part));
}

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&#34;", "'": "&#39;" };

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (c) => ENTITIES[c]!);
}
