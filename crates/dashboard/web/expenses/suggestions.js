// What the person wrote before, so that it need not be written again.

import { useEffect, useState } from "preact/hooks";
import { all, request, withQuery } from "../api.js";

const PATIENCE_MILLISECONDS = 150;
const LOOK_BACK = 40;

/**
 * Earlier expenses with titles like this one: each title once, the latest first, with the category that it last had.
 * @param {string} title as far as it is typed
 * @param {AbortSignal} [signal]
 * @returns {Promise<{title: string, category: string | null}[]>}
 */
export async function pastTitles(title, signal) {
  const text = title.trim();
  if (text.length < 2) return [];
  try {
    const { items } = await request("GET", withQuery("/expenses/", { q: text, limit: LOOK_BACK }), { signal });
    return distinct(items);
  } catch {
    // Without suggestions everything can be typed.
    return [];
  }
}

/**
 * The same a moment after the last key, and those of the title before until then.
 * @param {string} title
 * @returns {{title: string, category: string | null}[]}
 */
export function usePastTitles(title) {
  const [past, setPast] = useState([]);
  const text = title.trim();
  useEffect(() => {
    if (text.length < 2) return setPast([]);
    const controller = new AbortController();
    const timer = setTimeout(async () => {
      const found = await pastTitles(text, controller.signal);
      if (!controller.signal.aborted) setPast(found);
    }, PATIENCE_MILLISECONDS);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [text]);
  return past;
}

function distinct(expenses) {
  const found = new Map();
  for (const { title, category } of expenses) {
    const key = title.toLocaleLowerCase();
    if (!found.has(key)) found.set(key, { title, category });
    else found.get(key).category ??= category;
  }
  return [...found.values()];
}

/** Without regard to case and accents, as the API finds them. */
const plain = (text) => text.trim().normalize("NFD").replace(/\p{M}/gu, "").toLocaleLowerCase();

/**
 * The category that such an expense had before: of the same title, else of one that begins alike, else of the latest that
 * mentions it.
 * @param {string} title
 * @param {{title: string, category: string | null}[]} past
 */
export function categoryFor(title, past) {
  const text = plain(title);
  if (text.length < 2) return "";
  const like = (test) => past.find((one) => one.category && test(plain(one.title)));
  const one = like((other) => other === text) ?? like((other) => other.startsWith(text)) ?? like((other) => other.includes(text));
  return one?.category ?? "";
}

/**
 * The categories; none before they are known.
 * @param {any} [turn] another one loads them anew
 */
export function useCategories(turn) {
  const [categories, setCategories] = useState([]);
  useEffect(() => {
    const controller = new AbortController();
    all("/categories/", controller.signal)
      .then(setCategories)
      // A name can be typed all the same.
      .catch(() => {});
    return () => controller.abort();
  }, [turn]);
  return categories;
}

/** The names of those that are meant for new expenses. */
export function namesOf(categories) {
  return categories.filter((one) => !one.archived).map((one) => one.name);
}
