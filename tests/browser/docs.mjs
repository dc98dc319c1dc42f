// Opens /docs in Chromium, logs in, creates an expense and finds it in the list, as a newcomer would.

import assert from "node:assert/strict";
import { PATIENCE, launch, watch } from "./browser.mjs";

const [baseUrl, executablePath, screenshot] = process.argv.slice(2);
const origin = new URL(baseUrl).origin;
const credentials = { email: "ada@example.org", password: "correct horse battery staple" };
const browser = await launch(executablePath);

try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 1400 } });
  page.setDefaultTimeout(PATIENCE);
  const complaints = await watch(page, origin);

  await page.goto(`${baseUrl}/docs`);
  await page.getByRole("heading", { name: "Finance Tracker API" }).waitFor();
  const { paths } = await (await fetch(`${baseUrl}/openapi.json`)).json();
  const operations = Object.values(paths).flatMap((path) => Object.keys(path));
  assert.equal(await page.locator(".opblock").count(), operations.length, "the operations on the page");

  // Tries an operation out and answers the status and the body that the page shows.
  async function execute(operationId, fill) {
    const block = page.locator(`.opblock[id$="-${operationId}"]`);
    await block.locator(".opblock-summary-control").click();
    if (fill) await fill(block);
    await block.getByRole("button", { name: "Execute" }).click();
    const answer = block.locator(".live-responses-table .response").first();
    await answer.waitFor();
    const status = (await answer.locator(".response-col_status").innerText()).trim().slice(0, 3);
    const body = await answer.locator(".response-col_description .highlight-code code, .response-col_description pre").first().innerText();
    return { status: Number(status), body: JSON.parse(body) };
  }
  const body = (value) => (block) => block.locator("textarea.body-param__text").fill(JSON.stringify(value));

  assert.equal((await execute("register", body({ ...credentials, name: "Ada" }))).status, 201, "register");
  const login = await execute("login", body(credentials));
  assert.equal(login.status, 200, "login");

  await page.getByRole("button", { name: "Authorize" }).click();
  const dialog = page.locator(".dialog-ux");
  await dialog.getByRole("textbox").fill(login.body.access_token);
  await dialog.getByRole("button", { name: /^apply credentials|^authorize/i }).click();
  await dialog.getByRole("button", { name: "Logout" }).or(dialog.getByRole("button", { name: /remove/i })).first().waitFor();
  await dialog.getByRole("button", { name: "Close" }).last().click();

  const created = await execute("create_expense", body({ title: "Groceries in the browser", amount: 45.58 }));
  assert.equal(created.status, 201, "create");
  // As the page comes: it must not fill in filters that nobody asked for.
  const list = await execute("list_expenses");
  assert.equal(list.status, 200, "list");
  assert.deepEqual(list.body.items.map((expense) => expense.id), [created.body.id], "the list");

  await page.locator('.opblock[id$="-list_expenses"] .live-responses-table').scrollIntoViewIfNeeded();
  await page.screenshot({ path: screenshot });
  assert.deepEqual(await complaints.all(), [], "the page works without a complaint of the browser");
  console.log("docs: no complaint of the browser; logged in, created an expense and listed it");
} finally {
  await browser.close();
}
