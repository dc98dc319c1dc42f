// Two devices changed one expense: shows what each wants, and asks.

import { html } from "../html.js";
import { Dialog } from "../dialog.js";
import { formatDay } from "../dates.js";
import { formatMoney } from "../money.js";

const NAMES = {
  title: "What for", amount: "Amount", currency: "Currency", kind: "In or out", category: "Category", date: "Date", tags: "Tags",
  description: "Notes",
};

/**
 * @param {{body: object, before: object, theirs: object | null, onKeep: () => void, onTake: () => void,
 *   onClose: () => void}} props `body`: what is to change here; `before`: what it was; `theirs`: what it is now, null when it
 *   was deleted
 */
export function Conflict({ body, before, theirs, onKeep, onTake, onClose }) {
  if (theirs === null) {
    return html`
      <${Dialog} title="Deleted on another device" onClose=${onClose}>
        <p>“${before.title}” is no longer there, so your change could not be saved.</p>
        <div class="actions"><button type="button" onClick=${onTake}>Remove it here too</button></div>
      <//>
    `;
  }
  const differs = (name) => name in body || JSON.stringify(theirs[name]) !== JSON.stringify(before[name]);
  const mine = { ...theirs, ...body };
  return html`
    <${Dialog} title="Changed on another device" onClose=${onClose}>
      <p>Since you opened “${before.title}”, it was changed elsewhere. Which is right?</p>
      <div class="scroll" tabindex="0" role="group" aria-label="The two versions">
        <table>
          <thead><tr><td></td><th scope="col">There</th><th scope="col">With your change</th></tr></thead>
          <tbody>
            ${Object.entries(NAMES)
              .filter(([name]) => differs(name))
              .map(([name, label]) => html`<tr key=${name}><th scope="row">${label}</th><td>${show(theirs, name)}</td><td>${show(mine, name)}</td></tr>`)}
          </tbody>
        </table>
      </div>
      <div class="actions">
        <button type="button" onClick=${onKeep}>Save my change</button>
        <button type="button" class="quiet" onClick=${onTake}>Keep what is there</button>
        <button type="button" class="quiet" onClick=${onClose} data-first>Go on editing</button>
      </div>
    <//>
  `;
}

function show(expense, name) {
  const value = expense[name];
  if (name === "amount") return formatMoney(value, expense.currency);
  if (name === "date") return formatDay(value);
  if (name === "kind") return value === "income" ? "Money in" : "Money out";
  return (Array.isArray(value) ? value.join(", ") : value) || "–";
}
