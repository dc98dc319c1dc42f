//! Conditional requests (RFC 9110, section 13): entity tags of versions.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::{self, HeaderMap, HeaderName};
use actix_web::{FromRequest, HttpRequest};
use apistos::ApiComponent;
use apistos::paths::Parameter;
use apistos::reference_or::ReferenceOr;
use finance_domain::expense::ExpenseCategory;
use finance_domain::tag::{self, TagName};
use finance_domain::{Precondition, Version};
use sha2::{Digest as _, Sha256};

use crate::openapi;
use crate::problem::Problem;

/// A strong entity tag: the version of what is stored, and behind it what else is shown of other things, whose changes
/// the version does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EntityTag(String);

impl EntityTag {
    /// The tag of a version that is shown with these texts, none of which has a control character.
    pub(crate) fn with(version: Version, shown: &[&str]) -> Self {
        if shown.is_empty() {
            return version.into();
        }
        let digest = Sha256::digest(shown.join("\n"));
        let mut start = [0; 8];
        start.copy_from_slice(digest.get(..8).unwrap_or(&[0; 8]));
        Self(format!("{}-{:016x}", version.number(), u64::from_be_bytes(start)))
    }

    /// The tag of a version that is shown with the names of a category and of tags, which change without it.
    pub(crate) fn with_names(version: Version, category: Option<&ExpenseCategory>, tags: &tag::Tags) -> Self {
        let category = category.map_or("", |category| category.name.as_str());
        if category.is_empty() && tags.as_slice().is_empty() {
            return version.into();
        }
        let names = tags.as_slice().iter().map(TagName::as_str);
        Self::with(version, &std::iter::once(category).chain(names).collect::<Vec<_>>())
    }

    /// In quotes, as in headers.
    pub(crate) fn quoted(&self) -> String {
        format!("\"{}\"", self.0)
    }
}

impl From<Version> for EntityTag {
    fn from(version: Version) -> Self {
        Self(version.number().to_string())
    }
}

/// Which versions `If-Match` allows a write to replace; any without the header.
pub(crate) struct IfMatch(pub(crate) Precondition);

/// The entity tags of `If-None-Match`: the versions that a client has already.
pub(crate) struct IfNoneMatch(Option<Tags>);

/// The value of either header.
enum Tags {
    /// `*`: whatever there is.
    Any,
    /// These; `true` for a weak one.
    These(Vec<(bool, String)>),
}

impl IfNoneMatch {
    /// Whether the client has what this tag stands for. Weak tags count here (section 13.1.2).
    pub(crate) fn names(&self, current: &EntityTag) -> bool {
        self.names_tag(&current.0)
    }

    /// Whether the client has what this is the opaque part of the tag of.
    pub(crate) fn names_tag(&self, opaque: &str) -> bool {
        match &self.0 {
            None => false,
            Some(Tags::Any) => true,
            Some(Tags::These(tags)) => tags.iter().any(|(_, tag)| tag == opaque),
        }
    }
}

fn tags(headers: &HeaderMap, name: &HeaderName) -> Result<Option<Tags>, Problem> {
    if !headers.contains_key(name) {
        return Ok(None);
    }
    let malformed = || {
        let detail = format!("{name} must be * or entity tags such as \"3\", separated by commas.");
        Problem::new(actix_web::http::StatusCode::BAD_REQUEST, "malformed_header", detail)
    };
    let mut found = Vec::new();
    for value in headers.get_all(name) {
        let mut rest = value.to_str().map_err(|_| malformed())?.trim();
        if rest == "*" {
            return Ok(Some(Tags::Any));
        }
        while !rest.is_empty() {
            // Empty elements are to be ignored (section 5.6.1.2).
            if let Some(next) = rest.strip_prefix(',') {
                rest = next.trim_start();
                continue;
            }
            let (weak, tag) = match rest.strip_prefix("W/") {
                Some(tag) => (true, tag),
                None => (false, rest),
            };
            let (tag, after) =
                tag.strip_prefix('"').and_then(|tag| tag.split_once('"')).ok_or_else(malformed)?;
            found.push((weak, tag.to_owned()));
            let after = after.trim_start();
            rest = match after.strip_prefix(',') {
                Some(next) => next.trim_start(),
                None if after.is_empty() => "",
                None => return Err(malformed()),
            };
        }
    }
    Ok(Some(Tags::These(found)))
}

impl FromRequest for IfMatch {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(tags(request.headers(), &header::IF_MATCH).map(|tags| {
            Self(match tags {
                None | Some(Tags::Any) => Precondition::Any,
                // Weak tags never match here (section 13.1.1), nor do tags that we never gave out.
                Some(Tags::These(tags)) => Precondition::OneOf(
                    tags.iter().filter(|(weak, _)| !weak).filter_map(|(_, tag)| version(tag)).collect(),
                ),
            })
        }))
    }
}

/// The version in a tag: what else was shown does not matter to a write.
fn version(tag: &str) -> Option<Version> {
    let tag = tag.split_once('-').map_or(tag, |(version, _)| version);
    let number: i64 = tag.parse().ok()?;
    (number > 0 && number.to_string() == tag).then(|| Version::new(number))
}

impl FromRequest for IfNoneMatch {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(tags(request.headers(), &header::IF_NONE_MATCH).map(Self))
    }
}

impl ApiComponent for IfMatch {
    fn child_schemas() -> Vec<(String, ReferenceOr<apistos::Schema>)> {
        Vec::new()
    }

    fn schema() -> Option<(String, ReferenceOr<apistos::Schema>)> {
        None
    }

    fn parameters() -> Vec<Parameter> {
        let description = "The `ETag` of the version that this request may replace; a 412 otherwise. Without it the \
                           write goes through.";
        vec![openapi::header_parameter("If-Match", description)]
    }
}

impl ApiComponent for IfNoneMatch {
    fn child_schemas() -> Vec<(String, ReferenceOr<apistos::Schema>)> {
        Vec::new()
    }

    fn schema() -> Option<(String, ReferenceOr<apistos::Schema>)> {
        None
    }

    fn parameters() -> Vec<Parameter> {
        let description =
            "The `ETag` of the version that the client has; a 304 without body when it is still that one.";
        vec![openapi::header_parameter("If-None-Match", description)]
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;
    use actix_web::test::TestRequest;
    use futures_util::FutureExt as _;

    use super::*;

    fn if_match(values: &[&'static str]) -> Result<Precondition, Problem> {
        let mut request = TestRequest::default();
        for value in values {
            request = request.append_header((header::IF_MATCH, HeaderValue::from_static(value)));
        }
        IfMatch::from_request(&request.to_http_request(), &mut Payload::None)
            .now_or_never()
            .unwrap()
            .map(|found| found.0)
    }

    #[test]
    fn if_match_allows_the_versions_that_it_names() {
        let of = |versions: &[i64]| Precondition::OneOf(versions.iter().copied().map(Version::new).collect());
        assert_eq!(if_match(&[]).unwrap(), Precondition::Any);
        assert_eq!(if_match(&["*"]).unwrap(), Precondition::Any);
        assert_eq!(if_match(&["\"3\""]).unwrap(), of(&[3]));
        assert_eq!(if_match(&["\"3\" , \"5\"", "\"7\""]).unwrap(), of(&[3, 5, 7]));
        assert_eq!(if_match(&["\"3-0123456789abcdef\""]).unwrap(), of(&[3]));
        assert_eq!(if_match(&["W/\"3\", \"x\", \"03\", \"-1\""]).unwrap(), of(&[]));
        assert_eq!(if_match(&["", " , ,\"3\",", ","]).unwrap(), of(&[3]));
        assert_eq!(if_match(&[""]).unwrap(), of(&[]));
        for bad in ["3", "\"3", "\"3\" \"4\"", "\"3\";"] {
            assert!(if_match(&[bad]).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_tag_tells_what_is_shown_beside_a_version() {
        let version = Version::new(3);
        let tag = |shown: &[&str]| EntityTag::with(version, shown).quoted();
        assert_eq!(tag(&[]), "\"3\"");
        assert_eq!(tag(&["Food", "a", "b"]), tag(&["Food", "a", "b"]));
        assert_eq!(tag(&["Food"]).len(), "\"3-0123456789abcdef\"".len());
        for other in [&["Food", "a"][..], &["Food", "b", "a"], &["", "Food", "a", "b"], &[]] {
            assert_ne!(tag(other), tag(&["Food", "a", "b"]), "{other:?}");
        }
    }
}
