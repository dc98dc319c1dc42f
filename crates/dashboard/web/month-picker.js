// Goes from month to month; which one is in the address.

import { html } from "./html.js";
import { addMonths, formatMonth, parseMonth } from "./dates.js";
import { Icon } from "./icons.js";
import { change, href, route } from "./router.js";

/**
 * @param {{month: string | undefined, current: string, optional?: boolean}} props `current`: the month that it is;
 *   `optional`: no month, which means all of them, can be chosen too
 */
export function MonthPicker({ month, current, optional = false }) {
  const shown = month ?? current;
  // Days that were chosen by themselves are another choice than a month.
  const at = (month) => ({ ...route.get(), month, from: undefined, to: undefined });
  const to = (count) => href(at(addMonths(shown, count)));
  const pick = (event) => {
    const picked = parseMonth(event.currentTarget.value);
    if (picked || optional) change(at(picked));
  };
  return html`
    <nav class="month-picker" aria-label="Month">
      <a href=${to(-1)} class="button quiet icon-only" aria-label=${`To ${formatMonth(addMonths(shown, -1))}`}><${Icon} name="back" /></a>
      <input type="month" aria-label="Month" value=${month ?? (optional ? "" : current)} onChange=${pick} placeholder="2026-11" />
      <a href=${to(1)} class="button quiet icon-only" aria-label=${`To ${formatMonth(addMonths(shown, 1))}`}><${Icon} name="forward" /></a>
      ${optional && !month && html`<span class="fine">All months</span>`}
      ${optional && month && html`<a href=${href({ ...route.get(), month: undefined })} class="button quiet">All months</a>`}
      ${!optional && month && month !== current && html`<a href=${href({ ...route.get(), month: undefined })} class="button quiet">This month</a>`}
    </nav>
  `;
}
