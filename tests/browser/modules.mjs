// The modules of the dashboard that know no browser, for tests that need none either.

import { readFile } from "node:fs/promises";

/** A module on its own, as it stands in the sources. */
export async function load(path) {
  const text = await readFile(new URL(`../../crates/dashboard/web/${path}`, import.meta.url), "utf8");
  return import(`data:text/javascript,${encodeURIComponent(text)}`);
}
