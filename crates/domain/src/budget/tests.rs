use chrono::{Days, NaiveDate, Weekday};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::expense::ExpenseKind;
use crate::money::{Currency, Money};
use crate::period::{DateRange, PeriodUnit};
use crate::{AlertId, BudgetId, CategoryId, Version};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn range(first: &str, last: &str) -> DateRange {
    DateRange::new(day(first), day(last)).unwrap()
}

fn euros(minor: i64) -> Money {
    Money::from_minor(minor, Currency::EUR).unwrap()
}

fn terms(period: PeriodUnit, rollover: Rollover, starts_on: &str, amount: i64) -> BudgetTerms {
    BudgetTerms {
        name: BudgetName::parse("Food").unwrap(),
        categories: Categories::default(),
        currency: Currency::EUR,
        period,
        rollover,
        starts_on: day(starts_on),
        ends_on: None,
        alert_at: Thresholds::default(),
        amounts: vec![BudgetAmount { from: day(starts_on), money: euros(amount) }],
    }
}

fn budget(terms: BudgetTerms) -> Budget {
    let id = BudgetId::new(Uuid::from_u128(7));
    Budget { id, terms, updated_at: DateTime::UNIX_EPOCH, version: Version::FIRST }
}

fn spending(days: &[(&str, i128)]) -> Spending {
    let mut spending = Spending::default();
    for (on, minor) in days {
        spending.add(day(on), *minor);
    }
    spending
}

#[test]
fn the_first_and_the_last_period_are_cut_off() {
    let mut terms = terms(PeriodUnit::Month, Rollover::None, "2026-01-20", 100);
    terms.ends_on = Some(day("2026-03-10"));
    let all: Vec<_> = terms.periods(range("2020-01-01", "2030-01-01"), Weekday::Mon).collect();
    assert_eq!(
        all,
        [
            range("2026-01-20", "2026-01-31"),
            range("2026-02-01", "2026-02-28"),
            range("2026-03-01", "2026-03-10")
        ]
    );
    assert!(all.iter().all(|period| terms.base(*period) == Some(euros(100))), "with the full amount");
    assert_eq!(terms.period_of(day("2026-01-19"), Weekday::Mon), None);
    assert_eq!(terms.period_of(day("2026-03-11"), Weekday::Mon), None);
}

#[test]
fn weeks_begin_where_the_users_begin() {
    let terms = terms(PeriodUnit::Week, Rollover::None, "2026-01-01", 100);
    let week = |first| terms.period_of(day("2026-11-23"), first).unwrap();
    assert_eq!(week(Weekday::Mon), range("2026-11-23", "2026-11-29"));
    assert_eq!(week(Weekday::Sun), range("2026-11-22", "2026-11-28"));
    assert_eq!(terms.period_of(day("9999-12-31"), Weekday::Mon).unwrap().last(), day("9999-12-31"));
}

#[test]
fn rollover_carries_what_it_says() {
    let spent = spending(&[("2026-01-05", 60), ("2026-02-05", 190), ("2026-03-05", 10)]);
    let carried = |rollover| {
        let terms = terms(PeriodUnit::Month, rollover, "2026-01-01", 100);
        let figures = figures(&terms, Weekday::Mon, range("2026-01-01", "2026-04-01"), &spent);
        figures.iter().map(|figures| figures.carried_in).collect::<Vec<_>>()
    };
    assert_eq!(carried(Rollover::None), [0, 0, 0, 0]);
    assert_eq!(carried(Rollover::Surplus), [0, 40, 0, 90]);
    assert_eq!(carried(Rollover::All), [0, 40, -50, 40]);
}

#[test]
fn a_budget_may_be_thousands_of_years_old() {
    let mut terms = terms(PeriodUnit::Week, Rollover::All, "0001-01-01", 100);
    let spent = spending(&[("0001-01-03", 350), ("1000-06-15", 70), ("9999-12-31", 1)]);
    let weeks = |from: &str, to: &str| i128::from(PeriodUnit::Week.steps(day(from), day(to), Weekday::Mon));
    let carried = |terms: &BudgetTerms, on: &str| {
        figures(terms, Weekday::Mon, range(on, on), &spent).first().map(|figures| figures.carried_in)
    };
    let all = |on: &str| 100 * weeks("0001-01-01", on) - 420;
    assert_eq!(carried(&terms, "2026-11-23"), Some(all("2026-11-23")));
    assert_eq!(carried(&terms, "9999-12-31"), Some(all("9999-12-31")));
    // The whole of the first week is left over and more was spent: nothing is carried out of it.
    terms.rollover = Rollover::Surplus;
    assert_eq!(carried(&terms, "0001-01-08"), Some(0));
    assert_eq!(carried(&terms, "1000-06-01"), Some(100 * weeks("0001-01-08", "1000-06-01")));
}

#[test]
fn a_change_of_the_amount_keeps_history_true() {
    let mut terms = terms(PeriodUnit::Month, Rollover::None, "2026-01-15", 100);
    let mut set = |on: &str, minor| {
        let period = terms.period_of(day(on), Weekday::Mon).unwrap();
        terms.set_amount(period, euros(minor));
        let year = range("2026-01-01", "2026-06-30");
        terms
            .periods(year, Weekday::Mon)
            .map(|period| terms.base(period).unwrap().minor())
            .collect::<Vec<_>>()
    };
    assert_eq!(set("2026-03-20", 200), [100, 100, 200, 200, 200, 200]);
    assert_eq!(set("2026-05-01", 300), [100, 100, 200, 200, 300, 300]);
    assert_eq!(set("2026-02-28", 150), [100, 150, 200, 200, 300, 300]);
    assert_eq!(set("2026-03-01", 250), [100, 150, 250, 250, 300, 300]);
    assert_eq!(set("2026-01-31", 50), [50, 150, 250, 250, 300, 300]);
    assert_eq!(set("2026-04-01", 250), [50, 150, 250, 250, 300, 300]);
    assert_eq!(terms.amounts.len(), 4, "what changes nothing is not kept");
    terms.set_start(day("2026-03-05"));
    assert_eq!(terms.amounts[0], BudgetAmount { from: day("2026-03-05"), money: euros(250) });
    terms.set_start(day("2025-12-05"));
    assert_eq!(terms.amounts[0], BudgetAmount { from: day("2025-12-05"), money: euros(250) });
    assert_eq!(terms.amounts.len(), 2);
}

#[test]
fn counts_what_belongs_to_it() {
    let [food, bakery, rent] = [1, 2, 3].map(|n| CategoryId::new(Uuid::from_u128(n)));
    let mut of_food = terms(PeriodUnit::Month, Rollover::None, "2026-01-15", 100);
    of_food.categories = Categories::new(vec![food]).unwrap();
    let over_all = terms(PeriodUnit::Month, Rollover::None, "2026-01-15", 100);
    let bread = Counted {
        money: euros(5),
        kind: ExpenseKind::Expense,
        category: Some(bakery),
        parent: Some(food),
        date: day("2026-01-15"),
    };
    let refund = Counted { kind: ExpenseKind::Income, ..bread };
    let of_rent = Counted { category: Some(rent), parent: None, ..bread };
    let of_nothing = Counted { category: None, parent: None, ..bread };
    let early = Counted { date: day("2026-01-14"), ..bread };
    let foreign = Counted { money: Money::from_minor(5, Currency::parse("CHF").unwrap()).unwrap(), ..bread };
    for (expense, in_food, in_all) in
        [(bread, 5, 5), (refund, -5, 0), (of_rent, 0, 5), (of_nothing, 0, 5), (early, 0, 0), (foreign, 0, 0)]
    {
        assert_eq!(of_food.counts(&expense), in_food, "{expense:?}");
        assert_eq!(over_all.counts(&expense), in_all, "{expense:?}");
    }
}

#[test]
fn percents_are_rounded_down_and_thresholds_agree() {
    let figures = |base, carried_in, spent| PeriodFigures {
        period: range("2026-01-01", "2026-01-31"),
        base,
        carried_in,
        spent,
    };
    assert_eq!(figures(300, 0, 239).percent(), Some(79));
    assert_eq!(figures(300, 0, 240).percent(), Some(80));
    assert_eq!(figures(300, 0, -1).percent(), Some(-1));
    assert_eq!(figures(100, -100, 5).percent(), None);
    assert_eq!(figures(333, 0, 0).line(80), 267);
    assert_eq!(figures(100, -150, 0).line(80), 1);
}

#[test]
fn a_projection_says_how_it_came_about() {
    let terms = terms(PeriodUnit::Month, Rollover::None, "2026-01-01", 10_000);
    let spent = spending(&[("2026-11-01", 1000), ("2026-11-23", 1), ("2026-11-30", 50)]);
    let status = |today: &str, spent: &Spending| {
        let november = range("2026-11-01", "2026-11-01");
        BudgetStatus::all(&budget(terms.clone()), Weekday::Mon, november, spent, day(today)).remove(0)
    };
    let running = status("2026-11-23", &spent);
    // 1001 * 30 / 23 = 1305.65
    assert_eq!(running.projected.minor(), 1306);
    let pace = Projection::Pace { spent_to_date: 1001, days_elapsed: 23, days: 30 };
    assert_eq!((running.projection, running.figures.spent), (pace, 1051));
    let planned = spending(&[("2026-11-01", 10), ("2026-11-30", 900)]);
    assert_eq!(status("2026-11-29", &planned).projected.minor(), 910, "not less than is entered");
    let over = status("2026-12-01", &spent);
    assert_eq!((over.projected.minor(), over.projection), (1051, Projection::Final));
    let ahead = status("2026-10-31", &spent);
    assert_eq!((ahead.projected.minor(), ahead.projection), (1051, Projection::Entered));
    let refunded = spending(&[("2026-11-02", -5)]);
    assert_eq!(status("2026-11-20", &refunded).projected.minor(), -5);
}

#[test]
fn thresholds_are_checked() {
    assert!(Thresholds::new(vec![]).is_ok());
    assert!(Thresholds::new((1..=10).collect()).is_ok());
    for bad in [vec![0], vec![1001], vec![80, 80], vec![100, 80], (1..=11).collect()] {
        assert!(Thresholds::new(bad).is_err());
    }
}

#[test]
fn an_alert_has_an_id_of_its_own_that_says_when() {
    let at = DateTime::from_timestamp_millis(1_795_435_200_123).unwrap();
    let mut ids = Vec::new();
    for number in 0..5 {
        let budget = BudgetId::new(Uuid::from_u128(number));
        for first in [day("2026-01-01"), day("9999-12-01"), day("0001-01-01")] {
            for threshold in [1, 80, 100, 1000] {
                ids.push(AlertId::of(budget, first, threshold, at));
            }
        }
    }
    assert!(ids.iter().all(|id| id.created_at() == at && id.uuid().get_version_num() == 7));
    let budget = BudgetId::new(Uuid::from_u128(1));
    assert!(AlertId::of(budget, day("9999-12-01"), 80, at) < AlertId::of(budget, day("2026-01-01"), 100, at));
    let given = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), given);
}

fn lines(assessment: &Assessment) -> Vec<(NaiveDate, u16)> {
    assessment.crossings.iter().map(|crossing| (crossing.period.first(), crossing.threshold)).collect()
}

#[test]
fn each_threshold_is_crossed_once() {
    let today = day("2026-11-23");
    let assess = |rollover, spent: &Spending, touched: &[&str], recorded: &[(&str, u16)]| {
        let budget = budget(terms(PeriodUnit::Month, rollover, "2026-09-01", 1000));
        let recorded = recorded.iter().map(|(first, threshold)| (day(first), *threshold)).collect();
        let change = Change::Expense(touched.iter().map(|on| (day(on), 1)).collect());
        super::assess(&budget, Weekday::Mon, DateTime::UNIX_EPOCH, today, &change, spent, &recorded)
    };
    let november = range("2026-11-01", "2026-11-30");
    let spent = spending(&[("2026-11-02", 799)]);
    let assessed = assess(Rollover::None, &spent, &["2026-11-02"], &[]);
    assert_eq!(lines(&assessed), []);
    assert_eq!(assessed.guards, [Guard { period: november, headroom: 1 }]);

    let spent = spending(&[("2026-11-02", 800), ("2026-09-05", 5000)]);
    let assessed = assess(Rollover::None, &spent, &["2026-11-02"], &[]);
    assert_eq!(lines(&assessed), [(day("2026-11-01"), 80)], "September was not touched");
    assert_eq!(assessed.guards, [Guard { period: november, headroom: 200 }]);
    let assessed = assess(Rollover::None, &spent, &["2026-11-02"], &[("2026-11-01", 80)]);
    assert_eq!(lines(&assessed), []);
    let assessed = assess(Rollover::None, &spent, &["2026-09-05"], &[("2026-11-01", 80)]);
    assert_eq!(lines(&assessed), [(day("2026-09-01"), 80), (day("2026-09-01"), 100)]);
    assert_eq!(assessed.guards, [Guard { period: range("2026-09-01", "2026-09-30"), headroom: Guard::MOST }]);

    // Overspending in September leaves less for the later months, too.
    let spent = spending(&[("2026-09-05", 2500), ("2026-10-01", 400), ("2026-11-01", 1)]);
    let recorded = [("2026-09-01", 80), ("2026-09-01", 100)];
    let assessed = assess(Rollover::All, &spent, &["2026-09-05"], &recorded);
    assert_eq!(lines(&assessed), [(day("2026-10-01"), 80), (day("2026-10-01"), 100)]);
    let assessed = assess(Rollover::Surplus, &spent, &["2026-09-05"], &recorded);
    assert_eq!(lines(&assessed), []);
    // November: 1000 + 600 left over; 1 is spent of 1600, 1280 are 80 %.
    assert_eq!(assessed.guards, [Guard { period: november, headroom: 1279 }]);

    // What is entered for December depends on November: no guard speaks for both.
    let spent = spending(&[("2026-11-01", 1500), ("2026-12-24", 100)]);
    let assessed = assess(Rollover::All, &spent, &["2026-12-24"], &[("2026-11-01", 80)]);
    assert_eq!(lines(&assessed), []);
    assert_eq!(assessed.guards, []);

    let all = [("2026-11-01", 80), ("2026-11-01", 100)];
    let assessed = assess(Rollover::None, &spending(&[("2026-11-02", 9000)]), &["2026-11-02"], &all);
    assert_eq!(assessed.guards, [Guard { period: november, headroom: Guard::MOST }]);
}

/// An alert names the expense without which the threshold would not be crossed, and no other.
#[test]
fn an_expense_is_blamed_for_what_it_crosses_only() {
    let budget = budget(terms(PeriodUnit::Month, Rollover::All, "2026-09-01", 1000));
    let assess = |change: Change, spent: &[(&str, i128)]| {
        let (now, today) = (DateTime::UNIX_EPOCH, day("2026-11-23"));
        super::assess(&budget, Weekday::Mon, now, today, &change, &spending(spent), &Recorded::new())
    };
    let blamed = |assessment: &Assessment| {
        let crossings = assessment.crossings.iter();
        crossings.map(|it| (it.period.first(), it.threshold, it.by_expense)).collect::<Vec<_>>()
    };
    let (september, october) = (day("2026-09-01"), day("2026-10-01"));
    // 900 of September were there before.
    let spent = [("2026-09-05", 1900), ("2026-10-01", 100)];
    assert_eq!(
        blamed(&assess(Change::Expense(vec![(day("2026-09-05"), 1000)]), &spent)),
        [(september, 80, false), (september, 100, true), (october, 80, true), (october, 100, true)]
    );
    // What is deleted takes nothing over a line.
    let deleted = Change::Expense(vec![(day("2026-09-05"), -5)]);
    assert!(blamed(&assess(deleted, &spent)).iter().all(|(.., by_expense)| !by_expense));
    // Each period, also one that is over or has not begun; nobody's expense is to blame.
    let spent = [("2026-09-05", 2000), ("2026-12-24", 5000)];
    assert_eq!(
        blamed(&assess(Change::Terms, &spent)),
        [
            (september, 80, false),
            (september, 100, false),
            (day("2026-12-01"), 80, false),
            (day("2026-12-01"), 100, false)
        ]
    );
}

fn a_period() -> impl Strategy<Value = PeriodUnit> {
    prop_oneof![
        Just(PeriodUnit::Week),
        Just(PeriodUnit::Month),
        Just(PeriodUnit::Quarter),
        Just(PeriodUnit::Year)
    ]
}

fn a_rollover() -> impl Strategy<Value = Rollover> {
    prop_oneof![Just(Rollover::None), Just(Rollover::Surplus), Just(Rollover::All)]
}

/// A budget that starts in 2024, perhaps ends in 2025, with some changes of its amount.
fn any_terms() -> impl Strategy<Value = BudgetTerms> {
    let changes = prop::collection::vec((0..700_u64, 1..500_i64), 0..4);
    (a_period(), a_rollover(), 0..200_u64, prop::option::of(200..700_u64), 1..500_i64, changes).prop_map(
        |(period, rollover, start, end, amount, changes)| {
            let mut terms = terms(period, rollover, "2024-01-01", amount);
            terms.set_start(day("2024-01-01") + Days::new(start));
            terms.ends_on = end.map(|end| day("2024-01-01") + Days::new(end));
            for (at, amount) in changes {
                if let Some(period) = terms.period_of(day("2024-01-01") + Days::new(at), Weekday::Mon) {
                    terms.set_amount(period, euros(amount));
                }
            }
            terms
        },
    )
}

/// Days of 2024 and 2025 and what was spent, or given back, on them.
fn any_writes() -> impl Strategy<Value = Vec<(u64, i128)>> {
    prop::collection::vec((0..730_u64, -50..150_i128), 0..60)
}

fn sum(writes: &[(u64, i128)]) -> Spending {
    let mut spending = Spending::default();
    for (at, minor) in writes {
        spending.add(day("2024-01-01") + Days::new(*at), *minor);
    }
    spending
}

const YEARS: (&str, &str) = ("2024-01-01", "2025-12-31");

proptest! {
    #[test]
    fn the_sum_of_the_periods_is_the_total(terms in any_terms(), writes in any_writes()) {
        let (spending, years) = (sum(&writes), range(YEARS.0, YEARS.1));
        let all = figures(&terms, Weekday::Mon, years, &spending);
        let counted: i128 = writes
            .iter()
            .filter(|(at, _)| terms.contains(day(YEARS.0) + Days::new(*at)))
            .map(|(_, minor)| minor)
            .sum();
        prop_assert_eq!(all.iter().map(|figures| figures.spent).sum::<i128>(), counted);
        for pair in all.windows(2) {
            prop_assert_eq!(pair[0].period.last() + Days::new(1), pair[1].period.first());
        }
    }

    #[test]
    fn what_is_carried_in_is_the_fold_over_the_periods_before(
        terms in any_terms(), writes in any_writes(), at in 0..730_u64,
    ) {
        let spending = sum(&writes);
        let on = day(YEARS.0) + Days::new(at);
        let asked = figures(&terms, Weekday::Mon, DateRange::new(on, on).unwrap(), &spending);
        prop_assert_eq!(asked.len(), usize::from(terms.contains(on)));
        for figures in asked {
            // Day by day, without a notion of figures.
            let mut carried = 0;
            let mut start = terms.starts_on;
            while start < figures.period.first() {
                let period = terms.period_of(start, Weekday::Mon).unwrap();
                let mut left = carried + i128::from(terms.base(period).unwrap().minor());
                for (at, minor) in &writes {
                    if period.contains(day(YEARS.0) + Days::new(*at)) {
                        left -= minor;
                    }
                }
                carried = match terms.rollover {
                    Rollover::None => 0,
                    Rollover::Surplus => left.max(0),
                    Rollover::All => left,
                };
                start = period.last() + Days::new(1);
            }
            prop_assert_eq!(figures.carried_in, carried);
            prop_assert_eq!(figures.base + carried - figures.spent, figures.remaining());
        }
    }

    #[test]
    fn days_that_need_not_be_known_change_nothing(
        terms in any_terms(), writes in any_writes(), at in 0..730_u64,
    ) {
        let on = day(YEARS.0) + Days::new(at);
        let wanted = DateRange::new(on, on).unwrap();
        let known = days_to_know(&terms, Weekday::Mon, wanted);
        let inside: Vec<_> = writes
            .iter()
            .copied()
            .filter(|(at, _)| known.is_some_and(|known| known.contains(day(YEARS.0) + Days::new(*at))))
            .collect();
        prop_assert_eq!(
            figures(&terms, Weekday::Mon, wanted, &sum(&writes)),
            figures(&terms, Weekday::Mon, wanted, &sum(&inside))
        );
    }

    #[test]
    fn moving_an_expense_within_its_period_changes_nothing(
        terms in any_terms(), mut writes in any_writes(), at in 0..730_u64, to in 0..400_i64, minor in 1..100_i128,
    ) {
        let years = range(YEARS.0, YEARS.1);
        let on = day(YEARS.0) + Days::new(at);
        prop_assume!(terms.contains(on));
        let period = terms.period_of(on, Weekday::Mon).unwrap();
        let elsewhere = period.first() + chrono::TimeDelta::days(to % period.days());
        writes.push((at, minor));
        let before = figures(&terms, Weekday::Mon, years, &sum(&writes));
        let moved_at = u64::try_from((elsewhere - day(YEARS.0)).num_days()).unwrap();
        *writes.last_mut().unwrap() = (moved_at, minor);
        prop_assert_eq!(figures(&terms, Weekday::Mon, years, &sum(&writes)), before);
    }

    #[test]
    fn the_order_of_writes_changes_nothing(terms in any_terms(), writes in any_writes()) {
        let years = range(YEARS.0, YEARS.1);
        let mut reversed = writes.clone();
        reversed.reverse();
        prop_assert_eq!(
            figures(&terms, Weekday::Mon, years, &sum(&writes)),
            figures(&terms, Weekday::Mon, years, &sum(&reversed))
        );
    }

    /// A guard speaks the truth: while its headroom is not used up, nothing is to be recorded.
    #[test]
    fn while_there_is_headroom_nothing_is_crossed(
        terms in any_terms(),
        mut writes in any_writes(),
        today in 0..730_u64,
        at in 0..730_u64,
        share in 0..100_i64,
    ) {
        let today = day(YEARS.0) + Days::new(today);
        let touched = day(YEARS.0) + Days::new(at);
        let budget = budget(terms);
        let assess = |writes: &[(u64, i128)], recorded: &Recorded| {
            let now = DateTime::UNIX_EPOCH;
            super::assess(&budget, Weekday::Mon, now, today, &Change::Expense(vec![(touched, 1)]), &sum(writes), recorded)
        };
        let first = assess(&writes, &Recorded::new());
        let mut recorded: Recorded = lines(&first).into_iter().collect();
        if let [guard] = first.guards.as_slice() {
            let guard = *guard;
            let inside = guard.period.first() + chrono::TimeDelta::days(share % guard.period.days());
            let inside = u64::try_from((inside - day(YEARS.0)).num_days()).unwrap();
            let again = assess(&writes, &recorded);
            prop_assert_eq!(&again.crossings, &Vec::new());
            prop_assert_eq!(again.guards.as_slice(), &[guard]);
            // Up to one less than the headroom, on any day of the period.
            let fits = i128::from((guard.headroom - 1).min(10_000)) * i128::from(share) / 99;
            writes.push((inside, fits));
            prop_assert_eq!(assess(&writes, &recorded).crossings, Vec::new());
            if guard.headroom < Guard::MOST {
                let rest = i128::from(guard.headroom) - fits;
                writes.push((inside, rest));
                let crossed = assess(&writes, &recorded);
                prop_assert!(!crossed.crossings.is_empty());
                recorded.extend(lines(&crossed));
                prop_assert_eq!(assess(&writes, &recorded).crossings, Vec::new());
            }
        }
    }
}
