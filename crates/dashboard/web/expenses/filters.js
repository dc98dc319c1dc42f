// Finds expenses. What is looked for is in the address.

import { useEffect, useRef, useState } from "preact/hooks";
import { html } from "../html.js";
import { parseMonth } from "../dates.js";
import { Field, sentence } from "../form.js";
import { numberText, parseAmount } from "../money.js";
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

/** The month that the list is of. Days that are chosen by themselves go before it, should an address have both. */
export const monthOf = (route) => (route.from || route.to ? undefined : parseMonth(route.month));

/** What is wrong with the end of a range that is before its beginning. */
const EMPTY = { to: "This is before “From”.", max_amount: "This is less than “At least”." };

/**
 * @param {{route: Record<string, string>, categories: object[], filtered: boolean, current: string, problems: object[]}} props
 *   `current`: the month that it is; `problems`: what the API finds wrong with the filters
 */
export function Filters({ route, categories, filtered, current, problems }) {
  const details = ["kind", "category", "tag", "from", "to", "min_amount", "max_amount", "sort"];
  const here = categories.find((one) => one.id === route.category_id);
  const [open, setOpen] = useState(details.some((name) => route[name]));
  // Fields that are made anew have nothing in them that was about to be looked for.
  const [cleared, setCleared] = useState(0);
  const typed = (name) => {
    const problem = problems.find(({ pointer }) => pointer === `?${name}`);
    return { name, value: route[name], error: problem && (problem.code === "empty_range" ? EMPTY[name] : sentence(problem.detail)) };
  };
  return html`
    <search class="card filters" key=${cleared}>
      <div class="toolbar">
        <${Typed} label="Search" type="search" ...${typed("q")} />
        <${MonthPicker} month=${monthOf(route)} current=${current} optional />
      </div>
      <details open=${open} onToggle=${(event) => setOpen(event.currentTarget.open)}>
        <summary>Filters and order</summary>
        ${open && html`<div class="fields">
          <${Field} label="In or out" options=${KINDS} value=${route.kind ?? ""} onChange=${(event) => change({ kind: event.currentTarget.value })} />
          <${Typed} label="In the category" ...${typed("category")} suggestions=${categories.map((one) => one.name)} extra=${{ category_id: undefined }} />
          <${Typed} label="With the tag" ...${typed("tag")} />
          <${Typed} label="From" type="date" ...${typed("from")} read=${readDay} extra=${{ month: undefined }} />
          <${Typed} label="To" type="date" ...${typed("to")} read=${readDay} extra=${{ month: undefined }} />
          <${Typed} label="At least" inputmode="decimal" ...${typed("min_amount")} ...${AMOUNT} />
          <${Typed} label="At most" inputmode="decimal" ...${typed("max_amount")} ...${AMOUNT} />
          <${Field} label="Order" options=${SORTS} value=${route.sort ?? ""} onChange=${(event) => change({ sort: event.currentTarget.value })} />
        </div>`}
      </details>
      ${filtered && html`<p class="actions">
        ${here && html`<span>In <strong>${here.name}</strong></span>`}
        <a class="button quiet" href=${href({ view: "expenses" })} onClick=${() => setCleared(cleared + 1)}>Clear all</a>
      </p>`}
    </search>
  `;
}

/** A day as far as it is typed has a year such as 2 or 20. */
const readDay = (text) => (text < "1000" ? undefined : text);

/** Amounts are in the address with a point, and in the field as one writes them here. */
const AMOUNT = {
  read: (text) => parseAmount(text)?.toString(),
  show: (value) => (Number.isFinite(Number(value)) ? numberText(Number(value)) : value),
  refusal: "Type an amount, such as 12.50.",
};

/**
 * A field that changes the address a moment after the last key.
 * @param {{name: string, value?: string, error?: string, read?: (text: string) => string | undefined, show?: (value: string) => string,
 *   refusal?: string, extra?: object}} props `read`: the value that a text is for the address, if it is one; `show`: the text of a
 *   value; `refusal`: said about a text that is none
 */
function Typed({ name, value = "", error, read = (text) => text.trim(), show = (value) => value, refusal, extra = {}, ...rest }) {
  const textOf = (value) => (value === "" ? "" : show(value));
  const [text, setText] = useState(textOf(value));
  const typed = useRef(value);
  const next = text === "" ? "" : read(text);
  useEffect(() => {
    // The address was changed by something else, such as the back button.
    if (value !== typed.current) setText(textOf(value));
    typed.current = value;
  }, [value]);
  useEffect(() => {
    if (next === undefined || next === typed.current || text === textOf(value)) return undefined;
    const timer = setTimeout(() => {
      typed.current = next;
      // The first text is a step that the back button goes back; what it becomes while one types is none.
      change({ [name]: next, ...extra }, { replace: value !== "" });
    }, PATIENCE_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [text]);
  return html`<${Field} ...${rest} name=${name} value=${text} error=${next === undefined ? refusal : error} onInput=${(event) => setText(event.currentTarget.value)} />`;
}
