// The modules of the dashboard that know no browser: how amounts are read, months counted, rules told.
// `units.mjs` runs itself once for each language.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { load } from "./modules.mjs";

const SAME_EVERYWHERE = {
  "45.58": 45.58, "45,58": 45.58, "0,5": 0.5, ".5": 0.5, "1234": 1234, "€ 3": 3, "1'234.50": 1234.5, "1 234,50": 1234.5, "1,234.50": 1234.5,
  "1.234,50": 1234.5, "1,234,567": 1234567, "1.234.567,8": 1234567.8, "999999999999.99": 999999999999.99,
  "1,00,000.50": 100000.5, "12,34,567": 1234567, "12,34,56,789": 123456789, "１，２３４．５０": 1234.5, "￥１２３４": 1234,
  "١٬٢٣٤٫٥٠": 1234.5, "۱۲٫۵": 12.5, "٫٥": 0.5, "१,००,०००.५": 100000.5, "\u200f١٢٫٥\u200e": 12.5,
  "1,2,3": null, "1,00,00": null, "123,45,678": null, "1.00.000": null, "1,234٫5": null, "١٫٢٫٣": null, "٫": null, "5²": null,
  "": null, "12a": null, "-3": null, "1e5": null, "1,23,4": null, "1.2.3": null, "1,23.4": null, "1234567890123456": null, ".": null,
};
const BY_LANGUAGE = { en_US: { "1,234": 1234, "1.234": 1.234 }, de_DE: { "1,234": 1.234, "1.234": 1234 }, en_IN: { "1,234": 1234 }, ar_EG: { "1,234": 1234, "١٬٢٣٤": 1234 }, fa_IR: {}, sv_SE: {} };

async function amounts(language) {
  const { amountText, formatMoney, numberText, parseAmount } = await load("money.js");
  for (const [text, amount] of Object.entries({ ...SAME_EVERYWHERE, ...BY_LANGUAGE[language] })) {
    assert.equal(parseAmount(text), amount, `${JSON.stringify(text)} in ${language}`);
  }
  for (const [amount, currency] of [[3.5, "EUR"], [1234.56, "USD"], [1500, "JPY"], [0.123, "KWD"], [123.45, "HUF"], [1.234, "IQD"], [1.2345, "CLF"], [999999999999.99, "EUR"]]) {
    assert.equal(parseAmount(amountText(amount, currency)), amount, `${amount} ${currency} in ${language}`);
    const digits = (text) => text.replace(/\P{Nd}/gu, "");
    assert.equal(digits(formatMoney(amount, currency)), digits(amountText(amount, currency)), `all of ${amount} ${currency} is shown in ${language}`);
    assert.equal(parseAmount(numberText(amount)), amount, `${amount} in ${language}`);
  }
}

async function months() {
  const { addMonths, daysOf, parseMonth, today } = await load("dates.js");
  assert.equal(addMonths("2026-01", -1), "2025-12");
  assert.equal(addMonths("2026-11", 14), "2028-01");
  assert.deepEqual(daysOf("2028-02"), ["2028-02-01", "2028-02-29"]);
  assert.deepEqual([parseMonth("2026-11"), parseMonth("2026-13"), parseMonth(undefined)], ["2026-11", undefined, undefined]);
  const late = new Date("2026-11-23T23:30:00Z");
  assert.deepEqual([today("UTC", late), today("Asia/Tokyo", late)], ["2026-11-23", "2026-11-24"]);
  const apart = Date.parse(today("Pacific/Kiritimati")) - Date.parse(today("Pacific/Pago_Pago"));
  assert.ok([1, 2].includes(apart / 86_400_000), "these two are never on the same day");
}

async function rules() {
  const { compose, describe, simple } = await load("recurring/rule.js");
  const english = process.env.LC_ALL === "en_US";
  for (const [rule, start, isSimple, words] of [
    ["FREQ=MONTHLY", "2026-11-23", true, "every month"],
    ["FREQ=WEEKLY;INTERVAL=2", "2026-11-23", true, "every 2 weeks"],
    ["FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", "2026-11-23", true, "every 2 weeks on Monday"],
    ["FREQ=WEEKLY;BYDAY=MO,TH", "2026-11-23", false, "every week on Monday and Thursday"],
    ["FREQ=MONTHLY;BYMONTHDAY=31", "2026-10-31", true, "every month on day 31 or the last one"],
    ["FREQ=MONTHLY;BYMONTHDAY=15", "2026-11-30", false, "every month on day 15"],
    ["FREQ=MONTHLY;BYMONTHDAY=-1", "2026-11-30", false, "every month on the last day"],
    ["FREQ=MONTHLY;BYDAY=-1FR", "2026-11-27", false, "FREQ=MONTHLY;BYDAY=-1FR"],
    ["FREQ=YEARLY;BYMONTH=3,9", "2026-11-27", false, "FREQ=YEARLY;BYMONTH=3,9"],
  ]) {
    if (english) assert.equal(describe(rule), words);
    const known = simple(rule, start);
    assert.equal(known !== null, isSimple, rule);
    if (known) assert.deepEqual(simple(compose(known), start), known);
  }
}

async function counts() {
  const { parseCount } = await load("numbers.js");
  for (const [text, number] of Object.entries({ 1: 1, 12: 12, "012": 12, 99: 99, 100: null, 0: null, "12x": null, "1.5": null, "-3": null, "1e1": null, "": null })) {
    assert.equal(parseCount(text, 99), number, text);
  }
}

/** Offered is what the API takes. */
async function currencies() {
  const document = JSON.parse(await readFile(new URL("../../docs/openapi.json", import.meta.url), "utf8"));
  const { currencies } = await load("money.js");
  assert.deepEqual(currencies().map(([code]) => code), document.components.schemas.Currency.enum);
}

async function problems() {
  const { wordsOf } = await load("words.js");
  const said = (problem) => wordsOf({ detail: "as the API says it", ...problem });
  assert.equal(said({ code: "email_taken" }), "as the API says it");
  assert.match(said({ code: "stale" }), /^It was changed elsewhere/);
  assert.match(said({ code: "category_in_use", expenses: 3, children: 0, budgets: 1, recurring: 0 }), /\(expenses: 3.* budgets: 1\)/);
  const field = { pointer: "?to", code: "empty_range", detail: "must not be before from" };
  assert.match(said({ code: "invalid_request", errors: [field] }), /^The end must not/);
  assert.equal(said({ code: "invalid_request", errors: [field, field] }), "as the API says it");
}

const [language] = process.argv.slice(2);
if (language) {
  await Promise.all([amounts(language), counts(), currencies(), months(), problems(), rules()]);
} else {
  for (const each of Object.keys(BY_LANGUAGE)) {
    execFileSync(process.execPath, [fileURLToPath(import.meta.url), each], { env: { ...process.env, LC_ALL: each }, stdio: "inherit" });
  }
  console.log("dashboard: amounts are read, months counted, rules and problems told as they should be");
}
