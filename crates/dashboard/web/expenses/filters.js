// Finds expenses. What is looked for is in the address.

import { useEffect, useRef, useState } from "preact/hooks";
import { html } from "../html.js";
import { parseMonth } from "../dates.js";
import { Field } from "../form.js";
import { parseAmount } from "../money.js";
import { MonthPicker } from "../month-picker.js";
import { change, href } from "../router.js";

/** The parameters of the address that `GET /expenses/` knows too. */
export const FILTERS = ["q", "kind", "category", "category_id", "tag", "from", "to", "min_amount", "max_amount", "currency", "sort"];

const PATIENCE_MILLISECONDS = 200;

const KINDS = [["", "In and out"], ["expense", "Money out"], ["income", "Money in"]];

const SORTS = [
  ["", "Newest first"], ["date", "Oldest first"], ["-amount", "Largest first"], ["amount", "Smallest first"],
  ["-created_at", "Last added first"],
];

/** @param {{route: Record<string, string>, categories: object[], filtered: boolean, current: string}} props `current`: the month that it is */
export function Filters({ route, categories, filtered, current }) {
  const details = ["kind", "category", "tag", "from", "to", "min_amount", "max_amount", "sort"];
  const here = categories.find((one) => one.id === route.category_id);
  const [open, setOpen] = useState(details.some((name) => route[name]));
  return html`
    <search class="card filters">
      <div class="toolbar">
        <${Typed} label="Search" type="search" name="q" value=${route.q} />
        <${MonthPicker} month=${parseMonth(route.month)} current=${current} optional />
      </div>
      <details open=${open} onToggle=${(event) => setOpen(event.currentTarget.open)}>
        <summary>Filters and order</summary>
        ${open && html`<div class="fields">
          <${Field} label="In or out" options=${KINDS} value=${route.kind ?? ""} onChange=${(event) => change({ kind: event.currentTarget.value })} />
          <${Typed} label="In the category" name="category" value=${route.category} suggestions=${categories.map((one) => one.name)} extra=${{ category_id: undefined }} />
          <${Typed} label="With the tag" name="tag" value=${route.tag} />
          <${Typed} label="From" type="date" name="from" value=${route.from} extra=${{ month: undefined }} />
          <${Typed} label="To" type="date" name="to" value=${route.to} extra=${{ month: undefined }} />
          <${Typed} label="At least" name="min_amount" inputmode="decimal" value=${route.min_amount} read=${readAmount} />
          <${Typed} label="At most" name="max_amount" inputmode="decimal" value=${route.max_amount} read=${readAmount} />
          <${Field} label="Order" options=${SORTS} value=${route.sort ?? ""} onChange=${(event) => change({ sort: event.currentTarget.value })} />
        </div>`}
      </details>
      ${filtered && html`<p class="actions">
        ${here && html`<span>In <strong>${here.name}</strong></span>`}
        <a class="button quiet" href=${href({ view: "expenses" })}>Clear all</a>
      </p>`}
    </search>
  `;
}

const readAmount = (text) => parseAmount(text)?.toString();

/** A field that changes the address a moment after the last key. */
function Typed({ name, value = "", read = (text) => text.trim(), extra = {}, ...rest }) {
  const [text, setText] = useState(value);
  const typed = useRef(value);
  useEffect(() => {
    // The address was changed by something else, such as the back button.
    if (value !== typed.current) setText(value);
    typed.current = value;
  }, [value]);
  useEffect(() => {
    const next = text === "" ? "" : read(text);
    if (next === undefined || next === typed.current) return undefined;
    const timer = setTimeout(() => {
      typed.current = next;
      change({ [name]: next, ...extra }, { replace: name === "q" && value !== "" });
    }, PATIENCE_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [text]);
  return html`<${Field} ...${rest} name=${name} value=${text} onInput=${(event) => setText(event.currentTarget.value)} />`;
}
