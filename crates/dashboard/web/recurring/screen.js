// The screen of recurring expenses.

import { useState } from "preact/hooks";
import { html } from "../html.js";
import { Amount } from "../amount.js";
import { all, request, withQuery } from "../api.js";
import { Deletion, useAct } from "../changes.js";
import { formatDay } from "../dates.js";
import { Icon } from "../icons.js";
import { useProfile } from "../profile-store.js";
import { Empty, Loaded, useResource } from "../resource.js";
import { RecurringDialog } from "./dialog.js";
import { describe } from "./rule.js";

const UPCOMING = 6;

/** The screen. */
export function Recurring() {
  const me = useProfile();
  const resource = useResource("recurring", (signal) => all("/recurring/", signal));
  const [dialog, setDialog] = useState(null);
  const [deleting, setDeleting] = useState(null);
  const [act, failure, busy] = useAct(resource);
  const done = () => {
    setDialog(null);
    resource.reload();
  };
  const pause = (recurring) =>
    // The second click of a double one is none: it would ask for what the first has changed.
    !busy && act(
      () => request("PATCH", `/recurring/${recurring.id}`, { body: { paused: !recurring.paused }, version: recurring.version }),
      recurring.paused ? `“${recurring.title}” goes on.` : `“${recurring.title}” is paused.`,
    );
  return html`
    <div class="toolbar">
      <p class="fine">Each becomes an expense by itself on its day.</p>
      <button type="button" onClick=${() => setDialog({ recurring: null })}><${Icon} name="add" />New recurring expense</button>
    </div>
    ${failure}
    <${Loaded} resource=${resource}>
      ${(items) =>
        items.length === 0
          ? html`<${Empty} title="Nothing recurs yet"><p>Rent, salary, subscriptions: write each down once.</p><//>`
          : html`<div class="columns">
              ${items.map(
                (recurring) => html`<${Card} key=${recurring.id} recurring=${recurring} act=${act} busy=${busy} onPause=${() => pause(recurring)}
                  onEdit=${(from) => setDialog({ recurring, from })} onDelete=${() => setDeleting(recurring)} />`,
              )}
            </div>`}
    <//>
    ${dialog && html`<${RecurringDialog} ...${dialog} me=${me} onDone=${done} onStale=${resource.reload} onClose=${() => setDialog(null)} />`}
    ${deleting && html`<${Deletion} name=${deleting.title} path=${`/recurring/${deleting.id}`} version=${deleting.version} act=${act} onClose=${() => setDeleting(null)}>
      <p>The expenses that it has made stay.</p>
    <//>`}
  `;
}

function Card({ recurring, act, busy, onPause, onEdit, onDelete }) {
  const [open, setOpen] = useState(false);
  const id = `recurring-${recurring.id}`;
  return html`
    <section class="card" aria-labelledby=${id}>
      <div class="head">
        <h2 id=${id}>${recurring.title}</h2>
        <${Amount} of=${recurring} />
      </div>
      <p>
        ${describe(recurring.rule)}${recurring.category && html` · ${recurring.category}`}<br />
        <span class="fine">${standing(recurring)}</span>
      </p>
      <div class="actions">
        <button type="button" class="quiet" onClick=${() => onEdit()} aria-label=${`Edit ${recurring.title}`}>Edit</button>
        <button type="button" class="quiet" onClick=${onPause} aria-label=${`${recurring.paused ? "Go on with" : "Pause"} ${recurring.title}`}>${recurring.paused ? "Go on" : "Pause"}</button>
        <button type="button" class="quiet" onClick=${onDelete} aria-label=${`Delete ${recurring.title}`}>Delete</button>
      </div>
      <details onToggle=${(event) => setOpen(event.currentTarget.open)}>
        <summary>Next dates</summary>
        ${open && html`<${Upcoming} recurring=${recurring} act=${act} busy=${busy} onEdit=${onEdit} />`}
      </details>
    </section>
  `;
}

function standing(recurring) {
  if (recurring.paused) return "Paused.";
  return recurring.next_on ? `Next on ${formatDay(recurring.next_on)}.` : "Has come to its end.";
}

function Upcoming({ recurring, act, busy, onEdit }) {
  const path = `/recurring/${recurring.id}`;
  const resource = useResource(`${path} ${recurring.version}`, (signal) => request("GET", withQuery(`${path}/upcoming`, { count: UPCOMING }), { signal }));
  async function skip(date, skipped) {
    if (busy || resource.loading) return;
    const [action, said] = skipped ? ["unskip", "is back"] : ["skip", "is skipped"];
    await act(() => request("POST", `${path}/${action}`, { body: { date }, version: recurring.version }), `${formatDay(date)} ${said}.`);
    resource.reload();
  }
  return html`<${Loaded} resource=${resource}>
    ${({ items }) => items.length === 0 ? html`<p class="fine">None: ${recurring.paused ? "it is paused" : "it has come to its end"}.</p>` : html`<ul class="lines">
      ${items.map(({ date, skipped }) => html`
        <li class="line" key=${date}>
          <span class="grow">${skipped ? html`<s>${formatDay(date)}</s>` : formatDay(date)}</span>
          <button type="button" class="quiet" onClick=${() => skip(date, skipped)} aria-label=${`${skipped ? "Do not skip" : "Skip"} ${formatDay(date)}`}>${skipped ? "Undo" : "Skip"}</button>
          <button type="button" class="quiet" onClick=${() => onEdit(date)} aria-label=${`Change from ${formatDay(date)} on`}>Change</button>
        </li>
      `)}
    </ul>`}
  <//>`;
}
