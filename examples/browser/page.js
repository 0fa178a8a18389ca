// SPDX-License-Identifier: MIT
// Turns the spinner by hand: it stands still whenever the page has no turn.
import { hostCalls, load } from "gopark";

const element = (id) => document.getElementById(id);
let frames = 0;

function turn() {
  element("spinner").style.transform = `rotate(${++frames * 6}deg)`;
  requestAnimationFrame(turn);
}

turn();
const show = (id, text) => {
  element(id).textContent = text;
};
const app = await load(fetch("work.wasm"), { imports: { host: hostCalls, page: { show } } });
const before = frames;
await app.run();
show("end", `main has returned; the spinner moved ${frames - before} times meanwhile`);
