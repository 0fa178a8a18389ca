// SPDX-License-Identifier: MIT
/**
 * What is measured, as data: every row of the table, its program, its counts and its bar.
 *
 * @module
 */

export type Contestant = "gopark" | "go" | "gojs" | "generators" | "asc" | "notrace" | "unwatched";

/** The contestants that `--rivals` chooses from. */
export const rivals: Contestant[] = ["go", "gojs", "generators", "asc"];

export interface Row {
  name: string;
  unit: "ns" | "ms" | "s" | "bytes" | "MiB" | "KiB" | "times";
  /** The program every contestant of the row runs, and its arguments; the last one is the count. */
  program: string;
  args: number[];
  /** Other arguments for a contestant that is far slower. */
  argsOf?: Partial<Record<Contestant, number[]>>;
  /** The module in guest/ (or build/bench) that holds the program. */
  module: string;
  /** Shown is a time per operation, the program's second figure, or the command's wall time. */
  metric: "ns" | "detail" | "wall";
  /** So many operations make the figure shown, e.g. 2000 primes. */
  per: number;
  contestants: Contestant[];
  /** The ratio is to this contestant. */
  versus?: Contestant;
  /** At most this ratio, or else at most this figure. */
  bar?: { ratio: number } | { most: number };
  /** At most this ratio to asc's incremental runtime. */
  ascBar?: number;
  /** Fewer rounds than asked for: what is slow, or the same each time. */
  rounds?: number;
  /** Only measured when named or without --quick. */
  slow?: boolean;
}

const withGo: Contestant[] = ["gopark", "go"];
const withGoJs: Contestant[] = ["gopark", "go", "gojs"];
const everyone: Contestant[] = ["gopark", "go", "gojs", "generators"];

const blank: Omit<Row, "name"> = {
  unit: "ns", program: "", args: [], module: "", metric: "ns", per: 1, contestants: everyone,
  versus: "go",
};

function yieldRow(depth: number, generatorCount: number): Row {
  return {
    ...blank, name: `yield-${depth}`, program: "yields", args: [depth, 1_000_000],
    argsOf: { generators: [depth, generatorCount] }, module: "switch", bar: { ratio: 0.4 },
  };
}

const switching: Row[] = [
  yieldRow(0, 1_000_000),
  yieldRow(8, 300_000),
  yieldRow(32, 80_000),
  yieldRow(1000, 2000),
  {
    ...blank, name: "spawn", program: "spawn", args: [2_000_000], module: "switch",
    bar: { ratio: 0.12 },
  },
];

const channels: Row[] = [
  { ...blank, name: "handoff", program: "handoff", args: [1_500_000], bar: { ratio: 0.38 } },
  { ...blank, name: "buffered", program: "buffered", args: [5_000_000], bar: { ratio: 0.45 } },
  { ...blank, name: "select", program: "select2", args: [400_000], bar: { ratio: 0.45 } },
  {
    ...blank, name: "sieve", unit: "ms", program: "sieve", args: [2000], per: 2000,
    bar: { ratio: 0.42 },
  },
  { ...blank, name: "ring", program: "ring", args: [1000, 1000], bar: { ratio: 0.42 } },
].map((row) => ({ ...row, module: "chan" }) as Row);

const syncing: Row[] = [
  {
    ...blank, name: "mutex-contended", program: "contend", args: [8, 80_000],
    bar: { ratio: 0.35 },
  },
  { ...blank, name: "mutex-free", program: "lock", args: [20_000_000] },
  {
    ...blank, name: "sleep", unit: "ms", program: "sleeps", args: [100_000], per: 1e5,
    bar: { ratio: 0.6 },
  },
].map((row) => ({ ...row, module: "sync" }) as Row);

function parkedRow(name: string, n: number, rest: Partial<Row>): Row {
  return {
    ...blank, name: `parked-${name}`, program: "parked", args: [1, n], module: "profile",
    contestants: ["gopark", "go", "generators"], rounds: 2, ...rest,
  };
}

const parking: Row[] = [
  parkedRow("100k-each", 1e5, { unit: "bytes", metric: "detail", bar: { most: 200 } }),
  parkedRow("1m-each", 1e6, { unit: "bytes", metric: "detail", bar: { most: 200 }, slow: true }),
  parkedRow("1m-time", 1e6, { unit: "ms", per: 1e6, bar: { most: 500 }, slow: true }),
  parkedRow("1m-memory", 1e6, {
    unit: "MiB", metric: "detail", per: 1e6, bar: { most: 200 }, slow: true,
  }),
];

const looking: Row[] = [
  {
    ...blank, name: "profile", program: "profile", args: [7, 100_000], bar: { ratio: 1 },
    argsOf: { gopark: [11, 100_000] }, // Go records 4 frames of its own: 13 in both
  },
  {
    // How long the world stands still: the same run, for all of them.
    ...blank, name: "profile-stop", unit: "ms", program: "profile", args: [7, 100_000], per: 1e5,
    argsOf: { gopark: [11, 100_000] }, bar: { most: 30 },
  },
  {
    ...blank, name: "stack-bytes", unit: "bytes", program: "stacks", args: [6, 10_000],
    metric: "detail", bar: { ratio: 1 },
  },
  { ...blank, name: "stack-10k", program: "stacks", args: [6, 10_000], bar: { ratio: 1 } },
  {
    ...blank, name: "stack-100k", program: "stacks", args: [6, 100_000], bar: { ratio: 1 },
    rounds: 2,
  },
].map((row) => ({ ...row, module: "profile", contestants: row.rounds ? withGo : withGoJs }) as Row);

const computing: Row[] = [
  {
    ...blank, name: "trace-fib", unit: "ms", program: "fib", args: [35, 3], versus: "notrace",
    contestants: [...withGoJs, "notrace"], bar: { ratio: 1.1 },
  },
  {
    // Informational: the price per call when nothing else is done and the trace cannot be left out.
    ...blank, name: "trace-calls", unit: "ms", program: "calls", args: [35, 3], versus: "notrace",
    contestants: ["gopark", "notrace"],
  },
  {
    ...blank, name: "trace-trees", unit: "ms", program: "trees", args: [16, 1], versus: "notrace",
    contestants: ["gopark", "notrace"], bar: { ratio: 1.1 },
  },
  {
    ...blank, name: "plain-fib", unit: "ms", program: "fib", args: [35, 3], versus: undefined,
    contestants: ["gopark", "asc"],
  },
].map((row) => ({ ...row, module: "compute" }) as Row);

const withAsc: Contestant[] = ["gopark", "go", "asc"];

/** Time; and where much is alive, memory: of gopark and asc the linear memory, of Go what it has got. */
function heapRow(name: string, rest: Partial<Row>, memory?: Partial<Row>): Row[] {
  const row: Row = { ...blank, name, program: name, contestants: withAsc, ascBar: 1, ...rest };
  if (!memory) return [row];
  const { bar, ascBar, ...shared } = row;
  return [row, {
    ...shared, name: `${name}-memory`, unit: "MiB", metric: "detail", per: 1, ...memory,
  }];
}

/** How many times as long a program takes while somebody looks on. */
function watchedRow(who: string, program: string, count: number, bar: Row["bar"]): Row {
  return {
    ...blank, name: `watch-${who}-${program}`, unit: "times", program: `${who}:${program}`, args: [count],
    module: "observe", contestants: withGo, bar,
  };
}

/** What it costs that somebody could look on, while nobody does. */
function unwatchedRow(program: string, args: number[], module: string): Row {
  return {
    ...blank, name: `off-${program}`, program, args, module, versus: "unwatched",
    contestants: ["gopark", "unwatched"], bar: { ratio: 1.02 },
  };
}

const watching: Row[] = [
  unwatchedRow("yields", [0, 3_000_000], "switch"),
  unwatchedRow("spawn", [4_000_000], "switch"),
  unwatchedRow("handoff", [3_000_000], "chan"),
  // The worst that can be: programs that only switch. Each switch is an event, and is all that they do.
  watchedRow("trace", "yields", 10_000_000, { most: 1.03 }),
  watchedRow("trace", "handoff", 10_000_000, { most: 1.03 }),
  watchedRow("trace", "works", 800_000, { most: 1.03 }),
  watchedRow("trace", "serves", 400_000, { most: 1.03 }),
  watchedRow("block", "serves", 400_000, { most: 1.05 }),
  watchedRow("mutex", "serves", 400_000, { most: 1.05 }),
  watchedRow("cpu", "handoff", 10_000_000, { most: 1.02 }),
  watchedRow("cpu", "serves", 400_000, { most: 1.02 }),
];

function rateRow(name: string, rate: number, most: number): Row {
  return {
    ...blank, name: `rate-${name}`, unit: "times", program: "rate", args: [rate, 40_000_000],
    versus: undefined, contestants: ["gopark"], bar: { most },
  };
}

const stopping: Partial<Row> = {
  unit: "ms", program: "pauses", args: [10_000, 10_000_000], module: "pauses", contestants: withGo,
};

const allocating: Row[] = [
  ...heapRow("trees-16", {
    program: "trees", args: [16, 1], unit: "ms", bar: { ratio: 0.65 }, ascBar: 0.33,
  }, { ascBar: 0.7 }),
  ...heapRow("trees-20", {
    program: "trees", args: [20, 1], unit: "s", bar: { ratio: 0.65 }, ascBar: 0.33, rounds: 2,
    slow: true,
  }, { ascBar: 0.7 }),
  ...heapRow("objects", { args: [10_000_000], bar: { ratio: 0.65 }, ascBar: 0.33 }, {}),
  ...heapRow("mixed", { args: [2_000_000], ascBar: 0.33 }, {}),
  ...heapRow("arrays", { args: [1000, 10_000], ascBar: 0.33 }, {}),
  ...heapRow("strings", { args: [2_000_000], ascBar: 0.33 }, {}),
  ...heapRow("maps", { args: [2_000_000], ascBar: 0.33 }, { ascBar: 0.7 }),
  ...heapRow("lists", { args: [4_000_000], ascBar: 0.33 }, { ascBar: 0.7 }),
  ...heapRow("holders", {
    args: [10_000, 100], contestants: withGo, ascBar: undefined,
  }, {}),
  rateRow("512k", 512 << 10, 1.02),
  rateRow("1", 1, 5),
  ...heapRow("pauses-p999", { ...stopping, bar: { most: 1 }, ascBar: undefined }),
  ...heapRow("pauses-max", { ...stopping, metric: "detail", ascBar: undefined }),
].map((row) => ({ ...row, module: row.module || "heap" }));

const alone = { ...blank, versus: undefined, contestants: ["gopark"] as Contestant[] };

const building: Row[] = [
  {
    ...alone, name: "hello-size", unit: "KiB", program: "size", module: "hello", metric: "detail",
    bar: { most: 12 }, rounds: 1,
  },
  {
    ...alone, name: "hello-start", unit: "ms", program: "start", module: "hello",
    bar: { most: 20 },
  },
  {
    ...alone, name: "build-small", unit: "s", program: "build", module: "small", metric: "wall",
    bar: { most: 3 }, rounds: 3,
  },
  {
    ...alone, name: "build-20k", unit: "s", program: "build", module: "large", metric: "wall",
    bar: { most: 30 }, rounds: 1, slow: true,
  },
];

export const rows: Row[] = [
  ...switching, ...channels, ...syncing, ...parking, ...looking, ...watching, ...computing,
  ...allocating, ...building,
];

/** The figure a row shows, from nanoseconds or from a count of bytes. */
export function figure(row: Row, value: number): number {
  const scale = { ns: 1, ms: 1e-6, s: 1e-9, times: 1, bytes: 1, KiB: 1 / 1024, MiB: 1 / 1048576 };
  return value * row.per * scale[row.unit];
}
