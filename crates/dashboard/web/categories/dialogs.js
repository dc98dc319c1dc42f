// What is done with a category.

import { useState } from "preact/hooks";
import { html } from "../html.js";
import { announce } from "../announcer.js";
import { ApiError, request, withQuery } from "../api.js";
import { useEdit } from "../changes.js";
import { Dialog } from "../dialog.js";
import { Actions, Checkbox, Field, FieldError, Form } from "../form.js";
import { ICON_NAMES } from "./mark.js";

const optionsOf = (categories) => categories.map((one) => [one.id, one.name]);

function valuesOf(category) {
  return {
    name: category?.name ?? "",
    parent_id: category?.parent_id ?? "",
    color: category?.color ?? "#4e79a7",
    icon: category?.icon ?? "folder",
    archived: category?.archived ?? false,
  };
}

/** Makes a category, or changes one. */
export function CategoryDialog({ category, categories, onDone, onStale, onClose }) {
  const path = `/categories/${category?.id ?? ""}`;
  const send = async (values, category) => {
    if (!values.name.trim()) throw new FieldError("name", "Give it a name.");
    const body = { ...values, name: values.name.trim(), parent_id: values.parent_id || null };
    if (category) await request("PATCH", path, { body, version: category.version });
    else await request("POST", path, { body });
    announce(`“${body.name}” is saved.`);
    onDone();
  };
  const form = useEdit(category, path, valuesOf, send, onStale);
  // There are two levels: what has parts is no part.
  const hasParts = category && categories.some((one) => one.parent_id === category.id);
  const parents = categories.filter((one) => !one.parent_id && one.id !== category?.id);
  const icons = [...new Set([...ICON_NAMES, form.values.icon])];
  return html`
    <${Dialog} title=${category ? `Edit ${category.name}` : "New category"} onClose=${onClose}>
      <${Form} form=${form}>
        <${Field} label="Name" ...${form.field("name")} />
        ${!hasParts && html`<${Field} label="Part of" options=${[["", "Nothing: it stands by itself"], ...optionsOf(parents)]} ...${form.field("parent_id")} />`}
        <div class="fields">
          <${Field} label="Colour" type="color" ...${form.field("color")} />
          <${Field} label="Icon" options=${icons.map((name) => [name, name.replaceAll("-", " ")])} ...${form.field("icon")} />
        </div>
        <${Checkbox} label="Archived: not suggested for new expenses" checked=${form.values.archived} onChange=${(archived) => form.set({ archived })} />
        <${Actions} form=${form} onClose=${onClose} />
      <//>
    <//>
  `;
}

/** Deletes a category. If it is in use, asks where that goes. */
export function DeleteCategory({ category, categories, onDone, onStale, onClose }) {
  const [used, setUsed] = useState(null);
  const path = `/categories/${category.id}`;
  const send = async (values, { version }) => {
    if (used && !values.reassign_to) throw new FieldError("reassign_to", "Choose a category.");
    try {
      await request("DELETE", withQuery(path, values), { version });
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 409 && !used)) throw error;
      setUsed(error.message);
      return;
    }
    announce(`“${category.name}” is deleted.`);
    onDone();
  };
  const form = useEdit(category, path, () => ({ reassign_to: "" }), send, onStale);
  const others = categories.filter((one) => one.id !== category.id && one.parent_id !== category.id);
  return html`
    <${Dialog} title=${`Delete ${category.name}?`} onClose=${onClose}>
      <${Form} form=${form}>
        ${used
          ? html`<p>${used}</p>
              <${Field} label="Move all of it to" options=${[["", "Choose"], ...optionsOf(others)]} ...${form.field("reassign_to")} />`
          : html`<p>This cannot be undone. If something is in it, you are asked where that should go.</p>`}
        <${Actions} form=${form} action="Delete" danger onClose=${onClose} />
      <//>
    <//>
  `;
}

/** Makes one category of two. */
export function MergeCategory({ category, categories, onDone, onStale, onClose }) {
  const path = `/categories/${category.id}`;
  const send = async (values) => {
    if (!values.into) throw new FieldError("into", "Choose a category.");
    await request("POST", `${path}/merge`, { body: values });
    announce(`“${category.name}” is merged.`);
    onDone();
  };
  const form = useEdit(category, path, () => ({ into: "" }), send, onStale);
  const others = categories.filter((one) => one.id !== category.id);
  return html`
    <${Dialog} title=${`Merge ${category.name}`} onClose=${onClose}>
      <${Form} form=${form}>
        <p>Everything in “${category.name}” moves to the other category, and “${category.name}” is gone.</p>
        <${Field} label="Into" options=${[["", "Choose"], ...optionsOf(others)]} ...${form.field("into")} />
        <${Actions} form=${form} action="Merge" onClose=${onClose} />
      <//>
    <//>
  `;
}
