// How a budget stands in a period.

import { html } from "../html.js";
import { Bar } from "../bar.js";
import { formatMoney } from "../money.js";

/** How serious it is: over it, on the way there, or fine. */
function toneOf({ spent, available, projected }) {
  if (spent > available) return "bad";
  return projected > available ? "warn" : "good";
}

/**
 * @param {{status: object, name: any}} props `status`: what `GET /budgets/{id}/status` answers
 */
export function BudgetBar({ status, name }) {
  const { currency, spent, available, remaining, projected } = status;
  const over = remaining < 0;
  // A line may break between two of them, but not within one.
  const sum = (amount) => html`<span class="money">${formatMoney(amount, currency)}</span>`;
  return html`
    <div class="budget">
      <div class="head"><span>${name}</span><span class="tabular">${sum(spent)} of ${sum(available)}</span></div>
      <${Bar} ratio=${available > 0 ? spent / available : 1} mark=${available > 0 && projected !== spent ? projected / available : undefined} tone=${toneOf(status)} />
      <div class="head fine">
        <span class=${over ? "bad" : ""}>${sum(Math.abs(remaining))} ${over ? "over" : "left"}</span>
        <span>${sum(projected)} by the end</span>
      </div>
    </div>
  `;
}
