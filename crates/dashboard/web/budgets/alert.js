// A threshold of a budget that was crossed.

import { html } from "../html.js";
import { formatMoney } from "../money.js";

/** What an alert says. */
export function AlertText({ alert }) {
  return html`<span class="grow">
    <strong>${alert.budget}</strong> passed ${alert.threshold} %: ${formatMoney(alert.spent, alert.currency)} of ${formatMoney(alert.available, alert.currency)}
  </span>`;
}
