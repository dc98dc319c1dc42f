//! Which form of an answer a client wants (RFC 9110, section 12.5.1).

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap};
use actix_web::{FromRequest, HttpRequest};
use apistos::ApiComponent;
use apistos::reference_or::ReferenceOr;

use crate::problem::Problem;

/// The forms that reports have. Without a preference: JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Json,
    Csv,
}

impl Form {
    const ALL: [Self; 2] = [Self::Json, Self::Csv];

    pub(crate) const fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Csv => "text/csv; charset=utf-8; header=present",
        }
    }

    const fn type_and_subtype(self) -> (&'static str, &'static str) {
        match self {
            Self::Json => ("application", "json"),
            Self::Csv => ("text", "csv"),
        }
    }
}

/// Picks the form that `Accept` likes best; `None` when it wants neither. One that names nothing at all says nothing.
fn choose(headers: &HeaderMap) -> Option<Form> {
    let values = headers.get_all(header::ACCEPT).filter_map(|value| value.to_str().ok());
    let ranges: Vec<Range<'_>> = values.flat_map(|value| value.split(',')).filter_map(Range::parse).collect();
    if ranges.is_empty() {
        return Some(Form::Json);
    }
    let mut best = None;
    for form in Form::ALL {
        // The most specific range that fits counts for a form.
        let range = ranges.iter().filter(|range| range.fits(form)).max_by_key(|range| range.precision());
        let quality = range.map_or(0, |range| range.quality);
        if quality > best.map_or(0, |(_, quality)| quality) {
            best = Some((form, quality));
        }
    }
    best.map(|(form, _)| form)
}

/// An element of `Accept`; parameters of media types other than the weight are not looked at. Clients write more than the
/// grammar has, and each knows better what it wants than a 406 does: `*` is `*/*`, as Java's own client means it, and a
/// weight that makes no sense is none.
struct Range<'a> {
    r#type: &'a str,
    subtype: &'a str,
    /// In thousandths.
    quality: u16,
}

impl<'a> Range<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.split(';').map(str::trim);
        let (r#type, subtype) = match parts.next()? {
            "*" => ("*", "*"),
            range => {
                range.split_once('/').filter(|(r#type, subtype)| !r#type.is_empty() && !subtype.is_empty())?
            }
        };
        let mut quality = 1000;
        for parameter in parts {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            if name.trim().eq_ignore_ascii_case("q") {
                quality = weight(value.trim()).unwrap_or(quality);
            }
        }
        Some(Self { r#type, subtype, quality })
    }

    fn fits(&self, form: Form) -> bool {
        let (r#type, subtype) = form.type_and_subtype();
        let fits = |range: &str, exact: &str| range == "*" || range.eq_ignore_ascii_case(exact);
        fits(self.r#type, r#type) && fits(self.subtype, subtype)
    }

    fn precision(&self) -> u8 {
        u8::from(self.r#type != "*") + u8::from(self.subtype != "*")
    }
}

/// A weight in thousandths: `0`, `0.5`, `1.000`; also `.5`, and `0.1234`, of which the fourth digit is not looked at.
fn weight(text: &str) -> Option<u16> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let thousandths = format!("{fraction:0<3}").get(..3)?.parse::<u16>().ok()?;
    match (whole, thousandths) {
        ("0", thousandths) => Some(thousandths),
        ("", thousandths) if !fraction.is_empty() => Some(thousandths),
        ("1", 0) => Some(1000),
        _ => None,
    }
}

impl FromRequest for Form {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(choose(request.headers()).ok_or_else(|| {
            let detail = "This is to be had as application/json and as text/csv: name one in Accept.";
            Problem::new(StatusCode::NOT_ACCEPTABLE, "not_acceptable", detail)
        }))
    }
}

impl ApiComponent for Form {
    fn child_schemas() -> Vec<(String, ReferenceOr<apistos::Schema>)> {
        Vec::new()
    }

    fn schema() -> Option<(String, ReferenceOr<apistos::Schema>)> {
        None
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    #[test]
    fn the_best_form_is_chosen() {
        use Form::{Csv, Json};
        let chosen = |accept: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
            choose(&headers)
        };
        for (accept, form) in [
            ("*/*", Some(Json)),
            ("application/*", Some(Json)),
            ("text/*", Some(Csv)),
            ("text/csv", Some(Csv)),
            ("TEXT/CSV; charset=utf-8", Some(Csv)),
            ("text/csv, application/json", Some(Json)),
            ("text/csv, application/json;q=0.9", Some(Csv)),
            ("text/csv;q=0.5, application/json;q=0.501", Some(Json)),
            ("text/html, */*;q=0.1", Some(Json)),
            ("*/*, application/json;q=0", Some(Csv)),
            ("application/json;q=0, text/csv ; Q=0.001", Some(Csv)),
            ("application/*;q=0.2, text/csv;q=0.1", Some(Json)),
            ("text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", Some(Json)),
            ("*", Some(Json)),
            ("*, application/json;q=.0", Some(Csv)),
            ("application/json;q=.9", Some(Json)),
            ("application/json;q=.8, text/csv;q=.9", Some(Csv)),
            ("text/csv;q=1.0000", Some(Csv)),
            ("text/csv;q=0.5009, application/json;q=0.501", Some(Json)),
            ("text/csv;q=2, application/json;q=0.1", Some(Csv)),
            ("text/csv;q=x, application/json;q=0.1", Some(Csv)),
            ("text/csv;q=, json, /, text/, /csv", Some(Csv)),
            ("", Some(Json)),
            (" , ,", Some(Json)),
            ("json", Some(Json)),
            ("text/html", None),
            ("text/html, json", None),
            ("application/json;q=0", None),
            ("application/json;q=0.", None),
            ("application/json;q=.", Some(Json)),
            ("*/*;q=0", None),
            ("*;q=0", None),
        ] {
            assert_eq!(chosen(accept), form, "{accept}");
        }
        assert_eq!(choose(&HeaderMap::new()), Some(Json));
        let mut headers = HeaderMap::new();
        headers.append(header::ACCEPT, HeaderValue::from_static("text/html"));
        headers.append(header::ACCEPT, HeaderValue::from_static("text/csv"));
        assert_eq!(choose(&headers), Some(Csv));
    }
}
