use chrono::{Months, TimeDelta, Weekday};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::recurring::rule::WeekdayOf;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn schedule(rule: &str, starts_on: &str) -> Schedule {
    let parsed = RecurrenceRule::parse(rule).unwrap();
    let occurrences = parsed.count.map(|count| Occurrences::new(count).unwrap());
    Schedule::new(parsed.rule, day(starts_on), parsed.until, occurrences).unwrap()
}

fn first(rule: &str, starts_on: &str, count: usize) -> String {
    let dates: Vec<_> = schedule(rule, starts_on).dates().take(count).map(|date| date.to_string()).collect();
    dates.join(" ")
}

#[test]
fn the_31st_is_the_last_day_of_a_short_month() {
    let expected = "2026-12-31 2027-01-31 2027-02-28 2027-03-31 2027-04-30";
    assert_eq!(first("FREQ=MONTHLY;BYMONTHDAY=31", "2026-12-01", 5), expected);
    assert_eq!(first("FREQ=MONTHLY", "2026-12-31", 5), expected);
    assert_eq!(first("FREQ=MONTHLY;BYMONTHDAY=-1", "2026-12-31", 5), expected);
    assert_eq!(first("FREQ=MONTHLY", "2028-01-30", 3), "2028-01-30 2028-02-29 2028-03-30");
    assert_eq!(first("FREQ=MONTHLY", "2027-01-29", 3), "2027-01-29 2027-02-28 2027-03-29");
    assert_eq!(
        first("FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=31", "2026-11-30", 3),
        "2026-11-30 2027-02-28 2027-05-31"
    );
    assert_eq!(
        first("FREQ=MONTHLY;BYMONTH=2,4;BYMONTHDAY=30", "2027-01-01", 3),
        "2027-02-28 2027-04-30 2028-02-29"
    );
}

#[test]
fn days_that_fall_together_are_one() {
    assert_eq!(
        first("FREQ=MONTHLY;BYMONTHDAY=1,28,29,30,31", "2027-02-01", 7),
        "2027-02-01 2027-02-28 2027-03-01 2027-03-28 2027-03-29 2027-03-30 2027-03-31"
    );
    assert_eq!(
        first("FREQ=MONTHLY;BYMONTHDAY=30,31;COUNT=4", "2027-02-01", 9),
        "2027-02-28 2027-03-30 2027-03-31 2027-04-30"
    );
}

#[test]
fn leap_days_are_paid_each_year() {
    let expected = "2024-02-29 2025-02-28 2026-02-28 2027-02-28 2028-02-29";
    assert_eq!(first("FREQ=YEARLY", "2024-02-29", 5), expected);
    assert_eq!(first("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "2024-02-01", 5), expected);
    assert_eq!(
        first("FREQ=YEARLY;BYMONTH=1,4;BYMONTHDAY=31", "2026-01-01", 3),
        "2026-01-31 2026-04-30 2027-01-31"
    );
    assert_eq!(first("FREQ=YEARLY;INTERVAL=2", "2024-02-29", 3), "2024-02-29 2026-02-28 2028-02-29");
}

#[test]
fn what_chooses_among_days_is_as_in_the_rfc() {
    assert_eq!(first("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=31", "2026-01-01", 2), "2026-07-31 2027-12-31");
    assert_eq!(
        first("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "2026-01-01", 2),
        "2026-01-30 2026-02-27"
    );
    assert_eq!(first("FREQ=MONTHLY;BYDAY=-1FR", "2026-01-01", 2), "2026-01-30 2026-02-27");
    assert_eq!(first("FREQ=DAILY;BYMONTHDAY=31", "2026-01-01", 3), "2026-01-31 2026-03-31 2026-05-31");
    assert_eq!(
        first("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR", "2026-11-25", 3),
        "2026-11-27 2026-12-07 2026-12-11"
    );
    // The third of the week, also where the schedule starts on the second of them.
    assert_eq!(first("FREQ=WEEKLY;BYDAY=MO,WE,FR;BYSETPOS=2", "2026-11-25", 2), "2026-11-25 2026-12-02");
    assert_eq!(
        first("FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "1997-05-12", 3),
        "1997-05-12 1998-05-11 1999-05-17"
    );
    assert_eq!(first("FREQ=YEARLY;BYYEARDAY=-1", "2026-05-12", 2), "2026-12-31 2027-12-31");
    assert_eq!(first("FREQ=YEARLY;BYMONTH=11;BYDAY=4TH", "2026-01-01", 2), "2026-11-26 2027-11-25");
}

#[test]
fn a_schedule_ends() {
    assert_eq!(first("FREQ=WEEKLY;COUNT=2", "2026-11-23", 9), "2026-11-23 2026-11-30");
    assert_eq!(first("FREQ=WEEKLY;UNTIL=20261130", "2026-11-23", 9), "2026-11-23 2026-11-30");
    let rule = || RecurrenceRule::parse("FREQ=WEEKLY").unwrap().rule;
    let both =
        Schedule::new(rule(), day("2026-11-23"), Some(day("2026-12-01")), Occurrences::new(5)).unwrap();
    assert_eq!(both.dates().count(), 2);
    let error = Schedule::new(rule(), day("2026-11-23"), Some(day("2026-11-22")), None);
    assert_eq!(error, Err(vec![ScheduleError::EndsBeforeStart]));
    let error = Schedule::new(rule(), day("1960-01-01"), Some(day("1950-01-01")), None);
    assert_eq!(error, Err(vec![ScheduleError::EndsBeforeStart, ScheduleError::StartsTooEarly]));
    assert_eq!(schedule("FREQ=YEARLY", "9998-03-01").dates().count(), 2);
}

#[test]
fn what_never_occurs_is_refused_soon() {
    for rule in [
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;INTERVAL=1000;BYMONTH=2;BYMONTHDAY=31",
        "FREQ=WEEKLY;BYDAY=MO;BYSETPOS=5",
        "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=31;BYDAY=MO",
        "FREQ=YEARLY;BYWEEKNO=30;BYMONTH=1",
        "FREQ=YEARLY;BYYEARDAY=366;INTERVAL=1000;BYMONTH=1",
    ] {
        let rule = RecurrenceRule::parse(rule).unwrap().rule;
        let refused = Schedule::new(rule, day("2026-01-01"), None, None);
        assert_eq!(refused, Err(vec![ScheduleError::NeverOccurs]));
    }
    let ended = Schedule::new(
        RecurrenceRule::parse("FREQ=MONTHLY;BYMONTHDAY=15").unwrap().rule,
        day("2026-01-16"),
        Some(day("2026-02-14")),
        None,
    );
    assert_eq!(ended, Err(vec![ScheduleError::NeverOccurs]));
}

/// The RFC's own dates, without any drawn to the end of a month.
fn by_the_rfc(schedule: &Schedule, count: usize) -> Vec<NaiveDate> {
    let start = schedule.starts_on.and_time(NaiveTime::MIN).and_utc().with_timezone(&Tz::UTC);
    let rule = schedule.rule();
    let set = plain(rule, &rule.months, &rule.month_days, &rule.positions).build(start).unwrap().limit();
    set.into_iter().take(count).map(|date| date.date_naive()).collect()
}

fn any_day() -> impl Strategy<Value = NaiveDate> {
    (0..40_000_i64).prop_map(|days| day("1990-01-01") + TimeDelta::days(days))
}

fn any_weekday() -> impl Strategy<Value = Weekday> {
    (0..7_u8).prop_map(|number| Weekday::try_from(number).unwrap())
}

fn numbers(most: i16) -> impl Strategy<Value = Vec<i16>> {
    vec((-most..=most).prop_filter("not zero", |number| *number != 0), 0..4)
}

/// Whatever the parser lets through, with the sane and the absurd mixed.
fn any_rule() -> impl Strategy<Value = RecurrenceRule> {
    let frequency = select(&["DAILY", "WEEKLY", "MONTHLY", "YEARLY"][..]);
    let days = vec((of(prop_oneof![-6..=6_i8, -53..=53_i8]), any_weekday()), 0..4);
    let lists = (
        vec(1..=12_i16, 0..3),
        numbers(53),
        numbers(366),
        numbers(31),
        prop_oneof![numbers(10), numbers(366)],
    );
    (frequency, 1..=40_u32, lists, days, any_weekday(), any::<[bool; 6]>()).prop_map(
        |(frequency, interval, (months, weeks, year_days, days, positions), weekdays, start, keep)| {
            let mut text = format!("FREQ={frequency};INTERVAL={interval}");
            let mut add = |name: &str, items: Vec<String>, keep: bool| {
                let longer = format!("{text};{name}={}", items.join(","));
                if keep && RecurrenceRule::parse(&longer).is_ok() {
                    text = longer;
                }
            };
            let strings = |list: Vec<i16>| list.iter().map(i16::to_string).collect::<Vec<_>>();
            add("BYMONTH", strings(months), keep[0]);
            add("BYMONTHDAY", strings(days), keep[1]);
            let weekdays = weekdays.into_iter().map(|(number, day)| {
                WeekdayOf { number: number.filter(|number| *number != 0), day }.to_string()
            });
            add("BYDAY", weekdays.collect(), keep[2]);
            add("BYWEEKNO", strings(weeks), keep[3]);
            add("BYYEARDAY", strings(year_days), keep[4]);
            add("BYSETPOS", strings(positions), keep[5]);
            add("WKST", vec![WeekdayOf { number: None, day: start }.to_string()], true);
            RecurrenceRule::parse(&text).unwrap().rule
        },
    )
}

proptest! {
    #[test]
    fn any_rule_gives_ascending_days_within_its_bounds(rule in any_rule(), starts_on in any_day(), days in 0..9000_i64, count in of(1..50_u32)) {
        let ends_on = Some(starts_on + TimeDelta::days(days));
        let schedule = Schedule::from_stored(rule.clone(), starts_on, ends_on, count.and_then(Occurrences::new));
        let dates: Vec<_> = schedule.dates().take(200).collect();
        prop_assert!(dates.is_sorted_by(|a, b| a < b), "{rule}: {dates:?}");
        prop_assert!(dates.iter().all(|date| *date >= starts_on && Some(*date) <= ends_on));
        prop_assert!(count.is_none_or(|count| dates.len() <= count as usize));
        prop_assert_eq!(RecurrenceRule::from_stored(&rule.to_string()), Ok(rule));
    }

    #[test]
    fn the_count_does_not_depend_on_the_window(rule in any_rule(), starts_on in any_day(), count in 1..30_u32, skipped in 0..30_usize) {
        let endless = Schedule::from_stored(rule.clone(), starts_on, None, None);
        let counted = Schedule::from_stored(rule, starts_on, None, Occurrences::new(count));
        let all: Vec<_> = counted.dates().collect();
        prop_assert_eq!(&all, &endless.dates().take(count as usize).collect::<Vec<_>>());
        // From any date on there is the tail of all.
        if let Some(date) = all.get(skipped) {
            prop_assert_eq!(counted.dates_from(*date).collect::<Vec<_>>(), &all[skipped..]);
            prop_assert_eq!(counted.dates_from(*date + Days::new(1)).collect::<Vec<_>>(), &all[skipped + 1..]);
        }
    }

    #[test]
    fn days_up_to_the_28th_are_as_in_the_rfc(rule in any_rule(), starts_on in any_day()) {
        prop_assume!(starts_on.day() <= 28 && rule.month_days.iter().all(|day| *day <= 28));
        // A week in which the schedule starts late is whole in ours: see `starts_in_the_middle`.
        prop_assume!(rule.frequency != Frequency::Weekly || rule.positions.is_empty());
        let schedule = Schedule::from_stored(rule, starts_on, None, None);
        prop_assert_eq!(schedule.dates().take(60).collect::<Vec<_>>(), by_the_rfc(&schedule, 60));
    }

    #[test]
    fn each_month_pays_once(day in 1..=31_i16, starts_on in any_day(), interval in 1..14_u32) {
        let rule = RecurrenceRule::parse(&format!("FREQ=MONTHLY;INTERVAL={interval};BYMONTHDAY={day}")).unwrap().rule;
        let first = Schedule::from_stored(rule.clone(), starts_on, None, None).dates().next().unwrap();
        let schedule = Schedule::from_stored(rule, first, None, None);
        let month = |date: NaiveDate| date.with_day(1).unwrap();
        for (index, date) in (0_u32..).zip(schedule.dates().take(50)) {
            prop_assert_eq!(month(date), month(first) + Months::new(index * interval));
            prop_assert!(i16::try_from(date.day()).unwrap() <= day);
            // It is the day asked for or the last one of its month.
            prop_assert!(i16::try_from(date.day()).unwrap() == day || date.succ_opt().unwrap().day() == 1);
        }
    }

    #[test]
    fn a_rule_without_a_day_pays_on_the_day_of_its_start(starts_on in any_day(), yearly: bool) {
        let (rule, step) = if yearly { ("FREQ=YEARLY", 12) } else { ("FREQ=MONTHLY", 1) };
        let rule = RecurrenceRule::parse(rule).unwrap().rule;
        let schedule = Schedule::from_stored(rule, starts_on, None, None);
        for (index, date) in (0_u32..).zip(schedule.dates().take(60)) {
            // chrono clamps months in the same way.
            prop_assert_eq!(date, starts_on + Months::new(index * step));
        }
    }

    #[test]
    fn the_rest_goes_on_where_the_first_part_ends(rule in any_rule(), starts_on in any_day(), count in of(1..40_u32), at in 0..20_usize) {
        // Week numbers at the turn of a year belong to another year than their days.
        prop_assume!(rule.week_numbers.is_empty());
        let whole = Schedule::from_stored(rule, starts_on, None, count.and_then(Occurrences::new));
        let dates: Vec<_> = whole.dates().take(40).collect();
        prop_assume!(at < dates.len());
        let rest = whole.rest_from(dates[at]).unwrap();
        let before = whole.clone().until_before(dates[at]);
        let joined: Vec<_> = before.dates().chain(rest.dates().take(40)).take(dates.len()).collect();
        prop_assert_eq!(joined, dates);
        prop_assert_eq!(whole.rest_from(starts_on.pred_opt().unwrap()), None);
    }
}
