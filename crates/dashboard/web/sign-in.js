// Signing in, making an account, and signing in again where one was.

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { html } from "./html.js";
import { register, signIn } from "./api.js";
import { Dialog } from "./dialog.js";
import { Actions, FieldError, Field, Form, useForm } from "./form.js";
import { end, session } from "./session.js";

/** The screen of those who are not signed in. */
export function SignIn() {
  const [registering, setRegistering] = useState(false);
  // What was typed in one form stands in the other, too.
  const email = useRef("");
  const title = registering ? "Create your account" : "Sign in";
  useEffect(() => void (document.title = `${title} · Finance Tracker`), [title]);
  return html`
    <main class="sign-in">
      <p class="brand">Finance Tracker</p>
      <h1>${title}</h1>
      ${registering ? html`<${RegistrationForm} email=${email} />` : html`<${SignInForm} email=${email} />`}
      <p>
        ${registering ? "You have an account? " : "New here? "}
        <button type="button" class="link" onClick=${() => setRegistering(!registering)}>
          ${registering ? "Sign in" : "Create an account"}
        </button>
      </p>
      <p class="fine"><a href="/docs">For programs: the API</a></p>
    </main>
  `;
}

function required(values, names) {
  for (const [name, message] of Object.entries(names)) {
    if (!values[name].trim()) throw new FieldError(name, message);
  }
}

/** The first field has the focus: at once, not when someone may already be typing in another one. */
function useFirstField(form) {
  useLayoutEffect(() => form.element.current.querySelector("input").focus(), []);
}

function SignInForm({ email }) {
  const form = useForm({ email: email.current, password: "" }, async (values) => {
    required(values, { email: "Type your e-mail address.", password: "Type your password." });
    await signIn(values.email.trim(), values.password);
  });
  email.current = form.values.email;
  useFirstField(form);
  return html`
    <${Form} form=${form}>
      <${Field} label="E-mail" type="email" autocomplete="username" ...${form.field("email")} />
      <${Field} label="Password" type="password" autocomplete="current-password" ...${form.field("password")} />
      <button disabled=${form.busy}>Sign in</button>
    <//>
  `;
}

function RegistrationForm({ email }) {
  const form = useForm({ name: "", email: email.current, password: "" }, async (values) => {
    required(values, { email: "Type your e-mail address.", password: "Choose a password." });
    await register(values.email.trim(), values.password, values.name.trim());
  });
  email.current = form.values.email;
  useFirstField(form);
  return html`
    <${Form} form=${form}>
      <${Field} label="Name (optional)" autocomplete="name" ...${form.field("name")} />
      <${Field} label="E-mail" type="email" autocomplete="username" ...${form.field("email")} />
      <${Field} label="Password" type="password" autocomplete="new-password" hint="8 characters or more, any that you like." ...${form.field("password")} />
      <button disabled=${form.busy}>Create account</button>
    <//>
  `;
}

/** Over whatever one was doing when the session ended; it goes on where it was. */
export function SignInAgain() {
  const { email } = session.get();
  const form = useForm({ password: "" }, async (values) => {
    required(values, { password: "Type your password." });
    await signIn(email, values.password);
  });
  return html`
    <${Dialog} title="Your session has ended" onClose=${() => {}}>
      <p>Sign in again to go on where you were. Nothing that you typed is lost.</p>
      <${Form} form=${form}>
        <${Field} label="E-mail" type="email" autocomplete="username" value=${email} readonly />
        <${Field} label="Password" type="password" autocomplete="current-password" data-first ...${form.field("password")} />
        <${Actions} form=${form} action="Sign in again" otherwise="Sign out" onClose=${end} />
      <//>
    <//>
  `;
}
