// Makes a budget, or changes one.

import { html } from "../html.js";
import { announce } from "../announcer.js";
import { all, request } from "../api.js";
import { useEdit } from "../changes.js";
import { today } from "../dates.js";
import { Dialog } from "../dialog.js";
import { Actions, Checkbox, Field, FieldError, Form } from "../form.js";
import { amountText, currencies, parseAmount } from "../money.js";
import { parseCount } from "../numbers.js";
import { Loaded, useResource } from "../resource.js";

const MAX_PERCENT = 1000;

const PERIODS = [["week", "a week"], ["month", "a month"], ["quarter", "a quarter"], ["year", "a year"]];

const ROLLOVERS = [
  ["none", "lapses"],
  ["surplus", "is carried on"],
  ["all", "is carried on, and so is what was overspent"],
];

function initialValues(budget, me) {
  if (budget) {
    return {
      ...budget,
      amount: amountText(budget.amount, budget.currency),
      ends_on: budget.ends_on ?? "",
      alert_at: budget.alert_at.join(", "),
    };
  }
  return {
    name: "", amount: "", currency: me?.currency ?? "EUR", period: "month", rollover: "none", category_ids: [],
    starts_on: `${today(me?.time_zone).slice(0, 7)}-01`, ends_on: "", alert_at: "80, 100",
  };
}

function bodyOf(values) {
  if (!values.name.trim()) throw new FieldError("name", "Give it a name.");
  const amount = parseAmount(values.amount);
  if (!amount) throw new FieldError("amount", "Type an amount, such as 200.");
  if (!values.starts_on) throw new FieldError("starts_on", "Choose a date.");
  const percents = values.alert_at.split(/[\s,%]+/).filter(Boolean).map((text) => parseCount(text, MAX_PERCENT));
  if (percents.includes(null)) throw new FieldError("alert_at", `Type whole percents from 1 to ${MAX_PERCENT}, such as 80, 100.`);
  return {
    name: values.name.trim(),
    amount,
    currency: values.currency,
    period: values.period,
    rollover: values.rollover,
    category_ids: values.category_ids,
    starts_on: values.starts_on,
    ends_on: values.ends_on || null,
    alert_at: [...new Set(percents)].sort((a, b) => a - b),
  };
}

/** @param {{budget: object | null, me: object | null, onDone: () => void, onStale: () => void, onClose: () => void}} props */
export function BudgetDialog({ budget, me, onDone, onStale, onClose }) {
  const categories = useResource("categories", (signal) => all("/categories/", signal));
  const path = `/budgets/${budget?.id ?? ""}`;
  const send = async (values, budget) => {
    const body = bodyOf(values);
    if (budget) {
      const same = (name) => JSON.stringify(body[name]) === JSON.stringify(budget[name]);
      const changes = Object.fromEntries(Object.entries(body).filter(([name]) => !same(name)));
      await request("PATCH", path, { body: changes, version: budget.version });
    } else {
      await request("POST", path, { body });
    }
    announce(`“${body.name}” is saved.`);
    onDone();
  };
  const form = useEdit(budget, path, (budget) => initialValues(budget, me), send, onStale);
  const { category_ids: chosen } = form.values;
  const tick = (id) => (on) => form.set({ category_ids: on ? [...chosen, id] : chosen.filter((one) => one !== id) });
  return html`
    <${Dialog} title=${budget ? `Edit ${budget.name}` : "New budget"} onClose=${onClose}>
      <${Form} form=${form}>
        <div class="fields">
          <${Field} label="Name" class="wide" ...${form.field("name")} />
          <${Field} label="Amount" class="amount" inputmode="decimal" hint=${budget && "From the current period on; those before stay as they were."} ...${form.field("amount")} />
          ${!budget && html`
            <${Field} label="Currency" options=${currencies(form.values.currency).map(([code]) => [code, code])} ...${form.field("currency")} />
            <${Field} label="For" options=${PERIODS} ...${form.field("period")} />
          `}
          <${Field} label="First on" type="date" ...${form.field("starts_on")} />
          <${Field} label="Last on (optional)" type="date" ...${form.field("ends_on")} />
          <${Field} label="Alerts at percents" inputmode="numeric" ...${form.field("alert_at")} />
        </div>
        <${Field} label="What is left over" options=${ROLLOVERS} ...${form.field("rollover")} />
        <fieldset>
          <legend>Categories</legend>
          <p class="fine">None means all of them. Parts count with their whole.</p>
          <${Loaded} resource=${categories}>
            ${(items) => html`<div class="choices">
              ${items.filter((one) => !one.archived || chosen.includes(one.id)).map((one) => html`
                <${Checkbox} key=${one.id} label=${one.name} checked=${chosen.includes(one.id)} onChange=${tick(one.id)} />
              `)}
            </div>`}
          <//>
        </fieldset>
        <${Actions} form=${form} onClose=${onClose} />
      <//>
    <//>
  `;
}
