// A bar of how much of something is used.

import { html } from "./html.js";

/**
 * @param {{ratio: number, mark?: number, tone?: "plain" | "good" | "warn" | "bad", color?: string}} props `ratio`: 1 is all of
 *   it; `mark`: where a line stands. What it says stands beside it in words.
 */
export function Bar({ ratio, mark, tone = "plain", color }) {
  const percent = (value) => `${Math.min(Math.max(value, 0), 1) * 100}%`;
  return html`
    <div class="bar ${tone}" aria-hidden="true">
      <i style=${{ width: percent(ratio), ...(color && { background: color }) }} />
      ${mark !== undefined && html`<b style=${{ left: percent(mark) }} />`}
    </div>
  `;
}
