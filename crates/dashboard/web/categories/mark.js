// How a category looks: its icon on its colour.

import { html } from "../html.js";

// Drawings of 24 by 24, by the names that the API's own categories have.
const PATHS = {
  folder: "M3 6h6l2 2h10v11H3z",
  utensils: "M7 3v7a2 2 0 0 0 2 2v9M5 3v5M9 3v5M17 3c-2 2-3 5-3 9h3v9z",
  "shopping-cart": "M3 4h3l2 11h10l2-8H7M9 19h.01M17 19h.01",
  pizza: "M12 21L3 6c6-3 12-3 18 0zM9 9h.01M14 10h.01M12 14h.01",
  house: "M4 11l8-7 8 7M6 10v10h12V10M10 20v-6h4v6",
  key: "M8 20a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM11 13l9-9M16 8l3 3",
  plug: "M9 3v5M15 3v5M6 8h12v3a6 6 0 0 1-12 0zM12 17v4",
  bus: "M5 5h14v12H5zM5 11h14M8 17v3M16 17v3M8.5 14h.01M15.5 14h.01",
  car: "M4 12l2-6h12l2 6v6H4zM4 12h16M7.5 15h.01M16.5 15h.01",
  heart: "M12 20s-8-5-8-11a4.5 4.5 0 0 1 8-2.5A4.5 4.5 0 0 1 20 9c0 6-8 11-8 11z",
  "shopping-bag": "M5 8h14l1 12H4zM9 11V7a3 3 0 0 1 6 0v4",
  ticket: "M3 8h18v3a2 2 0 0 0 0 4v3H3v-3a2 2 0 0 0 0-4zM14 8v10",
  plane: "M21 4L3 11l6 3 3 6zM9 14l5-4",
  book: "M5 4h12a2 2 0 0 1 2 2v14H7a2 2 0 0 1-2-2zM5 17h14",
  gift: "M4 9h16v4H4zM6 13v7h12v-7M12 9v11M12 9c-5 0-5-5-2-5 2 0 2 3 2 5 0-2 0-5 2-5 3 0 3 5-2 5",
  wallet: "M4 6h14v3M4 6v13h16V9H4M16 14h.01",
  briefcase: "M4 8h16v11H4zM9 8V5h6v3M4 13h16",
  percent: "M6 18L18 6M8 9a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3zM16 18a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3z",
  phone: "M8 3h8v18H8zM11 18h2",
  paw: "M8 15c0-3 8-3 8 0 2 4-2 5-4 4-2 1-6 0-4-4zM6 10h.01M10 7h.01M14 7h.01M18 10h.01",
};

/** The names of the icons that can be chosen. */
export const ICON_NAMES = Object.keys(PATHS).sort();

/** @param {{category: {color: string, icon: string}}} props */
export function CategoryMark({ category }) {
  return html`
    <span class="mark" style=${{ "--mark": category.color }}>
      <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d=${PATHS[category.icon] ?? PATHS.folder} /></svg>
    </span>
  `;
}
