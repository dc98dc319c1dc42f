use apistos::web::{ServiceConfig, get, tagged_resource};

use super::handlers::{dashboard, forecast, monthly_report, summary_report, trend_report};

pub(crate) fn routes(config: &mut ServiceConfig) {
    let tags = || vec!["Reports"];
    config
        .service(tagged_resource("/reports/monthly/{month}", tags()).route(get().to(monthly_report)))
        .service(tagged_resource("/reports/summary", tags()).route(get().to(summary_report)))
        .service(tagged_resource("/reports/trends", tags()).route(get().to(trend_report)))
        .service(tagged_resource("/reports/forecast", tags()).route(get().to(forecast)))
        .service(tagged_resource("/dashboard", tags()).route(get().to(dashboard)));
}
