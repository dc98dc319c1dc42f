// A journey through the API with a client made from its document: `node journey.js BASE_URL`.

import assert from "node:assert/strict";
import createClient from "openapi-fetch";
import type { components, paths } from "./generated/api.js";

type Expense = components["schemas"]["Expense"];
type Problem = components["schemas"]["Problem"];

const baseUrl = process.argv[2];
assert(baseUrl, "usage: node journey.js BASE_URL");
const client = createClient<paths>({ baseUrl });
const credentials = { email: "typescript@example.org", password: "correct horse battery staple" };

/** The data of an answer, which must be there. */
function data<T>(answer: { data?: T | undefined; error?: unknown; response: Response }): T {
  assert(answer.data !== undefined, `${answer.response.status} ${JSON.stringify(answer.error)}`);
  return answer.data;
}

/** The problem of an answer, which must be there. */
function problem(answer: { error?: Problem | undefined }): Problem {
  assert(answer.error, "expected a problem");
  return answer.error;
}

/** A report that was asked for as JSON, not as the table that it can be as well. */
function report<T>(answer: { data?: T | undefined; error?: unknown; response: Response }): Exclude<T, string> {
  const body = data(answer);
  assert(typeof body !== "string");
  return body as Exclude<T, string>;
}

const user = data(await client.POST("/auth/register", { body: { ...credentials, name: "Ada" } }));
assert.equal(user.email, credentials.email);
assert.equal(problem(await client.GET("/expenses/")).code, "missing_token");

const token = data(await client.POST("/auth/login", { body: credentials }));
client.use({
  onRequest({ request }) {
    request.headers.set("Authorization", `Bearer ${token.access_token}`);
    return request;
  },
});

const profile = data(await client.PATCH("/me", { body: { currency: "JPY", first_day_of_week: "sunday" } }));
assert.equal(profile.currency, "JPY");
assert.equal(data(await client.GET("/me")).version, profile.version);

// Create, with as little as is needed and with all there is.
const ramen = data(await client.POST("/expenses/", { body: { title: "Ramen", amount: 1200 } }));
assert.equal(ramen.currency, "JPY");
assert.equal(ramen.kind, "expense");
const creation = await client.POST("/expenses/", {
  body: {
    title: "Groceries",
    description: "For the weekend",
    amount: 45.58,
    currency: "EUR",
    kind: "expense",
    category: "Food",
    tags: ["market"],
    date: "2026-11-20",
  },
});
const groceries: Expense = data(creation);
assert.equal(creation.response.status, 201);
assert.equal(creation.response.headers.get("Location"), `/expenses/${groceries.id}`);
assert.equal(groceries.amount, 45.58);

const refused = problem(await client.POST("/expenses/", { body: { title: "x", amount: 0.5, currency: "JPY" } }));
assert.deepEqual([refused.status, refused.errors?.[0]?.pointer], [422, "/amount"]);

// Read and list.
const params = { path: { id: groceries.id } };
assert.deepEqual(data(await client.GET("/expenses/{id}", { params })), groceries);
const found = data(
  await client.GET("/expenses/", { params: { query: { currency: "EUR", min_amount: 45, q: "GROCER", sort: "-amount" } } }),
);
assert.deepEqual(found, { items: [groceries], next_cursor: null });
const walked: Expense[] = [];
for (let cursor: string | null | undefined; cursor !== null; ) {
  const page: components["schemas"]["ExpenseList"] = data(
    await client.GET("/expenses/", { params: { query: { limit: 1, ...(cursor ? { cursor } : {}) } } }),
  );
  walked.push(...page.items);
  cursor = page.next_cursor;
}
assert.deepEqual(walked.map((expense) => expense.id).sort(), [ramen.id, groceries.id].sort());

// Change what was read, replace it, and meet an older version.
const etag = creation.response.headers.get("ETag") ?? "";
const changed = data(
  await client.PATCH("/expenses/{id}", {
    params: { ...params, header: { "If-Match": etag } },
    body: { amount: 47.1, description: null },
  }),
);
assert.deepEqual([changed.amount, changed.description, changed.title], [47.1, null, "Groceries"]);
const stale = await client.DELETE("/expenses/{id}", { params: { ...params, header: { "If-Match": etag } } });
assert.equal(problem(stale).code, "stale");
const { title, amount, currency, category_id } = changed;
const replaced = data(
  await client.PUT("/expenses/{id}", { params, body: { title, amount, currency, category_id, kind: "income" } }),
);
assert.deepEqual([replaced.kind, replaced.category, replaced.tags], ["income", "Food", []]);

// Delete.
assert.equal((await client.DELETE("/expenses/{id}", { params })).response.status, 204);
assert.equal(problem(await client.GET("/expenses/{id}", { params })).code, "not_found");

// Where the money goes: categories, a budget with its alert, what recurs, reports.
const pets = data(await client.POST("/categories/", { body: { name: "Pets", color: "#aa5500" } }));
const vet = data(await client.POST("/categories/", { body: { name: "Vet", parent_id: pets.id } }));
assert.equal(problem(await client.POST("/categories/", { body: { name: "PETS" } })).code, "category_name_taken");
const budget = data(
  await client.POST("/budgets/", {
    body: { name: "Animals", amount: 100, currency: "EUR", category_ids: [pets.id], starts_on: "2026-10-01" },
  }),
);
const bill = data(
  await client.POST("/expenses/", {
    body: { title: "Vaccination", amount: 85.5, currency: "EUR", category_id: vet.id, tags: ["cat"], date: "2026-10-10" },
  }),
);
const status = data(
  await client.GET("/budgets/{id}/status", { params: { path: { id: budget.id }, query: { on: "2026-10-31" } } }),
);
assert.deepEqual([status.spent, status.remaining, status.percent], [85.5, 14.5, 85]);
const alerts = data(await client.GET("/alerts/"));
assert.deepEqual(
  alerts.items.map((alert) => [alert.threshold, alert.expense_id]),
  [[80, bill.id]],
);
const tag = data(await client.GET("/tags/")).items.find((item) => item.name === "cat");
assert.equal(tag?.count, 1);

const rent = data(
  await client.POST("/recurring/", {
    body: { title: "Rent", amount: 900, currency: "EUR", rule: "FREQ=MONTHLY;BYMONTHDAY=31", starts_on: "2099-01-31" },
  }),
);
const upcoming = data(
  await client.GET("/recurring/{id}/upcoming", { params: { path: { id: rent.id }, query: { count: 2 } } }),
);
assert.deepEqual(
  upcoming.items.map((item) => item.date),
  ["2099-01-31", "2099-02-28"],
);

const month = report(await client.GET("/reports/monthly/{month}", { params: { path: { month: "2026-10" } } }));
assert.deepEqual(
  month.currencies.map((currency) => [currency.currency, currency.expenses, currency.by_category[0]?.category]),
  [["EUR", 85.5, "Vet"]],
);
const summary = report(
  await client.GET("/reports/summary", {
    params: { query: { from: "2026-10-01", to: "2026-10-31", group_by: "kind" } },
  }),
);
assert.equal(summary.currencies[0]?.net, -85.5);
assert.equal(data(await client.GET("/dashboard", { params: { query: { month: "2026-10" } } })).month, "2026-10");
data(await client.POST("/categories/{id}/merge", { params: { path: { id: vet.id } }, body: { into: pets.id } }));
const moved = data(await client.GET("/expenses/{id}", { params: { path: { id: bill.id } } }));
assert.equal(moved.category, "Pets");

console.log("typescript: the client compiles, its journey is done");
