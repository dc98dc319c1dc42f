// Amounts as people of this browser's language write them. Nothing is added up here: sums come from the server.

const formats = new Map();

/** The currencies whose smallest unit is not a hundredth (ISO 4217). Browsers round many others to what is paid in cash. */
const DECIMALS = new Map(
  Object.entries({
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
  }).flatMap(([decimals, codes]) => codes.split(" ").map((code) => [code, Number(decimals)])),
);

/** How many decimals an amount in this currency has. */
export const decimalsOf = (currency) => DECIMALS.get(currency) ?? 2;

function format(currency, options) {
  const key = `${currency} ${JSON.stringify(options)}`;
  if (!formats.has(key)) {
    const decimals = decimalsOf(currency);
    const digits = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
    formats.set(key, new Intl.NumberFormat(undefined, { style: "currency", currency, ...digits, ...options }));
  }
  return formats.get(key);
}

/**
 * An amount with the sign of its currency: `€45.58`.
 * @param {number} amount in major units
 * @param {string} currency ISO 4217
 */
export function formatMoney(amount, currency) {
  return format(currency, {}).format(amount);
}

/** The same with a plus or a minus in front. */
export function formatChange(amount, currency) {
  return format(currency, { signDisplay: "exceptZero" }).format(amount);
}

/** Short, for the axes of charts: `€1.2K`. */
export function formatShort(amount, currency) {
  return format(currency, { notation: "compact", minimumFractionDigits: 0, maximumFractionDigits: 1 }).format(amount);
}

/**
 * A share or a change in percent.
 * @param {number} ratio 1 is 100 %
 * @param {boolean} [signed] with a plus in front
 */
export function formatPercent(ratio, signed = false) {
  const digits = Math.abs(ratio) < 0.1 && ratio !== 0 ? 1 : 0;
  return new Intl.NumberFormat(undefined, {
    style: "percent",
    maximumFractionDigits: digits,
    signDisplay: signed ? "exceptZero" : "auto",
  }).format(ratio);
}

/** An amount as it is edited: with the decimals of its currency, without anything else. */
export function amountText(amount, currency) {
  return format(currency, { style: "decimal", useGrouping: false }).format(amount);
}

/** A number as it is edited, of no currency in particular. */
export function numberText(number) {
  return new Intl.NumberFormat(undefined, { useGrouping: false, maximumFractionDigits: 4 }).format(number);
}

/** Those of the API. Browsers know others, of metals and of times past, and each knows different ones. */
const CURRENCIES = (
  "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF " +
  "CHW CLF CLP CNY COP COU CRC CUC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD " +
  "HKD HNL HRK HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD " +
  "MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG " +
  "QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SLL SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD " +
  "TZS UAH UGX USD USN UYI UYU UYW UZS VED VES VND VUV WST XAD XAF XCD XCG XOF XPF YER ZAR ZMW ZWG ZWL"
).split(" ");

/**
 * All currencies, as `[code, name]`.
 * @param {string} [also] one that has to be among them
 */
export function currencies(also) {
  const names = new Intl.DisplayNames(undefined, { type: "currency" });
  const codes = new Set(CURRENCIES);
  if (also) codes.add(also);
  return [...codes].sort().map((code) => [code, names.of(code)]);
}

/** How this language writes numbers with the digits 0 to 9; signs that go with its own digits have one meaning anywhere. */
const separators = (() => {
  const parts = new Intl.NumberFormat(undefined, { numberingSystem: "latn" }).formatToParts(12345.6);
  const of = (type) => parts.find((part) => part.type === type)?.value ?? "";
  return { decimal: of("decimal"), group: of("group") };
})();

const isDigit = (code) => /\p{Nd}/u.test(String.fromCodePoint(code));

/** A digit of any script as one of 0 to 9: in each of them the digits stand in a row, from nought on. */
function latin(digit) {
  let value = 0;
  while (isDigit(digit.codePointAt(0) - value - 1)) value += 1;
  return String(value % 10);
}

/** By thousands, as nearly everywhere; or as in India, where all groups but the last are of two. */
function isGrouped(part, sign) {
  return new RegExp(`^\\d{1,3}(\\${sign}\\d{3})*$`).test(part) || (sign === "," && /^\d{1,2}(,\d{2})*,\d{3}$/.test(part));
}

/**
 * Reads an amount as it was typed, in the digits of any script: `1,234.50`, `1.234,50`, `45,5`, `€ 3`, `1,00,000`, `١٢٫٥`.
 * A single comma or point is the decimal sign, unless it groups thousands in this browser's language.
 * @param {string} text
 * @returns {number | null} null for what is none. At most 15 digits, which a number holds exactly.
 */
export function parseAmount(text) {
  const signs = { "，": ",", "．": ".", "٬": "" };
  const digits = text
    .replace(/[\s'’\p{Sc}\p{Bidi_Control}]/gu, "")
    .replace(/[，．٬]/g, (sign) => signs[sign])
    .replace(/\p{Nd}/gu, latin);
  if (!/^[\d.,٫]*\d[\d.,٫]*$/.test(digits) || digits.replace(/\D/g, "").length > 15) return null;
  // The decimal sign of Arabic and Persian is nothing else.
  if (digits.includes("٫")) return /^\d*٫\d*$/.test(digits) ? Number(digits.replace("٫", ".")) : null;
  const last = Math.max(digits.lastIndexOf(","), digits.lastIndexOf("."));
  if (last < 0) return Number(digits);
  const sign = digits[last];
  const other = sign === "," ? "." : ",";
  const [whole, fraction] = [digits.slice(0, last), digits.slice(last + 1)];
  if (whole.includes(sign) || (sign === separators.group && sign !== separators.decimal && fraction.length === 3 && !whole.includes(other))) {
    return isGrouped(digits, sign) ? Number(digits.replaceAll(sign, "")) : null;
  }
  if (whole.includes(other) && !isGrouped(whole, other)) return null;
  return Number(`${whole.replaceAll(other, "") || "0"}.${fraction || "0"}`);
}
