use actix_web::web::Data;
use apistos::api_operation;
use finance_domain::UserId;
use finance_domain::user::Profile;

use super::dashboard::{DashboardBody, latest_alerts};
use super::forecast::ForecastBody;
use super::monthly::MonthlyBody;
use super::parameters::{DashboardParameters, MonthPath, SummaryParameters, TrendParameters};
use super::response::{Report, Tagged};
use super::summary::SummaryBody;
use super::trends::TrendBody;
use crate::accept::Form;
use crate::authenticated_user::AuthenticatedUser;
use crate::conditional::IfNoneMatch;
use crate::problem::Problem;
use crate::query::NoQuery;
use crate::state::AppState;

/// Report on a month
///
/// For each currency: what came in and went out, by category with its share of all expenses (in percent) and the change
/// against the month before, by day, the largest expenses, and the average per day, which divides the expenses by all days
/// of the month. A category without anything in this month is there when it had something in the month before; what has no
/// category is an entry of its own, whose `category_id` is `null`. Quotients are rounded half away from zero. `budgets` says
/// how the budgets stand, as in `show_budget_status`: those that have the last day of the month, or today in the current
/// month, in the period of that day; at most 100.
///
/// With `Accept: text/csv`: a row for each category, with the columns `month`, `currency`, `category_id`, `category`,
/// `parent_id`, `income`, `expenses`, `net`, `count`, `share`, `previous_expenses`, `change`, `change_percent`.
#[api_operation(
    operation_id = "monthly_report",
    error_code = 400,
    error_code = 401,
    error_code = 406,
    error_code = 422,
    error_code = 500,
    error_code = 503
)]
pub(crate) async fn monthly_report(
    user: AuthenticatedUser,
    month: MonthPath,
    _: NoQuery,
    form: Form,
    known: IfNoneMatch,
    state: Data<AppState>,
) -> Result<Report<MonthlyBody>, Problem> {
    let report = state.reports.monthly(user.0, month.0).await?;
    let profile = profile(&state, user.0).await?;
    let budgets = state.budgets.standings(user.0, &profile, report.month).await?;
    Ok(Report { body: MonthlyBody::new(report, budgets), form, known })
}

/// Report on any range of days
///
/// For each currency: what came in and went out, grouped by time, category, tag or kind. Groups of time have no gaps, and
/// there are at most 4,000 of them; the first and the last are cut off where the range ends. Weeks begin with the user's
/// first day of the week. With `group_by=tag` an expense counts under each of its tags, so that the rows come to more
/// than the whole (`overlapping` is `true`). What has no category or no tag has the key `null`.
///
/// With `Accept: text/csv`: a row for each group, with the columns `currency`, `key`, `label`, `income`, `expenses`,
/// `net`, `count`.
#[api_operation(
    operation_id = "summary_report",
    error_code = 400,
    error_code = 401,
    error_code = 406,
    error_code = 422,
    error_code = 500,
    error_code = 503
)]
pub(crate) async fn summary_report(
    user: AuthenticatedUser,
    parameters: SummaryParameters,
    form: Form,
    known: IfNoneMatch,
    state: Data<AppState>,
) -> Result<Report<SummaryBody>, Problem> {
    let report = state.reports.summary(user.0, &parameters.0).await?;
    Ok(Report { body: report.into(), form, known })
}

/// Report on how the months go
///
/// For each currency the last months up to the current one, which is not over yet, and each category's series with its
/// mean, its median (of an even number the middle between the middle two) and its slope: by how much it grows per month,
/// by the method of least squares; `null` for a single month. All of it is computed in whole minor units and rounded half
/// away from zero. Expenses and income of a category are two series.
///
/// With `Accept: text/csv`: a row for each month of each series, with the columns `currency`, `kind`, `category_id`,
/// `category`, `parent_id`, `month`, `amount`, `mean`, `median`, `slope`.
#[api_operation(
    operation_id = "trend_report",
    error_code = 400,
    error_code = 401,
    error_code = 406,
    error_code = 422,
    error_code = 500,
    error_code = 503
)]
pub(crate) async fn trend_report(
    user: AuthenticatedUser,
    parameters: TrendParameters,
    form: Form,
    known: IfNoneMatch,
    state: Data<AppState>,
) -> Result<Report<TrendBody>, Problem> {
    let report = state.reports.trends(user.0, parameters.0).await?;
    Ok(Report { body: report.into(), form, known })
}

/// Forecast the current month
///
/// For each currency in which anything was spent, what the expenses of the current month will come to: what was spent
/// up to today, and the mean of what was spent after this day of the month in the three months before (`basis`), or
/// what is entered for the rest of this month already (`entered_rest`) where that is more. The last day of a month is
/// always in its rest, also where it is this day of the month or the month does not have this day; only on the last day
/// of the current month there is no rest, of any month. How good that is, is tried on up to twelve past months
/// (`backtest`), each forecast as of the same day of the month out of nothing but what is dated up to then. History
/// begins with the first month in which anything was spent, at most 15 months back; with fewer than three months of it
/// `enough_history` is `false` and there is no forecast. Rounded half away from zero.
///
/// With `Accept: text/csv`: a row for each currency, with the columns `month`, `as_of`, `currency`, `method`, `spent`,
/// `entered_rest`, `expected_rest`, `projected`, `backtest_months`, `mean_absolute_error`,
/// `mean_absolute_percentage_error`.
#[api_operation(
    operation_id = "forecast",
    error_code = 400,
    error_code = 401,
    error_code = 406,
    error_code = 422,
    error_code = 500,
    error_code = 503
)]
pub(crate) async fn forecast(
    user: AuthenticatedUser,
    _: NoQuery,
    form: Form,
    known: IfNoneMatch,
    state: Data<AppState>,
) -> Result<Report<ForecastBody>, Problem> {
    let report = state.reports.forecast(user.0).await?;
    Ok(Report { body: report.into(), form, known })
}

/// Show a dashboard
///
/// Everything that a dashboard shows of a month, in one answer: for each currency the month as in `monthly_report`, the
/// totals of the twelve months up to it, and of the current month its forecast as in `forecast`; how the
/// budgets stand as in `monthly_report`; the latest alerts, the latest expenses and the next dates of what recurs, of
/// whatever month.
#[api_operation(
    operation_id = "dashboard",
    error_code = 400,
    error_code = 401,
    error_code = 422,
    error_code = 500,
    error_code = 503
)]
pub(crate) async fn dashboard(
    user: AuthenticatedUser,
    parameters: DashboardParameters,
    known: IfNoneMatch,
    state: Data<AppState>,
) -> Result<Tagged<DashboardBody>, Problem> {
    let profile = profile(&state, user.0).await?;
    let dashboard = state.reports.dashboard(user.0, &profile, parameters.0).await?;
    let budgets = state.budgets.standings(user.0, &profile, dashboard.month).await?;
    let alerts = state.budgets.alerts(user.0, &latest_alerts()).await?.items;
    let upcoming = state.recurring.coming(user.0, &profile).await?;
    Ok(Tagged { body: DashboardBody::new(dashboard, budgets, alerts, upcoming), known })
}

async fn profile(state: &AppState, user: UserId) -> Result<Profile, Problem> {
    Ok(state.users.find(user).await?.ok_or_else(Problem::user_is_gone)?.profile)
}
