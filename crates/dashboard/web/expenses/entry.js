// Adds an expense: type, Tab, type, Enter.

import { useEffect, useState } from "preact/hooks";
import { html } from "../html.js";
import { announce } from "../announcer.js";
import { request } from "../api.js";
import { today } from "../dates.js";
import { Form, useForm } from "../form.js";
import { Icon } from "../icons.js";
import { formatMoney } from "../money.js";
import { change } from "../router.js";
import { bodyOf } from "./draft.js";
import { MainFields, MoreFields } from "./fields.js";
import { categoryFor, usePastTitles } from "./suggestions.js";

/**
 * @param {{me: object | null, categories: string[], focus: boolean, onAdded: (expense: object) => void}} props `focus`:
 *   the person came to add one
 */
export function Entry({ me, categories, focus, onAdded }) {
  const [more, setMore] = useState(false);
  const [suggested, setSuggested] = useState("");
  const fresh = (kept) => ({
    title: "", amount: "", category: "", tags: "", description: "", kind: "expense",
    currency: me?.currency ?? "", date: today(me?.time_zone), ...kept,
  });
  const form = useForm(fresh(), async (values) => {
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
    if (me && !form.values.currency) form.set({ currency: me.currency, date: today(me.time_zone) });
  }, [me]);
  useEffect(() => {
    if (!focus) return;
    focusTitle();
    change({ add: undefined }, { replace: true });
  }, [focus]);
  useEffect(() => {
    // What the person chose is theirs; what was suggested follows the title.
    if (form.values.category !== suggested) return;
    const category = categoryFor(form.values.title, past);
    setSuggested(category);
    form.set({ category });
  }, [past]);

  const hint = suggested && form.values.category === suggested ? "As you did before." : undefined;
  return html`
    <section class="card" aria-labelledby="entry">
      <h2 id="entry" class="visually-hidden">Add an expense</h2>
      <${Form} form=${form} class="fields entry">
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
