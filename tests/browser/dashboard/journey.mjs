// From an account to a report and out again.

import assert from "node:assert/strict";
import { open, register, tabTo } from "./people.mjs";

/** Types an expense by the keyboard alone, the title's field having the focus. */
async function add(page, title, amount, category) {
  await page.keyboard.type(title);
  await page.keyboard.press("Tab");
  await page.keyboard.type(amount);
  if (category) {
    await page.keyboard.press("Tab");
    await page.keyboard.type(category);
  }
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: `Edit ${title}`, exact: true }).first().waitFor();
}

const focused = (page) => page.evaluate(() => document.activeElement.name);

export async function journey(page, baseUrl, complaints) {
  await register(page, baseUrl);
  await page.getByText("Nothing here yet").waitFor();

  await tabTo(page, "link", "Add expense");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "Expenses" }).waitFor();
  await page.waitForFunction(() => document.activeElement.name === "title");
  await add(page, "Coffee beans", "12,50", "Groceries");
  assert.equal(await focused(page), "title", "one can go on typing");
  await add(page, "Train ticket", "1,234.00", "Transport");

  // The category follows from what was bought before.
  await page.keyboard.type("Coffee beans");
  const category = page.locator(".entry [name=category]");
  await page.waitForFunction(() => document.querySelector(".entry [name=category]").value === "Groceries");
  assert.equal(await category.inputValue(), "Groceries");
  await page.keyboard.press("Tab");
  await page.keyboard.type("7.5");
  await page.keyboard.press("Enter");
  await page.locator("li.expense").getByText("€7.50").waitFor();
  assert.equal(await page.locator("li.expense").count(), 3);

  await open(page, "Budgets");
  await page.getByRole("button", { name: "New budget" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill("Food");
  await dialog.getByLabel("Amount").fill("20");
  await dialog.getByLabel("Groceries").check();
  await dialog.getByRole("button", { name: "Save" }).click();
  await page.getByRole("heading", { name: "Food" }).waitFor();
  // 20.00 of 20.00 are spent.
  await page.getByText("€20.00 of €20.00").first().waitFor();
  await page.getByText(/Food passed 100/).waitFor();

  await open(page, "Overview");
  const figure = (name) => page.locator(".figures .card", { has: page.locator("dt", { hasText: new RegExp(`^${name}$`) }) });
  await figure("Out").getByText("€1,254.00").waitFor();
  await figure("Left over").getByText("-€1,254.00").waitFor();
  await page.getByText(/Food passed 100/).waitFor();
  await page.locator(".share", { hasText: "Transport" }).getByText("€1,234.00").waitFor();
  await page.getByText("By day, as a table").click();
  await page.getByRole("region", { name: "By day, as a table" }).getByText("€1,254.00").waitFor();

  // Into a category, and back.
  await page.locator(".share").getByRole("link", { name: "Transport" }).click();
  await page.getByRole("button", { name: "Edit Train ticket" }).waitFor();
  assert.equal(await page.locator("li.expense").count(), 1);
  await page.goBack();
  await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();

  await open(page, "Expenses");
  await page.getByRole("button", { name: "Edit Train ticket" }).click();
  const editor = page.getByRole("form", { name: "Edit Train ticket" });
  await editor.getByLabel("Amount").fill("34");
  await editor.getByLabel("Tags").fill("work, travel");
  await page.keyboard.press("Enter");
  await page.locator("li.expense", { hasText: "Train ticket" }).getByText("€34.00").waitFor();
  await page.getByRole("link", { name: "travel" }).waitFor();

  const beans = page.locator("li.expense", { hasText: "€12.50" });
  await beans.getByRole("button", { name: "Delete Coffee beans" }).click();
  await page.waitForFunction(() => document.activeElement.textContent === "Undo");
  await page.keyboard.press("Enter");
  await beans.waitFor();
  assert.equal(await page.locator("li.expense.deleted").count(), 0, "it is back");
  // Not taken back, and the page goes: it is deleted all the same. The next page sends it once more, to be sure; by then it
  // may be gone.
  complaints.expected(/status of 404 .*\/expenses\/[0-9a-f-]+$/);
  await page.locator("li.expense", { hasText: "€7.50" }).getByRole("button", { name: "Delete Coffee beans" }).click();
  await page.getByRole("button", { name: "Undo" }).waitFor();
  await page.reload();
  await beans.waitFor();
  await page.waitForFunction(() => document.querySelectorAll("li.expense").length === 2);

  // The state is in the address.
  await page.getByLabel("Search").fill("tick");
  await page.waitForFunction(() => document.querySelectorAll("li.expense").length === 1);
  assert.equal(new URL(page.url()).searchParams.get("q"), "tick");
  await page.goBack();
  await page.waitForFunction(() => document.querySelectorAll("li.expense").length === 2);

  await open(page, "Profile");
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  await page.reload();
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  return "registered, added 3 by keyboard, budget, alert, overview, edited, deleted, undone, signed out";
}
