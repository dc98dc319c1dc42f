use apistos::ApiComponent;
use chrono::Weekday;
use chrono_tz::Tz;
use finance_domain::money::Currency;
use finance_domain::ports::AccessToken;
use finance_domain::text::TextError;
use finance_domain::user::{
    EmailAddress, EmailError, PasswordError, ProfileChange, Registration, User, UserName, check_password,
};
use schemars::JsonSchema;
use schemars::r#gen::SchemaGenerator;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Value, json};
use validator::Validate;

use crate::body::{Body, Problems, nullable};
use crate::openapi::{Example, NOT_BLANK, input_schema, schema_object, shared_schema};
use crate::wire::{CurrencyCode, Id, Instant};

/// A user.
#[derive(Serialize, JsonSchema, ApiComponent)]
#[schemars(rename = "User")]
pub(crate) struct UserBody {
    /// A `UUIDv7`.
    id: Id,
    /// As it was written at registration.
    email: String,
    /// What the user is called.
    name: Option<String>,
    /// ISO 4217; the currency of expenses that name none.
    currency: CurrencyCode,
    /// A name of the IANA time zone database; says when "today" is.
    time_zone: &'static str,
    /// In English, in lower case.
    first_day_of_week: DayOfWeek,
    /// RFC 3339, UTC.
    created_at: Instant,
    /// RFC 3339, UTC.
    updated_at: Instant,
    /// Counts the changes, from 1.
    version: i64,
}

impl From<User> for UserBody {
    fn from(user: User) -> Self {
        Self {
            id: Id(user.id.uuid()),
            email: user.email.as_str().to_owned(),
            name: user.profile.name.map(UserName::into_string),
            currency: CurrencyCode(user.profile.currency),
            time_zone: user.profile.time_zone.name(),
            first_day_of_week: DayOfWeek(user.profile.first_day_of_week),
            created_at: Instant(user.id.created_at()),
            updated_at: Instant(user.updated_at),
            version: user.version.number(),
        }
    }
}

impl Example for UserBody {
    fn example() -> Value {
        json!({
            "id": "019ab2c3-7d00-7000-8000-000000000000",
            "email": "ada@example.org",
            "name": "Ada",
            "currency": "EUR",
            "time_zone": "Europe/Berlin",
            "first_day_of_week": "monday",
            "created_at": "2026-11-23T09:30:00.000Z",
            "updated_at": "2026-11-23T09:30:00.000Z",
            "version": 1
        })
    }
}

/// An access token.
#[derive(Serialize, JsonSchema, ApiComponent)]
#[schemars(rename = "AccessToken")]
pub(crate) struct TokenBody {
    /// To be sent as `Authorization: Bearer`.
    access_token: String,
    /// Always `bearer`.
    token_type: &'static str,
    /// For how many seconds the token is valid.
    expires_in: u64,
}

impl From<AccessToken> for TokenBody {
    fn from(token: AccessToken) -> Self {
        Self {
            access_token: token.token.expose_secret().to_owned(),
            token_type: "bearer",
            expires_in: token.expires_in.as_secs(),
        }
    }
}

impl Example for TokenBody {
    fn example() -> Value {
        json!({"access_token": "eyJhbGciOiJIUzI1NiIs...", "token_type": "bearer", "expires_in": 1800})
    }
}

/// A password as it was typed.
struct PasswordText(SecretString);

impl<'de> Deserialize<'de> for PasswordText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(SecretString::from(text)))
    }
}

/// `validator` wants to show the values that it refuses; not this one.
impl Serialize for PasswordText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("[redacted]")
    }
}

/// Someone who wants an account.
#[derive(Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub(crate) struct RegistrationInput {
    #[validate(required)]
    email: Option<String>,
    #[validate(required)]
    password: Option<PasswordText>,
    name: Option<String>,
}

input_schema!(
    RegistrationInput,
    "Registration",
    json!({
        "type": "object",
        "description": "Someone who wants an account.",
        "additionalProperties": false,
        "required": ["email", "password"],
        "properties": {
            "email": {
                "type": "string", "format": "email", "maxLength": EmailAddress::MAX_CHARACTERS,
                "description": "Kept as it is written; compared without regard to case."
            },
            "password": {
                "type": "string", "format": "password", "minLength": 8, "maxLength": 128,
                "description": "Any characters; the most common passwords are refused."
            },
            "name": {
                "type": "string", "nullable": true, "minLength": 1, "maxLength": UserName::MAX_CHARACTERS,
                "pattern": NOT_BLANK, "description": "What to call the user."
            }
        }
    })
);

impl Example for RegistrationInput {
    fn example() -> Value {
        json!({"email": "ada@example.org", "password": "correct horse battery staple", "name": "Ada"})
    }
}

impl Body for RegistrationInput {
    type Checked = Registration;

    fn check(self, problems: &mut Problems) -> Option<Registration> {
        problems.shape(&self);
        let email =
            self.email.and_then(|text| problems.take("/email", EmailAddress::parse(&text), EmailError::code));
        let password = self.password.and_then(|text| {
            problems.take("/password", check_password(text.0.expose_secret()), PasswordError::code)
        });
        let name = self.name.map(|text| problems.take("/name", UserName::parse(&text), TextError::code));
        Some(Registration { email: email?, password: password?, name: name.flatten() })
    }
}

/// Someone who has an account.
#[derive(Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub(crate) struct LoginInput {
    #[validate(required)]
    email: Option<String>,
    #[validate(required)]
    password: Option<PasswordText>,
}

input_schema!(
    LoginInput,
    "Login",
    json!({
        "type": "object",
        "description": "Someone who has an account.",
        "additionalProperties": false,
        "required": ["email", "password"],
        "properties": {
            "email": {"type": "string", "description": "As at registration, in whatever case."},
            "password": {"type": "string", "format": "password", "description": "As at registration."}
        }
    })
);

impl Example for LoginInput {
    fn example() -> Value {
        json!({"email": "ada@example.org", "password": "correct horse battery staple"})
    }
}

/// A login as it was written.
pub(crate) struct Login {
    /// `None` for what is no address, which nobody can have registered.
    pub(crate) email: Option<EmailAddress>,
    pub(crate) password: SecretString,
}

impl Body for LoginInput {
    type Checked = Login;

    fn check(self, problems: &mut Problems) -> Option<Login> {
        problems.shape(&self);
        Some(Login { email: EmailAddress::parse(&self.email?).ok(), password: self.password?.0 })
    }
}

/// What to change of a profile.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProfileInput {
    #[serde(default, deserialize_with = "nullable")]
    name: Option<Option<String>>,
    #[serde(default, deserialize_with = "nullable")]
    currency: Option<Option<String>>,
    #[serde(default, deserialize_with = "nullable")]
    time_zone: Option<Option<String>>,
    #[serde(default, deserialize_with = "nullable")]
    first_day_of_week: Option<Option<String>>,
}

input_schema!(
    ProfileInput,
    "ProfileChange",
    json!({
        "type": "object",
        "description": "What to change of the profile; what is left out stays.",
        "additionalProperties": false,
        "properties": {
            "name": {
                "type": "string", "nullable": true, "minLength": 1, "maxLength": UserName::MAX_CHARACTERS,
                "pattern": NOT_BLANK, "description": "What to call the user; `null` for nothing."
            },
            "currency": {
                "allOf": [shared_schema("Currency")],
                "description": "A code of ISO 4217: the currency of expenses that name none."
            },
            "time_zone": {
                "type": "string", "minLength": 1, "maxLength": 64, "pattern": "^[A-Za-z0-9/_+-]+$",
                "description": "A name of the IANA time zone database, such as Europe/Berlin; says when \"today\" is."
            },
            "first_day_of_week": {
                "allOf": [shared_schema("Weekday")], "description": "In English, in lower case."
            }
        }
    })
);

impl Example for ProfileInput {
    fn example() -> Value {
        json!({"currency": "EUR", "time_zone": "Europe/Berlin"})
    }
}

impl Body for ProfileInput {
    type Checked = ProfileChange;

    fn check(self, problems: &mut Problems) -> Option<ProfileChange> {
        let name = self.name.map(|name| {
            name.and_then(|text| problems.take("/name", UserName::parse(&text), TextError::code))
        });
        let currency = problems.not_null("/currency", self.currency);
        let currency = currency
            .and_then(|code| problems.take("/currency", Currency::parse(&code), |_| "unknown_currency"));
        let time_zone = problems.not_null("/time_zone", self.time_zone).and_then(|name| {
            let zone = name
                .parse::<Tz>()
                .map_err(|_| "must be a name of the IANA time zone database, such as Europe/Berlin");
            problems.take("/time_zone", zone, |_| "unknown_time_zone")
        });
        let first_day_of_week =
            problems.not_null("/first_day_of_week", self.first_day_of_week).and_then(|name| {
                let day = WEEKDAYS.into_iter().find(|day| weekday_name(*day) == name);
                let day = day.ok_or("must be a day of the week in lower case, such as monday");
                problems.take("/first_day_of_week", day, |_| "unknown_weekday")
            });
        Some(ProfileChange { name, currency, time_zone, first_day_of_week })
    }
}

/// The name of a day of the week.
struct DayOfWeek(Weekday);

impl Serialize for DayOfWeek {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(weekday_name(self.0))
    }
}

impl JsonSchema for DayOfWeek {
    fn schema_name() -> String {
        "Weekday".to_owned()
    }

    fn json_schema(_: &mut SchemaGenerator) -> schemars::schema::Schema {
        schema_object(json!({
            "type": "string",
            "description": "A day of the week.",
            "enum": WEEKDAYS.map(weekday_name)
        }))
    }
}

const WEEKDAYS: [Weekday; 7] =
    [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];

fn weekday_name(day: Weekday) -> &'static str {
    match day {
        Weekday::Mon => "monday",
        Weekday::Tue => "tuesday",
        Weekday::Wed => "wednesday",
        Weekday::Thu => "thursday",
        Weekday::Fri => "friday",
        Weekday::Sat => "saturday",
        Weekday::Sun => "sunday",
    }
}
