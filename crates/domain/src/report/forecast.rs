//! What the current month will come to: what was spent so far, and what was usually spent in the rest of a month.

use chrono::{Datelike as _, NaiveDate};

use super::figures::currencies;
use super::rounding::Percent;
use super::trends::mean;
use super::{Cut, Figure, FigureQuery, ReportData, ReportQuery, Split};
use crate::expense::ExpenseKind;
use crate::money::{Currency, Total};
use crate::period::{DateRange, Month};

/// From how many months before a month its rest is estimated.
pub const BASIS_MONTHS: u32 = 3;

/// For how many past months at most the method is tried.
pub const BACKTEST_MONTHS: u32 = 12;

/// The months before this one whose expenses are looked at.
const HISTORY: u32 = BASIS_MONTHS + BACKTEST_MONTHS;

/// What the current month will come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForecastReport {
    /// The month.
    pub month: Month,
    /// Today where the user lives: what is dated later is not counted as spent.
    pub as_of: NaiveDate,
    /// In the order of their codes, each in which anything was spent in this month or the 15 before.
    pub currencies: Vec<CurrencyForecast>,
}

/// What the current month will come to in one currency. Expenses only; rounded half away from zero to minor units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CurrencyForecast {
    /// What was spent in the month so far.
    pub spent: Total,
    /// What the month has after today already.
    pub entered_rest: Total,
    /// The months before this one whose rests were averaged, the oldest first; fewer than [`BASIS_MONTHS`] when there
    /// is too little history.
    pub basis: Vec<BasisMonth>,
    /// The mean of their rests, or `entered_rest` where that is more; `None` when there is too little history.
    pub expected_rest: Option<Total>,
    /// `spent` and `expected_rest` together.
    pub projected: Option<Total>,
    /// How the method did in past months; `None` when there is too little history for a single one.
    pub backtest: Option<Backtest>,
}

/// A month from which the rest of another one is estimated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BasisMonth {
    /// Which.
    pub month: Month,
    /// What was spent in it after the same day of the month, its last day always included; nothing when today is the last
    /// day of its month. So what is due on the 31st, or on the last day of a shorter month, is in each rest until it is
    /// due, and never after.
    pub rest: Total,
}

/// How far the method was from the truth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backtest {
    /// Each month that it was tried for, the oldest first.
    pub months: Vec<BacktestMonth>,
    /// The mean distance between forecast and truth.
    pub mean_absolute_error: Total,
    /// The mean of the distances in relation to the truth, over the months in which anything was spent; rounded once, as
    /// a mean.
    pub mean_absolute_percentage_error: Option<Percent>,
}

/// A past month, forecast on the same day of the month, or the last before its rest begins, from what was dated up to
/// that day. What was entered ahead at that time is not known any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BacktestMonth {
    /// Which.
    pub month: Month,
    /// What the method said.
    pub projected: Total,
    /// What it came to.
    pub actual: Total,
}

/// A month as the method sees it: what was spent up to the day, and after it.
#[derive(Clone, Copy, Default)]
struct Halves {
    until: i128,
    rest: i128,
}

impl ForecastReport {
    /// The figures that it takes to make one.
    pub(super) fn figures(today: NaiveDate) -> FigureQuery {
        let month = Month::of(today);
        let range = month.range();
        let first = month.minus(HISTORY).range().first();
        let cut = if today == range.last() { Cut::Month } else { Cut::MonthAt(today.day()) };
        FigureQuery { range: DateRange::new(first, range.last()).unwrap_or(range), cut, split: Split::None }
    }

    pub(super) fn query(today: NaiveDate) -> ReportQuery {
        ReportQuery { figures: vec![Self::figures(today)], largest: None }
    }

    /// Makes one of the answer to [`Self::query`].
    pub(super) fn new(today: NaiveDate, data: &ReportData) -> Self {
        let figures = data.figures_of(0);
        let currency = |currency| CurrencyForecast::new(currency, today, figures);
        Self {
            month: Month::of(today),
            as_of: today,
            currencies: currencies(figures).into_iter().filter_map(currency).collect(),
        }
    }
}

impl CurrencyForecast {
    /// Out of the answer to [`ForecastReport::figures`]; `None` when it has income only.
    pub(super) fn new(currency: Currency, today: NaiveDate, figures: &[Figure]) -> Option<Self> {
        let this = Month::of(today);
        let months: Vec<Month> = (0..=HISTORY).rev().map(|before| this.minus(before)).collect();
        let mut halves = vec![Halves::default(); months.len()];
        for figure in figures {
            let at = months.iter().position(|month| month.range().contains(figure.group));
            if let (true, Some(at)) = (figure.currency == currency && figure.kind == ExpenseKind::Expense, at)
            {
                if figure.group.day() == 1 {
                    halves[at].until += figure.minor;
                } else {
                    halves[at].rest += figure.minor;
                }
            }
        }
        // History begins with the first month in which anything was spent.
        let begin = halves.iter().position(|halves| halves.until + halves.rest != 0)?;
        let of = |minor| Total::new(minor, currency);
        let known = |at: usize| at.saturating_sub(BASIS_MONTHS as usize).max(begin)..at;
        let rest = |at: usize| {
            let rests: Vec<_> = halves.get(known(at))?.iter().map(|halves| halves.rest).collect();
            (rests.len() == BASIS_MONTHS as usize).then(|| mean(&rests))
        };
        let now = months.len() - 1;
        let tried: Vec<_> = (now.saturating_sub(BACKTEST_MONTHS as usize)..now)
            .filter_map(|at| {
                let (halves, rest) = (halves[at], rest(at)?);
                let (projected, actual) = (of(halves.until + rest), of(halves.until + halves.rest));
                Some(BacktestMonth { month: months[at], projected, actual })
            })
            .collect();
        let expected = rest(now).map(|rest| rest.max(halves[now].rest));
        Some(Self {
            spent: of(halves[now].until),
            entered_rest: of(halves[now].rest),
            basis: known(now).map(|at| BasisMonth { month: months[at], rest: of(halves[at].rest) }).collect(),
            expected_rest: expected.map(of),
            projected: expected.map(|rest| of(halves[now].until + rest)),
            backtest: Backtest::new(tried, currency),
        })
    }

    /// The currency.
    pub const fn currency(&self) -> Currency {
        self.spent.currency()
    }
}

impl Backtest {
    fn new(months: Vec<BacktestMonth>, currency: Currency) -> Option<Self> {
        if months.is_empty() {
            return None;
        }
        let error = |month: &BacktestMonth| (month.projected.minor() - month.actual.minor()).abs();
        let errors: Vec<_> = months.iter().map(error).collect();
        let shares: Vec<_> = months.iter().map(|month| (error(month), month.actual.minor())).collect();
        Some(Self {
            mean_absolute_error: Total::new(mean(&errors), currency),
            mean_absolute_percentage_error: Percent::mean(&shares),
            months,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::Tally;
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// The forecast of what was spent on these days, in whole euros.
    fn forecast(today: &str, spent: &[(&str, i64)]) -> CurrencyForecast {
        let (today, euro) = (date(today), Currency::parse("EUR").unwrap());
        let queries = [ForecastReport::figures(today)];
        let mut tally = Tally::new(&queries);
        for (day, euros) in spent {
            tally.add(0, date(day), None, (euro, ExpenseKind::Expense, euros * 100));
        }
        let figures = tally.finish();
        CurrencyForecast::new(euro, today, &figures[0]).unwrap()
    }

    fn euros(total: Option<Total>) -> Option<i128> {
        total.map(|total| total.minor() / 100)
    }

    #[test]
    fn rent_of_the_last_day_is_expected_until_it_is_paid() {
        let rents = |days: &[&'static str]| days.iter().map(|day| (*day, 900)).collect::<Vec<_>>();
        let autumn = rents(&["2026-07-31", "2026-08-31", "2026-09-30", "2026-10-31", "2026-11-30"]);
        let winter = rents(&["2026-11-30", "2026-12-31", "2027-01-31", "2027-02-28", "2027-03-31"]);
        let leap = rents(&["2027-11-30", "2027-12-31", "2028-01-31", "2028-02-29"]);
        for (rents, today, rest) in [
            (&autumn, "2026-10-15", 900),
            (&autumn, "2026-10-30", 900),
            (&autumn, "2026-10-31", 0),
            (&autumn, "2026-11-01", 900),
            (&autumn, "2026-11-29", 900),
            (&autumn, "2026-11-30", 0),
            (&winter, "2027-02-27", 900),
            (&winter, "2027-02-28", 0),
            (&winter, "2027-03-27", 900),
            (&winter, "2027-03-28", 900),
            (&winter, "2027-03-30", 900),
            (&winter, "2027-03-31", 0),
            (&leap, "2028-02-28", 900),
            (&leap, "2028-02-29", 0),
        ] {
            let paid: Vec<_> = rents.iter().copied().filter(|(day, _)| date(day) <= date(today)).collect();
            let found = forecast(today, &paid);
            assert_eq!(euros(found.expected_rest), Some(rest), "{today}");
            assert_eq!(euros(found.projected), Some(900), "{today}");
            for tried in found.backtest.into_iter().flat_map(|backtest| backtest.months) {
                assert_eq!(tried.projected, tried.actual, "{} on {today}", tried.month);
            }
        }
    }

    #[test]
    fn what_is_entered_for_the_rest_of_the_month_is_expected() {
        let past = [("2026-07-01", 1), ("2026-08-30", 60), ("2026-09-29", 60), ("2026-10-31", 60)];
        let with = |entered| forecast("2026-11-23", &[&past[..], &[("2026-11-30", entered)]].concat());
        for (entered, expected) in [(59, 60), (60, 60), (61, 61)] {
            let found = with(entered);
            assert_eq!(euros(Some(found.entered_rest)), Some(entered.into()));
            assert_eq!(
                (euros(found.expected_rest), euros(found.projected)),
                (Some(expected), Some(expected))
            );
            // October is forecast from the rests before it, not from what it turned out to have after the day.
            let october = found.backtest.unwrap().months[0];
            assert_eq!((euros(Some(october.projected)), euros(Some(october.actual))), (Some(40), Some(60)));
        }
        let unknown = forecast("2026-11-23", &[("2026-11-30", 61)]);
        assert_eq!((unknown.expected_rest, euros(Some(unknown.entered_rest))), (None, Some(61)));
    }

    #[test]
    fn errors_in_percent_are_rounded_once() {
        let spent = [
            ("2026-05-10", 100),
            ("2026-05-30", 9),
            ("2026-06-10", 100),
            ("2026-07-10", 100),
            ("2026-08-10", 300),
            ("2026-08-30", 7),
            ("2026-09-10", 700),
            ("2026-09-30", 3),
            ("2026-10-10", 600),
            ("2026-10-30", 11),
        ];
        let backtest = forecast("2026-11-29", &spent).backtest.unwrap();
        assert_eq!(
            backtest.mean_absolute_percentage_error.map(|error| error.to_string()).as_deref(),
            Some("0.88")
        );
    }

    #[test]
    fn there_is_none_of_income() {
        let (today, euro) = (date("2026-11-23"), Currency::parse("EUR").unwrap());
        let queries = [ForecastReport::figures(today)];
        let mut tally = Tally::new(&queries);
        tally.add(0, today, None, (euro, ExpenseKind::Income, 100));
        let data = ReportData { figures: tally.finish(), ..ReportData::default() };
        assert_eq!(ForecastReport::new(today, &data).currencies, []);
    }

    proptest! {
        #[test]
        fn a_rest_shrinks_from_day_to_day_to_nothing(
            month in 0_u32..60,
            days in proptest::collection::vec((0_u64..2000, 1_i64..1000), 0..60),
        ) {
            let first = date("2020-01-01");
            let month = Month::of(date("2023-06-01")).plus(month).range();
            let spent: Vec<_> = days
                .iter()
                .map(|(day, euros)| ((first + chrono::Days::new(*day)).to_string(), *euros))
                .filter(|(day, _)| date(day) < month.first())
                .chain([(month.last().to_string(), 1)])
                .collect();
            let spent: Vec<_> = spent.iter().map(|(day, euros)| (day.as_str(), *euros)).collect();
            let mut last: Option<i128> = None;
            for today in month.first().iter_days().take_while(|day| month.contains(*day)) {
                let found = forecast(&today.to_string(), &spent);
                if let (Some(now), Some(before)) = (found.expected_rest, last) {
                    prop_assert!(now.minor() <= before);
                }
                last = found.expected_rest.map(Total::minor);
            }
            prop_assert!(last.is_none_or(|last| last == 0));
        }
    }
}
