// A value that several parts of the page look at.

import { useEffect, useState } from "preact/hooks";

/**
 * A store of one value.
 * @template T
 * @param {T} value the first value
 */
export function createStore(value) {
  const listeners = new Set();
  return {
    /** The value now. */
    get: () => value,
    /** Puts another value in, and tells those who look. */
    set(next) {
      value = next;
      for (const listener of [...listeners]) listener(value);
    },
    /** Calls `listener` on each change, until the function that comes back is called. */
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/**
 * The value of a store; renders anew when it changes.
 * @param {ReturnType<typeof createStore>} store
 */
export function useStore(store) {
  const [value, setValue] = useState(store.get());
  useEffect(() => {
    // It may have changed between rendering and now.
    setValue(store.get());
    return store.subscribe(setValue);
  }, [store]);
  return value;
}
