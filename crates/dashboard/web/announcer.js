// Tells what happened: visibly for a while, and to screen readers.

import { html } from "./html.js";
import { createStore, useStore } from "./store.js";

const SECONDS = 6;
const message = createStore("");
let clearing = 0;

/**
 * Says something that needs no answer.
 * @param {string} text
 */
export function announce(text) {
  clearTimeout(clearing);
  // The same text twice is news twice.
  message.set("");
  setTimeout(() => message.set(text));
  clearing = setTimeout(() => message.set(""), SECONDS * 1000);
}

/** Where it is said; once on the page. */
export function Announcer() {
  const text = useStore(message);
  return html`<div class="announcer" role="status" aria-live="polite">${text && html`<p>${text}</p>`}</div>`;
}
