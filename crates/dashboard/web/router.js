// What is shown is in the address: `/dashboard?view=expenses&month=2026-11&q=coffee`.

import { createStore } from "./store.js";

const PATH = "/dashboard";

/** The parameters of the address. `view` is always there. */
export const route = createStore(parse(location.search));

function parse(search) {
  return { view: "overview", ...Object.fromEntries(new URLSearchParams(search)) };
}

/**
 * The address at which these parameters are shown.
 * @param {Record<string, string | undefined>} parameters
 */
export function href(parameters) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value && !(name === "view" && value === "overview")) query.set(name, value);
  }
  return query.size ? `${PATH}?${query}` : PATH;
}

/**
 * Shows something else.
 * @param {Record<string, string | undefined>} parameters all of them
 * @param {{replace?: boolean}} [options] `replace`: not a step that the back button goes back
 */
function navigate(parameters, { replace = false } = {}) {
  const address = href(parameters);
  if (address === location.pathname + location.search) return;
  history[replace ? "replaceState" : "pushState"](null, "", address);
  route.set(parse(location.search));
}

/** Changes some of the parameters. */
export function change(parameters, options) {
  navigate({ ...route.get(), ...parameters }, options);
}

addEventListener("popstate", () => route.set(parse(location.search)));

// Links are plain ones; a click on one of ours needs no new document.
document.addEventListener("click", (event) => {
  const link = event.target instanceof Element && event.target.closest("a[href]");
  const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  if (!link || !plain || event.defaultPrevented || link.target || link.pathname !== PATH || link.origin !== location.origin) return;
  event.preventDefault();
  navigate(parse(link.search));
});
