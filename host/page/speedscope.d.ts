// SPDX-License-Identifier: MIT
// What tools/page.mjs makes beside the built files: speedscope's own bundle, and its style with the font in it.
export declare const SCRIPT: string;
export declare const STYLE: string;
