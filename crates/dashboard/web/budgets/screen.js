// The screen of budgets: how each stands, how it stood, and the alerts.

import { useState } from "preact/hooks";
import { html } from "../html.js";
import { all, request, withQuery } from "../api.js";
import { Deletion, useAct } from "../changes.js";
import { daysOf, formatDay, formatInstant, formatRange, parseMonth, today } from "../dates.js";
import { flushDeletions } from "../expenses/deletion.js";
import { Icon } from "../icons.js";
import { formatMoney } from "../money.js";
import { MonthPicker } from "../month-picker.js";
import { useProfile } from "../profile-store.js";
import { Empty, Loaded, useResource } from "../resource.js";
import { AlertText } from "./alert.js";
import { BudgetBar } from "./bar.js";
import { BudgetDialog } from "./dialog.js";
import { Periods } from "./periods.js";

const ALERTS = 20;

/** The day on which budgets are looked at: today, or the last one of another month. */
function dayOf(month, now) {
  return month === undefined || month === now.slice(0, 7) ? now : daysOf(month)[1];
}

async function load(on, signal) {
  await flushDeletions();
  const [budgets, alerts] = await Promise.all([
    all("/budgets/", signal),
    request("GET", withQuery("/alerts/", { limit: ALERTS }), { signal }),
  ]);
  const standing = await Promise.all(budgets.map((budget) => statusOf(budget, on, signal)));
  return { budgets: budgets.map((budget, index) => ({ budget, status: standing[index] })), alerts: alerts.items };
}

/** How a budget stands on a day, or null when it has no period then. */
async function statusOf(budget, on, signal) {
  if (on < budget.starts_on || (budget.ends_on && on > budget.ends_on)) return null;
  return request("GET", withQuery(`/budgets/${budget.id}/status`, { on }), { signal });
}

/** The screen. */
export function Budgets({ route }) {
  const me = useProfile();
  const month = parseMonth(route.month);
  const now = today(me?.time_zone);
  const on = dayOf(month, now);
  const resource = useResource(`budgets ${on}`, (signal) => load(on, signal));
  const [dialog, setDialog] = useState(null);
  const [deleting, setDeleting] = useState(null);
  const [act, failure] = useAct(resource);
  const done = () => {
    setDialog(null);
    resource.reload();
  };
  return html`
    <div class="toolbar">
      <${MonthPicker} month=${month} current=${now.slice(0, 7)} />
      <button type="button" onClick=${() => setDialog({ budget: null })}><${Icon} name="add" />New budget</button>
    </div>
    ${failure}
    <${Loaded} resource=${resource}>
      ${({ budgets, alerts }) => html`
        ${budgets.length === 0 && html`<${Empty} title="No budgets yet"><p>Say how much a week, a month or a year may cost.</p><//>`}
        <div class="columns">
          ${budgets.map(({ budget, status }) => html`<${Card} key=${budget.id} budget=${budget} status=${status} on=${on}
            onEdit=${() => setDialog({ budget })} onDelete=${() => setDeleting(budget)} />`)}
        </div>
        <${Alerts} alerts=${alerts} />
      `}
    <//>
    ${dialog && html`<${BudgetDialog} ...${dialog} me=${me} onDone=${done} onStale=${resource.reload} onClose=${() => setDialog(null)} />`}
    ${deleting && html`<${Deletion} name=${deleting.name} path=${`/budgets/${deleting.id}`} version=${deleting.version} act=${act} onClose=${() => setDeleting(null)}>
      <p>Its alerts go with it. The expenses stay.</p>
    <//>`}
  `;
}

function Card({ budget, status, on, onEdit, onDelete }) {
  const [open, setOpen] = useState(false);
  const id = `budget-${budget.id}`;
  return html`
    <section class="card" aria-labelledby=${id}>
      ${status
        ? html`<${BudgetBar} status=${status} name=${html`<h2 id=${id}>${budget.name}</h2>`} />
            <p class="fine">
              ${formatRange(status.period.from, status.period.to)}${status.carried_in !== 0 && html`, ${formatMoney(status.carried_in, status.currency)} from before`}
            </p>`
        : html`<h2 id=${id}>${budget.name}</h2>
            <p class="fine">${on < budget.starts_on ? `Begins on ${formatDay(budget.starts_on)}.` : `Ended on ${formatDay(budget.ends_on)}.`}</p>`}
      <div class="actions">
        <button type="button" class="quiet" onClick=${onEdit} aria-label=${`Edit ${budget.name}`}>Edit</button>
        <button type="button" class="quiet" onClick=${onDelete} aria-label=${`Delete ${budget.name}`}>Delete</button>
      </div>
      <details onToggle=${(event) => setOpen(event.currentTarget.open)}>
        <summary>Periods before</summary>
        ${open && (on < budget.starts_on ? html`<p class="fine">None: it has not begun.</p>` : html`<${Periods} budget=${budget} on=${on} />`)}
      </details>
    </section>
  `;
}

function Alerts({ alerts }) {
  return html`
    <section class="card" aria-labelledby="all-alerts">
      <h2 id="all-alerts">Alerts</h2>
      ${alerts.length === 0 && html`<p class="fine">No budget has crossed a threshold.</p>`}
      <ul class="lines">
        ${alerts.map((alert) => html`
          <li class="line" key=${alert.id}>
            <${AlertText} alert=${alert} />
            <span class="fine">${formatInstant(alert.created_at)}</span>
          </li>
        `)}
      </ul>
    </section>
  `;
}
