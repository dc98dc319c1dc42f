// A browser that works without a screen and tells what it did not like.

import { chromium } from "playwright-core";

/** How long anything may take before the test gives up, in milliseconds. No test is about how long it takes. */
export const PATIENCE = 30_000;

/** Starts Chromium. */
export function launch(executablePath) {
  return chromium.launch({
    executablePath,
    headless: true,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-dev-shm-usage",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/**
 * Watches a page for what must not happen.
 * @param {import("playwright-core").Page} page before it goes anywhere
 * @param {string} origin the only one that it may ask
 * @returns {Promise<{expected: (pattern: RegExp) => void, all: () => Promise<string[]>}>} `expected`: complaints that the
 *   test itself brings about; `all`: what else there was
 */
export async function watch(page, origin) {
  const complaints = [];
  const expected = [];
  page.on("console", (message) => {
    const place = message.location().url;
    if (["error", "warning"].includes(message.type())) complaints.push(`console: ${message.text()} ${place}`);
  });
  page.on("pageerror", (error) => complaints.push(`exception: ${error.message}`));
  page.on("requestfailed", (request) => {
    // What the page itself took back, as one does with a search while more is typed.
    const reason = request.failure()?.errorText;
    if (reason !== "net::ERR_ABORTED") complaints.push(`failed: ${request.url()} ${reason}`);
  });
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.protocol !== "data:" && url.origin !== origin) complaints.push(`another origin: ${request.url()}`);
  });
  // A violation of the Content-Security-Policy is also told to the console, as an error; but not every one.
  await page.exposeFunction("reportViolation", (text) => complaints.push(`policy: ${text}`));
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      globalThis.reportViolation(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
    });
  });
  return {
    expected: (pattern) => expected.push(pattern),
    async all() {
      // What the page has just found out must arrive here.
      await page.evaluate(() => new Promise((resolve) => setTimeout(resolve)));
      return complaints.filter((text) => !expected.some((pattern) => pattern.test(text)));
    },
  };
}
