// Every screen in both themes: what axe finds, and whether it fits.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { open, signIn } from "./people.mjs";

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const WIDTHS = [360, 1440];

/** Waits until nothing is loading and nothing moves. */
async function settled(page) {
  await page.waitForFunction(() => !document.querySelector(".loading, [aria-busy=true]"));
  await page.evaluate(() => document.fonts.ready);
  // A chart follows the window with the next picture that is drawn: after the second it has.
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}

async function check(page, name, findings) {
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 800 });
      await settled(page);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (overflow > 0) findings.push(`${name} at ${width} px is ${overflow} px too wide: ${await page.evaluate(widest)}`);
      const { violations } = await page.evaluate(() => globalThis.axe.run());
      for (const { id, nodes } of violations) {
        for (const node of nodes) findings.push(`${name}, ${colorScheme}, ${width} px: ${id}: ${node.html} ${node.failureSummary}`);
      }
    }
  }
}

/** What sticks out, in the page. */
function widest() {
  const edge = document.documentElement.clientWidth;
  const out = [...document.body.querySelectorAll("*")].filter((element) => element.getBoundingClientRect().right > edge + 1);
  return out.slice(0, 3).map((element) => element.outerHTML.slice(0, 120)).join(" | ");
}

/** What is opened on the screens, to be looked at too. */
const MORE = {
  Overview: async (page) => {
    for (const summary of await page.locator("main summary").all()) await summary.click();
  },
  Expenses: async (page) => {
    await page.getByRole("button", { name: "More", exact: true }).click();
    await page.getByText("Filters and order").click();
    await page.locator("li.expense").nth(1).getByRole("button", { name: /^Edit/ }).click();
    await page.locator("li.expense").nth(3).getByRole("button", { name: /^Delete/ }).click();
    // Before the page goes, or it is deleted.
    return () => page.getByRole("button", { name: "Undo" }).click();
  },
  Budgets: async (page) => {
    for (const summary of await page.getByText("Periods before").all()) await summary.click();
    await page.getByRole("button", { name: "New budget" }).click();
    return () => page.keyboard.press("Escape");
  },
  Categories: async (page) => {
    await page.getByRole("button", { name: "New category" }).click();
    return () => page.keyboard.press("Escape");
  },
  Recurring: async (page) => {
    for (const summary of await page.getByText("Next dates").all()) await summary.click();
    await page.getByRole("button", { name: "New recurring expense" }).click();
    return () => page.keyboard.press("Escape");
  },
};

export async function screens(page, baseUrl, demoPassword) {
  const findings = [];
  await page.addInitScript(await readFile(AXE, "utf8"));
  await page.goto(`${baseUrl}/dashboard`);
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  await check(page, "Sign in", findings);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("Type your e-mail address.").waitFor();
  await check(page, "Sign in, refused", findings);
  await page.getByRole("button", { name: "Create an account" }).click();
  await check(page, "Register", findings);

  await signIn(page, baseUrl, "demo@example.org", demoPassword);
  await firstPaint(page);
  const names = ["Overview", "Expenses", "Budgets", "Categories", "Recurring", "Profile"];
  for (const name of names) {
    await open(page, name);
    await check(page, name, findings);
    const close = await MORE[name]?.(page);
    if (MORE[name]) await check(page, `${name}, opened`, findings);
    await close?.();
  }

  await open(page, "Expenses");
  await page.getByLabel("Search").fill("there is no such expense");
  await page.getByText("Nothing found").waitFor();
  await check(page, "Expenses, none", findings);
  await endless(page, baseUrl);
  assert.deepEqual(findings, [], "axe has no findings, and nothing is too wide");
  return `${names.length + 1} screens in 2 themes at ${WIDTHS.join(" and ")} px: axe finds nothing, nothing is too wide`;
}

/** The figures are there after one document, one script, one style and one call of the API. */
async function firstPaint(page) {
  await page.locator(".figures").waitFor();
  const asked = [];
  // The icon, which is of type "other", is for the browser's own use.
  const note = (request) => request.resourceType() !== "other" && asked.push(request.resourceType());
  page.on("request", note);
  await page.reload();
  await page.locator(".figures").waitFor();
  page.off("request", note);
  assert.deepEqual(asked.sort(), ["document", "fetch", "script", "stylesheet"], "what the browser asks for");
}

/** The list goes on as one scrolls. */
async function endless(page) {
  await page.getByLabel("Search").fill("");
  await page.waitForFunction(() => document.querySelectorAll("li.expense").length >= 25);
  await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
  await page.waitForFunction(() => document.querySelectorAll("li.expense").length >= 150 || scrollTo(0, document.body.scrollHeight));
}
