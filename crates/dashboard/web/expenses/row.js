// One expense in the list: shown, edited where it stands, or about to be deleted.

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { html } from "../html.js";
import { announce } from "../announcer.js";
import { ApiError, request } from "../api.js";
import { formatDay } from "../dates.js";
import { Actions, Form, useForm } from "../form.js";
import { Icon } from "../icons.js";
import { formatMoney } from "../money.js";
import { href, route } from "../router.js";
import { Conflict } from "./conflict.js";
import { deleteLater, hold, resume, undo } from "./deletion.js";
import { bodyOf, changesOf, valuesOf } from "./draft.js";
import { MainFields, MoreFields } from "./fields.js";
import { usePastTitles } from "./suggestions.js";

/**
 * @param {{expense: object, deleting: boolean, categories: string[], color?: string, dated: boolean, fresh: boolean,
 *   onChanged: (expense: object) => void, onGone: () => void}} props `color`: of its category; `dated`: shows its date, which
 *   does not stand above it; `fresh`: it was just added
 */
export function Row({ expense, deleting, categories, color, dated, fresh, onChanged, onGone }) {
  const [editing, setEditing] = useState(false);
  const element = useRef(null);
  const focusNext = useRef(null);
  useLayoutEffect(() => {
    // What was pressed is gone; the focus goes to what stands in its place.
    if (focusNext.current) element.current.querySelector(focusNext.current)?.focus();
    focusNext.current = null;
  }, [editing, deleting]);
  useLayoutEffect(() => () => keepFocus(element.current, expense.id), []);
  const close = () => {
    focusNext.current = ".title";
    setEditing(false);
  };
  const edit = () => {
    focusNext.current = "[name=title]";
    setEditing(true);
  };
  const remove = () => {
    focusNext.current = ".undo";
    deleteLater(expense);
  };
  const takeBack = () => {
    focusNext.current = ".title";
    undo(expense.id);
  };

  if (deleting) {
    return html`<li class="expense deleted" ref=${element} id=${idOf(expense.id)}
      onPointerEnter=${() => hold(expense.id)} onPointerLeave=${() => resume(expense.id)}>
      <span>“${expense.title}” is deleted.</span> <button type="button" class="quiet undo" onClick=${takeBack}
        onFocus=${() => hold(expense.id)} onBlur=${() => resume(expense.id)}>Undo</button>
    </li>`;
  }
  if (editing) {
    return html`<li class="expense editing" ref=${element} id=${idOf(expense.id)}>
      <${Editor} expense=${expense} categories=${categories} onClose=${close} onChanged=${onChanged} onGone=${onGone} />
    </li>`;
  }
  const income = expense.kind === "income";
  return html`
    <li class="expense ${fresh ? "fresh" : ""}" ref=${element} id=${idOf(expense.id)}>
      <div class="what">
        <button type="button" class="title link" onClick=${edit} title="Edit">${expense.title}</button>
        ${dated && html`<span class="fine when">${formatDay(expense.date)}</span>`}
        ${expense.tags.map((tag) => html`<a key=${tag} class="tag" href=${href({ ...route.get(), tag })}>${tag}</a>`)}
        ${expense.description && html`<p class="fine notes">${expense.description}</p>`}
      </div>
      <div class="category">${color && html`<i class="dot" style=${{ background: color }} />`}${expense.category}</div>
      <div class="money ${income ? "in" : ""}">${income && html`<span class="visually-hidden">Money in: </span>+`}${formatMoney(expense.amount, expense.currency)}</div>
      <div class="tools">
        <button type="button" class="quiet icon-only" aria-label=${`Edit ${expense.title}`} onClick=${edit}><${Icon} name="edit" /></button>
        <button type="button" class="quiet icon-only" aria-label=${`Delete ${expense.title}`} onClick=${remove}><${Icon} name="remove" /></button>
      </div>
    </li>
  `;
}

const idOf = (id) => `expense-${id}`;

/** A row that goes while it has the focus leaves it to itself in its new place, or to the one after it or before. */
function keepFocus(row, id) {
  if (!row?.contains(document.activeElement)) return;
  const others = [row.nextElementSibling, row.previousElementSibling];
  queueMicrotask(() => {
    const next = [document.getElementById(idOf(id)), ...others].find((one) => one?.isConnected);
    next?.querySelector(".title, .undo, input")?.focus();
  });
}

function Editor({ expense, categories, onClose, onChanged, onGone }) {
  const [conflict, setConflict] = useState(null);
  // As it was when it was opened: the list may learn of another device's change meanwhile, which must not be overwritten unseen.
  const [before] = useState(expense);
  const version = useRef(before.version);
  const form = useForm(valuesOf(before), (values) => save(changesOf(bodyOf(values), before)));
  const past = usePastTitles(form.values.title === before.title ? "" : form.values.title);

  async function save(body) {
    if (Object.keys(body).length === 0) return onClose();
    try {
      const changed = await request("PATCH", `/expenses/${expense.id}`, { body, version: version.current });
      announce(`“${changed.title}” is saved.`);
      onClose();
      onChanged(changed);
    } catch (error) {
      if (!(error instanceof ApiError && [404, 412].includes(error.status))) throw error;
      // Null when the other device deleted it.
      const theirs = await request("GET", `/expenses/${expense.id}`).catch((error) => {
        if (error instanceof ApiError && error.status === 404) return null;
        throw error;
      });
      setConflict({ body, theirs });
    }
  }
  function takeTheirs() {
    setConflict(null);
    onClose();
    if (conflict.theirs) onChanged(conflict.theirs);
    else onGone();
  }
  function keepMine() {
    version.current = conflict.theirs.version;
    setConflict(null);
    void form.submit();
  }
  const escape = (event) => event.key === "Escape" && !conflict && onClose();
  return html`
    <${Form} form=${form} class="fields" aria-label=${`Edit ${expense.title}`} onKeyDown=${escape}>
      <${MainFields} form=${form} past=${past} categories=${categories} />
      <${MoreFields} form=${form} />
      <${Actions} form=${form} onClose=${onClose} />
    <//>
    ${conflict && html`<${Conflict} ...${conflict} before=${before} onKeep=${keepMine} onTake=${takeTheirs} onClose=${() => setConflict(null)} />`}
  `;
}
