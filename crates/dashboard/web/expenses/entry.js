// Adds an expense: type, Tab, type, Enter.

import { useEffect, useRef, useState } from "preact/hooks";
import { html } from "../html.js";
import { announce } from "../announcer.js";
import { request } from "../api.js";
import { today } from "../dates.js";
import { Form, useForm } from "../form.js";
import { Icon } from "../icons.js";
import { formatMoney } from "../money.js";
import { change } from "../router.js";
import { bodyOf } from "./draft.js";
import { MORE, MainFields, MoreFields } from "./fields.js";
import { categoryFor, pastTitles, usePastTitles } from "./suggestions.js";

/**
 * @param {{me: object | null, categories: string[], focus: boolean, onAdded: (expense: object) => void}} props `focus`:
 *   the person came to add one
 */
export function Entry({ me, categories, focus, onAdded }) {
  const [more, setMore] = useState(false);
  const [suggested, setSuggested] = useState("");
  // The title that the suggestions are for, and the day that nobody chose: both have to be those of now when it is sent.
  const answered = useRef("");
  const day = useRef(today(me?.time_zone));
  const dayOf = ({ date }) => (date === day.current ? (day.current = today(me?.time_zone)) : date);
  const fresh = (kept) => ({
    title: "", amount: "", category: "", tags: "", description: "", kind: "expense", currency: me?.currency ?? "", date: day.current, ...kept,
  });
  const form = useForm(fresh(), async (typed) => {
    const values = { ...typed, date: dayOf(typed) };
    if (values.category === suggested && answered.current !== values.title.trim()) {
      values.category = categoryFor(values.title, await pastTitles(values.title));
    }
    const body = bodyOf(values);
    // The default of the profile, should it not be known here yet.
    if (!body.currency) delete body.currency;
    const expense = await request("POST", "/expenses/", { body });
    announce(`Added “${expense.title}”, ${formatMoney(expense.amount, expense.currency)}.`);
    // Receipts come in stacks: the next one is likely of the same day.
    form.set(fresh({ date: values.date, currency: values.currency }));
    setSuggested("");
    focusTitle();
    onAdded(expense);
  });
  const past = usePastTitles(form.values.title);
  const focusTitle = () => form.element.current?.querySelector("[name=title]").focus();

  useEffect(() => {
    if (me && !form.values.currency) form.set({ currency: me.currency, date: dayOf(form.values) });
  }, [me]);
  useEffect(() => {
    if (!focus) return;
    focusTitle();
    change({ add: undefined }, { replace: true });
  }, [focus]);
  useEffect(() => {
    answered.current = form.values.title.trim();
    // What the person chose is theirs; what was suggested follows the title.
    if (form.values.category !== suggested) return;
    const category = categoryFor(form.values.title, past);
    setSuggested(category);
    form.set({ category });
  }, [past]);

  // What was refused is to be seen.
  if (!more && MORE.some((name) => form.errors[name])) setMore(true);
  const hint = suggested && form.values.category === suggested ? "As you did before." : undefined;
  return html`
    <section class="card" aria-labelledby="entry">
      <h2 id="entry" class="visually-hidden">Add an expense</h2>
      <${Form} form=${form} class="fields entry" onFocusIn=${() => form.set({ date: dayOf(form.values) })}>
        <${MainFields} form=${form} past=${past} categories=${categories} categoryHint=${hint} />
        ${more && html`<${MoreFields} form=${form} />`}
        <div class="actions">
          <button disabled=${form.busy}><${Icon} name="add" />Add</button>
          <button type="button" class="quiet" aria-expanded=${more ? "true" : "false"} onClick=${() => setMore(!more)}>${more ? "Less" : "More"}</button>
        </div>
      <//>
    </section>
  `;
}
