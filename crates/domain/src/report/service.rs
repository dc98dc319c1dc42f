use std::sync::Arc;

use chrono::NaiveDate;

use super::{
    Dashboard, ForecastReport, GroupBy, MonthlyReport, ReportError, ReportRepository, SummaryReport,
    SummaryRequest, TrendReport,
};
use crate::UserId;
use crate::expense::{ExpenseQuery, ExpenseRepository};
use crate::page::PageLimit;
use crate::period::{DateRange, Month};
use crate::ports::Clock;
use crate::user::{Profile, UserRepository};

/// Makes reports of the expenses of users.
pub struct ReportService {
    reports: Arc<dyn ReportRepository>,
    expenses: Arc<dyn ExpenseRepository>,
    users: Arc<dyn UserRepository>,
    clock: Arc<dyn Clock>,
}

/// How many of the latest expenses a dashboard shows.
const LATEST: u16 = 10;

impl ReportService {
    /// A service over these ports.
    pub fn new(
        reports: Arc<dyn ReportRepository>,
        expenses: Arc<dyn ExpenseRepository>,
        users: Arc<dyn UserRepository>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { reports, expenses, users, clock }
    }

    /// A month.
    pub async fn monthly(&self, owner: UserId, month: Month) -> Result<MonthlyReport, ReportError> {
        let data = self.reports.read(owner, &MonthlyReport::query(month)).await?;
        Ok(MonthlyReport::new(month, &data))
    }

    /// A range of days. Fails with `EmptyRange` when it ends before it begins, with `TooManyGroups` when it is too long
    /// for its groups.
    pub async fn summary(
        &self,
        owner: UserId,
        request: &SummaryRequest,
    ) -> Result<SummaryReport, ReportError> {
        let SummaryRequest { from, to, group_by } = *request;
        // Only who leaves something to the profile pays for looking it up.
        let (from, to, week) = match (from, to, group_by) {
            (Some(from), Some(to), group_by) if group_by != GroupBy::Week => {
                (from, to, Profile::default().first_day_of_week)
            }
            _ => {
                let profile = self.profile(owner).await?;
                let current = Month::of(self.today(&profile));
                let month = |day: Option<NaiveDate>| day.map_or(current, Month::of);
                (
                    from.unwrap_or(current.min(month(to)).range().first()),
                    to.unwrap_or(current.max(month(from)).range().last()),
                    profile.first_day_of_week,
                )
            }
        };
        let range = DateRange::new(from, to).ok_or(ReportError::EmptyRange)?;
        let data = self.reports.read(owner, &SummaryReport::query(range, group_by, week)?).await?;
        Ok(SummaryReport::new(range, group_by, week, &data))
    }

    /// So many months up to the current one of the user.
    pub async fn trends(&self, owner: UserId, months: u32) -> Result<TrendReport, ReportError> {
        let last = Month::of(self.today(&self.profile(owner).await?));
        let data = self.reports.read(owner, &TrendReport::query(last, months)).await?;
        Ok(TrendReport::new(last, months, &data))
    }

    /// The current month of the user.
    pub async fn forecast(&self, owner: UserId) -> Result<ForecastReport, ReportError> {
        let today = self.today(&self.profile(owner).await?);
        let data = self.reports.read(owner, &ForecastReport::query(today)).await?;
        Ok(ForecastReport::new(today, &data))
    }

    /// A month, by default the current one of the owner, whose profile this is.
    pub async fn dashboard(
        &self,
        owner: UserId,
        profile: &Profile,
        month: Option<Month>,
    ) -> Result<Dashboard, ReportError> {
        let today = self.today(profile);
        let month = month.unwrap_or(Month::of(today));
        let data = self.reports.read(owner, &Dashboard::query(month, today)).await?;
        let limit = PageLimit::new(LATEST).unwrap_or_default();
        let latest = self.expenses.list(owner, &ExpenseQuery { limit, ..ExpenseQuery::default() }).await?;
        Ok(Dashboard::new(month, today, &data, latest.items))
    }

    async fn profile(&self, owner: UserId) -> Result<Profile, ReportError> {
        Ok(self.users.find(owner).await?.ok_or(ReportError::UnknownUser)?.profile)
    }

    fn today(&self, profile: &Profile) -> NaiveDate {
        profile.date_at(self.clock.now())
    }
}
