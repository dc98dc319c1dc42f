// The profile, which many screens need for its defaults; loaded once.

import { useEffect } from "preact/hooks";
import { request } from "./api.js";
import { createStore, useStore } from "./store.js";
import { session } from "./session.js";

/** The profile as the API has it, or null before it is known. */
export const profile = createStore(null);

let loading = null;

session.subscribe((state) => {
  if (state === null) profile.set(null);
});

/** Loads the profile, unless it is there or on its way. */
export function loadProfile() {
  if (profile.get() || loading) return;
  loading = request("GET", "/me")
    .then((data) => profile.set(data))
    // Screens work without it, and say themselves if the server is away.
    .catch(() => {})
    .finally(() => void (loading = null));
}

/** The profile, or null while it is loaded. Without it the screens use what the browser would. */
export function useProfile() {
  const value = useStore(profile);
  useEffect(loadProfile, []);
  return value;
}
