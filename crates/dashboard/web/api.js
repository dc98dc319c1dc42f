// Talks to the API, and to nothing else.

import { authorization, begin, renewed } from "./session.js";
import { wordsOf } from "./words.js";

// As it was before any other script could have replaced it.
const send = globalThis.fetch.bind(globalThis);

/** The API has refused, or could not do, what was asked (RFC 9457). */
export class ApiError extends Error {
  constructor(status, problem, requestId) {
    super(problem ? wordsOf(problem) : `The server answered ${status}.`);
    this.status = status;
    this.code = problem?.code ?? "";
    /** What was wrong with each field: `{pointer, code, detail}`. */
    this.fields = (problem?.errors ?? []).map((field) => ({ ...field, detail: wordsOf(field) }));
    this.requestId = problem?.request_id ?? requestId ?? "";
  }
}

/** The server could not be reached. */
export class OfflineError extends Error {
  constructor() {
    super(navigator.onLine ? "The server cannot be reached." : "You are offline.");
  }
}

/**
 * Asks the API.
 * @param {string} method
 * @param {string} path with its query
 * @param {object} [options]
 * @param {object} [options.body] is sent as JSON
 * @param {number} [options.version] carry it out on this version only, or fail with status 412
 * @param {AbortSignal} [options.signal]
 * @param {boolean} [options.keepalive] send it even if the page closes
 * @returns {Promise<any>} the body of the answer, or null without one
 */
export async function request(method, path, options = {}) {
  const credentials = authorization();
  const response = await exchange(method, path, credentials, options);
  if (response.status === 401 && credentials !== null && !options.keepalive) {
    // Waits for the person to sign in again, so that nothing that they typed is lost.
    await renewed(credentials);
    return request(method, path, options);
  }
  return read(response);
}

async function exchange(method, path, credentials, { body, version, signal, keepalive }) {
  const headers = { Accept: "application/json" };
  if (credentials) headers.Authorization = credentials;
  if (body) headers["Content-Type"] = method === "PATCH" ? "application/merge-patch+json" : "application/json";
  if (version) headers["If-Match"] = `"${version}"`;
  try {
    return await send(path, {
      method,
      headers,
      body: body && JSON.stringify(body),
      signal,
      keepalive,
      // The page itself has addresses that the API has too; the browser must not take one for the other.
      cache: "no-store",
      credentials: "omit",
      redirect: "error",
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new OfflineError();
  }
}

async function read(response) {
  if (response.status === 204) return null;
  let data;
  try {
    data = await response.json();
  } catch (error) {
    if (error.name === "AbortError") throw error;
    // Cut off on the way, or not an answer of the API.
    throw response.ok ? new OfflineError() : new ApiError(response.status, null, response.headers.get("X-Request-Id"));
  }
  if (!response.ok) throw new ApiError(response.status, data, response.headers.get("X-Request-Id"));
  return data;
}

/** The address of the account that was made here and has not been signed in to yet. */
let made = null;

/** Signs in. */
export async function signIn(email, password) {
  const answer = await read(await exchange("POST", "/auth/login", null, { body: { email, password } }));
  if (email === made) await tellTimeZone(`Bearer ${answer.access_token}`);
  made = null;
  begin(email, answer);
}

/** Makes an account and signs in. If only the first was done, the next time does the second. */
export async function register(email, password, name) {
  if (email !== made) {
    const body = { email, password };
    if (name) body.name = name;
    await read(await exchange("POST", "/auth/register", null, { body }));
    made = email;
  }
  await signIn(email, password);
}

/** A new account lives where its browser does: it says when today is. Without it the account has UTC, which will do. */
async function tellTimeZone(credentials) {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  try {
    await exchange("PATCH", "/me", credentials, { body: { time_zone: timeZone } });
  } catch {
    // It can be told on the screen of the profile.
  }
}

/**
 * A path with a query of those parameters that have a value.
 * @param {string} path
 * @param {Record<string, string | number | undefined | null>} parameters
 */
export function withQuery(path, parameters) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined && value !== null && value !== "") query.set(name, String(value));
  }
  return query.size ? `${path}?${query}` : path;
}

/**
 * All items of a collection, page by page. For collections that people make by hand, which stay short.
 * @param {string} path
 * @param {AbortSignal} [signal]
 */
export async function all(path, signal) {
  const items = [];
  let cursor = null;
  do {
    const page = await request("GET", withQuery(path, { limit: 200, cursor }), { signal });
    items.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor);
  return items;
}
