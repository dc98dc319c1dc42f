//! The application over repositories in memory.
#![allow(dead_code, reason = "each test binary uses its part")]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a panic is a failed test")]

use std::sync::Arc;
use std::time::Duration;

use actix_web::body::to_bytes;
use actix_web::http::header::HeaderMap;
use actix_web::http::{Method, StatusCode};
use actix_web::test::{TestRequest, init_service};
use finance_domain::budget::BudgetService;
use finance_domain::category::CategoryService;
use finance_domain::expense::ExpenseService;
use finance_domain::ports::StorageHealth;
use finance_domain::recurring::{RecurringPoster, RecurringService};
use finance_domain::report::ReportService;
use finance_domain::tag::TagService;
use finance_domain::user::UserService;
use finance_http::{AppFactory, AppState, BuildInfo, HttpSettings, Lifecycle};
use finance_testing::fixtures::{PlainHasher, PlainTokens, SequentialIds, TestClock};
use finance_testing::memory::InMemoryStorage;
use serde_json::{Value, json};

/// The application and what stands behind it.
pub(crate) struct Api {
    pub(crate) storage: InMemoryStorage,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) hasher: Arc<PlainHasher>,
    pub(crate) lifecycle: Arc<Lifecycle>,
    factory: AppFactory,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Status and code of a problem, after a look at the rest of it.
    pub(crate) fn problem(&self) -> (u16, String) {
        let body = self.json();
        assert_eq!(self.header("content-type"), "application/problem+json", "{body}");
        assert_eq!(body["status"], self.status.as_u16());
        assert_eq!(body["request_id"], self.header("x-request-id"));
        for member in ["type", "title", "detail"] {
            assert!(body[member].as_str().is_some_and(|text| !text.is_empty()), "{member} of {body}");
        }
        (self.status.as_u16(), body["code"].as_str().unwrap().to_owned())
    }

    /// The bad fields of a 422, as `pointer code`.
    pub(crate) fn bad_fields(&self) -> Vec<String> {
        assert_eq!(self.problem().0, 422, "{self:?}");
        let body = self.json();
        let errors = body["errors"].as_array().unwrap().iter();
        errors
            .map(|e| format!("{} {}", e["pointer"].as_str().unwrap(), e["code"].as_str().unwrap()))
            .collect()
    }
}

impl Api {
    pub(crate) fn new() -> Self {
        Self::with(HttpSettings {
            body_limit: 10_000,
            body_timeout: Duration::from_secs(5),
            cors_allowed_origins: Vec::new(),
        })
    }

    pub(crate) fn with(settings: HttpSettings) -> Self {
        let storage = InMemoryStorage::new();
        let clock = Arc::new(TestClock::new());
        let hasher = Arc::new(PlainHasher::new());
        let lifecycle = Arc::new(Lifecycle::new());
        let ids = Arc::new(SequentialIds::default());
        let tokens = Arc::new(PlainTokens);
        let health: Arc<dyn StorageHealth> = storage.health();
        let state = AppState {
            users: UserService::new(
                storage.users(),
                hasher.clone(),
                tokens.clone(),
                clock.clone(),
                ids.clone(),
            ),
            categories: CategoryService::new(storage.categories(), clock.clone(), ids.clone()),
            tags: TagService::new(storage.tags(), clock.clone()),
            expenses: ExpenseService::new(storage.expenses(), storage.users(), clock.clone(), ids.clone()),
            budgets: BudgetService::new(
                storage.budgets(),
                storage.budgets(),
                storage.users(),
                clock.clone(),
                ids.clone(),
            ),
            recurring: RecurringService::new(
                storage.recurring(),
                storage.users(),
                Arc::new(RecurringPoster::new(storage.recurring(), clock.clone(), ids.clone())),
                clock.clone(),
                ids,
            ),
            reports: ReportService::new(
                storage.reports(),
                storage.expenses(),
                storage.users(),
                clock.clone(),
            ),
            tokens,
            health,
            lifecycle: Arc::clone(&lifecycle),
            build: BuildInfo { version: "1.2.3", commit: "abc" },
        };
        Self { storage, clock, hasher, lifecycle, factory: AppFactory::new(state, settings) }
    }

    pub(crate) async fn send(&self, request: TestRequest) -> Answer {
        let service = init_service(self.factory.make()).await;
        match actix_web::dev::Service::call(&service, request.to_request()).await {
            Ok(response) => {
                let (_, response) = response.into_parts();
                let (status, headers) = (response.status(), response.headers().clone());
                let body = to_bytes(response.into_body()).await.map_err(|_| "body").unwrap().to_vec();
                Answer { status, headers, body }
            }
            Err(error) => {
                let response = error.error_response();
                let (status, headers) = (response.status(), response.headers().clone());
                Answer { status, headers, body: to_bytes(response.into_body()).await.unwrap().to_vec() }
            }
        }
    }

    /// A registered user's token.
    pub(crate) async fn user(&self, email: &str) -> String {
        let password = "correct horse battery staple";
        let body = json!({"email": email, "password": password});
        let answer = self.send(TestRequest::post().uri("/auth/register").set_json(&body)).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        let answer = self.send(TestRequest::post().uri("/auth/login").set_json(&body)).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()["access_token"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn get(&self, token: &str, uri: &str) -> Answer {
        self.send(request(Method::GET, token, uri)).await
    }

    pub(crate) async fn post(&self, token: &str, uri: &str, body: Value) -> Answer {
        self.send(request(Method::POST, token, uri).set_json(body)).await
    }

    /// A new expense.
    pub(crate) async fn expense(&self, token: &str, body: Value) -> Value {
        let answer = self.post(token, "/expenses/", body).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.json()
    }

    /// The titles of a list.
    pub(crate) async fn titles(&self, token: &str, query: &str) -> Vec<String> {
        let answer = self.get(token, &format!("/expenses/?{query}")).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let body = answer.json();
        body["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["title"].as_str().unwrap().to_owned())
            .collect()
    }
}

pub(crate) fn request(method: Method, token: &str, uri: &str) -> TestRequest {
    TestRequest::with_uri(uri).method(method).insert_header(("authorization", format!("Bearer {token}")))
}
