// What may happen to expenses on their screen, beside the journey.

import assert from "node:assert/strict";
import { load } from "../modules.mjs";
import { PASSWORD, device, open, register, signIn } from "./people.mjs";

const URL_OF_LIST = /\/expenses\/\?/;

/** A screen with expenses that another device has made. Answers what that device sends by, and what it made. */
async function screenWith(page, baseUrl, expenses, query = "") {
  const email = await register(page, baseUrl, "?view=profile");
  const send = await device(baseUrl, email);
  const made = [];
  for (const expense of expenses) made.push(await send("POST", "/expenses/", { amount: 10, currency: "EUR", ...expense }));
  await open(page, "Expenses");
  if (query) await page.evaluate((query) => (history.pushState(null, "", query), dispatchEvent(new Event("popstate"))), `/dashboard?view=expenses&${query}`);
  return [send, made];
}

const numbered = (count) => Array.from({ length: count }, (_, index) => ({ title: `Number ${index + 1}`, date: "2026-01-05" }));
const row = (page, title) => page.locator("li.expense", { hasText: title });
const edit = (page, title) => page.getByRole("button", { name: `Edit ${title}`, exact: true });
const editorOf = (page, title) => page.getByRole("form", { name: `Edit ${title}` });
const entry = (page) => page.locator("form.entry");
const params = (page) => Object.fromEntries(new URL(page.url()).searchParams);
const until = (page, count) => page.waitForFunction((count) => document.querySelectorAll("li.expense").length === count, count);

/** Stops answers on their way, from now until `release` is called; `asked` is when the first one has come. */
async function held(page, url) {
  let release;
  const gate = new Promise((resolve) => (release = resolve));
  let seen;
  const asked = new Promise((resolve) => (seen = resolve));
  await page.route(url, async (route) => {
    const response = await route.fetch();
    seen();
    await gate;
    return route.fulfill({ response });
  });
  return { asked, release };
}

const answer = (status, code) => ({ status, contentType: "application/problem+json", json: { type: "about:blank", title: code, status, code } });

export const expenses = {
  async "tags with commas"(page, baseUrl) {
    const [send, [made]] = await screenWith(page, baseUrl, [{ title: "Cable", tags: ["a, b", 'c"d', '"e"'] }]);
    const change = async (label, text) => {
      await edit(page, "Cable").first().click();
      await editorOf(page, "Cable").getByLabel(label).fill(text);
      await page.keyboard.press("Enter");
      await editorOf(page, "Cable").waitFor({ state: "detached" });
      return (await send("GET", `/expenses/${made.id}`)).tags;
    };
    assert.deepEqual((await change("Amount", "11")).sort(), ['"e"', "a, b", 'c"d'].sort(), "another field was changed");
    assert.deepEqual((await change("Tags", '"a, b", new')).sort(), ["a, b", "new"]);
    return "they stay as they are, and can be written in quotes";
  },

  async "a page that comes after a change"(page, baseUrl) {
    await page.addInitScript(() => {
      // More is loaded by the button only.
      globalThis.IntersectionObserver = class { observe() {} disconnect() {} };
    });
    await screenWith(page, baseUrl, numbered(30));
    await until(page, 25);
    const more = await held(page, URL_OF_LIST);
    await page.getByRole("button", { name: "Load more" }).click();
    await more.asked;
    await edit(page, "Number 30").first().click();
    await editorOf(page, "Number 30").getByLabel("What for").fill("Changed meanwhile");
    await page.keyboard.press("Enter");
    await edit(page, "Changed meanwhile").first().waitFor();
    more.release();
    await until(page, 30);
    assert.equal(await row(page, "Changed meanwhile").count(), 1);
    assert.equal(await row(page, "Number 30").count(), 0);
    return "what was saved stays on the screen";
  },

  async "a place in the list"(page, baseUrl) {
    await screenWith(page, baseUrl, numbered(60), "q=number");
    await until(page, 25);
    await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
    await until(page, 60);
    await edit(page, "Number 3").first().click();
    await editorOf(page, "Number 3").getByLabel("Amount").fill("77");
    await page.keyboard.press("Enter");
    await row(page, "€77.00").waitFor();
    await page.waitForFunction(() => !document.querySelector("[aria-busy=true]"));
    assert.equal(await page.locator("li.expense").count(), 60, "nothing is loaded from the beginning");
    assert.equal(await page.evaluate(() => document.activeElement.textContent), "Number 3", "the focus is where one was");

    await edit(page, "Number 5").first().click();
    await editorOf(page, "Number 5").getByLabel("What for").fill("Number 5, half typed");
    await entry(page).getByLabel("What for").fill("Number 61");
    await entry(page).getByLabel("Amount").fill("1");
    await page.keyboard.press("Enter");
    await edit(page, "Number 61").first().waitFor();
    assert.equal(await editorOf(page, "Number 5").getByLabel("What for").inputValue(), "Number 5, half typed");

    // To another day, and out of what is looked for.
    await edit(page, "Number 8").first().click();
    await editorOf(page, "Number 8").getByLabel("Date").fill("2026-02-01");
    await editorOf(page, "Number 8").getByLabel("What for").press("Enter");
    await page.getByRole("region", { name: /Feb/ }).getByText("Number 8").waitFor();
    assert.equal(await page.evaluate(() => document.activeElement.textContent), "Number 8", "the focus goes with it");
    return "it is kept by a change, by an addition and by a row that moves";
  },

  async "a conflict that ends badly"(page, baseUrl, complaints) {
    complaints.expected(/status of (404|412|503)/);
    const [send, [made]] = await screenWith(page, baseUrl, [{ title: "Rent" }]);
    await edit(page, "Rent").first().click();
    const editor = editorOf(page, "Rent");
    await editor.getByLabel("Amount").fill("12");
    await send("PATCH", `/expenses/${made.id}`, { amount: 11 });
    await editor.getByRole("button", { name: "Save" }).click();
    const dialog = page.getByRole("dialog", { name: "Changed on another device" });
    await dialog.waitFor();
    assert.equal(await page.evaluate(() => document.activeElement.textContent), "Go on editing");
    const broken = (route) => (route.request().method() === "PATCH" ? route.fulfill(answer(503, "unavailable")) : route.fallback());
    await page.route("**/expenses/*", broken);
    await dialog.getByRole("button", { name: "Save my change" }).click();
    await editor.getByRole("alert").getByText("The server could not do this just now.").waitFor();
    assert.equal(await editor.getByLabel("Amount").inputValue(), "12");
    await page.unroute("**/expenses/*", broken);
    await send("DELETE", `/expenses/${made.id}`);
    await editor.getByRole("button", { name: "Save" }).click();
    await page.getByRole("dialog", { name: "Deleted on another device" }).getByRole("button", { name: "Remove it here too" }).click();
    await page.getByText("No expenses yet").waitFor();
    return "a failure is told and loses nothing; what was deleted elsewhere is told as such";
  },

  async "a session that ends"(page, baseUrl, complaints) {
    complaints.expected(/status of 401/);
    await screenWith(page, baseUrl, [{ title: "Rent" }]);
    await row(page, "Rent").waitFor();
    let expired = true;
    await page.route("**/expenses/**", (route) => route.continue(expired ? { headers: { ...route.request().headers(), authorization: "Bearer expired" } } : {}));
    await entry(page).getByLabel("What for").fill("Typed before");
    await entry(page).getByLabel("Amount").fill("4");
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog", { name: "Your session has ended" });
    await dialog.waitFor();
    for (let press = 0; press < 4; press += 1) await page.keyboard.press("Escape");
    // As a system does it that asks nobody.
    await page.evaluate(() => document.querySelector("dialog").close());
    expired = false;
    await dialog.getByLabel("Password").fill(PASSWORD);
    await page.keyboard.press("Enter");
    await edit(page, "Typed before").first().waitFor();
    return "Escape does not make the question go away";
  },

  async "undo while one looks for others"(page, baseUrl) {
    await screenWith(page, baseUrl, [{ title: "Rent" }, { title: "Cable" }]);
    await page.getByRole("button", { name: "Delete Rent" }).click();
    await page.getByLabel("Search").fill("cable");
    await until(page, 2);
    await page.getByRole("list", { name: "Being deleted" }).getByRole("button", { name: "Undo" }).click();
    await until(page, 1);
    await page.getByRole("link", { name: "Clear all" }).click();
    await row(page, "Rent").waitFor();
    return "it can be reached until the time is over";
  },

  async "time to undo"(page, baseUrl) {
    await page.clock.install();
    await screenWith(page, baseUrl, [{ title: "Rent" }]);
    await page.getByRole("button", { name: "Delete Rent" }).press("Enter");
    await page.waitForFunction(() => document.activeElement.textContent === "Undo");
    await page.clock.fastForward(70_000);
    assert.equal(await page.getByRole("button", { name: "Undo" }).count(), 1, "there is more time where the focus is");
    await page.clock.fastForward(15_000);
    await page.getByText("No expenses yet").waitFor();
    return "ten times as long with the focus, but not for ever";
  },

  async "a day later"(page, baseUrl) {
    await page.clock.install({ time: new Date("2026-03-01T22:00:00Z") });
    await screenWith(page, baseUrl, []);
    const date = entry(page).getByLabel("Date");
    const before = await date.inputValue();
    await page.clock.setFixedTime(new Date("2026-03-03T12:00:00Z"));
    await entry(page).getByLabel("What for").focus();
    await page.waitForFunction((before) => document.querySelector("form.entry [name=date]").value !== before, before);
    assert.equal(await date.inputValue(), "2026-03-03");
    await date.fill("2026-02-20");
    await page.clock.setFixedTime(new Date("2026-03-04T12:00:00Z"));
    await entry(page).getByLabel("What for").focus();
    assert.equal(await date.inputValue(), "2026-02-20", "what was chosen stays");
    return "the date is that of the day; one that was chosen stays";
  },

  async "filters"(page, baseUrl, complaints) {
    complaints.expected(/status of (400|422)/);
    await screenWith(page, baseUrl, [{ title: "Rent", date: "2026-01-05" }, { title: "Cable", date: "2026-02-05", amount: 20 }], "from=2026-01-05&to=2026-01-05");
    await until(page, 1);
    await page.getByText("Filters and order").click();
    const previous = page.getByRole("navigation", { name: "Month" }).getByRole("link").first();
    await previous.click();
    assert.deepEqual(Object.keys(params(page)).sort(), ["month", "view"], "a month takes the place of days");
    const from = page.getByLabel("From");
    assert.equal(await from.inputValue(), "");
    const steps = await page.evaluate(() => history.length);
    await from.focus();
    await from.pressSequentially("01052026");
    await page.waitForFunction(() => new URLSearchParams(location.search).has("from"));
    assert.match(params(page).from, /^2026-/);
    assert.equal(params(page).month, undefined, "and the other way round");
    assert.equal(await page.evaluate(() => history.length), steps + 1, "one step for one date");

    await page.getByLabel("At least").fill("abc");
    await page.getByText("Type an amount, such as 12.50.").waitFor();
    await page.getByLabel("At least").fill("20,5");
    await page.getByLabel("At most").fill("3");
    await page.getByText("This is less than “At least”.").waitFor();
    await page.getByText(/These filters cannot be used/).waitFor();
    assert.equal(params(page).min_amount, "20.5");

    await page.evaluate(() => {
      const search = document.querySelector("[type=search]");
      search.value = "never looked for";
      search.dispatchEvent(new Event("input", { bubbles: true }));
      [...document.querySelectorAll("a")].find((one) => one.textContent === "Clear all").click();
    });
    await until(page, 2);
    assert.deepEqual([await page.getByLabel("Search").inputValue(), await page.getByLabel("At least").inputValue()], ["", ""]);
    assert.deepEqual(params(page), { view: "expenses" });
    return "months and days exclude one another, a date is one step, what is wrong is said, and all is cleared";
  },

  async "other orders"(page, baseUrl) {
    await screenWith(page, baseUrl, [{ title: "Rent", date: "2026-01-05" }, { title: "Cable", date: "2026-02-05" }], "sort=-amount");
    await row(page, "Rent").getByText(/Jan/).waitFor();
    await row(page, "Cable").getByText(/Feb/).waitFor();
    await page.getByText("Filters and order").click();
    await page.getByLabel("Order").selectOption("-created_at");
    await page.getByRole("heading", { name: /^Added / }).waitFor();
    assert.equal(await page.locator(".expenses section").count(), 1);
    await row(page, "Rent").getByText(/Jan/).waitFor();
    return "each row has its date";
  },

  async "what is refused and not seen"(page, baseUrl, complaints) {
    complaints.expected(/status of (400|422)/);
    await screenWith(page, baseUrl, []);
    await entry(page).getByLabel("What for").fill("Rent");
    await entry(page).getByLabel("Amount").fill("10");
    await page.getByRole("button", { name: "More" }).click();
    await entry(page).getByLabel("Tags").fill("x".repeat(51));
    await page.getByRole("button", { name: "Less" }).click();
    await page.getByRole("button", { name: "Add", exact: true }).click();
    await page.waitForFunction(() => document.activeElement.name === "tags" && document.activeElement.getAttribute("aria-invalid") === "true");
    return "its field is shown";
  },

  async "two submits in one moment"(page, baseUrl) {
    const [send] = await screenWith(page, baseUrl, [{ title: "Café Müller", category: "Breakfasts" }]);
    await row(page, "Café Müller").waitFor();
    await entry(page).getByLabel("Amount").fill("3");
    await page.evaluate(() => {
      const form = document.querySelector("form.entry");
      form.elements.title.value = "cafe mu";
      form.elements.title.dispatchEvent(new Event("input", { bubbles: true }));
      return Promise.resolve().then(() => (form.requestSubmit(), form.requestSubmit()));
    });
    await edit(page, "cafe mu").first().waitFor();
    const { items } = await send("GET", "/expenses/?sort=-created_at");
    assert.deepEqual(items.map(({ title, category }) => [title, category]), [["cafe mu", "Breakfasts"], ["Café Müller", "Breakfasts"]]);
    // The category was made on first use by another device after the screen knew them all.
    await entry(page).getByLabel("What for").fill("Lamp");
    await entry(page).getByLabel("Amount").fill("3");
    await entry(page).getByLabel("Category").fill("Made here");
    await page.keyboard.press("Enter");
    await row(page, "Lamp").locator(".dot").waitFor();
    return "one expense, with the category of before, accents or none; a new category has its colour";
  },

  async "an outage"(page, baseUrl, complaints) {
    complaints.expected(/status of 503/);
    const email = await register(page, baseUrl, "?view=profile");
    const send = await device(baseUrl, email);
    await send("POST", "/expenses/", { title: "Rent", amount: 10, category: "Housing" });
    await page.getByRole("button", { name: "Sign out" }).click();
    let broken = true;
    await page.route(/\/(me|categories\/.*|expenses\/.*)$/, (route) => (broken ? route.fulfill(answer(503, "unavailable")) : route.fallback()));
    await signIn(page, baseUrl, email, PASSWORD, "?view=expenses");
    await page.getByRole("alert").waitFor();
    broken = false;
    await page.getByRole("button", { name: "Try again" }).click();
    await row(page, "Rent").locator(".dot").waitFor();
    await entry(page).getByLabel(/^Amount in /).waitFor();
    return "trying again brings the profile and the categories, too";
  },

  async currencies(page, baseUrl) {
    const { decimalsOf } = await load("money.js");
    const email = await register(page, baseUrl);
    const { access_token: token } = await (await fetch(`${baseUrl}/auth/login`, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ email, password: PASSWORD }),
    })).json();
    const { components } = await (await fetch(`${baseUrl}/openapi.json`)).json();
    const codes = components.schemas.Currency.enum;
    for (const currency of codes) {
      // The API writes amounts with the decimals of their currency.
      const response = await fetch(`${baseUrl}/expenses/`, {
        method: "POST", headers: { "Content-Type": "application/json", Authorization: `Bearer ${token}` },
        body: JSON.stringify({ title: currency, amount: 1, currency }),
      });
      const [, decimals = ""] = /"amount":1(?:\.(\d+))?[,}]/.exec(await response.text());
      assert.equal(decimalsOf(currency), decimals.length, currency);
    }
    return `${codes.length} have the decimals that the API gives them`;
  },
};
