// The list of expenses, page by page.

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { request, withQuery } from "../api.js";
import { SignedOut } from "../session.js";

/** How many at first, so that they are there soon; how many with each further page; how many the API gives at once. */
const FIRST = 25;
const NEXT = 50;
const MOST = 200;

/**
 * @param {Record<string, string | undefined>} filters the query parameters of `GET /expenses/`
 */
export function useExpenses(filters) {
  const path = withQuery("/expenses/", filters);
  const [state, setState] = useState({ path, items: null, cursor: null, error: null, loading: true });
  const [turn, setTurn] = useState(0);
  const controller = useRef(null);
  const retry = useRef(null);

  /** Loads so many: those after a cursor, or else the first ones, in place of what is there. */
  async function load(start, count) {
    controller.current?.abort();
    const { signal } = (controller.current = new AbortController());
    retry.current = () => load(start, count);
    setState((state) => ({ ...state, error: null, loading: true }));
    try {
      const found = [];
      let cursor = start;
      do {
        const limit = Math.min(count - found.length, MOST);
        const page = await request("GET", withQuery("/expenses/", { ...filters, limit, cursor }), { signal });
        found.push(...page.items);
        cursor = page.next_cursor;
      } while (cursor && found.length < count);
      setState(({ items }) => ({ path, items: join(items ?? [], found, start !== null), cursor, error: null, loading: false }));
    } catch (error) {
      if (signal.aborted || error instanceof SignedOut) return;
      setState((state) => ({ ...state, error, loading: false }));
    }
  }

  useEffect(() => {
    // Anew, but of the same kind: as many as one has scrolled through, and one that may have been added.
    void load(null, state.items && state.path === path ? Math.max(FIRST, state.items.length + 1) : FIRST);
    return () => controller.current?.abort();
  }, [path, turn]);

  const change = (items) => setState((state) => ({ ...state, items: items(state.items) }));
  return {
    ...state,
    /** Loads the next page. */
    more: () => !state.loading && state.cursor && load(state.cursor, NEXT),
    /** Loads what is shown anew, in place: nobody loses where they are. */
    reload: useCallback(() => setTurn((turn) => turn + 1), []),
    /** Tries again what has failed. */
    retry: () => retry.current(),
    /** Shows what an expense has become. */
    replace: (expense) => change((items) => items.map((item) => (item.id === expense.id ? expense : item))),
    remove: (id) => change((items) => items.filter((item) => item.id !== id)),
  };
}

/** What is shown after a page has come, which may have been asked for before a change that is shown already. */
function join(shown, found, further) {
  const known = new Map(shown.map((item) => [item.id, item]));
  if (further) return [...shown, ...found.filter((item) => !known.has(item.id))];
  return found.map((item) => (known.get(item.id)?.version > item.version ? known.get(item.id) : item));
}
