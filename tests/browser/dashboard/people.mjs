// What several tests do first.

export const PASSWORD = "correct horse battery staple";

/** An answer that was not 2xx is told to the console; these are meant. */
export const refused = (complaints, status) => complaints.expected(new RegExp(`Failed to load resource: the server responded with a status of ${status}`));

let registered = 0;

/** Makes an account on the page and comes in. Answers its address. */
export async function register(page, baseUrl, query = "") {
  const email = `person-${process.pid}-${(registered += 1)}@example.org`;
  await page.goto(`${baseUrl}/dashboard${query}`);
  await page.getByRole("button", { name: "Create an account" }).click();
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Create account" }).click();
  await page.getByRole("navigation", { name: "Screens" }).waitFor();
  return email;
}

/** Signs in on the page. */
export async function signIn(page, baseUrl, email, password, query = "") {
  await page.goto(`${baseUrl}/dashboard${query}`);
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("navigation", { name: "Screens" }).waitFor();
}

/** Goes to a screen. */
export async function open(page, name) {
  await page.getByRole("navigation", { name: "Screens" }).getByRole("link", { name }).click();
  await page.getByRole("heading", { level: 1, name }).waitFor();
}

/** Presses Tab until something of this role and name has the focus. */
export async function tabTo(page, role, name) {
  const wanted = page.getByRole(role, { name, exact: true }).first();
  for (let presses = 0; presses < 40; presses += 1) {
    if (await wanted.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`no way by Tab to the ${role} ${name}`);
}

/** Another device of the same person: a program that talks to the API. */
export async function device(baseUrl, email) {
  const send = async (method, path, body, token) => {
    const headers = { "Content-Type": method === "PATCH" ? "application/merge-patch+json" : "application/json" };
    if (token) headers.Authorization = `Bearer ${token}`;
    const response = await fetch(`${baseUrl}${path}`, { method, headers, body: body && JSON.stringify(body) });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response.status === 204 ? null : response.json();
  };
  const { access_token: token } = await send("POST", "/auth/login", { email, password: PASSWORD });
  return (method, path, body) => send(method, path, body, token);
}
