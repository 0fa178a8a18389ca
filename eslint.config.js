// SPDX-License-Identifier: MIT
// Lints what tsc made of host/: no parser for TypeScript works with TypeScript 7, which has no API, and
// the types are tsc's to check. It starts empty: each rule catches a mistake that tsc lets pass.

export default [
  { ignores: ["build/host/page/gopark-debug.js", "build/host/page/built.js", "build/host/page/speedscope.js"] }, // bundles, libraries included
  {
    files: ["build/host/**/*.js"],
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "no-console": "error",
      "no-var": "error",
      "prefer-const": ["error", { destructuring: "all" }],
      "no-self-compare": "error",
      "no-unreachable": "error",
      "no-unsafe-finally": "error",
      "no-constant-condition": ["error", { checkLoops: "none" }],
      "no-dupe-keys": "error",
      "no-fallthrough": "error",
      "no-promise-executor-return": "error",
      "require-atomic-updates": "error",
    },
  },
  { files: ["build/host/cli/**/*.js", "build/host/adapter/browser.js", "build/host/adapter/http.js"], rules: { "no-console": "off" } },
];
