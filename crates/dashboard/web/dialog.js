// A window over the page that must be answered first.

import { useEffect, useId, useRef } from "preact/hooks";
import { html } from "./html.js";

/**
 * @param {{title: string, onClose: () => void, children: any}} props `onClose`: the person wants it to be gone
 */
export function Dialog({ title, onClose, children }) {
  const element = useRef(null);
  const id = useId();
  useEffect(() => {
    const before = document.activeElement;
    element.current.showModal();
    // By itself it would be the first one that can have the focus.
    element.current.querySelector("[data-first]")?.focus();
    return () => before?.isConnected && before.focus();
  }, []);
  function cancel(event) {
    event.preventDefault();
    onClose();
  }
  // Who stays is asked again: from the second Escape on Chromium closes without asking, and so may others.
  const escape = (event) => event.key === "Escape" && !event.isComposing && cancel(event);
  const stay = () => element.current?.showModal();
  return html`
    <dialog ref=${element} aria-labelledby=${id} onKeyDown=${escape} onCancel=${cancel} onClose=${stay}>
      <h2 id=${id}>${title}</h2>
      ${children}
    </dialog>
  `;
}
