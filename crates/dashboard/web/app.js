// The page: who is signed in, where one is, and what is shown there.

import { render } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { html } from "./html.js";
import { Announcer } from "./announcer.js";
import { Budgets } from "./budgets/screen.js";
import { Categories } from "./categories/screen.js";
import { Expenses } from "./expenses/screen.js";
import { Icon } from "./icons.js";
import { Overview } from "./overview/screen.js";
import { Profile } from "./profile.js";
import { Recurring } from "./recurring/screen.js";
import { href, route } from "./router.js";
import { session } from "./session.js";
import { SignIn, SignInAgain } from "./sign-in.js";
import { useStore } from "./store.js";

/** Each screen: its place in the address, its name, what it is. */
const SCREENS = [
  ["overview", "Overview", Overview],
  ["expenses", "Expenses", Expenses],
  ["budgets", "Budgets", Budgets],
  ["categories", "Categories", Categories],
  ["recurring", "Recurring", Recurring],
  ["profile", "Profile", Profile],
];

function App() {
  const who = useStore(session);
  const cameIn = useRef(false);
  if (who === null) {
    cameIn.current = true;
    return html`<${SignIn} />`;
  }
  return html`<${Shell} key=${who.email} cameIn=${cameIn.current} />${who.expired && html`<${SignInAgain} />`}<${Announcer} />`;
}

/** @param {{cameIn: boolean}} props `cameIn`: the person has just signed in, and did not open the page here */
function Shell({ cameIn }) {
  const here = useStore(route);
  const main = useRef(null);
  const [view, name, Screen] = SCREENS.find(([view]) => view === here.view) ?? SCREENS[0];
  const first = useRef(true);
  useEffect(() => {
    document.title = `${name} · Finance Tracker`;
    // Where one comes to is read out, and Tab goes on from there; but not when the page opens.
    if ((!first.current || cameIn) && !here.add) {
      main.current.querySelector("h1")?.focus({ preventScroll: true });
      scrollTo(0, 0);
    }
    first.current = false;
  }, [view]);
  return html`
    <a class="skip" href="#main" onClick=${(event) => (event.preventDefault(), main.current.focus())}>Skip to content</a>
    <header>
      <p class="brand">Finance Tracker</p>
      <nav aria-label="Screens">
        <ul>
          ${SCREENS.map(
            ([each, label]) => html`<li key=${each}>
              <a href=${href({ view: each })} aria-current=${each === view ? "page" : undefined}><${Icon} name=${each} /><span>${label}</span></a>
            </li>`,
          )}
        </ul>
      </nav>
      <a class="button add" href=${href({ view: "expenses", add: "1" })} accesskey="n" title="Add an expense (access key n)"><${Icon} name="add" /><span>Add expense</span></a>
    </header>
    <main id="main" ref=${main} tabindex="-1">
      <${Connection} />
      <h1 tabindex="-1">${name}</h1>
      <${Screen} route=${here} />
    </main>
  `;
}

/** Says that the browser is offline. */
function Connection() {
  const [online, setOnline] = useState(navigator.onLine);
  useEffect(() => {
    const update = () => setOnline(navigator.onLine);
    addEventListener("online", update);
    addEventListener("offline", update);
    return () => {
      removeEventListener("online", update);
      removeEventListener("offline", update);
    };
  }, []);
  return html`<div role="status">${!online && html`<p class="offline">You are offline. What you see may be old; what you save now will not arrive.</p>`}</div>`;
}

const root = document.createElement("div");
root.id = "app";
document.body.append(root);
render(html`<${App} />`, root);
