// The periods of a budget before the one shown.

import { html } from "../html.js";
import { request, withQuery } from "../api.js";
import { addMonths, formatRange } from "../dates.js";
import { formatMoney } from "../money.js";
import { Loaded, useResource } from "../resource.js";

/** How many months one looks back, by the length of a period. */
const LOOK_BACK = { week: 2, month: 6, quarter: 18, year: 60 };

/** @param {{budget: object, on: string}} props */
export function Periods({ budget, on }) {
  const to = budget.ends_on && budget.ends_on < on ? budget.ends_on : on;
  const start = `${addMonths(to.slice(0, 7), -LOOK_BACK[budget.period])}-01`;
  const from = start < budget.starts_on ? budget.starts_on : start;
  const path = withQuery(`/budgets/${budget.id}/periods`, { from, to });
  const resource = useResource(`${path} ${budget.version}`, (signal) => request("GET", path, { signal }));
  return html`<${Loaded} resource=${resource}>
    ${({ items }) => html`
      <div class="scroll" tabindex="0" role="region" aria-label=${`Periods of ${budget.name}`}>
        <table>
          <thead><tr><th scope="col">Period</th><th scope="col" class="number">Spent</th><th scope="col" class="number">Available</th><th scope="col" class="number">Left</th></tr></thead>
          <tbody>
            ${items.toReversed().map((status) => html`
              <tr key=${status.period.from}>
                <th scope="row">${formatRange(status.period.from, status.period.to)}</th>
                <td class="number">${formatMoney(status.spent, status.currency)}</td>
                <td class="number">${formatMoney(status.available, status.currency)}</td>
                <td class="number ${status.remaining < 0 ? "bad" : ""}">${formatMoney(status.remaining, status.currency)}</td>
              </tr>
            `)}
          </tbody>
        </table>
      </div>
    `}
  <//>`;
}
