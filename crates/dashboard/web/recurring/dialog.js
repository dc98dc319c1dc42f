// Makes a recurring expense, changes one, or changes one from a date on.

import { html } from "../html.js";
import { announce } from "../announcer.js";
import { request } from "../api.js";
import { useEdit } from "../changes.js";
import { today } from "../dates.js";
import { Dialog } from "../dialog.js";
import { Actions, Field, FieldError, Form } from "../form.js";
import { bodyOf, changesOf, valuesOf } from "../expenses/draft.js";
import { KINDS } from "../expenses/fields.js";
import { namesOf, useCategories } from "../expenses/suggestions.js";
import { currencies } from "../money.js";
import { parseCount } from "../numbers.js";
import { UNIT_OPTIONS, compose, simple } from "./rule.js";

const OTHER = "other";

/** What a rule is made of. */
const SCHEDULE = ["frequency", "interval", "rule", "starts_on"];

const MAX_INTERVAL = 1000;
const MAX_OCCURRENCES = 10_000;

function initialValues(recurring, me, from) {
  if (!recurring) {
    const date = today(me?.time_zone);
    return {
      title: "", amount: "", currency: me?.currency ?? "EUR", kind: "expense", category: "", tags: "", description: "",
      frequency: "MONTHLY", interval: "1", rule: "", starts_on: date, ends_on: "", occurrences: "",
    };
  }
  const known = simple(recurring.rule, recurring.starts_on);
  const { date, ...values } = valuesOf({ ...recurring, date: recurring.starts_on });
  return {
    ...values,
    frequency: known?.frequency ?? OTHER,
    interval: known?.interval ?? "1",
    rule: recurring.rule,
    starts_on: from ?? date,
    ends_on: recurring.ends_on ?? "",
    occurrences: recurring.occurrences?.toString() ?? "",
  };
}

function ruleOf(values) {
  if (values.frequency === OTHER) {
    if (!values.rule.trim()) throw new FieldError("rule", "Write a rule such as FREQ=MONTHLY;BYDAY=-1FR.");
    return values.rule.trim();
  }
  return compose({ frequency: values.frequency, interval: numberOf(values, "interval", MAX_INTERVAL) });
}

function numberOf(values, name, most) {
  const number = parseCount(values[name].trim(), most);
  if (number === null) throw new FieldError(name, `Type a whole number from 1 to ${most}.`);
  return number;
}

/**
 * @param {{recurring: object | null, from?: string, me: object | null, onDone: () => void, onStale: () => void,
 *   onClose: () => void}} props
 */
export function RecurringDialog({ recurring, from, me, onDone, onStale, onClose }) {
  const categories = namesOf(useCategories());
  const valuesOf = (recurring) => initialValues(recurring, me, from);
  const send = async (values, recurring) => {
    const before = valuesOf(recurring);
    // The day is a part of it: a rule on day 1 is another one when it begins on the 15th.
    const sameRule = recurring && SCHEDULE.every((name) => values[name] === before[name]);
    if (!values.starts_on) throw new FieldError("starts_on", "Choose a date.");
    const { date, ...what } = bodyOf({ ...values, date: values.starts_on });
    const body = {
      ...what,
      // What was not touched stays as it was written.
      rule: sameRule ? recurring.rule : ruleOf(values),
      starts_on: date,
      ends_on: values.ends_on || null,
      occurrences: values.occurrences.trim() ? numberOf(values, "occurrences", MAX_OCCURRENCES) : null,
    };
    await save(recurring, from, body);
    announce(`“${body.title}” is saved.`);
    onDone();
  };
  const form = useEdit(recurring, `/recurring/${recurring?.id}`, valuesOf, send, onStale);
  let title = "New recurring expense";
  if (recurring) title = from ? `Change ${recurring.title} from a date on` : `Edit ${recurring.title}`;
  return html`
    <${Dialog} title=${title} onClose=${onClose}>
      <${Form} form=${form}>
        <div class="fields">
          <${Field} label="What for" class="wide" ...${form.field("title")} />
          <${Field} label="Amount" class="amount" inputmode="decimal" ...${form.field("amount")} />
          <${Field} label="Currency" options=${currencies(form.values.currency).map(([code]) => [code, code])} ...${form.field("currency")} />
          <${Field} label="In or out" options=${KINDS} ...${form.field("kind")} />
          <${Field} label="Category" suggestions=${categories} ...${form.field("category")} />
          <${Field} label="Tags" ...${form.field("tags")} />
        </div>
        <div class="fields">
          ${form.values.frequency !== OTHER && html`<${Field} label="Every" inputmode="numeric" ...${form.field("interval")} />`}
          <${Field} label="Rhythm" options=${[...UNIT_OPTIONS, [OTHER, "another rule"]]} ...${form.field("frequency")} />
          ${form.values.frequency === OTHER && html`<${Field} label="Rule (RFC 5545)" class="wide" spellcheck=${false} ...${form.field("rule")} />`}
          <${Field} label=${from ? "From" : "First on"} type="date" readonly=${Boolean(from)} hint="On the 31st means on the last day of shorter months." ...${form.field("starts_on")} />
          <${Field} label="Last on (optional)" type="date" ...${form.field("ends_on")} />
          <${Field} label="How often (optional)" inputmode="numeric" ...${form.field("occurrences")} />
        </div>
        <${Actions} form=${form} onClose=${onClose} />
      <//>
    <//>
  `;
}

function save(recurring, from, body) {
  if (!recurring) return request("POST", "/recurring/", { body });
  const changes = changesOf(body, recurring);
  if (from) {
    // The day stands for itself: from then on it is another schedule.
    const { starts_on, ...rest } = changes;
    return request("POST", `/recurring/${recurring.id}/change`, { body: { from, ...rest }, version: recurring.version });
  }
  return request("PATCH", `/recurring/${recurring.id}`, { body: changes, version: recurring.version });
}
