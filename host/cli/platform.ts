// SPDX-License-Identifier: MIT
/**
 * Adapts the platform to a command: what a program of a command line may expect, in a worker too.
 *
 * @module
 */
import { node } from "../adapter/node.ts";
import type { Platform } from "../instance/platform.ts";

/** What a shell shows for a process that SIGPIPE has killed. */
export const SIGPIPE_STATUS = 141;

/** Node, with nobody who calls an export. When the reader of the output is gone, `die` is called, as Go programs die quietly then. */
export function commandPlatform(die: () => never): Platform {
  return {
    ...node,
    alone: true,
    sink(fd) {
      const sink = node.sink(fd);
      const write = (bytes: Uint8Array) => {
        try {
          sink.write(bytes);
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code === "EPIPE") die();
          throw error;
        }
      };
      return { ...sink, write };
    },
  };
}
