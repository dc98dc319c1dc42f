// Changes of what another device may change too.

import { useState } from "preact/hooks";
import { html } from "./html.js";
import { announce } from "./announcer.js";
import { ApiError, request } from "./api.js";
import { Dialog } from "./dialog.js";
import { useForm } from "./form.js";
import { Failure } from "./resource.js";

/**
 * What sends a change and says that it is done, with what is shown when the last one failed.
 * @param {{loading: boolean, reload: () => void}} resource what is changed; loaded again after a failure too: it may be
 *   another device that was first
 * @returns {[act: (send: () => Promise<any>, said: string) => Promise<void>, failure: any, busy: boolean]} `busy`: what is
 *   shown is older than what was sent last
 */
export function useAct({ loading, reload }) {
  const [error, setError] = useState(null);
  const [sending, setSending] = useState(false);
  async function act(send, said) {
    setError(null);
    setSending(true);
    try {
      await send();
      announce(said);
    } catch (error) {
      setError(error);
    }
    setSending(false);
    reload();
  }
  return [act, error && html`<${Failure} error=${error} />`, sending || loading];
}

/**
 * The form of something that is there already. When another device was first, the fields that were not touched here take what
 * they are there, and the form can be sent again.
 * @param {{version: number} | null} one null for something new
 * @param {string} path where it is
 * @param {(one: object | null) => Record<string, any>} valuesOf
 * @param {(values: Record<string, any>, one: object | null) => Promise<void>} send
 * @param {() => void} [onStale] what is shown elsewhere of it is old
 */
export function useEdit(one, path, valuesOf, send, onStale) {
  const [current, setCurrent] = useState(one);
  const form = useForm(valuesOf(one), async (values) => {
    try {
      await send(values, current);
    } catch (error) {
      const status = current && error instanceof ApiError ? error.status : 0;
      if (status === 412 || status === 404) onStale?.();
      if (status === 412) {
        const there = await request("GET", path);
        const [before, now] = [current, there].map(valuesOf);
        const touched = (name) => JSON.stringify(values[name]) !== JSON.stringify(before[name]);
        form.set(Object.fromEntries(Object.entries(now).filter(([name]) => !touched(name))));
        setCurrent(there);
      }
      throw error;
    }
  });
  return form;
}

/**
 * Asks before it deletes.
 * @param {{name: string, path: string, version: number, act: ReturnType<typeof useAct>[0], onClose: () => void,
 *   children: any}} props `children`: what comes of what it is part of
 */
export function Deletion({ name, path, version, act, onClose, children }) {
  const remove = () => {
    onClose();
    void act(() => request("DELETE", path, { version }), `“${name}” is deleted.`);
  };
  return html`
    <${Dialog} title=${`Delete ${name}?`} onClose=${onClose}>
      ${children}
      <div class="actions">
        <button type="button" class="danger" onClick=${remove}>Delete</button>
        <button type="button" class="quiet" onClick=${onClose} data-first>Cancel</button>
      </div>
    <//>
  `;
}
