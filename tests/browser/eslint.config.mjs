// The JavaScript of the project: that of the dashboard, which runs in browsers, and that of its tests.

import js from "@eslint/js";

const globals = (names) => Object.fromEntries(names.split(" ").map((name) => [name, "readonly"]));

const browser = globals(
  "AbortController Element Event HTMLElement IntersectionObserver Intl MutationObserver ResizeObserver URL URLSearchParams " +
    "addEventListener clearTimeout devicePixelRatio dispatchEvent document fetch getComputedStyle globalThis history innerHeight localStorage location matchMedia navigator " +
    "queueMicrotask removeEventListener requestAnimationFrame scrollTo sessionStorage setTimeout",
);

const rules = {
  ...js.configs.recommended.rules,
  eqeqeq: ["error", "always", { null: "ignore" }],
  "no-eval": "error",
  "no-implied-eval": "error",
  "no-unused-vars": ["error", { caughtErrors: "none", ignoreRestSiblings: true }],
  "no-var": "error",
  "prefer-const": "error",
};

export default [
  { ignores: ["crates/dashboard/web/vendor/**", "**/node_modules/**"] },
  { files: ["crates/dashboard/web/**/*.js"], languageOptions: { globals: browser }, rules },
  { files: ["tests/**/*.mjs"], languageOptions: { globals: { ...browser, ...globals("console process") } }, rules },
];
