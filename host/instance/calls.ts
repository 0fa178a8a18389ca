// SPDX-License-Identifier: MIT
/**
 * Turns calls into goroutines and host results into wake-ups: all that is written to slots.
 *
 * @module
 */
import { type ExportEntry, show } from "../abi/manifest.ts";
import { SETTLE_MANAGED, SETTLE_OK, SLOT_SIZE } from "../abi/layout.ts";
import { isManaged, STRING, type Type } from "../abi/types.ts";
import { check } from "./check.ts";
import { type Codec, managedMask, type Pins } from "./codec.ts";
import type { Door } from "./door.ts";
import { messageOf } from "./trap.ts";

const PLURAL = (n: number) => `${n} argument${n === 1 ? "" : "s"}`;

/** Throws a TypeError that names the export and what was given, unless `args` fit it. */
export function checkArguments(entry: ExportEntry, args: readonly unknown[]): void {
  const { params } = entry;
  if (args.length !== params.length) {
    throw new TypeError(`${show(entry)}: takes ${PLURAL(params.length)}, got ${args.length}`);
  }
  params.forEach((type, i) => check(type, args[i], `${show(entry)}: argument ${i + 1}`));
}

/** Writes the guest's slots. Every method enters the guest: wasm must not be on the stack. */
export class Calls {
  readonly #door: Door;
  readonly #codec: Codec;

  constructor(door: Door, codec: Codec) {
    this.#door = door;
    this.#codec = codec;
  }

  /** Makes a goroutine that runs `entry`. The arguments have been checked. */
  start(entry: ExportEntry, callid: number, args: readonly unknown[]): void {
    this.#withPins((pins) => {
      const { params } = entry;
      const raws = params.map((type, i) => this.#codec.lower(type, args[i], pins));
      const mask = managedMask(params);
      const slots = this.#door.guest.gopark_newcall(entry.id, callid, mask) >>> 0;
      raws.forEach((raw, i) => this.#codec.storeSlot(params[i]!, slots + i * SLOT_SIZE, raw));
    });
  }

  /** Gives the goroutine at `token` the result of its host call; a bad one is a rejection. */
  resolve(token: number, type: Type, value: unknown, what: string): void {
    try {
      check(type, type.kind === "void" ? undefined : value, `${what}: result`);
    } catch (fault) {
      this.reject(token, fault);
      return;
    }
    this.#settle(token, SETTLE_OK | (isManaged(type) ? SETTLE_MANAGED : 0), type, value);
  }

  /** Lets the goroutine at `token` panic with the message of `reason`. */
  reject(token: number, reason: unknown): void {
    this.#settle(token, SETTLE_MANAGED, STRING, messageOf(reason));
  }

  #settle(token: number, how: number, type: Type, value: unknown): void {
    this.#withPins((pins) => {
      const raw = this.#codec.lower(type, value, pins);
      const slot = this.#door.guest.gopark_settle(token, how) >>> 0;
      this.#codec.storeSlot(type, slot, raw);
    });
  }

  #withPins(f: (pins: Pins) => void): void {
    this.#door.enter(() => {
      const pins = this.#codec.pins();
      f(pins);
      pins.release();
    });
  }
}
