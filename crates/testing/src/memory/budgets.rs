use std::collections::BTreeMap;

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use finance_domain::budget::{
    Alert, AlertQuery, AlertRepository, Budget, BudgetRepository, BudgetTerms, Categories, Crossing,
    Spending, StoreBudgetError, assess,
};
use finance_domain::money::Total;
use finance_domain::page::{ListQuery, Page};
use finance_domain::period::DateRange;
use finance_domain::ports::StoreError;
use finance_domain::{AlertId, BudgetId, CategoryId, ExpenseId, Precondition, UserId, Version};

use super::ledger::Ledger;
use super::{Data, InMemoryStorage, duplicate_key};

/// The budgets of one user and what was recorded about them.
#[derive(Default)]
pub(super) struct Book {
    budgets: BTreeMap<BudgetId, Budget>,
    alerts: BTreeMap<AlertId, (BudgetId, Option<ExpenseId>, Crossing)>,
}

impl Book {
    /// How many budgets name a category.
    pub(super) fn of_category(&self, id: CategoryId) -> u64 {
        let naming = self.budgets.values().filter(|budget| budget.terms.categories.as_slice().contains(&id));
        naming.map(|_| 1).sum()
    }

    /// Has the budgets that name one category name another one.
    pub(super) fn merge_category(&mut self, from: CategoryId, into: CategoryId, at: DateTime<Utc>) {
        for budget in self.budgets.values_mut() {
            let categories = budget.terms.categories.as_slice();
            if categories.contains(&from) {
                let moved = categories.iter().map(|id| if *id == from { into } else { *id }).collect();
                budget.terms.categories = Categories::new(moved).expect("no more than before");
                budget.updated_at = at;
                budget.version = budget.version.next();
            }
        }
    }
}

impl Data {
    /// Does something to the expenses of an owner, of which it writes one, and records the alerts that this makes.
    pub(super) fn write_expense<T, E>(
        &mut self,
        owner: UserId,
        id: ExpenseId,
        now: DateTime<Utc>,
        write: impl FnOnce(&mut Ledger) -> Result<T, E>,
    ) -> Result<T, E> {
        let ledger = self.ledgers.entry(owner).or_default();
        let before = ledger.counted(id);
        let written = write(ledger)?;
        let touched: Vec<_> = before.into_iter().chain(ledger.counted(id)).collect();
        self.record_alerts(owner, Some(id), now, |budget| {
            touched.iter().filter(|it| budget.terms.counts(it) != 0).map(|it| it.date).collect()
        });
        Ok(written)
    }

    /// Records alerts of the budgets on whose days something changed.
    pub(super) fn record_alerts(
        &mut self,
        owner: UserId,
        expense: Option<ExpenseId>,
        now: DateTime<Utc>,
        touched: impl Fn(&Budget) -> Vec<NaiveDate>,
    ) {
        let (Some(user), Some(book)) = (self.users.get(&owner), self.books.get_mut(&owner)) else { return };
        let profile = &user.user.profile;
        for budget in book.budgets.values() {
            let touched = touched(budget);
            if touched.is_empty() {
                continue;
            }
            let spending = self.ledgers.get(&owner).map_or_else(Spending::default, |ledger| {
                spending(ledger, &budget.terms, budget.terms.life())
            });
            let recorded = book
                .alerts
                .values()
                .filter(|(of, ..)| *of == budget.id)
                .map(|(_, _, crossing)| (crossing.period.first(), crossing.threshold))
                .collect();
            let (week, today) = (profile.first_day_of_week, profile.date_at(now));
            let assessment = assess(budget, week, now, today, &touched, &spending, &recorded);
            for crossing in assessment.crossings {
                book.alerts.insert(crossing.id, (budget.id, expense, crossing));
            }
        }
    }

    fn check_categories(&self, owner: UserId, terms: &BudgetTerms) -> Result<(), StoreBudgetError> {
        let has = |id| self.ledgers.get(&owner).is_some_and(|ledger| ledger.has_category(id));
        match terms.categories.as_slice().iter().find(|id| !has(**id)) {
            Some(unknown) => Err(StoreBudgetError::UnknownCategory(*unknown)),
            None => Ok(()),
        }
    }

    /// Records what is crossed in the current period of each budget.
    pub(super) fn record_anew(&mut self, owner: UserId, now: DateTime<Utc>) {
        let Some(user) = self.users.get(&owner) else { return };
        let today = user.user.profile.date_at(now);
        self.record_alerts(owner, None, now, |budget| {
            budget.terms.contains(today).then_some(today).into_iter().collect()
        });
    }

    fn record_current(&mut self, owner: UserId, id: BudgetId, now: DateTime<Utc>) {
        let Some(user) = self.users.get(&owner) else { return };
        let today = user.user.profile.date_at(now);
        self.record_alerts(owner, None, now, |budget| {
            (budget.id == id && budget.terms.contains(today)).then_some(today).into_iter().collect()
        });
    }
}

fn spending(ledger: &Ledger, terms: &BudgetTerms, range: DateRange) -> Spending {
    let mut spending = Spending::default();
    for expense in ledger.all_counted().filter(|expense| range.contains(expense.date)) {
        let minor = terms.counts(&expense);
        if minor != 0 {
            spending.add(expense.date, minor);
        }
    }
    spending
}

/// Budgets in memory.
pub struct InMemoryBudgets {
    storage: InMemoryStorage,
}

impl InMemoryBudgets {
    pub(super) fn new(storage: InMemoryStorage) -> Self {
        Self { storage }
    }
}

#[async_trait]
impl BudgetRepository for InMemoryBudgets {
    async fn create(
        &self,
        owner: UserId,
        id: BudgetId,
        terms: &BudgetTerms,
        now: DateTime<Utc>,
    ) -> Result<Budget, StoreBudgetError> {
        self.storage.with(|data| {
            if !data.users.contains_key(&owner) {
                return Err(StoreBudgetError::UnknownUser);
            }
            data.check_categories(owner, terms)?;
            let book = data.books.entry(owner).or_default();
            if book.budgets.contains_key(&id) {
                return Err(duplicate_key("budgets").into());
            }
            let budget = Budget { id, terms: terms.clone(), updated_at: now, version: Version::FIRST };
            book.budgets.insert(id, budget.clone());
            data.record_current(owner, id, now);
            Ok(budget)
        })
    }

    async fn find(&self, owner: UserId, id: BudgetId) -> Result<Option<Budget>, StoreError> {
        self.storage.with(|data| Ok(data.books.get(&owner).and_then(|book| book.budgets.get(&id)).cloned()))
    }

    async fn list(&self, owner: UserId, query: &ListQuery) -> Result<Page<Budget>, StoreError> {
        self.storage.with(|data| {
            let after = query.after.as_ref().map(|position| BudgetId::new(position.id));
            let budgets = data.books.get(&owner).into_iter().flat_map(|book| book.budgets.values());
            let found = budgets.filter(|budget| after.is_none_or(|after| budget.id > after)).cloned();
            Ok(Page::from_one_more(found.collect(), query.limit))
        })
    }

    async fn replace(
        &self,
        owner: UserId,
        id: BudgetId,
        expected: &Precondition,
        terms: &BudgetTerms,
        now: DateTime<Utc>,
    ) -> Result<Budget, StoreBudgetError> {
        self.storage.with(|data| {
            let current = data.books.get(&owner).and_then(|book| book.budgets.get(&id));
            let version = current.ok_or(StoreBudgetError::NotFound)?.version;
            if !expected.allows(version) {
                return Err(StoreBudgetError::Stale);
            }
            data.check_categories(owner, terms)?;
            let budget = Budget { id, terms: terms.clone(), updated_at: now, version: version.next() };
            data.books.entry(owner).or_default().budgets.insert(id, budget.clone());
            data.record_current(owner, id, now);
            Ok(budget)
        })
    }

    async fn delete(
        &self,
        owner: UserId,
        id: BudgetId,
        expected: &Precondition,
    ) -> Result<(), StoreBudgetError> {
        self.storage.with(|data| {
            let book = data.books.get_mut(&owner).ok_or(StoreBudgetError::NotFound)?;
            let budget = book.budgets.get(&id).ok_or(StoreBudgetError::NotFound)?;
            if !expected.allows(budget.version) {
                return Err(StoreBudgetError::Stale);
            }
            book.budgets.remove(&id);
            book.alerts.retain(|_, (of, ..)| *of != id);
            Ok(())
        })
    }

    async fn spending(
        &self,
        owner: UserId,
        asked: &[(&Budget, DateRange)],
    ) -> Result<Vec<Spending>, StoreError> {
        self.storage.with(|data| {
            let ledger = data.ledgers.get(&owner);
            let of = |(budget, range): &(&Budget, DateRange)| {
                ledger.map_or_else(Spending::default, |ledger| spending(ledger, &budget.terms, *range))
            };
            Ok(asked.iter().map(of).collect())
        })
    }
}

#[async_trait]
impl AlertRepository for InMemoryBudgets {
    async fn list(&self, owner: UserId, query: &AlertQuery) -> Result<Page<Alert>, StoreError> {
        self.storage.with(|data| {
            let Some(book) = data.books.get(&owner) else {
                return Ok(Page { items: Vec::new(), has_more: false });
            };
            let found = book
                .alerts
                .iter()
                .rev()
                .filter(|(id, (budget, ..))| {
                    query.after.is_none_or(|after| **id < after)
                        && query.budget.is_none_or(|wanted| *budget == wanted)
                })
                .map(|(id, (budget, expense, crossing))| {
                    let terms = &book.budgets[budget].terms;
                    Alert {
                        id: *id,
                        budget: *budget,
                        budget_name: terms.name.clone(),
                        period: crossing.period,
                        threshold: crossing.threshold,
                        spent: Total::new(crossing.spent, terms.currency),
                        available: Total::new(crossing.available, terms.currency),
                        expense: *expense,
                    }
                });
            Ok(Page::from_one_more(found.collect(), query.limit))
        })
    }
}
