// Deleting with time to think better of it. The API has no way back from a DELETE, so it is sent only when the time is over,
// when the person goes elsewhere, or when the page goes. A page that dies before that has deleted nothing.

import { announce } from "../announcer.js";
import { ApiError, request } from "../api.js";
import { explain } from "../resource.js";
import { session } from "../session.js";
import { createStore } from "../store.js";

const SECONDS = 8;

/** Ten times as long where the focus or the pointer is on the way back, as WCAG 2.2.1 asks for; but not without end. */
const SECONDS_HELD = 10 * SECONDS;

/** Where the next document in this tab finds what was about to be deleted. */
const HANDOVER = "finance-tracker.deletions";

/**
 * What is being deleted: `waiting` for its time to be over, by id; `gone` for good, as ids; and how many were `refused`,
 * because another device had changed them or the server could not be reached.
 */
export const deletions = createStore({ waiting: new Map(), gone: new Set(), refused: 0 });

const update = (changes) => deletions.set({ ...deletions.get(), ...changes });

/** Deletes an expense after a while. */
export function deleteLater(expense) {
  update({ waiting: new Map(deletions.get().waiting).set(expense.id, { expense }) });
  resume(expense.id);
  announce(`“${expense.title}” is deleted. It can be undone while you are here.`);
}

/** Gives more time, as the person may be about to take it back. */
export function hold(id) {
  wait(id, SECONDS_HELD);
}

/** The time goes on, from its beginning. */
export function resume(id) {
  wait(id, SECONDS);
}

function wait(id, seconds) {
  const one = deletions.get().waiting.get(id);
  if (!one || one.sending) return;
  clearTimeout(one.timer);
  one.timer = setTimeout(() => carryOut(id), seconds * 1000);
}

/** Takes it back. */
export function undo(id) {
  const one = deletions.get().waiting.get(id);
  if (one.sending) return;
  take(id);
  announce(`“${one.expense.title}” is back.`);
}

/** Sends what waits, at once. Figures that are asked for afterwards are without it. */
export function flushDeletions() {
  return Promise.all([...deletions.get().waiting.keys()].map((id) => carryOut(id)));
}

function take(id) {
  const waiting = new Map(deletions.get().waiting);
  clearTimeout(waiting.get(id)?.timer);
  waiting.delete(id);
  update({ waiting });
}

function carryOut(id) {
  const one = deletions.get().waiting.get(id);
  clearTimeout(one.timer);
  one.sending ??= send(one.expense);
  return one.sending;
}

async function send({ id, version, title }) {
  try {
    await request("DELETE", `/expenses/${id}`, { version });
  } catch (error) {
    const status = error instanceof ApiError ? error.status : 0;
    // Not there is what was wanted.
    if (status !== 404) {
      const reason = status === 412 ? "another device changed it meanwhile." : explain(error);
      announce(`“${title}” was not deleted: ${reason}`);
      update({ refused: deletions.get().refused + 1 });
      take(id);
      return;
    }
  }
  update({ gone: new Set(deletions.get().gone).add(id) });
  take(id);
}

addEventListener("pagehide", () => {
  const left = [...deletions.get().waiting.values()].map(({ expense: { id, version, title } }) => ({ id, version, title }));
  if (left.length === 0) return;
  for (const { id, version } of left) {
    // It goes on when the page is gone; what comes of it is not seen any more.
    request("DELETE", `/expenses/${id}`, { version, keepalive: true }).catch(() => {});
  }
  sessionStorage.setItem(HANDOVER, JSON.stringify(left));
});

// Back from the browser's cache of whole pages: what waited still waits.
addEventListener("pageshow", () => sessionStorage.removeItem(HANDOVER));

// After a reload the figures may be asked for before those deletions have arrived, so they are sent once more, and first.
const left = JSON.parse(sessionStorage.getItem(HANDOVER) ?? "[]");
if (session.get()) {
  for (const expense of left) {
    deletions.get().waiting.set(expense.id, { expense });
    void carryOut(expense.id);
  }
}
