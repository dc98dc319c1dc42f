// Takes the dashboard through what people do with it: `dashboard.mjs BASE_URL CHROMIUM DEMO_PASSWORD`. The database behind it
// holds the demo.

import assert from "node:assert/strict";
import { PATIENCE, launch, watch } from "./browser.mjs";
import { accounts } from "./dashboard/accounts.mjs";
import { expenses } from "./dashboard/expenses.mjs";
import { journey } from "./dashboard/journey.mjs";
import { planning } from "./dashboard/planning.mjs";
import { screens } from "./dashboard/screens.mjs";
import { trouble } from "./dashboard/trouble.mjs";

const [baseUrl, executablePath, demoPassword] = process.argv.slice(2);
const origin = new URL(baseUrl).origin;
const browser = await launch(executablePath);

/**
 * Runs a test on a page of its own, and then looks at what the browser did not like.
 * @param {string} name
 * @param {(page: import("playwright-core").Page, complaints: object) => Promise<string>} test answers what it found
 */
async function run(name, test) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: "en-IE" });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  const complaints = await watch(page, origin);
  try {
    const found = await test(page, complaints);
    assert.deepEqual(await complaints.all(), [], `${name} goes without a complaint of the browser`);
    console.log(`dashboard: ${name}: ${found}`);
  } catch (error) {
    if (process.env.SCREENSHOT) await page.screenshot({ path: process.env.SCREENSHOT });
    throw error;
  } finally {
    await context.close();
  }
}

try {
  await run("journey", (page, complaints) => journey(page, baseUrl, complaints));
  await run("screens", (page) => screens(page, baseUrl, demoPassword));
  for (const [name, test] of Object.entries({ ...accounts, ...expenses, ...planning, ...trouble })) {
    await run(name, (page, complaints) => test(page, baseUrl, complaints));
  }
} finally {
  await browser.close();
}
