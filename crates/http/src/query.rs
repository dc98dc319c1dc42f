//! Query parameters: known ones only, each at most once, every bad one named.

use std::borrow::Cow;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use apistos::ApiComponent;
use apistos::reference_or::ReferenceOr;

use crate::body::Problems;
use crate::problem::{FieldProblem, Problem};

/// Reads parameters one by one; what is left in the end is unknown.
pub(crate) struct QueryReader<'a> {
    pairs: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    pub(crate) problems: Problems,
}

impl<'a> QueryReader<'a> {
    pub(crate) fn new(query: &'a str) -> Self {
        Self { pairs: form_urlencoded::parse(query.as_bytes()).collect(), problems: Problems::default() }
    }

    /// The value of a parameter, parsed; `None` when it is not there or bad.
    pub(crate) fn take<T, E: std::fmt::Display>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
        code: impl Fn(&E) -> &'static str,
    ) -> Option<T> {
        let at = self.pairs.iter().position(|(key, _)| key == name)?;
        let (_, value) = self.pairs.remove(at);
        let pointer = format!("?{name}");
        if self.pairs.iter().any(|(key, _)| key == name) {
            self.pairs.retain(|(key, _)| key != name);
            self.problems.add(FieldProblem::new(pointer, "duplicate", "is there more than once"));
            return None;
        }
        self.problems.take(pointer, parse(&value), code)
    }

    /// The value made of the parameters, if each was good and known.
    pub(crate) fn finish<T>(mut self, value: T) -> Result<T, Problem> {
        for (name, _) in &self.pairs {
            let detail = "is not a parameter of this address";
            self.problems.add(FieldProblem::new(format!("?{name}"), "unknown_parameter", detail));
        }
        self.problems.finish(Some(value))
    }
}

/// An address that takes no parameters.
pub(crate) struct NoQuery;

impl FromRequest for NoQuery {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let query = request.query_string();
        ready(if query.is_empty() { Ok(Self) } else { QueryReader::new(query).finish(Self) })
    }
}

impl ApiComponent for NoQuery {
    fn child_schemas() -> Vec<(String, ReferenceOr<apistos::Schema>)> {
        Vec::new()
    }

    fn schema() -> Option<(String, ReferenceOr<apistos::Schema>)> {
        None
    }
}
