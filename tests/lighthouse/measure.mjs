// Measures screens of the dashboard with the demo's data: `measure.mjs BASE_URL CHROMIUM DEMO_PASSWORD`.
//
// Speed is judged as on a slow telephone, which Lighthouse calculates from what it saw here; what it saw depends on what else
// this machine does. So each screen is measured three times, and the middle result counts; all of them are printed.

import lighthouse from "lighthouse";
import puppeteer from "puppeteer-core";

const [baseUrl, executablePath, password] = process.argv.slice(2);
const GOAL = 95;
const TIMES = 3;
const SCREENS = ["overview", "expenses", "budgets", "categories", "recurring", "profile"];

const browser = await puppeteer.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"] });
let missed = 0;

/** The scores of one visit, out of 100, by category; and what was found wrong. */
async function measure(page, view) {
  const flags = { logLevel: "error", disableStorageReset: true, onlyCategories: ["performance", "accessibility", "best-practices", "seo"] };
  let lhr;
  // Now and then Chromium's trace lacks its beginning; that is no result, neither a good one nor a bad one.
  for (let attempts = 0; !lhr || (lhr.runtimeError?.code === "NO_NAVSTART" && attempts < TIMES); attempts += 1) {
    ({ lhr } = await lighthouse(`${baseUrl}/dashboard?view=${view}`, flags, undefined, page));
  }
  if (lhr.runtimeError) throw new Error(`${view}: ${lhr.runtimeError.message}`);
  const scores = Object.fromEntries(Object.values(lhr.categories).map(({ id, score }) => [id, Math.round(score * 100)]));
  const wrong = Object.values(lhr.categories).flatMap(({ id, auditRefs }) =>
    auditRefs.filter(({ id, weight }) => weight > 0 && lhr.audits[id].score !== null && lhr.audits[id].score < 0.9).map((audit) => `${id}: ${explain(lhr.audits[audit.id])}`),
  );
  return { scores, wrong };
}

function explain({ id, displayValue, details }) {
  const places = (details?.items ?? []).slice(0, 2).map((item) => item.node?.snippet ?? item.description);
  return [id, displayValue, ...places].filter(Boolean).join(" ");
}

const middle = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

try {
  const page = await browser.newPage();
  await page.goto(`${baseUrl}/dashboard`);
  await page.locator("input[type=email]").fill("demo@example.org");
  await page.locator("input[type=password]").fill(password);
  await page.locator("form button").click();
  await page.waitForSelector("nav[aria-label=Screens]");
  for (const view of SCREENS) {
    const visits = [];
    for (let time = 0; time < TIMES; time += 1) visits.push(await measure(page, view));
    const categories = Object.keys(visits[0].scores);
    const results = categories.map((id) => {
      const all = visits.map(({ scores }) => scores[id]);
      if (middle(all) < GOAL) missed += 1;
      return `${id} ${middle(all)} (${all.join(", ")})`;
    });
    console.log(`lighthouse: ${view}: ${results.join("; ")}`);
    for (const text of new Set(visits.flatMap(({ wrong }) => wrong))) console.log(`  ${text}`);
  }
} finally {
  await browser.close();
}
if (missed > 0) {
  console.error(`lighthouse: ${missed} results are below ${GOAL}`);
  process.exitCode = 1;
}
