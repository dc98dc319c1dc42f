use std::collections::BTreeMap;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use finance_domain::budget::{
    Alert, AlertQuery, AlertRepository, Budget, BudgetRepository, BudgetTerms, Categories, Change, Crossing,
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
        let after = ledger.counted(id);
        let parts: Vec<_> = before.map(|it| (it, -1)).into_iter().chain(after.map(|it| (it, 1))).collect();
        self.record_alerts(owner, Some(id), now, |budget| {
            let moved = parts.iter().map(|(it, sign)| (it.date, sign * budget.terms.counts(it)));
            let moved: Vec<_> = moved.filter(|(_, minor)| *minor != 0).collect();
            (!moved.is_empty()).then_some(Change::Expense(moved))
        });
        Ok(written)
    }

    /// Records alerts of the budgets in which something changed.
    pub(super) fn record_alerts(
        &mut self,
        owner: UserId,
        expense: Option<ExpenseId>,
        now: DateTime<Utc>,
        change: impl Fn(&Budget) -> Option<Change>,
    ) {
        let (Some(user), Some(book)) = (self.users.get(&owner), self.books.get_mut(&owner)) else { return };
        let profile = &user.user.profile;
        for budget in book.budgets.values() {
            let Some(change) = change(budget) else { continue };
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
            let assessment = assess(budget, week, now, today, &change, &spending, &recorded);
            for crossing in assessment.crossings {
                let expense = expense.filter(|_| crossing.by_expense);
                book.alerts.insert(crossing.id, (budget.id, expense, crossing));
            }
        }
    }

    fn check_categories(&self, owner: UserId, terms: &BudgetTerms) -> Result<(), StoreBudgetError> {
        let has = |id| self.ledgers.get(&owner).is_some_and(|ledger| ledger.has_category(id));
        let unknown: Vec<_> = terms.categories.as_slice().iter().copied().filter(|id| !has(*id)).collect();
        if unknown.is_empty() { Ok(()) } else { Err(StoreBudgetError::UnknownCategories(unknown)) }
    }

    /// Records what is crossed in the budgets over some categories.
    pub(super) fn record_anew(&mut self, owner: UserId, now: DateTime<Utc>, over: &[Option<CategoryId>]) {
        self.record_alerts(owner, None, now, |budget| {
            let is_over_one = budget.terms.categories.as_slice().iter().any(|id| over.contains(&Some(*id)));
            is_over_one.then_some(Change::Terms)
        });
    }

    fn record_one(&mut self, owner: UserId, id: BudgetId, now: DateTime<Utc>) {
        self.record_alerts(owner, None, now, |budget| (budget.id == id).then_some(Change::Terms));
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
            data.record_one(owner, id, now);
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
            data.record_one(owner, id, now);
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
