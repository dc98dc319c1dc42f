// Amounts as people of this browser's language write them. Nothing is added up here: sums come from the server.

const formats = new Map();

function format(currency, options) {
  const key = `${currency} ${JSON.stringify(options)}`;
  if (!formats.has(key)) {
    formats.set(key, new Intl.NumberFormat(undefined, { style: "currency", currency, ...options }));
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
  const digits = format(currency, {}).resolvedOptions().maximumFractionDigits;
  return format(currency, { style: "decimal", useGrouping: false, minimumFractionDigits: digits }).format(amount);
}

/**
 * All currencies that the browser knows, as `[code, name]`.
 * @param {string} [also] one that has to be among them
 */
export function currencies(also) {
  const names = new Intl.DisplayNames(undefined, { type: "currency" });
  const codes = new Set(Intl.supportedValuesOf("currency"));
  if (also) codes.add(also);
  return [...codes].sort().map((code) => [code, names.of(code)]);
}

const separators = (() => {
  const parts = new Intl.NumberFormat().formatToParts(12345.6);
  const of = (type) => parts.find((part) => part.type === type)?.value ?? "";
  return { decimal: of("decimal"), group: of("group") };
})();

/**
 * Reads an amount as it was typed: `1,234.50`, `1.234,50`, `45,5`, `€ 3`. A single comma or point is the decimal sign,
 * unless it groups thousands in this browser's language.
 * @param {string} text
 * @returns {number | null} null for what is none. At most 15 digits, which a number holds exactly.
 */
export function parseAmount(text) {
  const digits = text.replace(/[\s\u00a0\u202f'’\p{Sc}]/gu, "");
  if (!/^[\d.,]*\d[\d.,]*$/.test(digits) || digits.replace(/\D/g, "").length > 15) return null;
  const last = Math.max(digits.lastIndexOf(","), digits.lastIndexOf("."));
  if (last < 0) return Number(digits);
  const sign = digits[last];
  const other = sign === "," ? "." : ",";
  const [whole, fraction] = [digits.slice(0, last), digits.slice(last + 1)];
  const grouped = (part, separator) => new RegExp(`^\\d{1,3}(\\${separator}\\d{3})*$`).test(part);
  if (whole.includes(sign) || (sign === separators.group && sign !== separators.decimal && fraction.length === 3 && !whole.includes(other))) {
    return grouped(digits, sign) ? Number(digits.replaceAll(sign, "")) : null;
  }
  if (whole.includes(other) && !grouped(whole, other)) return null;
  return Number(`${whole.replaceAll(other, "") || "0"}.${fraction || "0"}`);
}
