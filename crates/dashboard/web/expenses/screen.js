// The screen of expenses: add, find, look through, edit.

import { useEffect, useRef, useState } from "preact/hooks";
import { html } from "../html.js";
import { daysOf, formatDay, formatInstant, parseMonth, today } from "../dates.js";
import { href } from "../router.js";
import { useProfile } from "../profile-store.js";
import { Empty, Failure, Loading } from "../resource.js";
import { useStore } from "../store.js";
import { deletions, flushDeletions } from "./deletion.js";
import { Entry } from "./entry.js";
import { FILTERS, Filters } from "./filters.js";
import { useExpenses } from "./list.js";
import { Row } from "./row.js";
import { namesOf, useCategories } from "./suggestions.js";

/** What `GET /expenses/` is asked for, out of the address. */
function queryOf(route) {
  const query = Object.fromEntries(FILTERS.map((name) => [name, route[name]]));
  const month = parseMonth(route.month);
  if (month) [query.from, query.to] = daysOf(month);
  return query;
}

/** The screen. */
export function Expenses({ route }) {
  const me = useProfile();
  const known = useCategories();
  const categories = namesOf(known);
  const colors = new Map(known.map((one) => [one.id, one.color]));
  const list = useExpenses(queryOf(route));
  const { waiting, gone, refused } = useStore(deletions);
  const [added, setAdded] = useState(null);
  const filtered = [...FILTERS, "month"].some((name) => name !== "sort" && route[name]);

  useEffect(() => () => void flushDeletions(), []);
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
    if (expense.date !== before.date || filtered) list.reload();
  }
  const row = (expense) => html`
    <${Row} key=${expense.id} expense=${expense} deleting=${waiting.has(expense.id)} categories=${categories} color=${colors.get(expense.category_id)} fresh=${expense.id === added}
      onChanged=${(changed) => onChanged(changed, expense)} onGone=${() => list.remove(expense.id)} />
  `;
  const items = list.items?.filter((expense) => !gone.has(expense.id));
  return html`
    <${Entry} me=${me} categories=${categories} focus=${route.add !== undefined} onAdded=${onAdded} />
    <${Filters} route=${route} categories=${known} filtered=${filtered} current=${today(me?.time_zone).slice(0, 7)} />
    ${list.items === null && list.loading && html`<${Loading} />`}
    ${list.items !== null && html`
      <div class="expenses" aria-busy=${list.loading ? "true" : "false"}>
        ${items.length === 0 && !list.loading && !list.cursor && html`<${Nothing} filtered=${filtered} />`}
        ${byDay(items, route.sort).map(([day, expenses]) => html`
          <section key=${day} aria-label=${day}>
            <h2>${day}</h2>
            <ul>${expenses.map(row)}</ul>
          </section>
        `)}
      </div>
    `}
    ${list.error && html`<${Failure} error=${list.error} retry=${list.items === null || list.stale ? list.reload : list.more} />`}
    ${list.cursor && !list.error && html`<${More} loading=${list.loading} more=${list.more} />`}
  `;
}

function Nothing({ filtered }) {
  if (filtered) {
    return html`<${Empty} title="Nothing found"><p>No expense is like that. <a href=${href({ view: "expenses" })}>Show all</a></p><//>`;
  }
  return html`<${Empty} title="No expenses yet"><p>Add the first one above: what it was for, how much, Enter.</p><//>`;
}

/** Consecutive expenses of one day, under its name. A list in another order has one part. */
function byDay(expenses, sort = "-date") {
  if (sort.endsWith("amount")) return expenses.length ? [["By amount", expenses]] : [];
  const dayOf = (expense) => (sort.endsWith("created_at") ? formatInstant(expense.created_at).split(",")[0] : formatDay(expense.date));
  const groups = [];
  for (const expense of expenses) {
    const day = dayOf(expense);
    if (groups.at(-1)?.[0] !== day) groups.push([day, []]);
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
