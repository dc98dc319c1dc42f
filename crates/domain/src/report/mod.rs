//! Reports: what the expenses of a user come to. Never a sum over two currencies; what is in the trash does not count.

mod dashboard;
mod error;
mod figures;
mod forecast;
mod monthly;
mod repository;
mod rounding;
mod service;
mod summary;
mod trends;

pub use dashboard::{Dashboard, DashboardCurrency, TREND_MONTHS, TrendMonth};
pub use error::ReportError;
pub use figures::{
    Cut, Figure, FigureQuery, Flow, Label, LargestExpense, ReportData, ReportQuery, Split, Tally,
};
pub use forecast::{
    BACKTEST_MONTHS, BASIS_MONTHS, Backtest, BacktestMonth, BasisMonth, CurrencyForecast, ForecastReport,
};
pub use monthly::{CategoryLine, DayLine, MonthlyCurrency, MonthlyReport};
pub use repository::ReportRepository;
pub use rounding::Percent;
pub use service::ReportService;
pub use summary::{
    GroupBy, GroupKey, MAX_GROUPS, SummaryCurrency, SummaryReport, SummaryRequest, SummaryRow,
};
pub use trends::{MAX_TREND_MONTHS, Series, TrendCurrency, TrendReport};
