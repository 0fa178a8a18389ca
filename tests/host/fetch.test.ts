// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import { ClosedError, hostCalls, load } from "../../host/index.ts";
import { buildGuest } from "./build.ts";

describe("a fetch that waits for its answer", () => {
  let wasm: Uint8Array<ArrayBuffer>;
  let requested: (response: ServerResponse) => void;
  const server = createServer((_, response) => requested(response));
  before(async () => {
    wasm = await buildGuest("page");
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  });
  after(() => (server.closeAllConnections(), server.close()));

  const start = async (worker: boolean) => {
    const request = new Promise<ServerResponse>((resolve) => (requested = resolve));
    const imports = { host: { ...hostCalls }, page: { poke() {} } };
    const app = await (worker ? load(wasm, { imports, worker }) : load(wasm, { imports }));
    const text = app.exports.fetchedUntilPut!(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    const response = await request;
    return { app, text, closed: new Promise<void>((resolve) => response.on("close", resolve)) };
  };

  for (const worker of [false, true]) {
    const where = worker ? ", of a program in a worker" : "";
    it(`is closed when its context ends${where}`, async () => {
      const { app, text, closed } = await start(worker);
      await app.exports.put!(1);
      assert.equal(await text, "context canceled");
      await closed;
      app.close();
    });

    it(`is closed when the program ends${where}`, async () => {
      const { app, text, closed } = await start(worker);
      app.close();
      await assert.rejects(text, ClosedError);
      await closed;
    });
  }
});

describe("a module that does not come", () => {
  const server = createServer();
  for (const worker of [false, true] as const) {
    it(`is not waited for when the signal aborts${worker ? ", for a worker" : ""}: its connection is closed`, async () => {
      const stop = new AbortController();
      const closed = new Promise((resolve) => server.once("request", (_, response) => (response.on("close", resolve), stop.abort(new Error("enough")))));
      await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/app.wasm`;
      await assert.rejects(load(url, { worker: worker as false, signal: stop.signal }), /^Error: enough$/);
      await closed;
      server.close();
    });
  }
});
