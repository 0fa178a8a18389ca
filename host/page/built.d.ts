// SPDX-License-Identifier: MIT
// What tools/page.mjs makes beside the built files: the bundle of element.ts, as text.
export declare const ELEMENT: string;
