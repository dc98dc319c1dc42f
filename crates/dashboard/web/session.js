// Who is signed in. The access token is a variable of this module while the page lives: no other script can read it. Only
// from one document to the next, on a reload, does it pass through the storage of this tab (docs/adr/0010).

import { createStore } from "./store.js";

const HANDOVER = "finance-tracker.session";

/** @type {{token: string, expires: number} | null} */
let credentials = null;

/** What is shown of the session: `email`, or null without one; `expired` while it waits to be renewed. */
export const session = createStore(takeOver());

/** Settles when the person has signed in again, or has given up. */
let renewal = null;

/** Thrown where something waited for a session that has ended for good. */
export class SignedOut extends Error {}

/** The value of the header `Authorization`, or null. */
export function authorization() {
  return credentials && `Bearer ${credentials.token}`;
}

/**
 * Begins a session, or goes on with one that had expired.
 * @param {string} email
 * @param {{access_token: string, expires_in: number}} answer of the login
 */
export function begin(email, answer) {
  credentials = { token: answer.access_token, expires: Date.now() + answer.expires_in * 1000 };
  session.set({ email, expired: false });
  renewal?.resolve();
  renewal = null;
}

/** Forgets the session. */
export function end() {
  credentials = null;
  session.set(null);
  renewal?.reject(new SignedOut());
  renewal = null;
}

/**
 * Says that the token no longer counts. Resolves when there is a new one.
 * @param {string | null} refused the header that was refused
 */
export function renewed(refused) {
  // Someone else's request may have asked already, and a new token may be there.
  if (refused !== authorization()) return Promise.resolve();
  if (session.get() === null) return Promise.reject(new SignedOut());
  if (!renewal) {
    renewal = {};
    renewal.promise = new Promise((resolve, reject) => Object.assign(renewal, { resolve, reject }));
    session.set({ ...session.get(), expired: true });
  }
  return renewal.promise;
}

/** The session that the document before this one left behind, if it still counts. */
function takeOver() {
  const text = sessionStorage.getItem(HANDOVER);
  sessionStorage.removeItem(HANDOVER);
  if (text === null) return null;
  const { token, expires, email } = JSON.parse(text);
  if (expires <= Date.now()) return null;
  credentials = { token, expires };
  return { email, expired: false };
}

addEventListener("pagehide", (event) => {
  // Whoever makes up such an event wants the token in the storage.
  if (!event.isTrusted || !credentials) return;
  sessionStorage.setItem(HANDOVER, JSON.stringify({ ...credentials, email: session.get().email }));
});

// Back from the browser's cache of whole pages: the variable is still there.
addEventListener("pageshow", () => sessionStorage.removeItem(HANDOVER));
