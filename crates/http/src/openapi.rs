//! The `OpenAPI` document: what the types of handlers do not say by themselves.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use actix_web::dev::Service as _;
use actix_web::test::{TestRequest, init_service};
use actix_web::{App, HttpResponse};
use apistos::app::{BuildConfig, OpenApiWrapper as _};
use apistos::info::{Info, License};
use apistos::paths::{Examples, Header, MediaType, Parameter, ParameterDefinition, ParameterIn, Response};
use apistos::reference_or::ReferenceOr;
use apistos::server::Server;
use apistos::spec::Spec;
use apistos::tag::Tag;
use apistos::{ApiComponent, ApiErrorComponent, Schema, SchemaObject};
use finance_domain::money::Currency;
use serde_json::{Value, json};

use crate::problem::Problem;

/// An example of a body, shown in the document and filled in by Swagger UI.
pub(crate) trait Example {
    fn example() -> Value;
}

/// The schema of an input, written by hand so that its limits are the domain's own constants.
macro_rules! input_schema {
    ($name:ident, $component:literal, $schema:expr) => {
        impl apistos::ApiComponent for $name {
            fn child_schemas() -> Vec<(String, apistos::reference_or::ReferenceOr<apistos::Schema>)> {
                Vec::new()
            }

            fn schema() -> Option<(String, apistos::reference_or::ReferenceOr<apistos::Schema>)> {
                let schema = $crate::openapi::schema_object($schema);
                Some(($component.to_owned(), apistos::reference_or::ReferenceOr::Object(schema)))
            }
        }
    };
}
pub(crate) use input_schema;

/// A line of text with something to read in it: no control characters, not only white space.
pub(crate) const NOT_BLANK: &str =
    r"^[^\u0000-\u001f\u007f-\u009f]*[^\s\u0000-\u001f\u007f-\u009f][^\u0000-\u001f\u007f-\u009f]*$";

/// The codes of every currency.
pub(crate) fn currency_schema() -> Value {
    let mut codes: Vec<_> = Currency::all().map(Currency::code).collect();
    codes.sort_unstable();
    json!({"type": "string", "description": "A code of ISO 4217.", "enum": codes})
}

/// A schema that some answer brings into the document, so that clients made from it have one type for it.
pub(crate) fn shared_schema(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

const DESCRIPTION: &str = "Keeps personal expenses.\n\n\
    Register, log in, send the access token as `Authorization: Bearer`. Amounts are JSON numbers in major units, parsed \
    and kept exactly. Errors are `application/problem+json` (RFC 9457): `code` is for programs, `detail` for people, \
    `errors` names every bad field at once, `request_id` finds the request in the log.\n\n\
    Every answer carries `X-Request-Id`; one that the client sent is kept when it has 1 to 128 characters of \
    `A-Z a-z 0-9 . _ -`. Fields and query parameters that an operation does not know are refused with a 422.";

/// The id in examples.
const EXAMPLE_ID: &str = "019ab2c3-7d00-7000-8000-000000000001";

/// Where the document is made before it is served.
const RAW_PATH: &str = "/openapi.raw.json";

fn spec() -> Spec {
    let tag = |name: &str, description: &str| Tag {
        name: name.into(),
        description: Some(description.into()),
        ..Tag::default()
    };
    Spec {
        info: Info {
            title: "Finance Tracker API".into(),
            description: Some(DESCRIPTION.into()),
            license: Some(License {
                name: "MIT".into(),
                url: Some("https://opensource.org/license/mit".into()),
                ..License::default()
            }),
            version: env!("CARGO_PKG_VERSION").into(),
            ..Info::default()
        },
        servers: vec![Server {
            url: "/".into(),
            description: Some("This server".into()),
            ..Server::default()
        }],
        tags: vec![
            tag("Authentication", "Accounts and access tokens."),
            tag("Profile", "Who the user is and what they prefer."),
            tag("Expenses", "Money that was spent, or that came in."),
            tag("Recurring expenses", "What is paid again and again, and becomes an expense each time."),
            tag("Reports", "What the expenses come to."),
            tag("Categories", "What expenses are for, in two levels."),
            tag("Tags", "Words that people put on expenses."),
            tag("Budgets", "How much may be spent, how it stands, and what is said when it is used up."),
            tag("Operations", "For load balancers and operators."),
        ],
        ..Spec::default()
    }
}

/// The document as pretty JSON, made from the code once and kept.
pub fn openapi_document() -> &'static str {
    static DOCUMENT: OnceLock<String> = OnceLock::new();
    DOCUMENT.get_or_init(|| {
        // apistos hands the document out by HTTP only. A thread of its own, since this may be asked for inside one
        // runtime already.
        let made = std::thread::spawn(|| actix_web::rt::System::new().block_on(generate())).join();
        made.unwrap_or_default()
    })
}

async fn generate() -> String {
    let app =
        crate::ROUTES.iter().fold(App::new().document(spec()), |app, routes| app.configure(routes.document));
    let app = app.build_with(RAW_PATH, BuildConfig::default());
    let service = init_service(app).await;
    let request = TestRequest::get().uri(RAW_PATH).to_request();
    let response = service.call(request).await.map_or_else(
        |error| error.error_response(),
        |response| response.into_parts().1.map_into_boxed_body(),
    );
    let body = actix_web::body::to_bytes(response.into_body()).await.unwrap_or_default();
    let mut document: Value = serde_json::from_slice(&body).unwrap_or_default();
    tidy(&mut document);
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

/// What apistos 0.9 and schemars leave undone.
fn tidy(document: &mut Value) {
    let known = document.pointer("/components/schemas").cloned().unwrap_or_default();
    let schemas = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut);
    for schema in schemas.into_iter().flat_map(serde_json::Map::values_mut).filter_map(Value::as_object_mut) {
        // The name of the type, said twice.
        schema.remove("title");
        // Answers have every member, `null` or not; schemars takes what can be `null` for optional.
        let is_input = schema.contains_key("additionalProperties");
        let is_problem =
            schema.get("properties").is_some_and(|properties| properties.get("request_id").is_some());
        if !is_input {
            for property in schema.get_mut("properties").and_then(Value::as_object_mut).into_iter().flatten()
            {
                spell_out_nullable(property.1, &known);
            }
        }
        if let (Some(properties), false) =
            (schema.get("properties").and_then(Value::as_object), is_input || is_problem)
        {
            let names = properties.keys().cloned().map(Value::from).collect();
            schema.insert("required".to_owned(), Value::Array(names));
        }
    }
    let paths = document.get_mut("paths").and_then(Value::as_object_mut).into_iter().flatten();
    let operations = paths.flat_map(|(path, item)| {
        item.as_object_mut().into_iter().flatten().map(move |(_, operation)| (path, operation))
    });
    for (path, operation) in operations {
        exemplify_addresses(path, operation);
        let Some(operation) = operation.as_object_mut() else { continue };
        operation.remove("deprecated");
        // Doc comments come with the breaks of their lines.
        if let Some(Value::String(description)) = operation.get_mut("description") {
            *description = description.replace("\\\n", " ").trim().into();
        }
    }
    drop_unused(document);
}

/// The addresses that an operation answers with, which its type does not know: the next page of the list, and where a new
/// thing of the collection is.
fn exemplify_addresses(path: &str, operation: &mut Value) {
    let collection = path.split('/').nth(1).unwrap_or_default();
    let made = match collection {
        "auth" => "/me".to_owned(),
        _ => format!("/{collection}/{EXAMPLE_ID}"),
    };
    let responses = operation.get_mut("responses").and_then(Value::as_object_mut);
    for response in responses.into_iter().flat_map(serde_json::Map::values_mut) {
        for (header, example) in
            [("Location", &made), ("Link", &format!("<{path}?cursor=AbC>; rel=\"next\""))]
        {
            if let Some(schema) = response.pointer_mut(&format!("/headers/{header}/schema")) {
                schema["example"] = example.as_str().into();
            }
        }
    }
}

/// Drops the schemas that nothing refers to once what can be `null` is spelled out.
fn drop_unused(document: &mut Value) {
    let text = document.to_string();
    if let Some(schemas) = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut) {
        schemas.retain(|name, _| text.contains(&format!("\"#/components/schemas/{name}\"")));
    }
}

/// An object that can be `null` is told as it is, not by reference: `OpenAPI` 3.0.3 wants a type beside `nullable`, and
/// makers of clients overlook the `null` beside a reference.
fn spell_out_nullable(property: &mut Value, known: &Value) {
    let name =
        property.pointer("/allOf/0/$ref").and_then(Value::as_str).and_then(|path| path.rsplit('/').next());
    let object = name.and_then(|name| known.get(name)).filter(|schema| schema["type"] == "object").cloned();
    if let (Some(mut object), Some(true)) = (object, property["nullable"].as_bool()) {
        object["nullable"] = true.into();
        object["description"] = property["description"].take();
        let members = object["properties"].as_object();
        let names = members.into_iter().flat_map(serde_json::Map::keys).cloned().map(Value::from).collect();
        object["required"] = Value::Array(names);
        for member in object.get_mut("properties").and_then(Value::as_object_mut).into_iter().flatten() {
            spell_out_nullable(member.1, known);
        }
        *property = object;
    }
}

/// What a client may leave out has its example in the description: Swagger UI fills in the `example` of a parameter, and
/// would send a filter, a cursor and a version that nobody asked for.
fn with_example(description: &str, example: &str) -> String {
    if example.is_empty() {
        description.to_owned()
    } else {
        format!("{description} For example `{example}`.")
    }
}

pub(crate) fn header_parameter(name: &str, description: &str) -> Parameter {
    Parameter {
        name: name.to_owned(),
        _in: ParameterIn::Header,
        description: Some(with_example(description, "\"1\"")),
        required: Some(false),
        definition: Some(schema_of(
            json!({"type": "string", "pattern": r#"^(\*|(W/)?"[0-9A-Za-z_-]{1,43}")?$"#}),
        )),
        ..Parameter::default()
    }
}

pub(crate) fn path_parameter(name: &str, description: &str) -> Parameter {
    let schema = json!({"type": "string", "format": "uuid"});
    plain_path_parameter(name, description, schema, EXAMPLE_ID)
}

pub(crate) fn plain_path_parameter(name: &str, description: &str, schema: Value, example: &str) -> Parameter {
    Parameter {
        name: name.to_owned(),
        _in: ParameterIn::Path,
        description: Some(description.to_owned()),
        required: Some(true),
        definition: Some(schema_of(schema)),
        example: Some(Examples::Example(json!(example))),
        ..Parameter::default()
    }
}

pub(crate) fn query_parameter(name: &str, description: &str, schema: Value, example: &str) -> Parameter {
    Parameter {
        name: name.to_owned(),
        _in: ParameterIn::Query,
        description: Some(with_example(description, example)),
        required: Some(false),
        definition: Some(schema_of(schema)),
        ..Parameter::default()
    }
}

fn schema_of(schema: Value) -> ParameterDefinition {
    ParameterDefinition::Schema(Box::new(ReferenceOr::Object(schema_object(schema))))
}

pub(crate) fn schema_object(schema: Value) -> Schema {
    // schemars' own types read any JSON Schema; what they do not know lands in `extensions`.
    let object: SchemaObject = serde_json::from_value(schema).unwrap_or_default();
    Schema::Object(object)
}

/// JSON of this type, with its example.
pub(crate) fn media_type<T: ApiComponent + Example>() -> MediaType {
    let schema =
        T::schema().map(|(name, _)| ReferenceOr::Reference { _ref: format!("#/components/schemas/{name}") });
    MediaType { schema, example: Some(Examples::Example(T::example())), ..MediaType::default() }
}

pub(crate) fn response_header(name: &str, description: &str, example: &str) -> (String, ReferenceOr<Header>) {
    let schema = json!({"type": "string", "example": example});
    let header = Header {
        description: Some(description.to_owned()),
        definition: Some(schema_of(schema)),
        ..Header::default()
    };
    (name.to_owned(), ReferenceOr::Object(header))
}

/// Every error that some operation answers with; each operation picks its own by `error_code`.
const PROBLEMS: &[(u16, &str, &str, &str)] = &[
    (
        400,
        "The request is no HTTP or no JSON that can be understood.",
        "malformed_json",
        "The body is not JSON: EOF while parsing a value at line 1 column 10.",
    ),
    (
        401,
        "The access token is missing, wrong or has expired; at login, the e-mail address or the password is wrong.",
        "invalid_token",
        "The access token has expired: log in again.",
    ),
    (404, "There is no such thing, or it is another user's.", "not_found", "There is nothing here."),
    (
        406,
        "The answer is not to be had in any form that `Accept` names.",
        "not_acceptable",
        "This is to be had as application/json and as text/csv: name one in Accept.",
    ),
    (408, "The body did not arrive in time.", "body_too_slow", "The body did not arrive in time."),
    (
        409,
        "It conflicts with what is there; `code` says with what.",
        "category_name_taken",
        "There is a category of this name; case makes no difference.",
    ),
    (
        412,
        "The version is not the one that `If-Match` names.",
        "stale",
        "It was changed since: fetch it again, then repeat the change with its new ETag.",
    ),
    (413, "The body is too large.", "body_too_large", "The body has more than 262144 bytes."),
    (
        415,
        "The body is not JSON, or it is compressed.",
        "unsupported_media_type",
        "The body must be application/json: say so in Content-Type.",
    ),
    (
        422,
        "Fields or parameters are not valid; `errors` names each.",
        "invalid_request",
        "/amount must be greater than zero.",
    ),
    (
        500,
        "Something went wrong in the server.",
        "internal_error",
        "Something went wrong here. The request id finds it in the log.",
    ),
    (
        503,
        "The database is away, or too many are signing in at once. `Retry-After` says for how many seconds to wait.",
        "database_unavailable",
        "The database is away. Nothing is known to be written; try again shortly.",
    ),
];

impl ApiErrorComponent for Problem {
    fn schemas_by_status_code() -> BTreeMap<String, (String, ReferenceOr<Schema>)> {
        let schema = json!({
            "type": "object",
            "description": "An error (RFC 9457).",
            "required": ["type", "title", "status", "detail", "code", "request_id"],
            "properties": {
                "type": {"type": "string", "description": "A URN made of the code."},
                "title": {"type": "string", "description": "The status in words."},
                "status": {"type": "integer", "format": "int32", "description": "The HTTP status."},
                "detail": {"type": "string", "description": "What happened, for people."},
                "code": {"type": "string", "description": "What happened, for programs: stable, snake_case."},
                "request_id": {"type": "string", "description": "Finds the request in the log; also in X-Request-Id."},
                "expenses": {"type": "integer", "format": "int64", "description": "In `category_in_use`: the expenses in it."},
                "children": {"type": "integer", "format": "int64", "description": "In `category_in_use`: its parts."},
                "budgets": {"type": "integer", "format": "int64", "description": "In `category_in_use`: the budgets that name it."},
                "recurring": {"type": "integer", "format": "int64", "description": "In `category_in_use`: the recurring expenses in it."},
                "errors": {
                    "type": "array",
                    "description": "Every bad field or parameter.",
                    "items": {
                        "type": "object",
                        "required": ["pointer", "code", "detail"],
                        "properties": {
                            "pointer": {"type": "string", "description": "A JSON Pointer (RFC 6901) into the body, `?` and the name of a query parameter, or the name of a part of the address in braces."},
                            "code": {"type": "string", "description": "Stable, snake_case."},
                            "detail": {"type": "string", "description": "What is wrong, for people."}
                        }
                    }
                }
            }
        });
        let schema = ReferenceOr::Object(schema_object(schema));
        PROBLEMS
            .iter()
            .map(|(status, ..)| (status.to_string(), ("Problem".to_owned(), schema.clone())))
            .collect()
    }

    fn error_responses() -> Vec<(String, Response)> {
        PROBLEMS
            .iter()
            .map(|(status, description, code, detail)| {
                (status.to_string(), problem(*status, description, code, detail))
            })
            .collect()
    }
}

fn problem(status: u16, description: &str, code: &str, detail: &str) -> Response {
    let title =
        actix_web::http::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    let mut example = json!({
        "type": format!("urn:finance-api:problem:{code}"),
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        "request_id": "4f7a12c09be3d8510000000000000001",
    });
    if status == 422 {
        example["errors"] =
            json!([{"pointer": "/amount", "code": "not_positive", "detail": "must be greater than zero"}]);
    }
    let mut headers = BTreeMap::new();
    match status {
        401 => headers.extend([response_header(
            "WWW-Authenticate",
            "How to authenticate (RFC 6750).",
            "Bearer realm=\"finance-api\"",
        )]),
        503 => headers.extend([response_header("Retry-After", "Seconds to wait.", "2")]),
        _ => {}
    }
    let media_type = MediaType {
        schema: Some(ReferenceOr::Reference { _ref: "#/components/schemas/Problem".into() }),
        example: Some(Examples::Example(example)),
        ..MediaType::default()
    };
    Response {
        description: description.to_owned(),
        headers,
        content: [("application/problem+json".to_owned(), media_type)].into(),
        ..Response::default()
    }
}

/// Serves the document.
pub(crate) async fn serve_document() -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(openapi_document())
}
