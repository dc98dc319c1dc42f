// Drawings of 24 by 24, beside words that say the same.

import { html } from "./html.js";

const PATHS = {
  overview: "M4 20V10M10 20V4M16 20v-7M21 20H3",
  expenses: "M6 3h12v18l-3-2-3 2-3-2-3 2zM9 8h6M9 12h6",
  budgets: "M12 3a9 9 0 1 0 9 9h-9zM15 3.5A9 9 0 0 1 20.5 9H15z",
  categories: "M3 12V4h8l10 10-8 8zM7.5 8.5h.01",
  recurring: "M4 11a8 8 0 0 1 14-4l2 2M20 4v5h-5M20 13a8 8 0 0 1-14 4l-2-2M4 20v-5h5",
  profile: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21a8 8 0 0 1 16 0",
  add: "M12 5v14M5 12h14",
  edit: "M4 20h4L19 9l-4-4L4 16z",
  remove: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
  merge: "M6 4v5c0 4 6 4 6 8v3M18 4v5c0 4-6 4-6 8M9 17l3 3 3-3",
  back: "M15 5l-7 7 7 7",
  forward: "M9 5l7 7-7 7",
};

/** @param {{name: keyof typeof PATHS}} props */
export function Icon({ name }) {
  return html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d=${PATHS[name]} /></svg>`;
}
