// What to look out for: budgets, their alerts, and what is due next.

import { html } from "../html.js";
import { Amount } from "../amount.js";
import { daysOf, formatDay } from "../dates.js";
import { BudgetBar } from "../budgets/bar.js";
import { AlertText } from "../budgets/alert.js";
import { href } from "../router.js";

/** The highest threshold of each budget that was crossed in a period that has a day of the month. */
export function Alerts({ alerts, month }) {
  const [first, last] = daysOf(month);
  const highest = new Map();
  for (const alert of alerts) {
    const here = alert.period.from <= last && alert.period.to >= first;
    const before = highest.get(alert.budget_id);
    if (here && !(before?.threshold > alert.threshold)) highest.set(alert.budget_id, alert);
  }
  if (highest.size === 0) return null;
  return html`
    <section class="card alerts" aria-labelledby="alerts">
      <h2 id="alerts">Alerts</h2>
      <ul class="lines">${[...highest.values()].map((alert) => html`<li key=${alert.id} class="line"><${AlertText} alert=${alert} /></li>`)}</ul>
    </section>
  `;
}

/** How the budgets stand. */
export function BudgetBars({ budgets }) {
  return html`
    <section class="card" aria-labelledby="budget-bars">
      <div class="head"><h2 id="budget-bars">Budgets</h2><a href=${href({ view: "budgets" })}>All budgets</a></div>
      ${budgets.length === 0 && html`<p class="fine">None yet.</p>`}
      <ul class="lines">${budgets.map((status) => html`<li key=${status.budget_id}><${BudgetBar} status=${status} name=${status.name} /></li>`)}</ul>
    </section>
  `;
}

/** The next dates of what recurs. */
export function Upcoming({ upcoming }) {
  return html`
    <section class="card" aria-labelledby="upcoming">
      <div class="head"><h2 id="upcoming">Coming up</h2><a href=${href({ view: "recurring" })}>All recurring</a></div>
      ${upcoming.length === 0 && html`<p class="fine">Nothing in the next 30 days.</p>`}
      <ul class="lines">
        ${upcoming.map((one) => html`
          <li class="line" key=${`${one.recurring_id} ${one.date}`}>
            <span class="grow">${one.title}</span>
            <span class="fine">${formatDay(one.date)}</span>
            <${Amount} of=${one} column />
          </li>
        `)}
      </ul>
    </section>
  `;
}
