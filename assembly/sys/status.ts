// SPDX-License-Identifier: MIT
// What a goroutine is doing: the numbers are in shared/, for readers of core dumps have them too.

export * from "../shared/gstatus";
