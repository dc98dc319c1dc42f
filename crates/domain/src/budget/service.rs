use std::sync::Arc;

use chrono::{DateTime, Days, NaiveDate, Utc, Weekday};

use super::{
    Alert, AlertQuery, AlertRepository, Budget, BudgetAmount, BudgetError, BudgetName, BudgetRepository,
    BudgetStatus, BudgetTerms, Categories, Rollover, Spending, Standing, StoreBudgetError, TermsError,
    Thresholds, days_to_know,
};
use crate::money::{Currency, Decimal, Money};
use crate::page::{ListPosition, ListQuery, Page, PageLimit};
use crate::period::{DateRange, Month, PeriodUnit};
use crate::ports::{Clock, IdGenerator, StoreError};
use crate::user::{Profile, UserRepository};
use crate::{BudgetId, Precondition, UserId};

/// A budget as a caller describes it, to create or to replace one. What is `None` takes its default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetDraft {
    /// What it is called.
    pub name: BudgetName,
    /// What counts.
    pub categories: Categories,
    /// How much for each period, in major units.
    pub amount: Decimal,
    /// Replacing only: from the period of this day on; by default from the current one on.
    pub amount_from: Option<NaiveDate>,
    /// By default the user's currency; replacing keeps the one that it has.
    pub currency: Option<Currency>,
    /// By default a month; replacing keeps the one that it has.
    pub period: Option<PeriodUnit>,
    /// What becomes of what is left over.
    pub rollover: Rollover,
    /// By default the first day of the current period; replacing keeps the one that it has.
    pub starts_on: Option<NaiveDate>,
    /// The last day.
    pub ends_on: Option<NaiveDate>,
    /// When to alert.
    pub alert_at: Thresholds,
}

/// What to change of a budget; `None` leaves a field as it is, `Some(None)` empties it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BudgetChange {
    /// What it is called.
    pub name: Option<BudgetName>,
    /// What counts.
    pub categories: Option<Categories>,
    /// How much for each period, in major units.
    pub amount: Option<Decimal>,
    /// From the period of this day on; by default from the current one on.
    pub amount_from: Option<NaiveDate>,
    /// The one that it has.
    pub currency: Option<Currency>,
    /// The one that it has.
    pub period: Option<PeriodUnit>,
    /// What becomes of what is left over.
    pub rollover: Option<Rollover>,
    /// The first day.
    pub starts_on: Option<NaiveDate>,
    /// The last day.
    pub ends_on: Option<Option<NaiveDate>>,
    /// When to alert.
    pub alert_at: Option<Thresholds>,
}

/// A budget as it is today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CurrentBudget {
    /// The budget.
    pub budget: Budget,
    /// How much may be spent in the period of today, or in the one nearest to it.
    pub amount: Money,
}

/// Where and when the user is.
#[derive(Debug, Clone, Copy)]
struct Here {
    now: DateTime<Utc>,
    today: NaiveDate,
    first_day_of_week: Weekday,
    currency: Currency,
}

impl Here {
    fn new(profile: &Profile, now: DateTime<Utc>) -> Self {
        let (first_day_of_week, currency) = (profile.first_day_of_week, profile.currency);
        Self { now, today: profile.date_at(now), first_day_of_week, currency }
    }

    fn show(&self, budget: Budget) -> Result<CurrentBudget, StoreError> {
        let terms = &budget.terms;
        let period = terms.period_of(terms.nearest_day(self.today), self.first_day_of_week);
        let amount = period.and_then(|period| terms.base(period));
        let amount =
            amount.ok_or_else(|| StoreError::Failed(format!("budget {} has no amount", budget.id).into()))?;
        Ok(CurrentBudget { budget, amount })
    }
}

/// Keeps the budgets of users, and tells how they stand.
pub struct BudgetService {
    budgets: Arc<dyn BudgetRepository>,
    alerts: Arc<dyn AlertRepository>,
    users: Arc<dyn UserRepository>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdGenerator>,
}

impl BudgetService {
    /// The most periods that are given out at once.
    pub const MOST_PERIODS: usize = 400;
    /// Of how many budgets at once it is told how they stand.
    pub const MOST_STANDINGS: usize = 100;

    /// A service over these ports.
    pub fn new(
        budgets: Arc<dyn BudgetRepository>,
        alerts: Arc<dyn AlertRepository>,
        users: Arc<dyn UserRepository>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdGenerator>,
    ) -> Self {
        Self { budgets, alerts, users, clock, ids }
    }

    /// Creates a budget.
    pub async fn create(&self, owner: UserId, draft: BudgetDraft) -> Result<CurrentBudget, BudgetError> {
        let id = BudgetId::new(self.ids.generate(self.clock.now()));
        let here = self.here(owner, id.created_at()).await?;
        let currency = draft.currency.unwrap_or(here.currency);
        let period = draft.period.unwrap_or(PeriodUnit::Month);
        let current = period.containing(here.today, here.first_day_of_week);
        let starts_on = draft.starts_on.unwrap_or(current.first());
        let mut terms = BudgetTerms {
            name: draft.name,
            categories: draft.categories,
            currency,
            period,
            rollover: draft.rollover,
            starts_on,
            ends_on: draft.ends_on,
            alert_at: draft.alert_at,
            amounts: Vec::new(),
        };
        let mut errors: Vec<_> = check_end(&terms).err().into_iter().collect();
        errors.extend(draft.amount_from.map(|_| TermsError::AmountFromWithoutChange));
        match Money::new(draft.amount, currency) {
            Ok(money) => terms.amounts.push(BudgetAmount { from: starts_on, money }),
            Err(error) => errors.push(error.into()),
        }
        if !errors.is_empty() {
            return Err(BudgetError::Terms(errors));
        }
        Ok(here.show(self.budgets.create(owner, id, &terms, here.now).await?)?)
    }

    /// The budget, if the owner has it.
    pub async fn find(&self, owner: UserId, id: BudgetId) -> Result<CurrentBudget, BudgetError> {
        let budget = self.budgets.find(owner, id).await?.ok_or(BudgetError::NotFound)?;
        Ok(self.here(owner, self.clock.now()).await?.show(budget)?)
    }

    /// A page of the owner's budgets, oldest first.
    pub async fn list(&self, owner: UserId, query: &ListQuery) -> Result<Page<CurrentBudget>, BudgetError> {
        let Page { items, has_more } = self.budgets.list(owner, query).await?;
        let here = self.here(owner, self.clock.now()).await?;
        let items = items.into_iter().map(|budget| here.show(budget)).collect::<Result<_, _>>()?;
        Ok(Page { items, has_more })
    }

    /// Replaces a budget. What the draft leaves out takes its default; currency, period and first day stay.
    pub async fn replace(
        &self,
        owner: UserId,
        id: BudgetId,
        expected: &Precondition,
        draft: BudgetDraft,
    ) -> Result<CurrentBudget, BudgetError> {
        let change = BudgetChange {
            name: Some(draft.name),
            categories: Some(draft.categories),
            amount: Some(draft.amount),
            amount_from: draft.amount_from,
            currency: draft.currency,
            period: draft.period,
            rollover: Some(draft.rollover),
            starts_on: draft.starts_on,
            ends_on: Some(draft.ends_on),
            alert_at: Some(draft.alert_at),
        };
        self.change(owner, id, expected, &change).await
    }

    /// Changes some fields of a budget.
    pub async fn change(
        &self,
        owner: UserId,
        id: BudgetId,
        expected: &Precondition,
        change: &BudgetChange,
    ) -> Result<CurrentBudget, BudgetError> {
        loop {
            let current = self.budgets.find(owner, id).await?.ok_or(BudgetError::NotFound)?;
            let version = current.version;
            let here = self.here(owner, self.clock.now()).await?;
            // What is wrong whatever the version is told first (RFC 9110, section 13.2.1).
            let terms = changed(current.terms, change, &here)?;
            if !expected.allows(version) {
                return Err(BudgetError::Stale);
            }
            let read = Precondition::OneOf(vec![version]);
            match self.budgets.replace(owner, id, &read, &terms, here.now).await {
                // Someone else wrote since we read: that write counts, so apply the change to its outcome.
                Err(StoreBudgetError::Stale) => {}
                outcome => return Ok(here.show(outcome?)?),
            }
        }
    }

    /// Deletes a budget and its alerts.
    pub async fn delete(
        &self,
        owner: UserId,
        id: BudgetId,
        expected: &Precondition,
    ) -> Result<(), BudgetError> {
        Ok(self.budgets.delete(owner, id, expected).await?)
    }

    /// How a budget stands in the period of a day; by default of today, or of the day of the budget nearest to it.
    pub async fn status(
        &self,
        owner: UserId,
        id: BudgetId,
        on: Option<NaiveDate>,
    ) -> Result<(NaiveDate, BudgetStatus), BudgetError> {
        let budget = self.budgets.find(owner, id).await?.ok_or(BudgetError::NotFound)?;
        let here = self.here(owner, self.clock.now()).await?;
        let on = on.unwrap_or_else(|| budget.terms.nearest_day(here.today));
        let day = DateRange::new(on, on).ok_or(BudgetError::DayOutside)?;
        let status = self.statuses(owner, &budget, day, &here).await?.pop();
        status.map(|status| (on, status)).ok_or(BudgetError::DayOutside)
    }

    /// How a budget stands in each period that has a day in a range; by default in those of the year up to today, or up
    /// to the day of the budget nearest to it.
    pub async fn periods(
        &self,
        owner: UserId,
        id: BudgetId,
        from: Option<NaiveDate>,
        to: Option<NaiveDate>,
    ) -> Result<Vec<BudgetStatus>, BudgetError> {
        const YEAR: Days = Days::new(365);
        let budget = self.budgets.find(owner, id).await?.ok_or(BudgetError::NotFound)?;
        let here = self.here(owner, self.clock.now()).await?;
        let nearest = budget.terms.nearest_day(here.today);
        let to = to.unwrap_or_else(|| from.map_or(nearest, |from| nearest.max(from)));
        let from = from.unwrap_or_else(|| to.checked_sub_days(YEAR).unwrap_or(to));
        let range = DateRange::new(from, to).ok_or(BudgetError::EmptyRange)?;
        if budget.terms.periods(range, here.first_day_of_week).nth(Self::MOST_PERIODS).is_some() {
            return Err(BudgetError::TooManyPeriods(Self::MOST_PERIODS));
        }
        self.statuses(owner, &budget, range, &here).await
    }

    /// The alerts of the owner, newest first.
    pub async fn alerts(&self, owner: UserId, query: &AlertQuery) -> Result<Page<Alert>, StoreError> {
        self.alerts.list(owner, query).await
    }

    /// How the budgets stand in a month: each that has the last day of it, or today if that is in it, in the period of that
    /// day; oldest budget first, at most [`Self::MOST_STANDINGS`]. The profile is the owner's.
    pub async fn standings(
        &self,
        owner: UserId,
        profile: &Profile,
        month: Month,
    ) -> Result<Vec<Standing>, BudgetError> {
        let here = Here::new(profile, self.clock.now());
        let range = month.range();
        let on = if range.contains(here.today) { here.today } else { range.last() };
        let budgets = self.budgets_on(owner, on).await?;
        let Some(day) = DateRange::new(on, on) else { return Ok(Vec::new()) };
        let days = |budget: &Budget| days_to_know(&budget.terms, here.first_day_of_week, day);
        let asked: Vec<_> = budgets.iter().filter_map(|budget| Some((budget, days(budget)?))).collect();
        let spending = self.budgets.spending(owner, &asked).await?;
        let standing = |((budget, _), spending): (&(&Budget, DateRange), &Spending)| {
            let week = here.first_day_of_week;
            let status = BudgetStatus::all(budget, week, day, spending, here.today).pop()?;
            Some(Standing { budget: budget.id, name: budget.terms.name.clone(), on, status })
        };
        Ok(asked.iter().zip(&spending).filter_map(standing).collect())
    }

    /// The budgets that have a day, oldest first, as many as [`Self::standings`] may give out.
    async fn budgets_on(&self, owner: UserId, day: NaiveDate) -> Result<Vec<Budget>, StoreError> {
        let mut budgets = Vec::new();
        let mut query = ListQuery { limit: PageLimit::new(PageLimit::MAX).unwrap_or_default(), after: None };
        loop {
            let page = self.budgets.list(owner, &query).await?;
            query.after =
                page.items.last().map(|last| ListPosition { key: String::new(), id: last.id.uuid() });
            budgets.extend(page.items.into_iter().filter(|budget| budget.terms.contains(day)));
            if !page.has_more || budgets.len() >= Self::MOST_STANDINGS {
                budgets.truncate(Self::MOST_STANDINGS);
                return Ok(budgets);
            }
        }
    }

    async fn statuses(
        &self,
        owner: UserId,
        budget: &Budget,
        range: DateRange,
        here: &Here,
    ) -> Result<Vec<BudgetStatus>, BudgetError> {
        let Some(days) = days_to_know(&budget.terms, here.first_day_of_week, range) else {
            return Ok(Vec::new());
        };
        let spending = self.budgets.spending(owner, &[(budget, days)]).await?;
        let spending = spending.into_iter().next().unwrap_or_else(Spending::default);
        Ok(BudgetStatus::all(budget, here.first_day_of_week, range, &spending, here.today))
    }

    async fn here(&self, owner: UserId, now: DateTime<Utc>) -> Result<Here, BudgetError> {
        let user = self.users.find(owner).await?.ok_or(BudgetError::UnknownUser)?;
        Ok(Here::new(&user.profile, now))
    }
}

fn changed(mut terms: BudgetTerms, change: &BudgetChange, here: &Here) -> Result<BudgetTerms, BudgetError> {
    let mut errors = Vec::new();
    if change.currency.is_some_and(|currency| currency != terms.currency) {
        errors.push(TermsError::CurrencyChanged);
    }
    if change.period.is_some_and(|period| period != terms.period) {
        errors.push(TermsError::PeriodChanged);
    }
    terms.name = change.name.clone().unwrap_or(terms.name);
    terms.categories = change.categories.clone().unwrap_or(terms.categories);
    terms.rollover = change.rollover.unwrap_or(terms.rollover);
    terms.alert_at = change.alert_at.clone().unwrap_or(terms.alert_at);
    terms.ends_on = change.ends_on.unwrap_or(terms.ends_on);
    if let Some(starts_on) = change.starts_on.filter(|starts_on| *starts_on != terms.starts_on) {
        terms.set_start(starts_on);
    }
    let ends = check_end(&terms);
    let day = change.amount_from.unwrap_or_else(|| terms.nearest_day(here.today));
    let period = terms.period_of(day, here.first_day_of_week).ok_or(TermsError::AmountFromOutside);
    match change.amount.map(|amount| Money::new(amount, terms.currency)) {
        None if change.amount_from.is_some() => errors.push(TermsError::AmountFromWithoutChange),
        None => {}
        Some(money) => match (money, period) {
            (Ok(money), Ok(period)) => terms.set_amount(period, money),
            (money, period) => {
                errors.extend(money.err().map(TermsError::from));
                // Without an end that can be, nobody can tell what is outside.
                errors.extend(period.err().filter(|_| ends.is_ok()));
            }
        },
    }
    errors.extend(ends.err());
    if errors.is_empty() { Ok(terms) } else { Err(BudgetError::Terms(errors)) }
}

fn check_end(terms: &BudgetTerms) -> Result<(), TermsError> {
    match terms.ends_on {
        Some(ends_on) if ends_on < terms.starts_on => Err(TermsError::EndsBeforeStart),
        _ => Ok(()),
    }
}

impl From<StoreBudgetError> for BudgetError {
    fn from(error: StoreBudgetError) -> Self {
        match error {
            StoreBudgetError::NotFound => Self::NotFound,
            StoreBudgetError::Stale => Self::Stale,
            StoreBudgetError::UnknownCategories(ids) => Self::UnknownCategories(ids),
            StoreBudgetError::UnknownUser => Self::UnknownUser,
            StoreBudgetError::Store(error) => Self::Store(error),
        }
    }
}
