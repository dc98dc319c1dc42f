// A threshold of a budget that was crossed.

import { html } from "../html.js";
import { formatMoney, formatPercent } from "../money.js";

/** What an alert says. */
export function AlertText({ alert }) {
  const sum = (amount) => html`<span class="money">${formatMoney(amount, alert.currency)}</span>`;
  return html`<span class="grow">
    <strong>${alert.budget}</strong> passed ${formatPercent(alert.threshold / 100)}: ${sum(alert.spent)} of ${sum(alert.available)}
  </span>`;
}
