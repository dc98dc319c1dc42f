//! Lists that are sorted by a text, then by id: their parameters, cursors and bodies.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use apistos::ApiComponent;
use apistos::paths::Parameter;
use apistos::reference_or::ReferenceOr;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use finance_domain::UserId;
use finance_domain::page::{ListPosition, ListQuery, Page, PageLimit};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::openapi::{Example, query_parameter};
use crate::problem::{FieldProblem, Problem};
use crate::query::QueryReader;
use crate::response;

/// `limit` and `cursor`, which each list has. As an extractor: the parameters of a list without filters.
pub(crate) struct Paging {
    limit: PageLimit,
    cursor: Option<String>,
    path: String,
    /// The other parameters as they were sent, in one order.
    filters: Vec<(String, String)>,
}

impl Paging {
    /// Takes its two parameters; whoever calls takes the filters.
    pub(crate) fn take(reader: &mut QueryReader<'_>, request: &HttpRequest) -> Self {
        let limit = reader.take("limit", parse_limit, |_| "out_of_range").unwrap_or_default();
        let cursor = reader.take("cursor", |text| Ok::<_, String>(text.to_owned()), |_| "invalid_cursor");
        let mut filters: Vec<_> = form_urlencoded::parse(request.query_string().as_bytes())
            .filter(|(name, _)| name != "limit" && name != "cursor")
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect();
        filters.sort_unstable();
        Self { limit, cursor, path: request.path().to_owned(), filters }
    }

    /// The page asked for. A cursor is bound to its user, its address and its filters.
    pub(crate) fn query(&self, owner: UserId) -> Result<ListQuery, Problem> {
        let decode = |cursor: &String| {
            self.decode(cursor, owner).ok_or_else(|| {
                let detail = "is no cursor of this list with these filters";
                Problem::invalid(vec![FieldProblem::new("?cursor", "invalid_cursor", detail)])
            })
        };
        Ok(ListQuery { limit: self.limit, after: self.cursor.as_ref().map(decode).transpose()? })
    }

    /// The answer: the items in their form for JSON, and the way to the next page.
    pub(crate) fn answer<T, B: From<T> + JsonSchema>(
        &self,
        owner: UserId,
        page: Page<T>,
        position: impl Fn(&T) -> ListPosition,
    ) -> response::Page<ListBody<B>> {
        let last = page.items.last().filter(|_| page.has_more);
        let next_cursor = last.map(|last| self.encode(&position(last), owner));
        let next = next_cursor.as_deref().map(|cursor| self.address_of(cursor));
        response::Page { body: ListBody::new(page.items, next_cursor), next }
    }

    /// How the parameters are documented.
    pub(crate) fn documented() -> [Parameter; 2] {
        let cursor = "The `next_cursor` of the page before, with the same filters.";
        [limit_parameter(), query_parameter("cursor", cursor, json!({"type": "string"}), "")]
    }

    fn address_of(&self, cursor: &str) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(&self.filters);
        query.append_pair("limit", &self.limit.get().to_string());
        query.append_pair("cursor", cursor);
        format!("{}?{}", self.path, query.finish())
    }

    /// The bytes: what this is, what it is bound to, the id, the text.
    fn encode(&self, position: &ListPosition, owner: UserId) -> String {
        let mut bytes = vec![FORMAT];
        bytes.extend(self.binding(owner));
        bytes.extend(position.id.as_bytes());
        bytes.extend(position.key.as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    fn decode(&self, cursor: &str, owner: UserId) -> Option<ListPosition> {
        let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let (format, rest) = bytes.split_first()?;
        let (bound, rest) = rest.split_first_chunk::<BINDING>()?;
        let (id, key) = rest.split_first_chunk::<16>()?;
        if *format != FORMAT || *bound != self.binding(owner) {
            return None;
        }
        // No text of ours has the character, and PostgreSQL takes none that has.
        let key = std::str::from_utf8(key).ok().filter(|key| !key.contains('\0'))?;
        Some(ListPosition { key: key.to_owned(), id: Uuid::from_bytes(*id) })
    }

    fn binding(&self, owner: UserId) -> [u8; BINDING] {
        let digest = Sha256::digest(format!("{owner} {} {:?}", self.path, self.filters));
        let mut bound = [0; BINDING];
        bound.copy_from_slice(digest.get(..BINDING).unwrap_or(&[0; BINDING]));
        bound
    }
}

/// The first byte of a cursor; those of expenses have another.
const FORMAT: u8 = 2;
/// The bytes of the digest that are kept: enough to notice a mistake, and there is no secret to guess.
const BINDING: usize = 8;

pub(crate) fn parse_limit(text: &str) -> Result<PageLimit, String> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let limit = text.parse().ok().filter(|_| digits).and_then(PageLimit::new);
    limit.ok_or_else(|| format!("must be 1 to {}", PageLimit::MAX))
}

pub(crate) fn limit_parameter() -> Parameter {
    let (max, default) = (PageLimit::MAX, PageLimit::default().get());
    let schema =
        json!({"type": "integer", "format": "int32", "minimum": 1, "maximum": max, "default": default});
    query_parameter("limit", "How many at most.", schema, "50")
}

impl FromRequest for Paging {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let mut reader = QueryReader::new(request.query_string());
        let paging = Self::take(&mut reader, request);
        ready(reader.finish(paging))
    }
}

impl ApiComponent for Paging {
    fn child_schemas() -> Vec<(String, ReferenceOr<apistos::Schema>)> {
        Vec::new()
    }

    fn schema() -> Option<(String, ReferenceOr<apistos::Schema>)> {
        None
    }

    fn parameters() -> Vec<Parameter> {
        Self::documented().into()
    }
}

/// A page of a list.
#[derive(Serialize, JsonSchema, ApiComponent)]
#[schemars(rename = "{T}List")]
pub(crate) struct ListBody<T: JsonSchema> {
    /// In the order of the list.
    items: Vec<T>,
    /// To be sent as `cursor` for the next page; `null` on the last one.
    next_cursor: Option<String>,
}

impl<T: JsonSchema> ListBody<T> {
    pub(crate) fn new<I: Into<T>>(items: Vec<I>, next_cursor: Option<String>) -> Self {
        Self { items: items.into_iter().map(I::into).collect(), next_cursor }
    }
}

impl<T: Example + JsonSchema> Example for ListBody<T> {
    fn example() -> Value {
        json!({"items": [T::example()], "next_cursor": null})
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;
    use futures_util::FutureExt as _;

    use super::*;

    fn paging(address: &str) -> Paging {
        let request = TestRequest::with_uri(address).to_http_request();
        let mut reader = QueryReader::new(request.query_string());
        Paging::take(&mut reader, &request)
    }

    #[test]
    fn a_cursor_is_bound_to_its_list() {
        let (owner, other) = (UserId::new(Uuid::from_u128(1)), UserId::new(Uuid::from_u128(2)));
        let list = paging("/things/?old=true&limit=3");
        let position = ListPosition { key: "straße".into(), id: Uuid::from_u128(7) };
        let text = list.encode(&position, owner);
        assert_eq!(list.decode(&text, owner), Some(position.clone()));
        assert_eq!(paging("/things/?limit=9&old=true").decode(&text, owner), Some(position));
        assert_eq!(list.decode(&text, other), None);
        for elsewhere in ["/things/", "/things/?old=false", "/others/?old=true"] {
            assert_eq!(paging(elsewhere).decode(&text, owner), None, "{elsewhere}");
        }
        for bad in ["", "x", "!!", &text[1..], &text[..20]] {
            assert_eq!(list.decode(bad, owner), None, "{bad}");
        }
        let zero = ListPosition { key: "\0".into(), id: Uuid::nil() };
        assert_eq!(list.decode(&list.encode(&zero, owner), owner), None);
    }

    #[test]
    fn the_next_page_has_the_same_filters_and_limit() {
        let list = paging("/things/?limit=3&q=a%20b&cursor=x");
        assert_eq!(list.address_of("AbC"), "/things/?q=a+b&limit=3&cursor=AbC");
        let refused = |address: &str| {
            let request = TestRequest::with_uri(address).to_http_request();
            Paging::from_request(&request, &mut Payload::None).now_or_never().unwrap().is_err()
        };
        assert!(refused("/things/?limit=0") && refused("/things/?x=1") && !refused("/things/?limit=200"));
    }
}
