// The screen of categories and tags.

import { useState } from "preact/hooks";
import { html } from "../html.js";
import { all } from "../api.js";
import { Icon } from "../icons.js";
import { Empty, Loaded, useResource } from "../resource.js";
import { href } from "../router.js";
import { CategoryMark } from "./mark.js";
import { CategoryDialog, DeleteCategory, MergeCategory } from "./dialogs.js";
import { Tags } from "./tags.js";

/** The screen. */
export function Categories() {
  const resource = useResource("categories", (signal) => Promise.all([all("/categories/", signal), all("/tags/", signal)]));
  return html`<${Loaded} resource=${resource}>
    ${([categories, tags]) => html`
      <div class="columns">
        <${Tree} categories=${categories} reload=${resource.reload} />
        <${Tags} tags=${tags} resource=${resource} />
      </div>
    `}
  <//>`;
}

function Tree({ categories, reload }) {
  const [dialog, setDialog] = useState(null);
  const close = () => setDialog(null);
  const done = () => {
    close();
    reload();
  };
  const open = (Kind, category) => setDialog({ Kind, category });
  const of = (parent) => categories.filter((one) => (one.parent_id ?? null) === parent);
  const row = (category, part) => html`
    <li key=${category.id} class="line ${part ? "part" : ""}">
      <${CategoryMark} category=${category} />
      <a class="grow" href=${href({ view: "expenses", category_id: category.id })}>${category.name}</a>
      ${category.archived && html`<span class="fine">archived</span>`}
      <span class="tools">
        <button type="button" class="quiet icon-only" aria-label=${`Edit ${category.name}`} onClick=${() => open(CategoryDialog, category)}><${Icon} name="edit" /></button>
        <button type="button" class="quiet icon-only" aria-label=${`Merge ${category.name} into another`} onClick=${() => open(MergeCategory, category)}><${Icon} name="merge" /></button>
        <button type="button" class="quiet icon-only" aria-label=${`Delete ${category.name}`} onClick=${() => open(DeleteCategory, category)}><${Icon} name="remove" /></button>
      </span>
    </li>
  `;
  return html`
    <section class="card" aria-labelledby="categories">
      <div class="head">
        <h2 id="categories">Categories</h2>
        <button type="button" onClick=${() => open(CategoryDialog, null)}><${Icon} name="add" />New category</button>
      </div>
      ${categories.length === 0 && html`<${Empty} title="No categories"><p>Make one, or name one with an expense.</p><//>`}
      <ul class="lines">${of(null).flatMap((category) => [row(category, false), ...of(category.id).map((part) => row(part, true))])}</ul>
    </section>
    ${dialog && html`<${dialog.Kind} category=${dialog.category} categories=${categories} onDone=${done} onStale=${reload} onClose=${close} />`}
  `;
}
