// When things do not go as planned.

import assert from "node:assert/strict";
import { PASSWORD, device, open, refused, register } from "./people.mjs";

async function addOne(page, title = "Groceries") {
  await page.getByLabel("What for").first().fill(title);
  await page.getByLabel("Amount").first().fill("10");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: `Edit ${title}` }).waitFor();
}

export const trouble = {
  async "two devices"(page, baseUrl, complaints) {
    refused(complaints, 412);
    const email = await register(page, baseUrl, "?view=expenses");
    await addOne(page);
    const send = await device(baseUrl, email);
    const { items } = await send("GET", "/expenses/");
    const editor = page.getByRole("form", { name: "Edit Groceries" });

    await page.getByRole("button", { name: "Edit Groceries" }).click();
    await send("PATCH", `/expenses/${items[0].id}`, { amount: 11, description: "from the other device" });
    await editor.getByLabel("Amount").fill("12");
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog", { name: "Changed on another device" });
    await dialog.getByRole("cell", { name: "€11.00" }).waitFor();
    await dialog.getByRole("cell", { name: "€12.00" }).waitFor();
    await dialog.getByRole("button", { name: "Save my change" }).click();
    await page.locator("li.expense").getByText("€12.00").waitFor();
    await page.locator("li.expense").getByText("from the other device").waitFor();

    // Deleting what another device has changed asks for another look.
    await send("PATCH", `/expenses/${items[0].id}`, { amount: 13 });
    await page.getByRole("button", { name: "Delete Groceries" }).click();
    await open(page, "Profile");
    await open(page, "Expenses");
    await page.getByText(/was not deleted: another device changed it/).waitFor();
    await page.locator("li.expense").getByText("€13.00").waitFor();
    return "a conflict is shown with both versions, and one's own is saved beside theirs";
  },

  async offline(page, baseUrl, complaints) {
    complaints.expected(/ERR_INTERNET_DISCONNECTED/);
    await register(page, baseUrl, "?view=expenses");
    await addOne(page);
    await page.context().setOffline(true);
    await page.getByText("You are offline. What you see").waitFor();
    await page.getByLabel("What for").first().fill("Typed on the train");
    await page.getByLabel("Amount").first().fill("3");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").getByText("You are offline. Nothing was lost.").waitFor();
    assert.equal(await page.getByLabel("What for").first().inputValue(), "Typed on the train");
    await page.context().setOffline(false);
    await page.getByRole("button", { name: "Add", exact: true }).click();
    await page.getByRole("button", { name: "Edit Typed on the train" }).waitFor();
    return "it says so, keeps what was typed, and sends it afterwards";
  },

  async "an expired session"(page, baseUrl, complaints) {
    refused(complaints, 401);
    await register(page, baseUrl, "?view=expenses");
    await addOne(page);
    // What the API answers to a token that no longer counts.
    let expired = true;
    await page.route("**/expenses/**", (route) => {
      const headers = { ...route.request().headers() };
      if (expired) headers.authorization = "Bearer expired";
      return route.continue({ headers });
    });
    await page.getByLabel("What for").first().fill("Typed before it ended");
    await page.getByLabel("Amount").first().fill("4");
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog", { name: "Your session has ended" });
    await dialog.getByLabel("Password").fill(PASSWORD);
    expired = false;
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Edit Typed before it ended" }).waitFor();
    assert.equal(new URL(page.url()).searchParams.get("view"), "expenses");
    return "one signs in again where one was, and what was typed is sent";
  },

  async "a failure of the server"(page, baseUrl, complaints) {
    refused(complaints, 503);
    await register(page, baseUrl);
    let broken = true;
    const problem = { type: "about:blank", title: "Unavailable", status: 503, detail: "x", code: "unavailable", request_id: "id-of-it" };
    await page.route("**/me", (route) => (broken ? route.fulfill({ status: 503, json: problem, contentType: "application/problem+json" }) : route.continue()));
    await open(page, "Profile");
    await page.getByRole("alert").getByText("id-of-it").waitFor();
    broken = false;
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByText("Signed in as").waitFor();
    return "it is shown with the id of the request, and can be tried again";
  },

  async "the token"(page, baseUrl) {
    const email = await register(page, baseUrl, "?view=profile");
    const stored = () => page.evaluate(() => [Object.keys(localStorage), Object.keys(sessionStorage), document.cookie]);
    assert.deepEqual(await stored(), [[], [], ""], "nothing is kept where a script could read it");
    await page.evaluate(() => dispatchEvent(new Event("pagehide")));
    assert.deepEqual(await stored(), [[], [], ""], "a made-up event brings nothing forth");
    await page.reload();
    await page.getByText(email).waitFor();
    assert.deepEqual(await stored(), [[], [], ""], "nor after a reload, over which the session lasts");
    return "it is in no storage, and survives a reload";
  },
};
