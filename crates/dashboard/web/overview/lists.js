// Where the money went, and what came last.

import { useState } from "preact/hooks";
import { html } from "../html.js";
import { Amount } from "../amount.js";
import { Bar } from "../bar.js";
import { formatDay } from "../dates.js";
import { formatChange, formatMoney, formatPercent } from "../money.js";
import { href } from "../router.js";

const FIRST = 8;

/** The categories with expenses, the largest first. */
export function ByCategory({ categories, currency, month }) {
  const [all, setAll] = useState(false);
  const spent = categories.filter((line) => line.expenses > 0);
  return html`
    <section class="card" aria-labelledby="by-category">
      <h2 id="by-category">By category</h2>
      ${spent.length === 0 && html`<p class="fine">Nothing was spent.</p>`}
      <ul>
        ${(all ? spent : spent.slice(0, FIRST)).map((line) => html`
          <li class="share" key=${line.category_id ?? ""}>
            ${line.category_id
              ? html`<a href=${href({ view: "expenses", month, kind: "expense", category_id: line.category_id })}>${line.category}</a>`
              : html`<span>Without a category</span>`}
            <span class="money">${formatMoney(line.expenses, currency)}</span>
            <${Bar} ratio=${line.share / 100} />
            <span class="fine">${formatPercent(line.share / 100)} of all</span>
            <span class="fine number">${compare(line, currency)}</span>
          </li>
        `)}
      </ul>
      ${spent.length > FIRST && html`<button type="button" class="quiet" aria-expanded=${all ? "true" : "false"} onClick=${() => setAll(!all)}>
        ${all ? "The largest only" : `All ${spent.length} categories`}
      </button>`}
    </section>
  `;
}

function compare({ change, previous_expenses: before }, currency) {
  if (before === 0) return "new";
  return change === 0 ? "as before" : `${formatChange(change, currency)} on the month before`;
}

/** The latest expenses of all. */
export function Latest({ latest }) {
  return html`
    <section class="card" aria-labelledby="latest">
      <div class="head"><h2 id="latest">Latest</h2><a href=${href({ view: "expenses" })}>All expenses</a></div>
      <ul class="lines">
        ${latest.map((expense) => html`
          <li class="line" key=${expense.id}>
            <span class="grow">${expense.title} <span class="fine">${expense.category}</span></span>
            <span class="fine">${formatDay(expense.date)}</span>
            <${Amount} of=${expense} column />
          </li>
        `)}
      </ul>
    </section>
  `;
}
