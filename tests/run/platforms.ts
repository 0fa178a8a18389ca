// SPDX-License-Identifier: MIT
/**
 * Finds and starts the platforms that programs are tried on: processes, and browsers with a page.
 *
 * @module
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join, normalize, resolve } from "node:path";
import { build as bundle } from "esbuild";
import puppeteer, { type Browser, type Page } from "puppeteer-core";
import type { Job } from "./drive.ts";

/** Where `.ci/run` puts Deno and Bun; elsewhere those of the PATH are taken. */
const TOOLS = ".tools/node_modules/.bin";
const PAGE = "build/tests/page";
const SHOTS = "build/tests/screenshots";

/** A platform of processes: how to run a driver on it, and what its entry is called. */
export interface Runtime {
  readonly name: string;
  readonly entry: string;
  readonly command: readonly string[];
  readonly driver: string;
}

function tool(name: string): string {
  return existsSync(join(TOOLS, name)) ? join(TOOLS, name) : name;
}

export const RUNTIMES: readonly Runtime[] = [
  { name: "Node", entry: "index", command: [process.execPath], driver: "build/tests/run/drive.js" },
  { name: "Deno", entry: "deno", command: [tool("deno"), "run", "--allow-all", "--no-lock"], driver: "tests/run/drive.ts" },
  { name: "Bun", entry: "bun", command: [tool("bun")], driver: "tests/run/drive.ts" },
];

export interface BrowserKind {
  readonly name: string;
  readonly browser: "chrome" | "firefox";
  readonly paths: readonly string[];
  readonly package: string;
  readonly args: readonly string[];
}

export const BROWSERS: readonly BrowserKind[] = [
  {
    name: "Chromium", browser: "chrome", package: "chromium",
    paths: ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"],
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync"],
  },
  {
    name: "Firefox", browser: "firefox", package: "firefox-esr",
    paths: ["/usr/bin/firefox-esr", "/usr/bin/firefox"], args: [],
  },
];

/** Why a platform cannot be tried here, or false. */
export function missing(platform: Runtime | BrowserKind): string | false {
  if ("paths" in platform) {
    return platform.paths.some(existsSync) ? false : `no ${platform.name} here: apt-get install ${platform.package}`;
  }
  try {
    execFileSync(platform.command[0]!, ["--version"], { stdio: "ignore" });
    return false;
  } catch {
    return `no ${platform.name} here: .ci/run installs it`;
  }
}

/** Runs jobs in one process; returns what each has printed. */
export async function runJobs(runtime: Runtime, jobs: readonly Job[]): Promise<Map<string, string>> {
  mkdirSync("build/tests/jobs", { recursive: true });
  const file = `build/tests/jobs/${runtime.entry}.json`;
  writeFileSync(file, JSON.stringify(jobs));
  const [command, ...args] = [...runtime.command, runtime.driver, runtime.entry, file];
  const child = spawn(command!, args, { stdio: ["ignore", "pipe", "pipe"] });
  const { stdout, stderr, status } = await ended(child);
  const texts = new Map<string, string>();
  for (const line of stdout.split("\n").filter(Boolean)) {
    const { name, worker, text } = JSON.parse(line) as { name: string; worker: boolean; text: string };
    texts.set(keyOf({ name, worker }), text);
  }
  if (status) texts.set("", `${runtime.name} ended with status ${status}:\n${stderr}`);
  return texts;
}

export function keyOf({ name, worker }: { name: string; worker: boolean }): string {
  return worker ? `${name} in a worker` : name;
}

async function ended(child: ChildProcess): Promise<{ stdout: string; stderr: string; status: number | null }> {
  let stdout = "";
  let stderr = "";
  child.stdout!.on("data", (chunk: Buffer) => (stdout += chunk));
  child.stderr!.on("data", (chunk: Buffer) => (stderr += chunk));
  const status = await new Promise<number | null>((done) => child.on("close", done));
  return { stdout, stderr, status };
}

const TYPES: Record<string, string> = {
  html: "text/html", js: "text/javascript", mjs: "text/javascript", wasm: "application/wasm", css: "text/css",
};

/** Answers a request that is for no file. */
export type Answer = (url: URL, request: IncomingMessage, response: ServerResponse) => boolean;

/** Serves a folder on a free port. */
export async function serve(root: string, answer: Answer = () => false): Promise<{ server: Server; origin: string }> {
  const server = createServer((request, response) => {
    const url = new URL(request.url!, "http://localhost");
    if (answer(url, request, response)) return;
    const file = join(root, normalize(decodeURIComponent(url.pathname)).replace(/\/$/, "/index.html"));
    if (!existsSync(file)) return void response.writeHead(404).end(`no ${url.pathname}`);
    const type = TYPES[/\w+$/.exec(file)![0]] ?? "application/octet-stream";
    response.writeHead(200, { "content-type": type }).end(readFileSync(file));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** Bundles the host for pages as an application's bundler does; returns the folder. */
export async function bundlePage(): Promise<string> {
  await bundle({
    entryPoints: {
      drive: "build/tests/run/drive.browser.js", watcher: "build/tests/run/watcher.browser.js", "browser.worker": "build/host/adapter/browser.worker.js",
    },
    bundle: true, splitting: true, format: "esm", outdir: PAGE, logLevel: "error", conditions: ["browser"],
  });
  writeFileSync(`${PAGE}/index.html`, `<!doctype html><title>gopark</title><link rel="icon" href="data:,"><script type="module" src="drive.js"></script>\n`);
  return PAGE;
}

/** Starts a browser without a window. */
export function launch(kind: BrowserKind): Promise<Browser> {
  const executablePath = kind.paths.find(existsSync)!;
  return puppeteer.launch({ browser: kind.browser, executablePath, args: [...kind.args], headless: true, protocolTimeout: 300_000 });
}

/** Does something on a page; keeps a picture of it when that fails. */
export async function onPage<T>(browser: Browser, url: string, name: string, f: (page: Page) => Promise<T>): Promise<T> {
  const page = await browser.newPage();
  try {
    await page.goto(url);
    return await f(page);
  } catch (error) {
    mkdirSync(SHOTS, { recursive: true });
    const path = resolve(SHOTS, `${name.replace(/\W+/g, "-")}.png`);
    await page.screenshot({ path: path as `${string}.png` }).catch(() => {});
    throw new Error(`${(error as Error).message}\n(screenshot: ${path})`, { cause: error });
  } finally {
    await page.close();
  }
}
