//! JSON bodies: bounded in size and time, every bad field named at once.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header::{self, HeaderMap};
use actix_web::web::{Bytes, BytesMut};
use actix_web::{FromRequest, HttpRequest};
use apistos::ApiComponent;
use apistos::paths::{MediaType, RequestBody};
use apistos::reference_or::ReferenceOr;
use futures_util::StreamExt as _;
use serde::de::{DeserializeOwned, Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::error::Category;
use serde_json::value::RawValue;
use validator::Validate;

use crate::openapi::Example;
use crate::problem::{FieldProblem, Problem};
use crate::state::HttpSettings;

/// How deep arrays and objects may nest. No body of the API nests deeper than three.
const MAX_DEPTH: usize = 32;

/// What the fields of a body become once they are checked: the other half of a DTO.
pub(crate) trait Body: DeserializeOwned {
    /// The checked form.
    type Checked;

    /// Checks every field, and names each bad one.
    fn check(self, problems: &mut Problems) -> Option<Self::Checked>;
}

/// Collects the bad fields of a request.
#[derive(Default)]
pub(crate) struct Problems(Vec<FieldProblem>);

impl Problems {
    pub(crate) fn add(&mut self, problem: FieldProblem) {
        self.0.push(problem);
    }

    /// The value, or `None` and a problem.
    pub(crate) fn take<T, E: std::fmt::Display>(
        &mut self,
        pointer: impl Into<String>,
        value: Result<T, E>,
        code: impl Fn(&E) -> &'static str,
    ) -> Option<T> {
        value.map_err(|error| self.add(FieldProblem::new(pointer, code(&error), error))).ok()
    }

    /// Checks what the DTO's own attributes say: which fields must be there, how long lists may be.
    pub(crate) fn shape(&mut self, dto: &impl Validate) {
        let Err(errors) = dto.validate() else { return };
        for (field, errors) in errors.field_errors() {
            let pointer = format!("/{field}");
            // A field of the wrong type is not missing as well.
            if let (Some(error), false) = (errors.first(), self.names(&pointer)) {
                let code = match error.code.as_ref() {
                    "required" => "required",
                    _ => "invalid",
                };
                let detail = error.message.as_deref().unwrap_or("is required");
                self.add(FieldProblem::new(pointer, code, detail));
            }
        }
    }

    /// The value of a member that a merge patch may leave out but not remove.
    pub(crate) fn not_null<T>(&mut self, pointer: &str, value: Option<Option<T>>) -> Option<T> {
        if matches!(value, Some(None)) {
            self.add(FieldProblem::new(pointer, "required", "cannot be removed"));
        }
        value.flatten()
    }

    /// Whether the request is refused already.
    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn names(&self, pointer: &str) -> bool {
        self.0.iter().any(|problem| problem.pointer == pointer)
    }

    /// The value if there were no problems.
    pub(crate) fn finish<T>(mut self, value: Option<T>) -> Result<T, Problem> {
        match value {
            Some(value) if self.0.is_empty() => Ok(value),
            _ => {
                self.0.sort_by(|a, b| a.pointer.cmp(&b.pointer));
                Err(Problem::invalid(self.0))
            }
        }
    }
}

/// A JSON body, read and checked.
pub(crate) struct Json<T: Body>(pub(crate) T::Checked);

/// A JSON body that changes a resource by RFC 7396: also as `application/merge-patch+json`.
pub(crate) struct MergePatch<T: Body>(pub(crate) T::Checked);

impl<T: Body + 'static> FromRequest for Json<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = read(request, payload, &["application/json"], "application/json");
        Box::pin(async move { parse::<T>(&body.await?).map(Self) })
    }
}

impl<T: Body + 'static> FromRequest for MergePatch<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let types = ["application/merge-patch+json", "application/json"];
        let body = read(request, payload, &types, "application/merge-patch+json, application/json");
        Box::pin(async move { parse::<T>(&body.await?).map(Self) })
    }
}

/// The bytes of a body of one of the accepted types.
fn read(
    request: &HttpRequest,
    payload: &mut Payload,
    accepted: &[&str],
    names: &'static str,
) -> impl Future<Output = Result<Bytes, Problem>> + 'static {
    let headers = check_headers(request.headers(), accepted, names);
    let settings =
        request.app_data::<HttpSettings>().map(|settings| (settings.body_limit, settings.body_timeout));
    let announced = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    let mut payload = payload.take();
    async move {
        headers?;
        let (limit, timeout) =
            settings.ok_or_else(|| Problem::internal("no HttpSettings in the app data"))?;
        if announced.is_some_and(|length| length > limit) {
            return Err(Problem::body_too_large(limit));
        }
        let collect = async {
            let mut body = BytesMut::with_capacity(announced.unwrap_or_default());
            while let Some(chunk) = payload.next().await {
                let chunk = chunk.map_err(|error| Problem::body_interrupted(&error))?;
                if body.len() + chunk.len() > limit {
                    return Err(Problem::body_too_large(limit));
                }
                body.extend_from_slice(&chunk);
            }
            Ok(body.freeze())
        };
        tokio::time::timeout(timeout, collect).await.map_err(|_| Problem::body_too_slow())?
    }
}

fn check_headers(headers: &HeaderMap, accepted: &[&str], names: &'static str) -> Result<(), Problem> {
    if headers.get(header::CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity") {
        return Err(Problem::unsupported_encoding());
    }
    let media_type =
        headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (essence, parameters) = media_type.split_once(';').unwrap_or((media_type, ""));
    let charset_fits = parameters.split(';').all(|parameter| {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        !name.trim().eq_ignore_ascii_case("charset")
            || value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
    });
    if charset_fits && accepted.iter().any(|accepted| essence.trim().eq_ignore_ascii_case(accepted)) {
        Ok(())
    } else {
        Err(Problem::unsupported_media_type(names))
    }
}

/// Reads a body in one go when it is right, and field by field, to name each bad one, when it is not.
fn parse<T: Body>(body: &[u8]) -> Result<T::Checked, Problem> {
    let mut problems = Problems::default();
    let dto = match serde_json::from_slice::<T>(body) {
        Ok(dto) => Some(dto),
        Err(_) => diagnose(body, &mut problems)?,
    };
    let checked = dto.and_then(|dto| dto.check(&mut problems));
    problems.finish(checked)
}

/// The body made of its good fields; the others are named. Fails for what is no JSON at all.
fn diagnose<T: Body>(body: &[u8], problems: &mut Problems) -> Result<Option<T>, Problem> {
    let text = std::str::from_utf8(body).map_err(|_| Problem::malformed("The body is not UTF-8."))?;
    if text.trim().is_empty() {
        return Err(Problem::malformed("The body is empty."));
    }
    if depth(text) > MAX_DEPTH {
        return Err(Problem::malformed(format!("The body nests deeper than {MAX_DEPTH} levels.")));
    }
    let quoted = quote_non_numbers(text);
    let members = match serde_json::from_str::<Members>(&quoted) {
        Ok(members) => members.0,
        Err(error) if error.classify() == Category::Data => {
            problems.add(FieldProblem::new("", "invalid_type", "must be a JSON object"));
            return Ok(None);
        }
        Err(error) => return Err(Problem::malformed(format!("The body is not JSON: {error}."))),
    };
    let mut good = serde_json::Map::new();
    let mut good_text = String::from("{");
    for (name, value) in members {
        let key = serde_json::to_string(&name).map_err(Problem::internal)?;
        let pointer = format!("/{}", name.replace('~', "~0").replace('/', "~1"));
        let member = format!("{key}:{value}");
        if good.contains_key(&name) {
            problems.add(FieldProblem::new(pointer, "duplicate", "is there more than once"));
        } else if let Err(error) = serde_json::from_str::<T>(&format!("{{{member}}}")) {
            let unknown = error.to_string().starts_with("unknown field");
            problems.add(if unknown {
                FieldProblem::new(pointer, "unknown_field", "is not a field of this request")
            } else {
                FieldProblem::new(pointer, "invalid_type", type_detail(&error))
            });
        } else {
            good.insert(name, serde_json::Value::Null);
            if good_text.len() > 1 {
                good_text.push(',');
            }
            good_text.push_str(&member);
        }
    }
    good_text.push('}');
    serde_json::from_str(&good_text).map(Some).map_err(Problem::internal)
}

/// What serde says, without the place in a text that the client never sent.
fn type_detail(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let text = text.rsplit_once(" at line ").map_or(text.as_str(), |(text, _)| text);
    format!("has the wrong type: {text}")
}

/// The members of a JSON object in their order, repeated names included.
struct Members(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MembersVisitor;
        impl<'de> Visitor<'de> for MembersVisitor {
            type Value = Members;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(MembersVisitor)
    }
}

/// How deep brackets nest, strings left aside.
fn depth(text: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    outside_strings(text, |_, c| match c {
        b'[' | b'{' => {
            depth += 1;
            deepest = deepest.max(depth);
        }
        b']' | b'}' => depth = depth.saturating_sub(1),
        _ => {}
    });
    deepest
}

/// Some encoders write `NaN` and `Infinity` for numbers that are none. JSON has no such word, but what the client
/// did wrong is one field, so they become strings here, and the field is named.
fn quote_non_numbers(text: &str) -> String {
    let mut words = Vec::new();
    outside_strings(text, |at, _| {
        if words.last().is_none_or(|(_, end)| at >= *end) {
            let rest = text.get(at..).unwrap_or_default();
            if let Some(word) = ["-Infinity", "Infinity", "NaN"].iter().find(|word| rest.starts_with(**word))
            {
                words.push((at, at + word.len()));
            }
        }
    });
    let mut quoted = String::with_capacity(text.len() + 2 * words.len());
    let mut copied = 0;
    for (start, end) in words {
        quoted.push_str(text.get(copied..start).unwrap_or_default());
        quoted.push('"');
        quoted.push_str(text.get(start..end).unwrap_or_default());
        quoted.push('"');
        copied = end;
    }
    quoted.push_str(text.get(copied..).unwrap_or_default());
    quoted
}

fn outside_strings(text: &str, mut visit: impl FnMut(usize, u8)) {
    let (mut in_string, mut escaped) = (false, false);
    for (at, c) in text.bytes().enumerate() {
        match c {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            _ if !in_string => visit(at, c),
            _ => {}
        }
    }
}

/// The text of a JSON number, exactly as it was sent.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct NumberText(pub(crate) String);

impl<'de> Deserialize<'de> for NumberText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?;
        let text = raw.get();
        if text.starts_with(|c: char| c.is_ascii_digit() || c == '-') {
            Ok(Self(text.to_owned()))
        } else {
            Err(D::Error::custom("expected a number, as in 45.58"))
        }
    }
}

/// Tells a member that is `null` (`Some(None)`) from one that is not there (`None`).
pub(crate) fn nullable<'de, D, T>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(deserializer).map(Some)
}

macro_rules! document_body {
    ($name:ident, $($media_type:literal),+) => {
        impl<T: Body + ApiComponent + Example> ApiComponent for $name<T> {
            fn child_schemas() -> Vec<(String, ReferenceOr<apistos::Schema>)> {
                T::child_schemas()
            }

            fn schema() -> Option<(String, ReferenceOr<apistos::Schema>)> {
                T::schema()
            }

            fn request_body() -> Option<RequestBody> {
                let (name, _) = T::schema()?;
                let media_type = MediaType {
                    schema: Some(ReferenceOr::Reference { _ref: format!("#/components/schemas/{name}") }),
                    example: Some(apistos::paths::Examples::Example(T::example())),
                    ..MediaType::default()
                };
                Some(RequestBody {
                    content: [$($media_type),+].map(|name| (name.to_owned(), media_type.clone())).into(),
                    required: Some(true),
                    ..RequestBody::default()
                })
            }
        }
    };
}

document_body!(Json, "application/json");
document_body!(MergePatch, "application/merge-patch+json", "application/json");

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize, Validate)]
    #[serde(deny_unknown_fields)]
    struct Sample {
        #[validate(required)]
        title: Option<String>,
        #[validate(required)]
        amount: Option<NumberText>,
        tags: Option<Vec<String>>,
    }

    impl Body for Sample {
        type Checked = (String, String);

        fn check(self, problems: &mut Problems) -> Option<Self::Checked> {
            problems.shape(&self);
            let _ = &self.tags;
            Some((self.title?, self.amount?.0))
        }
    }

    fn codes(body: &str) -> (u16, Vec<String>) {
        let problem = parse::<Sample>(body.as_bytes()).unwrap_err();
        let response = problem.response("id");
        let body: serde_json::Value = serde_json::from_slice(
            &futures_util::future::FutureExt::now_or_never(actix_web::body::to_bytes(response.into_body()))
                .unwrap()
                .unwrap(),
        )
        .unwrap();
        let errors = body["errors"].as_array().cloned().unwrap_or_default();
        let errors = errors
            .iter()
            .map(|e| format!("{} {}", e["pointer"].as_str().unwrap(), e["code"].as_str().unwrap()));
        (u16::try_from(body["status"].as_u64().unwrap()).unwrap(), errors.collect())
    }

    #[test]
    fn numbers_keep_their_text() {
        let (_, amount) = parse::<Sample>(br#"{"title":"x","amount":45.5800e0}"#).unwrap();
        assert_eq!(amount, "45.5800e0");
    }

    #[test]
    fn every_bad_field_is_named_at_once() {
        let (status, errors) = codes(r#"{"title":1,"amount":"5","tags":[1],"colour":2,"a/b~":3}"#);
        assert_eq!(status, 422);
        let mut expected = [
            "/a~1b~0 unknown_field",
            "/amount invalid_type",
            "/colour unknown_field",
            "/tags invalid_type",
            "/title invalid_type",
        ];
        expected.sort_unstable();
        assert_eq!(errors, expected);
        assert_eq!(
            codes(r#"{"colour":2}"#).1,
            ["/amount required", "/colour unknown_field", "/title required"]
        );
        assert_eq!(codes(r#"{"title":"x","title":"y","amount":1}"#).1, ["/title duplicate"]);
        assert_eq!(codes("[]"), (422, vec![" invalid_type".to_owned()]));
    }

    #[test]
    fn numbers_that_are_none_are_named() {
        for word in ["NaN", "Infinity", "-Infinity"] {
            assert_eq!(
                codes(&format!(r#"{{"title":"NaN","amount":{word}}}"#)),
                (422, vec!["/amount invalid_type".into()])
            );
        }
    }

    #[test]
    fn what_is_no_json_is_malformed() {
        let deep = format!(r#"{{"tags":{}{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
        for body in ["", "  ", "{", r#"{"title":}"#, "nonsense", r#"{"title":"x",}"#, &deep] {
            assert_eq!(codes(body).0, 400, "{}", &body[..body.len().min(20)]);
        }
        assert!(parse::<Sample>(b"{\"title\":\"\xff\"}").is_err());
    }
}
