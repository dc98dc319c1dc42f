// What a screen loads.

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { html } from "./html.js";
import { ApiError, OfflineError } from "./api.js";
import { SignedOut } from "./session.js";

/**
 * Loads, and loads again when the key changes, when asked to, and when the browser is online again after a failure.
 * What was loaded before stays until there is something newer, or until it is known that what another key says cannot be had.
 * @param {string} key says what is loaded
 * @param {(signal: AbortSignal) => Promise<any>} load
 */
export function useResource(key, load) {
  // `key` and `turn` of what came last: until they are those of now, it is loading. So that it is from the moment on at which
  // something newer was asked for.
  const [{ data, error, ...last }, setState] = useState({ data: null, error: null, key: null, turn: 0 });
  const [turn, setTurn] = useState(0);
  const newest = useRef(load);
  newest.current = load;
  const reload = useCallback(() => setTurn((turn) => turn + 1), []);
  useEffect(() => {
    const controller = new AbortController();
    newest
      .current(controller.signal)
      .then((data) => setState({ data, error: null, key, turn }))
      .catch((error) => {
        if (controller.signal.aborted || error instanceof SignedOut) return;
        setState((state) => ({ data: state.key === key ? state.data : null, error, key, turn }));
      });
    return () => controller.abort();
  }, [key, turn]);
  useEffect(() => {
    if (!(error instanceof OfflineError)) return undefined;
    addEventListener("online", reload);
    return () => removeEventListener("online", reload);
  }, [error]);
  return { data, error, loading: last.key !== key || last.turn !== turn, reload };
}

/**
 * The states that a screen has while it has nothing to show; and what it shows.
 * @param {{resource: ReturnType<typeof useResource>, children: (data: any) => any}} props
 */
export function Loaded({ resource, children }) {
  const { data, error, loading, reload } = resource;
  if (data === null && error === null) return html`<${Loading} />`;
  return html`
    ${error && html`<${Failure} error=${error} retry=${reload} />`}
    ${data !== null && html`<div class="loaded" aria-busy=${loading ? "true" : "false"}>${children(data)}</div>`}
  `;
}

/** Something is on its way. */
export function Loading() {
  return html`<div class="loading" role="status"><span class="visually-hidden">Loading</span><i /><i /><i /></div>`;
}

/**
 * Something went wrong.
 * @param {{error: Error, retry?: () => void}} props
 */
export function Failure({ error, retry }) {
  const element = useRef(null);
  // What has become of a click is to be seen, also below the end of a long dialog.
  useEffect(() => void (retry || element.current.scrollIntoView({ block: "nearest" })), [error]);
  return html`
    <div class="failure" role="alert" ref=${element}>
      <p>${explain(error)}</p>
      ${error instanceof ApiError && error.requestId && html`<p class="fine">Request <code>${error.requestId}</code></p>`}
      ${retry && html`<button type="button" onClick=${retry}>Try again</button>`}
    </div>
  `;
}

/** Nothing there yet. */
export function Empty({ title, children }) {
  return html`<div class="empty"><h2>${title}</h2>${children}</div>`;
}

/**
 * What went wrong, for people.
 * @param {Error} error
 */
export function explain(error) {
  if (error instanceof OfflineError) return `${error.message} Nothing was lost.`;
  if (error instanceof ApiError && error.status >= 500) return "The server could not do this just now.";
  return error.message;
}
