//! Reports, computed once more without any care for speed: from the list of all expenses.

use chrono::{Datelike as _, NaiveDate};
use finance_domain::expense::{Expense, ExpenseKind};
use finance_domain::money::{Currency, Money, Total};
use finance_domain::period::{DateRange, Month, PeriodUnit};
use finance_domain::report::{
    BACKTEST_MONTHS, Flow, GroupBy, GroupKey, Label, LargestExpense, MAX_TREND_MONTHS, ReportService,
    SummaryRequest,
};
use finance_domain::user::Profile;
use finance_domain::{CategoryId, UserId};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use crate::fixtures::{ExpenseContentBuilder, date, expense};

const EDGES: [&str; 10] = [
    "2025-12-31",
    "2026-01-01",
    "2026-02-28",
    "2026-03-01",
    "2026-09-30",
    "2026-10-31",
    "2026-11-01",
    "2026-11-23",
    "2026-11-29",
    "2026-11-30",
];

/// A category above others, and those; what else expenses name is made on first use.
pub(super) const ABOVE: &str = "Food";
pub(super) const BELOW: [&str; 2] = ["Café", "=x"];

const NAMES: [&str; 5] = ["Food", "Rent", "Fun", "Café", "=x"];

/// Expenses around 2026-11-23, near the ends of months and years and between; and whether each is deleted.
pub(super) fn any_ledger() -> impl Strategy<Value = Vec<(ExpenseContentBuilder, bool)>> {
    let first = date("2025-06-01");
    let days = prop_oneof![
        select(EDGES.as_slice()).prop_map(date),
        (0_u64..580).prop_map(move |days| first + chrono::Days::new(days)),
        (22_u64..32).prop_map(|day| date("2026-10-01") + chrono::Days::new(day + 20)),
    ];
    let minor = prop_oneof![1..=Money::MAX_MINOR, 1..100_000_i64, Just(Money::MAX_MINOR)];
    let one = (
        select(["EUR", "JPY", "KWD"].as_slice()),
        minor,
        prop_oneof![3 => Just(false), 1 => Just(true)],
        prop::option::of(select(NAMES.as_slice())),
        subsequence(NAMES.as_slice(), 0..3),
        days,
        prop_oneof![9 => Just(false), 1 => Just(true)],
    );
    let content = one.prop_map(|(currency, minor, income, category, tags, day, deleted)| {
        let currency = Currency::parse(currency).expect("a currency");
        let mut content = expense()
            .money(Money::from_minor(minor, currency).expect("an amount"))
            .tags(&tags)
            .date(&day.to_string());
        if income {
            content = content.income();
        }
        if let Some(category) = category {
            content = content.category(category);
        }
        (content, deleted)
    });
    vec(content, 0..60)
}

/// Sum and count of the expenses that pass.
fn sum(expenses: &[&Expense], passes: impl Fn(&Expense) -> bool) -> (i128, i64) {
    expenses
        .iter()
        .filter(|expense| passes(expense))
        .fold((0, 0), |(sum, count), expense| (sum + i128::from(expense.money.minor()), count + 1))
}

fn assert_flow(flow: &Flow, expenses: &[&Expense], passes: impl Fn(&Expense) -> bool) {
    let (income, incomes) = sum(expenses, |e| e.kind == ExpenseKind::Income && passes(e));
    let (spent, spendings) = sum(expenses, |e| e.kind == ExpenseKind::Expense && passes(e));
    assert_eq!(flow.income().minor(), income);
    assert_eq!(flow.expenses().minor(), spent);
    assert_eq!(flow.net().minor(), income - spent);
    assert_eq!(flow.count(), incomes + spendings);
}

fn category(expense: &Expense) -> Option<String> {
    expense.category.as_ref().map(|category| category.name.to_string())
}

fn name(label: Option<&Label>) -> Option<String> {
    label.map(|label| label.name.clone())
}

fn half_away(dividend: i128, divisor: i128) -> i128 {
    let (double, divisor) = (dividend * 2, divisor * 2);
    let up = if dividend < 0 { -divisor / 2 } else { divisor / 2 };
    (double + up) / divisor
}

fn percent(part: i128, whole: i128) -> Option<String> {
    (whole != 0).then(|| {
        let hundredths = half_away(part * 10_000, whole);
        let sign = if hundredths < 0 { "-" } else { "" };
        format!("{sign}{}.{:02}", hundredths.abs() / 100, hundredths.abs() % 100)
    })
}

/// The mean of the parts in percent of their wholes: long division, to 24 digits behind a hundredth of a percent.
fn mean_percent(shares: &[(i128, i128)]) -> Option<String> {
    let n = i128::try_from(shares.len()).ok().filter(|n| *n > 0)?;
    let one = 10_i128.pow(24);
    // Less than one of the last digit is cut off from each, which must not make less of a half.
    let (mut hundredths, mut fraction) = (0, n);
    for (part, whole) in shares {
        hundredths += part * 10_000 / whole;
        let (mut digits, mut rest) = (0, part * 10_000 % whole);
        for _ in 0..24 {
            digits = digits * 10 + rest * 10 / whole;
            rest = rest * 10 % whole;
        }
        fraction += digits;
    }
    hundredths += fraction / one;
    let rest = hundredths % n * one + fraction % one;
    percent(hundredths / n + i128::from(rest * 2 >= n * one), 10_000)
}

/// The currencies of the expenses, and the expenses in each.
fn by_currency(expenses: &[Expense], passes: impl Fn(&Expense) -> bool) -> Vec<(Currency, Vec<&Expense>)> {
    let mut codes: Vec<_> =
        expenses.iter().filter(|e| passes(e)).map(|e| e.money.currency().code()).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
        .into_iter()
        .map(|code| {
            let of = expenses.iter().filter(|e| e.money.currency().code() == code);
            (Currency::parse(code).expect("a currency"), of.collect())
        })
        .collect()
}

/// Every report on these expenses, which are all that their owner has; today is 2026-11-23.
pub(super) async fn assert_reports(service: &ReportService, owner: UserId, expenses: &[Expense], now: Month) {
    for month in [now, now.minus(8), now.minus(10), now.minus(11), now.plus(1)] {
        assert_monthly(service, owner, expenses, month).await;
    }
    for (from, to) in
        [("2026-01-01", "2026-11-30"), ("2025-12-30", "2026-03-02"), ("2026-11-23", "2026-11-23")]
    {
        let range = DateRange::new(date(from), date(to)).expect("a range");
        assert_summaries(service, owner, expenses, range).await;
    }
    for months in [1, 2, 12, 17, MAX_TREND_MONTHS] {
        assert_trends(service, owner, expenses, now, months).await;
    }
    assert_dashboard(service, owner, expenses, now).await;
}

/// Every report by category says which one is above it; `parents` are all that are below another, and that one.
pub(super) async fn assert_parents(
    service: &ReportService,
    owner: UserId,
    now: Month,
    parents: &[(CategoryId, CategoryId)],
) {
    let assert_parent = |label: Option<&Label>| {
        let Some(label) = label else { return };
        let parent = parents.iter().find(|(id, _)| id.uuid() == label.id).map(|(_, parent)| *parent);
        assert_eq!(label.parent, parent, "{}", label.name);
    };
    let monthly = service.monthly(owner, now).await.expect("a report");
    for month in &monthly.currencies {
        month.categories.iter().for_each(|line| assert_parent(line.category.as_ref()));
        month.largest.iter().for_each(|(_, category)| assert_parent(category.as_ref()));
    }
    let (from, to) = (Some(date("2025-06-01")), Some(now.range().last()));
    let request = SummaryRequest { from, to, group_by: GroupBy::Category };
    let summary = service.summary(owner, &request).await.expect("a report");
    for row in summary.currencies.iter().flat_map(|of| &of.rows) {
        let GroupKey::Category(label) = &row.key else { panic!("{row:?}") };
        assert_parent(label.as_ref());
    }
    let trends = service.trends(owner, MAX_TREND_MONTHS).await.expect("a report");
    for series in trends.currencies.iter().flat_map(|of| &of.series) {
        assert_parent(series.category.as_ref());
    }
}

async fn assert_monthly(service: &ReportService, owner: UserId, expenses: &[Expense], month: Month) {
    let report = service.monthly(owner, month).await.expect("a report");
    let (this, before) = (month.range(), month.minus(1).range());
    let expected = by_currency(expenses, |e| this.contains(e.date) || before.contains(e.date));
    assert_eq!(report.currencies.len(), expected.len());
    for (found, (currency, all)) in report.currencies.iter().zip(expected) {
        assert_eq!(found.flow.currency(), currency);
        assert_flow(&found.flow, &all, |e| this.contains(e.date));
        assert_flow(&found.previous, &all, |e| before.contains(e.date));
        let spent = found.flow.expenses().minor();
        assert_eq!(found.average_per_day.minor(), half_away(spent, i128::from(this.days())));
        assert_eq!(found.days.len(), usize::try_from(this.days()).expect("a month"));
        for day in &found.days {
            assert_flow(&day.flow, &all, |e| e.date == day.date);
        }
        let mut names: Vec<_> = all
            .iter()
            .filter(|e| this.contains(e.date) || before.contains(e.date))
            .map(|e| category(e))
            .collect();
        names.sort_unstable();
        names.dedup();
        let mut found_names: Vec<_> =
            found.categories.iter().map(|line| name(line.category.as_ref())).collect();
        found_names.sort_unstable();
        assert_eq!(found_names, names, "each category once");
        assert!(found.categories.is_sorted_by_key(|line| -line.flow.expenses().minor()));
        for line in &found.categories {
            let is = |e: &Expense| category(e) == name(line.category.as_ref());
            assert_flow(&line.flow, &all, |e| is(e) && this.contains(e.date));
            assert_flow(&line.previous, &all, |e| is(e) && before.contains(e.date));
            let (now, then) = (line.flow.expenses().minor(), line.previous.expenses().minor());
            assert_eq!(line.change.minor(), now - then);
            assert_eq!(line.share.map(|share| share.to_string()), percent(now, spent));
            assert_eq!(line.change_percent.map(|change| change.to_string()), percent(now - then, then));
        }
        let mut largest: Vec<_> =
            all.iter().filter(|e| e.kind == ExpenseKind::Expense && this.contains(e.date)).collect();
        largest.sort_by_key(|e| std::cmp::Reverse((e.money.minor(), e.date, e.id)));
        let largest: Vec<_> =
            largest.iter().take(LargestExpense::MOST).map(|e| (e.id, e.money, e.date, category(e))).collect();
        let found: Vec<_> =
            found.largest.iter().map(|(e, label)| (e.id, e.money, e.date, name(label.as_ref()))).collect();
        assert_eq!(found, largest);
    }
}

async fn assert_summaries(service: &ReportService, owner: UserId, expenses: &[Expense], range: DateRange) {
    use GroupBy::{Category, Day, Kind, Month, Quarter, Tag, Week, Year};
    for group_by in [Day, Week, Month, Quarter, Year, Category, Tag, Kind] {
        let request = SummaryRequest { from: Some(range.first()), to: Some(range.last()), group_by };
        let report = service.summary(owner, &request).await.expect("a report");
        let expected = by_currency(expenses, |e| range.contains(e.date));
        assert_eq!(report.currencies.len(), expected.len());
        for (found, (currency, all)) in report.currencies.iter().zip(expected) {
            assert_eq!(found.flow.currency(), currency);
            let all: Vec<_> = all.into_iter().filter(|e| range.contains(e.date)).collect();
            assert_flow(&found.flow, &all, |_| true);
            for row in &found.rows {
                assert_flow(&row.flow, &all, |e| match &row.key {
                    GroupKey::Period(period) => period.contains(e.date),
                    GroupKey::Category(label) => category(e) == name(label.as_ref()),
                    GroupKey::Tag(None) => e.tags.as_slice().is_empty(),
                    GroupKey::Tag(Some(label)) => {
                        e.tags.as_slice().iter().any(|tag| tag.as_str() == label.name)
                    }
                    GroupKey::Kind(kind) => e.kind == *kind,
                });
            }
            let counted: i64 = found.rows.iter().map(|row| row.flow.count()).sum();
            if group_by == Tag {
                let each = all.iter().map(|e| e.tags.as_slice().len().max(1)).sum::<usize>();
                assert_eq!(counted, i64::try_from(each).expect("few"));
            } else {
                assert_eq!(counted, found.flow.count(), "the sum of the parts is the whole");
            }
            let unit = match group_by {
                Week => PeriodUnit::Week,
                Month => PeriodUnit::Month,
                Quarter => PeriodUnit::Quarter,
                Year => PeriodUnit::Year,
                Day | Category | Tag | Kind => continue,
            };
            let mut periods: Vec<_> = range
                .first()
                .iter_days()
                .take_while(|day| range.contains(*day))
                .map(|day| GroupKey::Period(unit.containing(day, chrono::Weekday::Mon)))
                .collect();
            periods.dedup();
            assert_eq!(found.rows.iter().map(|row| row.key.clone()).collect::<Vec<_>>(), periods);
        }
    }
}

async fn assert_trends(
    service: &ReportService,
    owner: UserId,
    expenses: &[Expense],
    now: Month,
    months: u32,
) {
    let report = service.trends(owner, months).await.expect("a report");
    let span: Vec<_> = (0..months).rev().map(|before| now.minus(before)).collect();
    assert_eq!(report.months, span);
    let within = |e: &Expense| e.date >= span[0].range().first() && e.date <= now.range().last();
    let expected = by_currency(expenses, within);
    assert_eq!(report.currencies.len(), expected.len());
    for (found, (_, all)) in report.currencies.iter().zip(expected) {
        for (flow, month) in found.months.iter().zip(&span) {
            assert_flow(flow, &all, |e| month.range().contains(e.date));
        }
        let parts: std::collections::BTreeSet<_> =
            all.iter().filter(|e| within(e)).map(|e| (e.kind == ExpenseKind::Income, category(e))).collect();
        assert_eq!(found.series.len(), parts.len());
        for series in &found.series {
            let amounts: Vec<i128> = span
                .iter()
                .map(|month| {
                    sum(&all, |e| {
                        category(e) == name(series.category.as_ref())
                            && e.kind == series.kind
                            && month.range().contains(e.date)
                    })
                    .0
                })
                .collect();
            assert_eq!(series.amounts.iter().map(|amount| amount.minor()).collect::<Vec<_>>(), amounts);
            let n = i128::from(months);
            let total: i128 = amounts.iter().sum();
            assert_eq!((series.total.minor(), series.mean.minor()), (total, half_away(total, n)));
            let mut sorted = amounts.clone();
            sorted.sort_unstable();
            let (low, high) = (sorted[(sorted.len() - 1) / 2], sorted[sorted.len() / 2]);
            assert_eq!(series.median.minor(), half_away(low + high, 2));
            // The covariance of place and amount over the variance of place, both times 2n.
            let pairs = || (0_i128..).zip(&amounts).map(|(x, y)| (2 * x - (n - 1), *y));
            let variance: i128 = pairs().map(|(x, _)| x * x).sum();
            let covariance: i128 = pairs().map(|(x, y)| x * y).sum();
            let slope = (n > 1).then(|| half_away(2 * covariance, variance));
            assert_eq!(series.slope.map(Total::minor), slope);
        }
    }
}

/// The forecast of the month of `today`.
pub(super) async fn assert_forecast(
    service: &ReportService,
    owner: UserId,
    expenses: &[Expense],
    today: NaiveDate,
) {
    let report = service.forecast(owner).await.expect("a report");
    let now = Month::of(today);
    let oldest = now.minus(15).range().first();
    assert_eq!((report.month, report.as_of), (now, today));
    let spending = |e: &Expense| e.kind == ExpenseKind::Expense;
    let expected = by_currency(expenses, |e| spending(e) && e.date >= oldest && e.date <= now.range().last());
    assert_eq!(report.currencies.len(), expected.len());
    for (found, (_, all)) in report.currencies.iter().zip(expected) {
        let is_last = |day: NaiveDate| Month::of(day).range().last() == day;
        let is_rest = |day: NaiveDate| !is_last(today) && (day.day() > today.day() || is_last(day));
        let half = |month: Month, rest: bool| {
            sum(&all, |e| spending(e) && month.range().contains(e.date) && is_rest(e.date) == rest).0
        };
        let (until, rest) = (|month| half(month, false), |month| half(month, true));
        let first: NaiveDate =
            all.iter().filter(|e| spending(e) && e.date >= oldest).map(|e| e.date).min().expect("one");
        // What is dated later than this month is no history.
        let known = |month: Month| month.range().last() >= Month::of(first).range().first();
        let expected_rest = |month: Month| {
            let basis: Vec<_> =
                (1..=3).map(|before| month.minus(before)).filter(|month| known(*month)).collect();
            (basis.len() == 3).then(|| half_away(basis.into_iter().map(rest).sum(), 3))
        };
        let expected = expected_rest(now).map(|mean| mean.max(rest(now)));
        assert_eq!((found.spent.minor(), found.entered_rest.minor()), (until(now), rest(now)));
        assert_eq!(found.expected_rest.map(Total::minor), expected);
        assert_eq!(found.projected.map(Total::minor), expected.map(|rest| rest + until(now)));
        let tried: Vec<_> = (1..=BACKTEST_MONTHS)
            .rev()
            .map(|before| now.minus(before))
            .filter_map(|month| {
                Some((month, until(month) + expected_rest(month)?, until(month) + rest(month)))
            })
            .collect();
        let Some(backtest) = &found.backtest else {
            assert!(tried.is_empty());
            continue;
        };
        let months: Vec<_> = backtest
            .months
            .iter()
            .map(|tried| (tried.month, tried.projected.minor(), tried.actual.minor()))
            .collect();
        assert_eq!(months, tried);
        let errors: i128 = tried.iter().map(|(_, said, came)| (said - came).abs()).sum();
        let n = i128::try_from(tried.len()).expect("few");
        assert_eq!(backtest.mean_absolute_error.minor(), half_away(errors, n));
        let shares = tried.iter().map(|(_, said, came)| ((said - came).abs(), *came));
        let shares: Vec<_> = shares.filter(|(_, came)| *came != 0).collect();
        let mean = backtest.mean_absolute_percentage_error.map(|error| error.to_string());
        assert_eq!(mean, mean_percent(&shares));
    }
}

async fn assert_dashboard(service: &ReportService, owner: UserId, expenses: &[Expense], now: Month) {
    let forecast = service.forecast(owner).await.expect("a report");
    for month in [now, now.minus(3)] {
        let found = service.dashboard(owner, &Profile::default(), Some(month)).await.expect("a dashboard");
        let monthly = service.monthly(owner, month).await.expect("a report");
        let within = DateRange::new(month.minus(11).range().first(), month.range().last()).expect("a year");
        let expected = by_currency(expenses, |e| within.contains(e.date));
        assert_eq!(found.currencies.len(), expected.len());
        for (found, (currency, all)) in found.currencies.iter().zip(expected) {
            let same = monthly.currencies.iter().find(|monthly| monthly.flow.currency() == currency);
            match same {
                Some(monthly) => assert_eq!(found.monthly, *monthly),
                None => assert_eq!(found.monthly.flow, Flow::new(currency)),
            }
            assert_eq!(found.trend.len(), 12);
            for trend in &found.trend {
                assert_flow(&trend.flow, &all, |e| trend.month.range().contains(e.date));
            }
            if month == now {
                let same = forecast.currencies.iter().find(|forecast| forecast.currency() == currency);
                assert_eq!(found.forecast.as_ref(), same);
            } else {
                assert_eq!(found.forecast, None);
            }
        }
        let mut latest: Vec<_> = expenses.iter().collect();
        latest.sort_by_key(|e| std::cmp::Reverse((e.date, e.id)));
        let latest: Vec<_> = latest.iter().take(10).map(|e| e.id).collect();
        assert_eq!(found.latest.iter().map(|e| e.id).collect::<Vec<_>>(), latest);
    }
}
