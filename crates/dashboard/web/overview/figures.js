// The figures of a month beside those of the month before.

import { html } from "../html.js";
import { formatChange, formatMoney, formatPercent } from "../money.js";

const MANY_CHARACTERS = 16;

/** @param {{shown: object}} props one of the currencies of `GET /dashboard` */
export function Figures({ shown }) {
  const { currency, previous, forecast } = shown;
  const longest = Math.max(
    ...[shown.expenses, shown.income, forecast?.projected ?? 0].map((amount) => formatMoney(amount, currency).length),
    formatChange(shown.net, currency).length,
  );
  // The type gets smaller so that the longest figure fits; on a phone they stand one below the other before that.
  return html`
    <dl class="figures ${longest > MANY_CHARACTERS ? "long" : ""}" style=${{ "--characters": longest }}>
      <div class="card">
        <dt>Out</dt>
        <dd class="amount">${formatMoney(shown.expenses, currency)}</dd>
        <dd class="fine"><${Against} now=${shown.expenses} before=${previous.expenses} currency=${currency} /></dd>
      </div>
      <div class="card">
        <dt>In</dt>
        <dd class="amount">${formatMoney(shown.income, currency)}</dd>
        <dd class="fine">${formatMoney(previous.income, currency)} the month before</dd>
      </div>
      <div class="card">
        <dt>Left over</dt>
        <dd class="amount ${shown.net < 0 ? "bad" : "good"}">${formatChange(shown.net, currency)}</dd>
        <dd class="fine">${formatChange(previous.net, currency)} the month before</dd>
      </div>
      ${forecast && html`<${Forecast} forecast=${forecast} currency=${currency} />`}
    </dl>
  `;
}

function Against({ now, before, currency }) {
  if (before === 0) return "Nothing the month before";
  // To what is shown of it: what reads as no change has no colour.
  const change = Math.round((now / before - 1) * 1000) / 1000;
  const tone = change > 0 ? "warn" : "good";
  return html`<span class=${change === 0 ? "" : tone}>${formatPercent(change, true)}</span> on ${formatMoney(before, currency)} the month before`;
}

function Forecast({ forecast, currency }) {
  if (forecast.projected === null) {
    return html`<div class="card"><dt>By the end of the month</dt><dd class="amount">–</dd><dd class="fine">Known after three months.</dd></div>`;
  }
  const error = forecast.backtest?.mean_absolute_percentage_error;
  return html`
    <div class="card">
      <dt>Out by the end of the month</dt>
      <dd class="amount">${formatMoney(forecast.projected, currency)}</dd>
      <dd class="fine">${formatMoney(forecast.expected_rest, currency)} still to come${error != null && `, usually off by ${formatPercent(error / 100)}`}</dd>
    </div>
  `;
}
