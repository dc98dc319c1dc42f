// The screen of the profile: the defaults of new expenses, and the way out.

import { useState } from "preact/hooks";
import { html } from "./html.js";
import { announce } from "./announcer.js";
import { ApiError, request } from "./api.js";
import { weekdays } from "./dates.js";
import { flushDeletions } from "./expenses/deletion.js";
import { Field, Form, useForm } from "./form.js";
import { currencies } from "./money.js";
import { profile } from "./profile-store.js";
import { Failure, Loaded, useResource } from "./resource.js";
import { end } from "./session.js";

/** The screen. */
export function Profile() {
  const resource = useResource("profile", (signal) => request("GET", "/me", { signal }));
  return html`<${Loaded} resource=${resource}>
    ${(me) => html`<${ProfileForm} key=${me.version} me=${me} reload=${resource.reload} />`}
  <//>`;
}

function ProfileForm({ me, reload }) {
  const [conflict, setConflict] = useState(null);
  const initial = { name: me.name ?? "", currency: me.currency, time_zone: me.time_zone, first_day_of_week: me.first_day_of_week };
  const form = useForm(initial, async (values) => {
    const body = {};
    for (const [name, value] of Object.entries(values)) {
      if (value !== initial[name]) body[name] = name === "name" ? value.trim() || null : value;
    }
    setConflict(null);
    try {
      profile.set(await request("PATCH", "/me", { body, version: me.version }));
      announce("Your profile is saved.");
      reload();
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 412)) throw error;
      setConflict(new Error("Another device changed your profile meanwhile. Load what it is now, then change it again."));
    }
  });
  async function leave() {
    await flushDeletions();
    end();
  }
  return html`
    <div class="columns">
      <section class="card" aria-labelledby="profile-defaults">
        <h2 id="profile-defaults">Defaults</h2>
        <${Form} form=${form}>
          <${Field} label="Name" autocomplete="name" ...${form.field("name")} />
          <${Field} label="Currency" options=${currencies(me.currency).map(([code, name]) => [code, `${code} · ${name}`])} hint="Of new expenses that name none." ...${form.field("currency")} />
          <${Field} label="Time zone" suggestions=${Intl.supportedValuesOf("timeZone")} hint="Says when today is." ...${form.field("time_zone")} />
          <${Field} label="First day of the week" options=${weekdays()} ...${form.field("first_day_of_week")} />
          <button disabled=${form.busy}>Save</button>
        <//>
        ${conflict && html`<${Failure} error=${conflict} retry=${reload} />`}
      </section>
      <section class="card" aria-labelledby="profile-account">
        <h2 id="profile-account">Account</h2>
        <p>Signed in as <strong>${me.email}</strong>.</p>
        <div class="actions"><button type="button" class="quiet" onClick=${leave}>Sign out</button></div>
        <p class="fine">
          <a href="/docs">The API that this page uses</a> · <a href=${document.body.dataset.licences}>Licences of the libraries in this page</a>
        </p>
      </section>
    </div>
  `;
}
