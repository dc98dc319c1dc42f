// An expense as it is typed, and as the API wants it.

import { FieldError } from "../form.js";
import { amountText, parseAmount } from "../money.js";

/** The values of a form for an expense. */
export function valuesOf(expense) {
  return {
    title: expense.title,
    amount: amountText(expense.amount, expense.currency),
    currency: expense.currency,
    kind: expense.kind,
    category: expense.category ?? "",
    date: expense.date,
    tags: tagsText(expense.tags),
    description: expense.description ?? "",
  };
}

/**
 * The body of a request.
 * @param {Record<string, string>} values
 * @throws {FieldError}
 */
export function bodyOf(values) {
  if (!values.title.trim()) throw new FieldError("title", "Say what it was for.");
  const amount = parseAmount(values.amount);
  if (!amount) throw new FieldError("amount", "Type an amount, such as 12.50.");
  if (!values.date) throw new FieldError("date", "Choose a date.");
  return {
    title: values.title.trim(),
    amount,
    currency: values.currency,
    kind: values.kind,
    category: values.category.trim() || null,
    date: values.date,
    tags: tagsOf(values.tags),
    description: values.description.trim() || null,
  };
}

/** Those members of a body that say something else than the expense does. */
export function changesOf(body, expense) {
  const same = (name) => JSON.stringify(body[name]) === JSON.stringify(expense[name]);
  return Object.fromEntries(Object.entries(body).filter(([name]) => !same(name)));
}

/** `work, travel`; in quotes where a tag has a comma of its own, so that what nobody touches reads as it was. */
function tagsText(tags) {
  return tags.map((tag) => (/^"|,/.test(tag) ? `"${tag.replaceAll('"', '""')}"` : tag)).join(", ");
}

/** Each tag of such a text once. */
function tagsOf(text) {
  const found = [...text.matchAll(/\s*(?:"((?:[^"]|"")+)"\s*(?=,|$)|([^,]+))/g)];
  const tags = found.map(([, quoted, plain]) => (quoted?.replaceAll('""', '"') ?? plain).trim());
  return [...new Set(tags.filter(Boolean))];
}
