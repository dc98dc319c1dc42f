// The screen of the profile: the defaults of new expenses, and the way out.

import { html } from "./html.js";
import { announce } from "./announcer.js";
import { request } from "./api.js";
import { useEdit } from "./changes.js";
import { weekdays } from "./dates.js";
import { flushDeletions } from "./expenses/deletion.js";
import { Field, Form } from "./form.js";
import { currencies } from "./money.js";
import { profile } from "./profile-store.js";
import { Loaded, useResource } from "./resource.js";
import { end } from "./session.js";

/** The screen. */
export function Profile() {
  const resource = useResource("profile", (signal) => request("GET", "/me", { signal }));
  return html`<${Loaded} resource=${resource}>
    ${(me) => html`<${ProfileForm} key=${me.version} me=${me} reload=${resource.reload} />`}
  <//>`;
}

const valuesOf = (me) => ({ name: me.name ?? "", currency: me.currency, time_zone: me.time_zone, first_day_of_week: me.first_day_of_week });

function ProfileForm({ me, reload }) {
  const send = async (values, me) => {
    const before = valuesOf(me);
    const body = {};
    for (const [name, value] of Object.entries(values)) {
      if (value !== before[name]) body[name] = name === "name" ? value.trim() || null : value;
    }
    profile.set(await request("PATCH", "/me", { body, version: me.version }));
    announce("Your profile is saved.");
    reload();
  };
  const form = useEdit(me, "/me", valuesOf, send);
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
