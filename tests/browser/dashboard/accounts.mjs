// Making an account, coming in and going out.

import assert from "node:assert/strict";
import { PASSWORD, device, open, refused, register } from "./people.mjs";

export const accounts = {
  async "the time zone"(page, baseUrl, complaints) {
    refused(complaints, 422);
    const session = await page.context().newCDPSession(page);
    await session.send("Emulation.setTimezoneOverride", { timezoneId: "Pacific/Kiritimati" });
    const zoneOf = async (email) => (await (await device(baseUrl, email))("GET", "/me")).time_zone;
    assert.equal(await zoneOf(await register(page, baseUrl)), "Pacific/Kiritimati");
    await open(page, "Profile");
    await page.getByRole("button", { name: "Sign out" }).click();

    // One that the server does not know, and a server that fails, keep nobody out.
    await page.route("**/me", (route) => {
      const body = route.request().postData()?.replace("Pacific/Kiritimati", "Mars/Olympus_Mons");
      return route.continue({ postData: body });
    });
    assert.equal(await zoneOf(await register(page, baseUrl)), "UTC");
    return "a new account has that of the browser, if the server knows it";
  },

  async "an account whose first login is lost"(page, baseUrl, complaints) {
    complaints.expected(/ERR_FAILED/);
    const email = `lost-${process.pid}@example.org`;
    await page.goto(`${baseUrl}/dashboard`);
    await page.getByLabel("E-mail").fill(email);
    await page.getByRole("button", { name: "Create an account" }).click();
    assert.equal(await page.getByLabel("E-mail").inputValue(), email, "what was typed in the other form is kept");
    await page.getByLabel("Password").fill(PASSWORD);
    await page.route("**/auth/login", (route) => route.abort());
    await page.getByRole("button", { name: "Create account" }).click();
    await page.getByRole("alert").waitFor();
    await page.unroute("**/auth/login");
    await page.getByRole("button", { name: "Create account" }).click();
    await page.getByRole("navigation", { name: "Screens" }).waitFor();

    await open(page, "Profile");
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    assert.equal(await page.title(), "Sign in · Finance Tracker");
    return "the second try signs in; the title says where one is";
  },
};
