// Recurrence rules (RFC 5545): those that people choose by words, and the others as they are.

const UNITS = { DAILY: "day", WEEKLY: "week", MONTHLY: "month", YEARLY: "year" };

const DAYS = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"];

/** The units that can be chosen, as options. */
export const UNIT_OPTIONS = Object.entries(UNITS).map(([frequency, unit]) => [frequency, `${unit}s`]);

/** How often, and the parts that say more. */
function parse(rule) {
  const { FREQ: frequency, INTERVAL: interval = "1", WKST, ...rest } = Object.fromEntries(rule.split(";").map((part) => part.split("=")));
  // Where a week begins matters only to some rules.
  return { frequency, interval, rest: WKST && frequency === "WEEKLY" && interval !== "1" ? { WKST, ...rest } : rest };
}

/**
 * Takes apart a rule that says no more than every so many days, weeks, months or years; on the day on which it starts.
 * @param {string} rule
 * @param {string} startsOn a date
 * @returns {{frequency: string, interval: string} | null} null for any other rule
 */
export function simple(rule, startsOn) {
  const { frequency, interval, rest } = parse(rule);
  // The same day again, said explicitly.
  const { BYMONTHDAY, BYDAY, ...others } = rest;
  const sameDay =
    (BYMONTHDAY === undefined || (frequency === "MONTHLY" && Number(BYMONTHDAY) === Number(startsOn.slice(8)))) &&
    (BYDAY === undefined || (frequency === "WEEKLY" && BYDAY === DAYS[new Date(startsOn).getUTCDay()]));
  return frequency in UNITS && sameDay && Object.keys(others).length === 0 ? { frequency, interval } : null;
}

/** The rule of every so many of a unit. */
export function compose({ frequency, interval }) {
  return Number(interval) === 1 ? `FREQ=${frequency}` : `FREQ=${frequency};INTERVAL=${interval}`;
}

/** A rule in words; as it is where words would take too many. */
export function describe(rule) {
  const { frequency, interval, rest } = parse(rule);
  const { BYMONTHDAY, BYDAY, ...others } = rest;
  const days = wordsOf(frequency, BYMONTHDAY, BYDAY);
  if (!(frequency in UNITS) || days === null || Object.keys(others).length > 0) return rule;
  const unit = UNITS[frequency];
  return `${interval === "1" ? `every ${unit}` : `every ${interval} ${unit}s`}${days}`;
}

/** On which days, as the end of a sentence; null for what is not said in a few words. */
function wordsOf(frequency, monthDays, weekdays) {
  if (monthDays === undefined && weekdays === undefined) return "";
  if (frequency === "MONTHLY" && weekdays === undefined) {
    if (monthDays === "-1") return " on the last day";
    return /^\d+$/.test(monthDays) ? ` on day ${monthDays}${Number(monthDays) > 28 ? " or the last one" : ""}` : null;
  }
  const days = weekdays?.split(",").map((day) => DAYS.indexOf(day)) ?? [];
  if (frequency !== "WEEKLY" || monthDays !== undefined || days.includes(-1)) return null;
  // 2023 began with a Sunday.
  const name = (day) => new Intl.DateTimeFormat(undefined, { weekday: "long", timeZone: "UTC" }).format(Date.UTC(2023, 0, 1 + day));
  return ` on ${new Intl.ListFormat().format(days.map(name))}`;
}
