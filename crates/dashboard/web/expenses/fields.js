// The fields of an expense, in the line above the list and in the list itself.

import { html } from "../html.js";
import { Field } from "../form.js";
import { currencies } from "../money.js";

/** Out or in, as options. */
export const KINDS = [
  ["expense", "Money out"],
  ["income", "Money in"],
];

/** Title, amount, category and date. */
export function MainFields({ form, past, categories, onTitle, onCategory, categoryHint }) {
  const title = form.field("title");
  const category = form.field("category");
  return html`
    <${Field} label="What for" class="wide" maxlength="200" suggestions=${past.map((one) => one.title)} ...${title}
      onInput=${(event) => (title.onInput(event), onTitle?.(event.currentTarget.value))} />
    <${Field} label=${form.values.currency ? `Amount in ${form.values.currency}` : "Amount"} class="amount" inputmode="decimal" ...${form.field("amount")} />
    <${Field} label="Category" suggestions=${categories} hint=${categoryHint} ...${category}
      onInput=${(event) => (category.onInput(event), onCategory?.())} />
    <${Field} label="Date" type="date" ...${form.field("date")} />
  `;
}

/** The names of the fields that most expenses can do without. */
export const MORE = ["kind", "currency", "tags", "description"];

/** These fields. */
export function MoreFields({ form }) {
  return html`
    <${Field} label="In or out" options=${KINDS} ...${form.field("kind")} />
    <${Field} label="Currency" options=${currencies(form.values.currency).map(([code]) => [code, code])} ...${form.field("currency")} />
    <${Field} label="Tags" hint="Separated by commas." ...${form.field("tags")} />
    <${Field} label="Notes" class="wide" multiline ...${form.field("description")} />
  `;
}
