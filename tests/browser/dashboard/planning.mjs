// Budgets, categories and what recurs: changes that must not be lost, and days that must be those that are shown.

import assert from "node:assert/strict";
import { device, open, refused, register } from "./people.mjs";

/** What the dialog says of a change that came second, and that it can be sent all the same. */
async function saveTwice(page, field, mine, saved) {
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel(...field).fill(mine);
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.getByRole("alert").getByText("It was changed elsewhere meanwhile.").waitFor();
  await page.waitForFunction(() => document.querySelector("dialog [role=alert]").getBoundingClientRect().bottom < innerHeight);
  assert.equal(await dialog.getByLabel(...field).inputValue(), mine, "what was typed is kept");
  await saved?.(dialog);
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.waitFor({ state: "detached" });
}

/** What is wider than its card or broken within a figure, in the page. */
function outside() {
  const right = (element) => element.getBoundingClientRect().right;
  return [...document.querySelectorAll(".card .money, .figures .amount")]
    .filter((figure) => figure.getClientRects().length > 1 || (figure.clientWidth > 0 && figure.scrollWidth > figure.clientWidth + 1) || right(figure) > right(figure.closest(".card")))
    .map((figure) => figure.textContent);
}

/** How many changes a double click sends to a server that answers only after it; until `done` is there. */
async function sentByTwoClicks(page, button, done) {
  let sent = 0;
  let answer = null;
  const clicked = new Promise((resolve) => (answer = resolve));
  await page.route("**/recurring/**", async (route) => {
    if (route.request().method() !== "GET") {
      sent += 1;
      await clicked;
    }
    await route.continue();
  });
  await button.dblclick();
  answer();
  await done.waitFor();
  return sent;
}

export const planning = {
  async "two devices plan"(page, baseUrl, complaints) {
    refused(complaints, 412);
    refused(complaints, 404);
    const email = await register(page, baseUrl);
    const send = await device(baseUrl, email);
    const budget = await send("POST", "/budgets/", { name: "Food", amount: 200 });
    const rent = await send("POST", "/recurring/", { title: "Rent", amount: 900, rule: "FREQ=MONTHLY", starts_on: "2099-01-01" });
    const category = (await send("GET", "/categories/?limit=1")).items[0];

    await page.setViewportSize({ width: 360, height: 640 });
    await open(page, "Budgets");
    await page.getByRole("button", { name: "Edit Food" }).click();
    await send("PATCH", `/budgets/${budget.id}`, { name: "Food and drink", alert_at: [50] });
    await saveTwice(page, ["Amount"], "250.00", async (dialog) => {
      assert.equal(await dialog.getByLabel("Name").inputValue(), "Food and drink", "what was not touched is as it is there");
    });
    const saved = await send("GET", `/budgets/${budget.id}`);
    assert.deepEqual([saved.name, saved.amount, saved.alert_at], ["Food and drink", 250, [50]], "both changes are saved");
    await page.getByRole("button", { name: "Edit Food and drink" }).click();
    await send("PATCH", `/budgets/${budget.id}`, { name: "Meals" });
    await page.getByRole("dialog").getByLabel("Name").fill("Eating");
    await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
    await page.getByRole("alert").waitFor();
    await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("heading", { name: "Meals" }).waitFor();

    await open(page, "Recurring");
    await page.getByRole("button", { name: "Edit Rent" }).click();
    await send("PATCH", `/recurring/${rent.id}`, { amount: 950 });
    await saveTwice(page, ["What for"], "Rent and heating");
    await page.getByText("€950.00").waitFor();
    await page.getByRole("heading", { name: "Rent and heating" }).waitFor();

    await open(page, "Categories");
    await page.getByRole("button", { name: `Edit ${category.name}`, exact: true }).click();
    await send("PATCH", `/categories/${category.id}`, { color: "#112233" });
    await saveTwice(page, ["Name"], "Another name");
    assert.equal((await send("GET", `/categories/${category.id}`)).color, "#112233");
    await page.getByRole("button", { name: "Delete Another name" }).click();
    await send("DELETE", `/categories/${category.id}`);
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await page.getByRole("alert").getByText("It is no longer there").waitFor();
    await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("button", { name: "Delete Another name" }).waitFor({ state: "detached" });

    await open(page, "Profile");
    await page.getByLabel("Name").fill("Ada");
    await send("PATCH", "/me", { currency: "SEK" });
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("alert").getByText("It was changed elsewhere meanwhile.").waitFor();
    assert.equal(await page.getByLabel("Name").inputValue(), "Ada");
    assert.equal(await page.getByLabel("Currency").inputValue(), "SEK");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Your profile is saved.").waitFor();
    return "what both changed of a budget, a category, a recurring expense and the profile is saved";
  },

  async "what recurs"(page, baseUrl) {
    const email = await register(page, baseUrl);
    const send = await device(baseUrl, email);
    const first = { amount: 10, starts_on: "2099-01-01" };
    const monthly = await send("POST", "/recurring/", { ...first, title: "Rent", rule: "FREQ=MONTHLY;BYMONTHDAY=1" });
    const rich = await send("POST", "/recurring/", { ...first, title: "Club", rule: "FREQ=MONTHLY;BYDAY=1FR" });
    const ruleOf = async ({ id }) => (await send("GET", `/recurring/${id}`)).rule;
    await open(page, "Recurring");
    const dialog = page.getByRole("dialog");
    const save = () => dialog.getByRole("button", { name: "Save" }).click();

    await page.getByRole("button", { name: "Edit Rent" }).click();
    await dialog.getByLabel("How often").fill("12x");
    await save();
    await dialog.getByText("Type a whole number from 1 to 10000.").waitFor();
    await dialog.getByLabel("How often").fill("12");
    await dialog.getByLabel("First on").fill("2099-01-15");
    await save();
    await dialog.waitFor({ state: "detached" });
    const { next_on: next, occurrences } = await send("GET", `/recurring/${monthly.id}`);
    assert.deepEqual([next, occurrences, await ruleOf(monthly)], ["2099-01-15", 12, "FREQ=MONTHLY"], "what the dialog says is saved");

    await page.getByRole("button", { name: "Edit Club" }).click();
    assert.equal(await dialog.getByLabel("Rule").inputValue(), "FREQ=MONTHLY;BYDAY=1FR", "a rule of many words is shown as it is");
    await dialog.getByLabel("First on").fill("2099-01-20");
    await save();
    await dialog.waitFor({ state: "detached" });
    assert.equal(await ruleOf(rich), "FREQ=MONTHLY;BYDAY=1FR", "and kept");

    const card = page.getByRole("region", { name: "Rent" });
    await card.getByText("Next dates").click();
    assert.equal(await sentByTwoClicks(page, card.getByRole("button", { name: "Skip" }).first(), card.getByRole("button", { name: "Do not skip" })), 1);
    assert.equal(await sentByTwoClicks(page, page.getByRole("button", { name: "Pause Rent" }), page.getByRole("button", { name: "Go on with Rent" })), 1);
    await card.getByText("None: it is paused.").waitFor();
    assert.equal(await page.getByRole("alert").count(), 0);
    return "days and counts are saved as shown, rich rules kept, a second click is none";
  },

  async "a budget to come"(page, baseUrl) {
    const email = await register(page, baseUrl);
    const send = await device(baseUrl, email);
    await send("POST", "/budgets/", { name: "Later", amount: 5, starts_on: "2099-01-01" });
    await send("POST", "/budgets/", { name: "Long ago", amount: 5, starts_on: "2020-01-01", ends_on: "2020-03-31" });
    await open(page, "Budgets");
    const periods = (name) => page.getByRole("region", { name, exact: true }).first();
    await periods("Later").getByText("Periods before").click();
    await periods("Later").getByText("None: it has not begun.").waitFor();
    await periods("Long ago").getByText("Periods before").click();
    await periods("Long ago").getByRole("rowheader").nth(2).waitFor();
    await page.getByRole("button", { name: "Edit Later" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Alerts at percents").fill("80, x");
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.getByText("Type whole percents from 1 to 1000").waitFor();
    return "its periods are said not to have begun, those of one that has ended are there";
  },

  async "plans without expenses"(page, baseUrl) {
    const email = await register(page, baseUrl, "?view=budgets");
    const send = await device(baseUrl, email);
    await send("POST", "/budgets/", { name: "Food", amount: 200 });
    await open(page, "Overview");
    await page.getByText("Nothing here yet").waitFor();
    await page.getByText("€0.00 of €200.00").waitFor();
    return "the overview shows budgets of who has no expenses yet";
  },

  async "figures of fifteen digits"(page, baseUrl) {
    const email = await register(page, baseUrl, "?view=profile");
    const send = await device(baseUrl, email);
    await send("POST", "/expenses/", { title: "Everything there is", amount: 9999999999999.99 });
    await send("POST", "/budgets/", { name: "All", amount: 9999999999999 });
    const check = async (screen, shown) => {
      await open(page, screen);
      await page.locator(shown).first().waitFor();
      for (const width of [360, 1440]) {
        await page.setViewportSize({ width, height: 800 });
        assert.deepEqual(await page.evaluate(outside), [], `${screen} at ${width} px`);
      }
    };
    await check("Overview", ".figures .amount");
    await check("Budgets", ".budget");
    return "they stay in one line and in their cards";
  },

  async "a month that cannot be had"(page, baseUrl, complaints) {
    refused(complaints, 503);
    const email = await register(page, baseUrl, "?view=profile");
    const send = await device(baseUrl, email);
    await send("POST", "/expenses/", { title: "Shoes", amount: 77 });
    await open(page, "Overview");
    await page.locator(".figures").waitFor();
    let broken = true;
    const problem = { status: 503, detail: "x", code: "unavailable" };
    await page.route(/\/dashboard\?month=/, (route) => (broken && route.request().resourceType() === "fetch" ? route.fulfill({ status: 503, json: problem }) : route.continue()));
    await page.getByRole("navigation", { name: "Month" }).getByRole("link").first().click();
    await page.getByRole("alert").waitFor();
    assert.equal(await page.locator(".figures").count(), 0, "no figures of another month");
    broken = false;
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByText("Nothing here yet").waitFor();
    return "its failure stands alone";
  },
};
