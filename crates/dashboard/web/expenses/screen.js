// The screen of expenses: add, find, look through, edit.

import { useEffect, useRef, useState } from "preact/hooks";
import { html } from "../html.js";
import { daysOf, formatDay, today } from "../dates.js";
import { href } from "../router.js";
import { loadProfile, useProfile } from "../profile-store.js";
import { Empty, Failure, Loading } from "../resource.js";
import { useStore } from "../store.js";
import { deletions, flushDeletions } from "./deletion.js";
import { Entry } from "./entry.js";
import { FILTERS, Filters, monthOf } from "./filters.js";
import { useExpenses } from "./list.js";
import { Row } from "./row.js";
import { namesOf, useCategories } from "./suggestions.js";

/** What `GET /expenses/` is asked for, out of the address. */
function queryOf(route) {
  const query = Object.fromEntries(FILTERS.map((name) => [name, route[name]]));
  const month = monthOf(route);
  if (month) [query.from, query.to] = daysOf(month);
  return query;
}

/** The screen. */
export function Expenses({ route }) {
  const me = useProfile();
  const [turn, setTurn] = useState(0);
  const known = useCategories(turn);
  const categories = namesOf(known);
  const colors = new Map(known.map((one) => [one.id, one.color]));
  const list = useExpenses(queryOf(route));
  const { waiting, gone, refused } = useStore(deletions);
  const [added, setAdded] = useState(null);
  const filtered = [...FILTERS, "month"].some((name) => name !== "sort" && route[name]);

  useEffect(() => () => void flushDeletions(), []);
  // A category that was made on first use, here or elsewhere.
  const unknown = list.items?.find((expense) => expense.category_id && !colors.has(expense.category_id))?.category_id;
  useEffect(() => {
    if (unknown && known.length > 0) setTurn(turn + 1);
  }, [unknown]);
  const first = useRef(refused);
  useEffect(() => {
    // It is to be seen as it is now.
    if (refused !== first.current) list.reload();
  }, [refused]);

  function onAdded(expense) {
    setAdded(expense.id);
    list.reload();
  }
  function onChanged(expense, before) {
    list.replace(expense);
    // It may belong elsewhere now, or nowhere in this list.
    if (expense.date !== before.date || filtered || route.sort) list.reload();
  }
  function retry() {
    list.retry();
    loadProfile();
    if (known.length === 0) setTurn(turn + 1);
  }
  const row = (expense) => html`
    <${Row} key=${expense.id} expense=${expense} deleting=${waiting.has(expense.id)} categories=${categories} color=${colors.get(expense.category_id)} dated=${!isByDate(route.sort)} fresh=${expense.id === added}
      onChanged=${(changed) => onChanged(changed, expense)} onGone=${() => list.remove(expense.id)} />
  `;
  const items = list.items?.filter((expense) => !gone.has(expense.id));
  // What is being deleted can be taken back, whatever is looked for meanwhile.
  const elsewhere = [...waiting.values()].filter(({ expense, sending }) => !sending && !items?.some((item) => item.id === expense.id));
  const problems = list.error?.fields?.filter(({ pointer }) => pointer.startsWith("?")) ?? [];
  return html`
    <${Entry} me=${me} categories=${categories} focus=${route.add !== undefined} onAdded=${onAdded} />
    <${Filters} route=${route} categories=${known} filtered=${filtered} current=${today(me?.time_zone).slice(0, 7)} problems=${problems} />
    ${problems.length > 0 && html`<${Failure} error=${new Error("These filters cannot be used. Beside each of them is what is wrong with it.")} />`}
    ${elsewhere.length > 0 && html`<div class="expenses"><ul aria-label="Being deleted">${elsewhere.map(({ expense }) => row(expense))}</ul></div>`}
    ${list.items === null && list.loading && html`<${Loading} />`}
    ${list.items !== null && html`
      <div class="expenses" aria-busy=${list.loading ? "true" : "false"}>
        ${items.length === 0 && !list.loading && !list.cursor && html`<${Nothing} filtered=${filtered} />`}
        ${grouped(items, route.sort, me?.time_zone).map(([name, expenses]) => html`
          <section key=${name} aria-label=${name}>
            <h2>${name}</h2>
            <ul>${expenses.map(row)}</ul>
          </section>
        `)}
      </div>
    `}
    ${list.error && problems.length === 0 && html`<${Failure} error=${list.error} retry=${retry} />`}
    ${list.cursor && !list.error && html`<${More} loading=${list.loading} more=${list.more} />`}
  `;
}

function Nothing({ filtered }) {
  if (filtered) {
    return html`<${Empty} title="Nothing found"><p>No expense is like that. <a href=${href({ view: "expenses" })}>Show all</a></p><//>`;
  }
  return html`<${Empty} title="No expenses yet"><p>Add the first one above: what it was for, how much, Enter.</p><//>`;
}

const isByDate = (sort = "-date") => sort.endsWith("date");

/** Consecutive expenses of one day, or added on one, under its name. A list by amount has one part. */
function grouped(expenses, sort = "-date", timeZone) {
  const nameOf = (expense) => {
    if (isByDate(sort)) return formatDay(expense.date);
    if (sort.endsWith("created_at")) return `Added ${formatDay(today(timeZone, new Date(expense.created_at)))}`;
    return "By amount";
  };
  const groups = [];
  for (const expense of expenses) {
    const name = nameOf(expense);
    if (groups.at(-1)?.[0] !== name) groups.push([name, []]);
    groups.at(-1)[1].push(expense);
  }
  return groups;
}

/** Loads more when it comes into view, or is pressed. */
function More({ loading, more }) {
  const element = useRef(null);
  const newest = useRef(more);
  newest.current = more;
  useEffect(() => {
    const observer = new IntersectionObserver(([entry]) => entry.isIntersecting && newest.current(), { rootMargin: "600px" });
    observer.observe(element.current);
    return () => observer.disconnect();
    // Observed anew after each page, for a short one may leave it in view.
  }, [loading]);
  return html`<p class="more" ref=${element}>
    <button type="button" class="quiet" disabled=${loading} onClick=${more}>${loading ? "Loading" : "Load more"}</button>
  </p>`;
}
