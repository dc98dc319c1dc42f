// Forms: what was typed, whether it is being sent, and what was wrong with it.

import { useEffect, useId, useRef, useState } from "preact/hooks";
import { html } from "./html.js";
import { ApiError } from "./api.js";
import { SignedOut } from "./session.js";
import { Failure } from "./resource.js";

/** Thrown by what sends a form, about a field of it. */
export class FieldError extends Error {
  /**
   * @param {string} field
   * @param {string} message
   */
  constructor(field, message) {
    super(message);
    this.field = field;
  }
}

/**
 * The state of a form.
 * @param {Record<string, any>} initial its values
 * @param {(values: Record<string, any>) => Promise<void>} send throws what is shown
 */
export function useForm(initial, send) {
  const [values, setValues] = useState(initial);
  const [error, setError] = useState(null);
  const [errors, setErrors] = useState({});
  const [busy, setBusy] = useState(false);
  const element = useRef(null);
  const alive = useRef(true);
  // Not `busy`, which is known to the next rendering only: two submits may come before it.
  const sending = useRef(false);
  useEffect(() => () => void (alive.current = false), []);
  useEffect(() => {
    element.current?.querySelector("[aria-invalid=true]")?.focus();
  }, [errors]);

  function fail(error) {
    if (error instanceof FieldError) return setErrors({ [error.field]: error.message });
    const known = {};
    if (error instanceof ApiError) {
      for (const { pointer, detail } of error.fields) {
        const field = pointer.split("/")[1];
        if (field in values) known[field] = sentence(detail);
      }
    }
    setErrors(known);
    if (Object.keys(known).length === 0) setError(error);
  }

  async function submit(event) {
    event?.preventDefault();
    if (sending.current) return;
    sending.current = true;
    setBusy(true);
    setError(null);
    setErrors({});
    try {
      await send(values);
    } catch (error) {
      if (!(error instanceof SignedOut) && alive.current) fail(error);
    }
    sending.current = false;
    if (alive.current) setBusy(false);
  }

  return {
    values,
    busy,
    error,
    errors,
    submit,
    element,
    /** Puts other values in. */
    set: (changes) => setValues((values) => ({ ...values, ...changes })),
    /** The properties of a field of this name. */
    field: (name) => ({
      name,
      value: values[name],
      error: errors[name],
      onInput: (event) => setValues((values) => ({ ...values, [name]: event.currentTarget.value })),
    }),
  };
}

/** `must not be blank` as a sentence. */
export function sentence(detail) {
  return `${detail[0].toUpperCase()}${detail.slice(1)}${detail.endsWith(".") ? "" : "."}`;
}

/** A form of that state. */
export function Form({ form, children, ...rest }) {
  return html`
    <form ...${rest} ref=${form.element} onSubmit=${form.submit} noValidate aria-busy=${form.busy ? "true" : "false"}>
      ${children}${form.error && html`<${Failure} error=${form.error} />`}
    </form>
  `;
}

/**
 * What a form ends with.
 * @param {{form: ReturnType<typeof useForm>, action?: string, danger?: boolean, otherwise?: string, onClose: () => void}} props
 *   `action`: what sending it does; `otherwise`: what `onClose` does
 */
export function Actions({ form, action = "Save", danger, otherwise = "Cancel", onClose }) {
  return html`
    <div class="actions">
      <button class=${danger && "danger"} disabled=${form.busy}>${action}</button>
      <button type="button" class="quiet" onClick=${onClose}>${otherwise}</button>
    </div>
  `;
}

/**
 * A labelled input, with what is wrong with it.
 * @param {{label: string, hint?: string, error?: string, options?: [string, string][], suggestions?: string[],
 *   short?: boolean}} props and those of the element; with `options` a choice of them, with `suggestions` a free text
 */
export function Field({ label, hint, error, options, suggestions, multiline, class: name = "", ...rest }) {
  const id = useId();
  const [reached, setReached] = useState(false);
  const described = [error && `${id}-error`, hint && `${id}-hint`].filter(Boolean).join(" ") || undefined;
  const common = { ...rest, id, "aria-describedby": described, "aria-invalid": error ? "true" : undefined };
  // Suggestions can be many; they are there once they can be seen.
  let input = html`<input type="text" autocomplete="off" ...${common} list=${suggestions ? `${id}-list` : undefined} onFocus=${() => setReached(true)} />`;
  if (options) {
    input = html`<select ...${common}>
      ${options.map(([value, text]) => html`<option key=${value} value=${value} selected=${value === rest.value}>${text}</option>`)}
    </select>`;
  } else if (multiline) {
    input = html`<textarea rows="2" ...${common} />`;
  }
  return html`
    <div class="field ${name}">
      <label for=${id}>${label}</label>
      ${input}
      ${suggestions && reached && html`<datalist id="${id}-list">${suggestions.map((text) => html`<option key=${text} value=${text} />`)}</datalist>`}
      ${hint && html`<p class="fine" id="${id}-hint">${hint}</p>`}
      ${error && html`<p class="wrong" id="${id}-error">${error}</p>`}
    </div>
  `;
}

/** A box to tick. */
export function Checkbox({ label, checked, onChange, ...rest }) {
  return html`<label class="checkbox"><input type="checkbox" ...${rest} checked=${checked} onChange=${(event) => onChange(event.currentTarget.checked)} />${label}</label>`;
}
