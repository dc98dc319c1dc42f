// The list of expenses, page by page.

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { request, withQuery } from "../api.js";
import { SignedOut } from "../session.js";

/** How many at first, so that they are there soon; and how many with each further page. */
const FIRST = 25;
const NEXT = 50;

/**
 * @param {Record<string, string | undefined>} filters the query parameters of `GET /expenses/`
 */
export function useExpenses(filters) {
  const path = withQuery("/expenses/", filters);
  const [state, setState] = useState({ path, items: null, cursor: null, error: null, loading: true });
  const [turn, setTurn] = useState(0);
  const controller = useRef(null);

  async function load(cursor, items) {
    controller.current?.abort();
    const { signal } = (controller.current = new AbortController());
    setState((state) => ({ ...state, error: null, loading: true }));
    try {
      const page = await request("GET", withQuery("/expenses/", { ...filters, limit: cursor ? NEXT : FIRST, cursor }), { signal });
      setState({ path, items: [...items, ...page.items], cursor: page.next_cursor, error: null, loading: false });
    } catch (error) {
      if (signal.aborted || error instanceof SignedOut) return;
      setState((state) => ({ ...state, error, loading: false }));
    }
  }

  useEffect(() => {
    void load(null, []);
    return () => controller.current?.abort();
  }, [path, turn]);

  const change = (items) => setState((state) => ({ ...state, items: items(state.items) }));
  return {
    ...state,
    /** Whether what is shown belongs to other filters, until these have answered. */
    stale: state.path !== path,
    /** Loads the next page. */
    more: () => !state.loading && state.cursor && load(state.cursor, state.items),
    reload: useCallback(() => setTurn((turn) => turn + 1), []),
    /** Shows what an expense has become. */
    replace: (expense) => change((items) => items.map((item) => (item.id === expense.id ? expense : item))),
    remove: (id) => change((items) => items.filter((item) => item.id !== id)),
  };
}
