// Makes the pictures of the README: `screenshots.mjs BASE_URL CHROMIUM DEMO_PASSWORD DIRECTORY`.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PATIENCE, launch } from "./browser.mjs";
import { open, signIn } from "./dashboard/people.mjs";

const [baseUrl, executablePath, demoPassword, directory] = process.argv.slice(2);
const QUALITY = 82;
const PICTURES = [
  ["overview", "Overview", { width: 1280, height: 860 }],
  ["expenses", "Expenses", { width: 1280, height: 860 }],
  ["budgets", "Budgets", { width: 1280, height: 860 }],
  ["phone", "Overview", { width: 390, height: 844 }],
];

const browser = await launch(executablePath);
try {
  const page = await browser.newPage({ locale: "en-IE", reducedMotion: "reduce" });
  page.setDefaultTimeout(PATIENCE);
  const session = await page.context().newCDPSession(page);
  await signIn(page, baseUrl, "demo@example.org", demoPassword);
  for (const [file, screen, viewport] of PICTURES) {
    await page.setViewportSize(viewport);
    await open(page, "Profile");
    await open(page, screen);
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      await page.waitForFunction(() => !document.querySelector(".loading, [aria-busy=true]"));
      // Charts are drawn when they are looked at.
      await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 300)));
      const { data } = await session.send("Page.captureScreenshot", { format: "webp", quality: QUALITY });
      await writeFile(join(directory, `${file}-${colorScheme}.webp`), data, "base64");
    }
  }
} finally {
  await browser.close();
}
