use super::handlers::{dashboard, forecast, monthly_report, summary_report, trend_report};
use crate::routes::{Routes, routes};

pub(crate) const ROUTES: Routes = routes! {
    "Reports" {
        "/reports/monthly/{month}" => get monthly_report;
        "/reports/summary" => get summary_report;
        "/reports/trends" => get trend_report;
        "/reports/forecast" => get forecast;
        "/dashboard" => get dashboard;
    }
};
