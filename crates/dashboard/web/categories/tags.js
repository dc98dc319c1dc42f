// Tags: renamed and deleted everywhere at once.

import { useState } from "preact/hooks";
import { html } from "../html.js";
import { announce } from "../announcer.js";
import { request } from "../api.js";
import { Deletion, useAct, useEdit } from "../changes.js";
import { Dialog } from "../dialog.js";
import { Actions, Field, FieldError, Form } from "../form.js";
import { Icon } from "../icons.js";
import { Empty } from "../resource.js";
import { href } from "../router.js";

/** The list of tags. */
export function Tags({ tags, resource }) {
  return html`
    <section class="card" aria-labelledby="tags">
      <h2 id="tags">Tags</h2>
      <${List} tags=${tags} resource=${resource} />
    </section>
  `;
}

function List({ tags, resource }) {
  const [renaming, setRenaming] = useState(null);
  const [deleting, setDeleting] = useState(null);
  const [act, failure] = useAct(resource);
  const done = () => {
    setRenaming(null);
    resource.reload();
  };
  if (tags.length === 0) return html`<${Empty} title="No tags"><p>Tags come with expenses: add them under “More”.</p><//>`;
  return html`
    ${failure}
    <ul class="lines">
      ${tags.map((tag) => html`
        <li key=${tag.id} class="line">
          <a class="grow" href=${href({ view: "expenses", tag: tag.name })}>${tag.name}</a>
          <span class="fine tabular">${tag.count}</span>
          <span class="tools">
            <button type="button" class="quiet icon-only" aria-label=${`Rename ${tag.name}`} onClick=${() => setRenaming(tag)}><${Icon} name="edit" /></button>
            <button type="button" class="quiet icon-only" aria-label=${`Delete ${tag.name}`} onClick=${() => setDeleting(tag)}><${Icon} name="remove" /></button>
          </span>
        </li>
      `)}
    </ul>
    ${renaming && html`<${Rename} tag=${renaming} onDone=${done} onStale=${resource.reload} onClose=${() => setRenaming(null)} />`}
    ${deleting && html`<${Deletion} name=${deleting.name} path=${`/tags/${deleting.id}`} version=${deleting.version} act=${act} onClose=${() => setDeleting(null)}>
      <p>It is taken off ${deleting.count} expenses, which stay.</p>
    <//>`}
  `;
}

function Rename({ tag, onDone, onStale, onClose }) {
  const path = `/tags/${tag.id}`;
  const send = async (values, { version }) => {
    if (!values.name.trim()) throw new FieldError("name", "Give it a name.");
    await request("PATCH", path, { body: { name: values.name.trim() }, version });
    announce(`“${values.name.trim()}” is saved.`);
    onDone();
  };
  const form = useEdit(tag, path, ({ name }) => ({ name }), send, onStale);
  return html`
    <${Dialog} title=${`Rename ${tag.name}`} onClose=${onClose}>
      <${Form} form=${form}>
        <${Field} label="Name" ...${form.field("name")} />
        <${Actions} form=${form} onClose=${onClose} />
      <//>
    <//>
  `;
}
