// The first screen: a month at a glance, in one call.

import { html } from "../html.js";
import { request, withQuery } from "../api.js";
import { parseMonth, today } from "../dates.js";
import { flushDeletions } from "../expenses/deletion.js";
import { MonthPicker } from "../month-picker.js";
import { profile } from "../profile-store.js";
import { Empty, Loaded, useResource } from "../resource.js";
import { change, href } from "../router.js";
import { useStore } from "../store.js";
import { Alerts, BudgetBars, Upcoming } from "./ahead.js";
import { Days, Months } from "./course.js";
import { Figures } from "./figures.js";
import { ByCategory, Latest } from "./lists.js";

/** The screen. */
export function Overview({ route }) {
  const month = parseMonth(route.month);
  const resource = useResource(`overview ${month}`, async (signal) => {
    await flushDeletions();
    return request("GET", withQuery("/dashboard", { month }), { signal });
  });
  // Known if another screen has asked for it; this one makes do without.
  const me = useStore(profile);
  const current = today(me?.time_zone).slice(0, 7);
  return html`
    <div class="toolbar"><${MonthPicker} month=${month} current=${resource.data && !month ? resource.data.month : current} /></div>
    <${Loaded} resource=${resource}>${(data) => html`<${Month} data=${data} route=${route} />`}<//>
  `;
}

function Month({ data, route }) {
  const { month, currencies } = data;
  if (currencies.length === 0) {
    return html`<${Empty} title="Nothing here yet">
      <p>No expenses in the year up to this month. <a href=${href({ view: "expenses", add: "1" })}>Add the first one</a></p>
    <//>${(data.budgets.length > 0 || data.upcoming.length > 0) && html`<div class="columns"><${Ahead} data=${data} /></div>`}`;
  }
  // Never a sum over two: one is shown at a time. By default the one that is used most.
  const most = currencies.reduce((a, b) => (count(b) > count(a) ? b : a));
  const shown = currencies.find((one) => one.currency === route.currency) ?? most;
  const { currency } = shown;
  return html`
    ${currencies.length > 1 && html`
      <div class="segments" role="group" aria-label="Currency">
        ${currencies.map((one) => html`<button key=${one.currency} type="button" class="quiet" aria-pressed=${one === shown ? "true" : "false"}
          onClick=${() => change({ currency: one.currency })}>${one.currency}</button>`)}
      </div>
    `}
    <${Alerts} alerts=${data.alerts} month=${month} />
    <${Figures} shown=${shown} />
    <div class="wide-narrow">
      <div class="stack">
        <${Days} days=${shown.by_day} currency=${currency} average=${shown.average_per_day} />
        <${Months} trend=${shown.trend} currency=${currency} />
      </div>
      <${ByCategory} categories=${shown.by_category} currency=${currency} month=${month} />
    </div>
    <div class="wide-narrow">
      <${Latest} latest=${data.latest} />
      <div class="stack"><${Ahead} data=${data} /></div>
    </div>
  `;
}

function Ahead({ data }) {
  return html`<${BudgetBars} budgets=${data.budgets} /><${Upcoming} upcoming=${data.upcoming} />`;
}

function count(currency) {
  return Math.max(...currency.trend.map((month) => month.count));
}
