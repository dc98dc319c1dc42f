// Changes that need no form.

import { useState } from "preact/hooks";
import { html } from "./html.js";
import { announce } from "./announcer.js";
import { request } from "./api.js";
import { Dialog } from "./dialog.js";
import { Failure } from "./resource.js";

/**
 * What sends a change and says that it is done, with what is shown when the last one failed.
 * @param {() => void} reload after a failure too: it may be another device that was first
 * @returns {[act: (send: () => Promise<any>, said: string) => Promise<void>, failure: any]}
 */
export function useAct(reload) {
  const [error, setError] = useState(null);
  async function act(send, said) {
    setError(null);
    try {
      await send();
      announce(said);
    } catch (error) {
      setError(error);
    }
    reload();
  }
  return [act, error && html`<${Failure} error=${error} />`];
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
