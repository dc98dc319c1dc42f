// Whole numbers, as people type them.

/**
 * Reads a number from 1 to `most`: how often, how many, how many percent.
 * @param {string} text
 * @param {number} most
 * @returns {number | null} null for anything else
 */
export function parseCount(text, most) {
  const number = /^\d+$/.test(text) ? Number(text) : 0;
  return number >= 1 && number <= most ? number : null;
}
