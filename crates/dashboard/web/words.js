// What the API says in the words of programs, for people: by the `code` of a problem, or of a field of it. What is not here
// reads well as it is.

const IN_USE = [["expenses", "expenses"], ["children", "parts"], ["budgets", "budgets"], ["recurring", "recurring expenses"]];

const WORDS = {
  stale: () => "It was changed elsewhere meanwhile. What you see is as it has become, but for what you typed: look at it, then try again.",
  not_found: () => "It is no longer there: it may have been deleted elsewhere.",
  category_in_use: (problem) => {
    const counts = IN_USE.filter(([member]) => problem[member] > 0).map(([member, name]) => `${name}: ${problem[member]}`);
    return `It is in use (${new Intl.ListFormat("en").format(counts)}). Choose another category for what is in it.`;
  },
  empty_range: () => "The end must not lie before the beginning.",
  ends_before_start: () => "It must not end before it begins.",
  never_occurs: () => "It would have no date: look at the days and months of the rule, and at the last day.",
  unknown_category: () => "That category is no longer there.",
  no_such_occurrence: () => "It is no longer due on that day.",
};

/**
 * What is wrong, for people.
 * @param {{code: string, detail: string, errors?: {code: string, detail: string}[]}} problem or one of its `errors`
 */
export function wordsOf(problem) {
  // What is wrong with one field only is all that is wrong.
  const [field, ...others] = problem.errors ?? [];
  const one = field && others.length === 0 ? field : problem;
  return WORDS[one.code]?.(problem) ?? problem.detail;
}
