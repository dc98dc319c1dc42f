//! Records alerts in the transaction of the write that crosses a threshold, and keeps guards.
//!
//! A guard is a cache that anyone may throw away. Programs that know nothing of budgets leave it too large; the next
//! write that has to sum up puts that right.

use std::collections::HashMap;

use chrono::{DateTime, Days, NaiveDate, Utc, Weekday};
use diesel::result::OptionalExtension as _;
use diesel::{BoolExpressionMethods as _, ExpressionMethods as _, QueryDsl as _, QueryResult};
use finance_domain::budget::{
    Assessment, Budget, Change, Counted, Guard, Rollover, Spending, assess, days_to_assess,
};
use finance_domain::expense::Expense;
use finance_domain::ports::StoreError;
use finance_domain::{BudgetId, CategoryId, ExpenseId, UserId};

use super::queries::SelectBudgets;
use super::row::{BudgetRow, RecordedRows, rollover_number};
use super::spending::{SpendingRow, SumSpending};
use super::touched::{SetGuards, SetHeadroom, TouchedGuards, TouchedRow};
use crate::expense::row::{kind, money};
use crate::schema::{alerts, budget_headroom, budgets, categories, expenses, users};
use crate::sql_types::{Day, Id};
use crate::transaction::{Stop, Transaction, run};

/// What [`counted`] selects of an expense.
type Columns = (Day, i64, String, i16, Option<Id>);

/// What a caller's transaction is stopped by.
type Outcome<T, E> = Result<T, Stop<E>>;

/// The first day that a date can be.
const FIRST_DAY: NaiveDate = match NaiveDate::from_ymd_opt(1, 1, 1) {
    Some(day) => day,
    None => NaiveDate::MIN,
};

/// Waits for the writes of an owner's expenses that are under way, and makes others wait until the transaction ends, after
/// which they see what it has done: a statement that began before it does not know which budgets count what it writes.
/// To be called before anything but the owner is locked.
pub(crate) async fn hold_writes_back(t: &mut Transaction<'_>, owner: Id) -> QueryResult<()> {
    if let Transaction::Postgres(c) = t {
        use diesel_async::RunQueryDsl as _;
        users::table.find(owner).select(users::id).for_update().get_results::<Id>(*c).await?;
        // What tells them, see `push_held`.
        diesel::update(users::table.find(owner)).set(users::version.eq(users::version)).execute(*c).await?;
    }
    Ok(())
}

/// Keeps others from using the headroom of an owner's guards, of the periods that end on a day or later, and of all
/// periods where something is carried, until the transaction ends, and waits for those who just did: what is read
/// afterwards has their expenses. To be called after the row of an expense is locked and before that of a category is,
/// which is the order in which a single statement locks them.
async fn lock_guards_from(t: &mut Transaction<'_>, owner: UserId, day: NaiveDate) -> QueryResult<()> {
    if let Transaction::Postgres(c) = t {
        use diesel_async::RunQueryDsl as _;
        let owner = Id(owner.uuid());
        let carrying = budgets::table
            .filter(budgets::user_id.eq(owner))
            .filter(budgets::rollover.ne(rollover_number(Rollover::None)))
            .select(budgets::id);
        budget_headroom::table
            .filter(budget_headroom::user_id.eq(owner))
            .filter(budget_headroom::last_day.ge(Day(day)).or(budget_headroom::budget_id.eq_any(carrying)))
            .select(budget_headroom::budget_id)
            .order((budget_headroom::budget_id, budget_headroom::last_day, budget_headroom::slot))
            .for_update()
            .get_results::<Id>(*c)
            .await?;
    }
    Ok(())
}

/// The same with all of them.
pub(crate) async fn lock_guards(t: &mut Transaction<'_>, owner: UserId) -> QueryResult<()> {
    lock_guards_from(t, owner, FIRST_DAY).await
}

/// The same with those that a write of an expense may use or set, of which there are these days before and after.
pub(crate) async fn lock_guards_for(
    t: &mut Transaction<'_>,
    owner: UserId,
    days: impl IntoIterator<Item = NaiveDate>,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    // Wherever it is today. What is carried changes the current period, too.
    let today = now.date_naive() - Days::new(1);
    lock_guards_from(t, owner, days.into_iter().fold(today, NaiveDate::min)).await
}

/// Throws an owner's guards away.
pub(crate) async fn forget_guards(t: &mut Transaction<'_>, owner: UserId) -> QueryResult<()> {
    let guards = budget_headroom::table.filter(budget_headroom::user_id.eq(Id(owner.uuid())));
    run!(t, |c| diesel::delete(guards).execute(c))?;
    Ok(())
}

/// Throws the guards of a budget away.
pub(super) async fn forget_guards_of(t: &mut Transaction<'_>, owner: Id, budget: Id) -> QueryResult<()> {
    let guards = budget_headroom::table
        .filter(budget_headroom::user_id.eq(owner))
        .filter(budget_headroom::budget_id.eq(budget));
    run!(t, |c| diesel::delete(guards).execute(c))?;
    Ok(())
}

/// What budgets look at of an expense but for the category above its own, if it exists and is not deleted. On `PostgreSQL` nobody else changes it until the
/// transaction ends.
pub(crate) async fn counted(
    t: &mut Transaction<'_>,
    owner: UserId,
    id: ExpenseId,
) -> Result<Option<Counted>, Stop<StoreError>> {
    let owner = Id(owner.uuid());
    let find = expenses::table.find((owner, Id(id.uuid()))).filter(expenses::deleted_at.is_null()).select((
        expenses::date,
        expenses::amount_minor,
        expenses::currency,
        expenses::kind,
        expenses::category_id,
    ));
    let row = match t {
        Transaction::Sqlite(c) => diesel::RunQueryDsl::get_result::<Columns>(find, *c),
        Transaction::Postgres(c) => {
            diesel_async::RunQueryDsl::get_result::<Columns>(find.for_update(), *c).await
        }
    };
    let Some((date, minor, currency, number, category)) = row.optional()? else { return Ok(None) };
    let unreadable = |what: String| StoreError::Failed(format!("expense {id} has {what}").into());
    Ok(Some(Counted {
        money: money(minor, &currency).map_err(unreadable)?,
        kind: kind(number).map_err(unreadable)?,
        category: category.map(|id| CategoryId::new(id.0)),
        parent: None,
        date: date.0,
    }))
}

/// What [`counted`] would find of an expense that was just written.
pub(crate) fn counted_as_written(written: &Expense) -> Counted {
    let category = written.category.as_ref().map(|category| category.id);
    Counted { money: written.money, kind: written.kind, category, parent: None, date: written.date }
}

/// Completes what [`counted`] found.
async fn with_parent(t: &mut Transaction<'_>, owner: UserId, counted: &Counted) -> QueryResult<Counted> {
    let Some(category) = counted.category else { return Ok(*counted) };
    let key = (Id(owner.uuid()), Id(category.uuid()));
    let parent = categories::table.find(key).select(categories::parent_id);
    let parent = run!(t, |c| parent.get_result::<Option<Id>>(c)).optional()?.flatten();
    Ok(Counted { parent: parent.map(|id| CategoryId::new(id.0)), ..*counted })
}

/// Records the alerts of a write of one expense, of which `removed` was there before and `added` is there now. Uses the
/// headroom of guards where that is enough, and sums up where it is not. On `PostgreSQL` after [`lock_guards`].
pub(crate) async fn settle(
    t: &mut Transaction<'_>,
    owner: UserId,
    expense: ExpenseId,
    now: DateTime<Utc>,
    removed: Option<&Counted>,
    added: Option<&Counted>,
) -> Outcome<(), StoreError> {
    let touched = TouchedGuards::new(owner, removed, added);
    if touched.is_empty() {
        return Ok(());
    }
    let rows = run!(t, |c| (&touched).get_results::<TouchedRow>(c))?;
    let mut to_sum_up = Vec::new();
    for (budget, minor, guard) in rows {
        match guard.map(|(last_day, headroom)| (last_day, headroom.saturating_sub(minor))) {
            Some((last_day, left)) if left > 0 => {
                let headroom = left.min(Guard::MOST);
                let set = SetHeadroom { owner: Id(owner.uuid()), budget, last_day, headroom };
                run!(t, |c| (&set).execute(c))?;
            }
            _ => to_sum_up.push(BudgetId::new(budget.0)),
        }
    }
    if to_sum_up.is_empty() {
        return Ok(());
    }
    let mut parts = Vec::new();
    for counted in removed.into_iter().chain(added) {
        parts.push(with_parent(t, owner, counted).await?);
    }
    // What a write usually moves, as far as one can know.
    let minor = parts.iter().map(|it| it.money.minor()).max().unwrap_or(1);
    record(t, owner, Some(ExpenseWrite { id: expense, minor }), now, |budget| {
        let signs = removed.map(|_| -1).into_iter().chain(added.map(|_| 1));
        let moved = parts.iter().zip(signs).map(|(part, sign)| (part.date, sign * budget.terms.counts(part)));
        let moved: Vec<_> = moved.filter(|(_, minor)| *minor != 0).collect();
        (to_sum_up.contains(&budget.id) && !moved.is_empty()).then_some(Change::Expense(moved))
    })
    .await
}

/// Records what is crossed in a budget that was written, of which no guards are left. On `PostgreSQL` after
/// [`lock_guards`].
pub(super) async fn record_one(
    t: &mut Transaction<'_>,
    owner: UserId,
    id: BudgetId,
    now: DateTime<Utc>,
) -> Outcome<(), StoreError> {
    record(t, owner, None, now, |budget| (budget.id == id).then_some(Change::Terms)).await
}

/// Throws away what is known of an owner's budgets and records what is crossed in those over some categories, after
/// expenses came into others of them, or these under others. On `PostgreSQL` after [`lock_guards`].
pub(crate) async fn record_anew(
    t: &mut Transaction<'_>,
    owner: UserId,
    now: DateTime<Utc>,
    over: &[CategoryId],
) -> Outcome<(), StoreError> {
    forget_guards(t, owner).await?;
    record(t, owner, None, now, |budget| {
        let is_over_one = budget.terms.categories.as_slice().iter().any(|id| over.contains(id));
        is_over_one.then_some(Change::Terms)
    })
    .await
}

/// The write of an expense.
#[derive(Clone, Copy)]
struct ExpenseWrite {
    id: ExpenseId,
    /// The larger one of the amounts before and after.
    minor: i64,
}

/// Sums up what was spent in the budgets in which something changed, records alerts and sets guards.
async fn record(
    t: &mut Transaction<'_>,
    owner: UserId,
    write: Option<ExpenseWrite>,
    now: DateTime<Utc>,
    change: impl Fn(&Budget) -> Option<Change>,
) -> Outcome<(), StoreError> {
    let Some((first_day_of_week, today)) = calendar(t, owner, now).await? else { return Ok(()) };
    let select = SelectBudgets::all(owner);
    let rows = run!(t, |c| select.get_results::<BudgetRow>(c))?;
    let mut budgets = Vec::new();
    for row in rows {
        let budget = Budget::try_from(row)?;
        if let Some(change) = change(&budget) {
            budgets.push((budget, change));
        }
    }
    let asked: Vec<_> = budgets
        .iter()
        .flat_map(|(budget, change)| {
            days_to_assess(&budget.terms, first_day_of_week, today, change)
                .into_iter()
                .map(move |range| (budget, range))
        })
        .collect();
    let Some(first_day) = asked.iter().map(|(_, range)| range.first()).min() else { return Ok(()) };
    let mut spent: HashMap<BudgetId, Spending> = HashMap::new();
    for asked in asked.chunks(SumSpending::MOST) {
        let sum = SumSpending::new(owner, asked.iter().copied());
        let rows = run!(t, |c| (&sum).get_results::<SpendingRow>(c))?;
        for ((budget, _), part) in asked.iter().zip(sum.collect(rows)) {
            spent.entry(budget.id).or_default().merge(&part);
        }
    }
    let recorded = recorded(t, owner, first_day).await?;
    for (budget, change) in &budgets {
        let spending = spent.remove(&budget.id).unwrap_or_default();
        let known = recorded.get(&budget.id).cloned().unwrap_or_default();
        let assessment = assess(budget, first_day_of_week, now, today, change, &spending, &known);
        note(t, owner, budget, write, &assessment, today).await?;
    }
    Ok(())
}

async fn calendar(
    t: &mut Transaction<'_>,
    owner: UserId,
    now: DateTime<Utc>,
) -> Outcome<Option<(Weekday, NaiveDate)>, StoreError> {
    let user = users::table.find(Id(owner.uuid())).select((users::first_day_of_week, users::time_zone));
    let found = run!(t, |c| user.get_result::<(i16, String)>(c)).optional()?;
    let Some((first_day_of_week, time_zone)) = found else { return Ok(None) };
    let unreadable = || StoreError::Failed(format!("user {owner} has an unreadable profile").into());
    let first_day_of_week = u8::try_from(first_day_of_week)
        .ok()
        .and_then(|day| Weekday::try_from(day.wrapping_sub(1)).ok())
        .ok_or_else(unreadable)?;
    let time_zone: chrono_tz::Tz = time_zone.parse().map_err(|_| unreadable())?;
    Ok(Some((first_day_of_week, now.with_timezone(&time_zone).date_naive())))
}

/// What is recorded of periods that begin on a day or later.
async fn recorded(t: &mut Transaction<'_>, owner: UserId, from: NaiveDate) -> QueryResult<RecordedRows> {
    let known = alerts::table
        .filter(alerts::user_id.eq(Id(owner.uuid())).and(alerts::first_day.ge(Day(from))))
        .select((alerts::budget_id, alerts::first_day, alerts::threshold));
    let rows = run!(t, |c| known.get_results::<(Id, Day, i16)>(c))?;
    let mut recorded = RecordedRows::new();
    for (budget, first_day, threshold) in rows {
        if let Ok(threshold) = u16::try_from(threshold) {
            recorded.entry(BudgetId::new(budget.0)).or_default().insert((first_day.0, threshold));
        }
    }
    Ok(recorded)
}

async fn note(
    t: &mut Transaction<'_>,
    owner: UserId,
    Budget { id, terms, .. }: &Budget,
    write: Option<ExpenseWrite>,
    assessment: &Assessment,
    today: NaiveDate,
) -> QueryResult<()> {
    let (owner, budget) = (Id(owner.uuid()), Id(id.uuid()));
    for crossing in &assessment.crossings {
        let row = (
            alerts::user_id.eq(owner),
            alerts::id.eq(Id(crossing.id.uuid())),
            alerts::budget_id.eq(budget),
            alerts::first_day.eq(Day(crossing.period.first())),
            alerts::last_day.eq(Day(crossing.period.last())),
            alerts::threshold.eq(i16::try_from(crossing.threshold).unwrap_or(i16::MAX)),
            alerts::spent_minor.eq(clamped(crossing.spent)),
            alerts::available_minor.eq(clamped(crossing.available)),
            alerts::expense_id.eq(write.filter(|_| crossing.by_expense).map(|write| Id(write.id.uuid()))),
        );
        run!(t, |c| diesel::insert_into(alerts::table).values(row).on_conflict_do_nothing().execute(c))?;
    }
    // Who writes an expense just now may not have seen the budget as it is since it was written. The next expense, which
    // finds no guard, is summed up with theirs.
    let Some(write) = write else { return Ok(()) };
    // Where something is carried, what is written under a guard of a period before would move this one unseen.
    if assessment.guards.is_empty() || terms.rollover != Rollover::None {
        forget_guards_of(t, owner, budget).await?;
    }
    for guard in &assessment.guards {
        // What is written into other periods is written by fewer at once, and there are many of these periods.
        let most = match t {
            Transaction::Sqlite(_) => 1,
            Transaction::Postgres(_) if guard.period.contains(today) => SetGuards::MOST_SLOTS,
            Transaction::Postgres(_) => SetGuards::MOST_SLOTS_ELSEWHERE,
        };
        let guards = SetGuards::new(owner, budget, guard, write.minor, most);
        let gone = budget_headroom::table
            .filter(budget_headroom::user_id.eq(owner))
            .filter(budget_headroom::budget_id.eq(budget))
            .filter(budget_headroom::last_day.eq(Day(guard.period.last())))
            .filter(budget_headroom::slot.ge(guards.slots()));
        run!(t, |c| diesel::delete(gone).execute(c))?;
        run!(t, |c| (&guards).execute(c))?;
    }
    Ok(())
}

/// What was spent at some time is told, never reckoned with: nine thousand of the largest amounts are enough to say.
fn clamped(minor: i128) -> i64 {
    i64::try_from(minor).unwrap_or(if minor < 0 { i64::MIN } else { i64::MAX })
}
