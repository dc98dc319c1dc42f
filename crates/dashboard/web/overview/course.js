// How a month went day by day, and the year month by month.

import { useMemo } from "preact/hooks";
import { html } from "../html.js";
import { Chart } from "../charts.js";
import { formatDay, formatMonth, formatShortMonth } from "../dates.js";
import { formatMoney } from "../money.js";
import { href } from "../router.js";

/** Each day of the month. */
export function Days({ days, currency, average }) {
  const points = useMemo(
    () =>
      days.map(({ date, expenses, income }) => ({
        label: formatDay(date),
        short: String(Number(date.slice(8))),
        link: href({ view: "expenses", from: date, to: date }),
        expenses,
        income,
      })),
    [days],
  );
  return html`
    <section class="card" aria-labelledby="days">
      <div class="head"><h2 id="days">By day</h2><p class="fine">${formatMoney(average, currency)} a day</p></div>
      <${Chart} title="By day" head="Day" points=${points} currency=${currency} />
    </section>
  `;
}

/** The twelve months up to this one. */
export function Months({ trend, currency }) {
  const points = useMemo(
    () =>
      trend.map(({ month, expenses, income }) => ({
        label: formatMonth(month),
        short: formatShortMonth(month),
        link: href({ month }),
        expenses,
        income,
      })),
    [trend],
  );
  return html`
    <section class="card" aria-labelledby="months">
      <h2 id="months">Twelve months</h2>
      <${Chart} title="Twelve months" head="Month" points=${points} currency=${currency} line />
    </section>
  `;
}
