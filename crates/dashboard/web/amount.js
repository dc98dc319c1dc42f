// An amount that came in or went out.

import { html } from "./html.js";
import { formatMoney } from "./money.js";

/** @param {{of: {kind: string, amount: number, currency: string}, column?: boolean}} props `column`: it stands below others */
export function Amount({ of, column }) {
  const income = of.kind === "income";
  return html`<span class="money ${column ? "column" : ""} ${income ? "in" : ""}">${income ? "+" : ""}${formatMoney(of.amount, of.currency)}</span>`;
}
