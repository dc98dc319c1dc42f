// Calendar dates and months are text, `2026-11-23` and `2026-11`, as the API has them: they have no time zone.

const formats = new Map();

function format(options) {
  const key = JSON.stringify(options);
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat(undefined, options));
  return formats.get(key);
}

/** Of days and months, which are taken for instants in UTC. */
const formatDate = (options) => format({ timeZone: "UTC", ...options });

const instant = (day) => new Date(`${day.length === 7 ? `${day}-01` : day}T00:00:00Z`);
const text = (date) => date.toISOString().slice(0, 10);

/**
 * The date that it is, or was at an instant.
 * @param {string} [timeZone] an IANA name; that of the browser by default
 * @param {Date} [at]
 */
export function today(timeZone, at = new Date()) {
  const parts = format({ calendar: "gregory", numberingSystem: "latn", timeZone, year: "numeric", month: "2-digit", day: "2-digit" }).formatToParts(at);
  const of = (type) => parts.find((part) => part.type === type).value;
  return `${of("year")}-${of("month")}-${of("day")}`;
}

/** `Mon, Nov 23`; with the year if it is not this one. */
export function formatDay(day) {
  const year = day.slice(0, 4) === today().slice(0, 4) ? {} : { year: "numeric" };
  return formatDate({ weekday: "short", month: "short", day: "numeric", ...year }).format(instant(day));
}

/** `November 2026`. */
export function formatMonth(month) {
  return formatDate({ month: "long", year: "numeric" }).format(instant(month));
}

/** `Nov`, and `Jan 2027` where a year begins. */
export function formatShortMonth(month) {
  return formatDate(month.endsWith("-01") ? { month: "short", year: "2-digit" } : { month: "short" }).format(instant(month));
}

/** From the first to the last day. */
export function formatRange(first, last) {
  return formatDate({ month: "short", day: "numeric", year: "numeric" }).formatRange(instant(first), instant(last));
}

/** An instant of the API, as date and time of day where the browser is. */
export function formatInstant(value) {
  return format({ dateStyle: "medium", timeStyle: "short" }).format(new Date(value));
}

/** The names of the days, from Monday on, by the names that the API has for them. */
export function weekdays() {
  const names = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
  // 2024 began with a Monday.
  return names.map((name, index) => [name, formatDate({ weekday: "long" }).format(instant(`2024-01-0${index + 1}`))]);
}

/** The month so many after this one, or before it. */
export function addMonths(month, count) {
  const date = instant(month);
  date.setUTCMonth(date.getUTCMonth() + count);
  return text(date).slice(0, 7);
}

/** The day so many after this one, or before it. */
function addDays(day, count) {
  const date = instant(day);
  date.setUTCDate(date.getUTCDate() + count);
  return text(date);
}

/** The first and the last day of a month. */
export function daysOf(month) {
  return [`${month}-01`, addDays(`${addMonths(month, 1)}-01`, -1)];
}

/** A month as it stands in an address, or undefined for what is none. */
export function parseMonth(value) {
  return /^\d{4}-(0[1-9]|1[0-2])$/.test(value ?? "") ? value : undefined;
}
