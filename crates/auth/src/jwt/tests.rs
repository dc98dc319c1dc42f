use std::sync::Mutex;

use chrono::TimeDelta;
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;

const SECRET: &str = "an-example-secret-of-more-than-32-bytes";
const USER: &str = "019ab2c3-7d00-7000-8000-00000000000a";

struct At(Mutex<DateTime<Utc>>);

impl At {
    fn advance(&self, seconds: i64) {
        *self.0.lock().unwrap() += TimeDelta::seconds(seconds);
    }
}

impl Clock for At {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }
}

struct OneId;

impl IdGenerator for OneId {
    fn generate(&self, _: DateTime<Utc>) -> Uuid {
        Uuid::from_u128(7)
    }
}

fn at() -> Arc<At> {
    Arc::new(At(Mutex::new(DateTime::from_timestamp(1_800_000_000, 999_000_000).unwrap())))
}

fn issuer_with(secret: &str, algorithm: JwtAlgorithm, clock: Arc<At>) -> JwtIssuer {
    let key = JwtKey::new(&secret.into()).unwrap();
    JwtIssuer::new(key, algorithm, Duration::from_mins(30), clock, Arc::new(OneId))
}

fn issuer() -> JwtIssuer {
    issuer_with(SECRET, JwtAlgorithm::Hs256, at())
}

fn token(issuer: &JwtIssuer) -> String {
    issuer.issue(UserId::parse(USER).unwrap()).unwrap().token.expose_secret().to_owned()
}

fn decoded(part: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

fn encoded(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

fn parts(token: &str) -> [&str; 3] {
    token.split('.').collect::<Vec<_>>().try_into().unwrap()
}

/// A token with the header given, the claims changed and a signature made of the secret itself.
fn forged(
    issuer: &JwtIssuer,
    header: &Value,
    change: impl FnOnce(&mut Value),
    algorithm: Algorithm,
) -> String {
    let token = token(issuer);
    let mut claims = decoded(parts(&token)[1]);
    change(&mut claims);
    let message = format!("{}.{}", encoded(header), encoded(&claims));
    let signature = crypto::sign(message.as_bytes(), &issuer.key.signing, algorithm).unwrap();
    format!("{message}.{signature}")
}

/// A token of the right header and signature, but with other claims.
fn with_claims(issuer: &JwtIssuer, change: impl FnOnce(&mut Value)) -> String {
    let header = decoded(&issuer.header);
    forged(issuer, &header, change, issuer.algorithm)
}

#[test]
fn a_token_names_its_user() {
    for algorithm in ["HS256", "HS384", "HS512"] {
        let issuer = issuer_with(SECRET, algorithm.parse().unwrap(), at());
        let token = token(&issuer);
        assert_eq!(issuer.verify(&token).unwrap().to_string(), USER);
        let [header, payload, _] = parts(&token);
        assert_eq!(decoded(header), json!({"alg": algorithm, "kid": issuer.key.id, "typ": "at+jwt"}));
        assert_eq!(
            decoded(payload),
            json!({"iss": "finance-api", "aud": "finance-api", "sub": USER, "iat": 1_800_000_000,
                   "exp": 1_800_001_800, "jti": "00000000-0000-0000-0000-000000000007"})
        );
        let decoding = DecodingKey::from_secret(SECRET.as_bytes());
        let mut validation = jsonwebtoken::Validation::new(issuer.algorithm);
        validation.set_audience(&["finance-api"]);
        validation.validate_exp = false;
        jsonwebtoken::decode::<Value>(&token, &decoding, &validation).expect("others can read it too");
    }
    assert_eq!("none".parse::<JwtAlgorithm>(), Err(UnknownAlgorithm));
    assert_eq!("hs256".parse::<JwtAlgorithm>(), Err(UnknownAlgorithm));
}

#[test]
fn a_token_expires() {
    let clock = at();
    let issuer = issuer_with(SECRET, JwtAlgorithm::Hs256, Arc::clone(&clock));
    let AccessToken { token, expires_in } = issuer.issue(UserId::parse(USER).unwrap()).unwrap();
    let token = token.expose_secret();
    assert_eq!(expires_in, Duration::from_mins(30));
    clock.advance(1799);
    assert!(issuer.verify(token).is_ok());
    clock.advance(1);
    assert_eq!(issuer.verify(token), Err(TokenError::Expired));
}

#[test]
fn a_token_from_the_future_is_refused() {
    let clock = at();
    let issuer = issuer_with(SECRET, JwtAlgorithm::Hs256, Arc::clone(&clock));
    let token = token(&issuer);
    clock.advance(-LEEWAY);
    assert!(issuer.verify(&token).is_ok());
    clock.advance(-1);
    assert_eq!(issuer.verify(&token), Err(TokenError::Invalid));
}

#[test]
fn no_other_header_is_accepted() {
    let issuer = issuer();
    let id = issuer.key.id.as_str();
    let own = decoded(&issuer.header);
    assert!(
        issuer.verify(&forged(&issuer, &own, |_| (), Algorithm::HS256)).is_ok(),
        "the forge itself works"
    );
    for (header, signed_by) in [
        (json!({"alg": "none", "kid": id, "typ": "at+jwt"}), Algorithm::HS256),
        (json!({"alg": "HS512", "kid": id, "typ": "at+jwt"}), Algorithm::HS512),
        (json!({"alg": "RS256", "kid": id, "typ": "at+jwt"}), Algorithm::HS256),
        (json!({"alg": "hs256", "kid": id, "typ": "at+jwt"}), Algorithm::HS256),
        (json!({"alg": "HS256", "kid": id, "typ": "JWT"}), Algorithm::HS256),
        (json!({"alg": "HS256", "kid": id}), Algorithm::HS256),
        (json!({"alg": "HS256", "kid": "other", "typ": "at+jwt"}), Algorithm::HS256),
        (json!({"alg": "HS256", "kid": id, "typ": "at+jwt", "crit": ["x"], "x": 1}), Algorithm::HS256),
        (
            json!({"alg": "HS256", "kid": id, "typ": "at+jwt", "jwk": {"kty": "oct", "k": "AA"}}),
            Algorithm::HS256,
        ),
    ] {
        let token = forged(&issuer, &header, |_| (), signed_by);
        assert_eq!(issuer.verify(&token), Err(TokenError::Invalid), "{header}");
    }
    let none = encoded(&json!({"alg": "none"}));
    let payload = parts(&token(&issuer))[1].to_owned();
    for unsigned in [format!("{none}.{payload}."), format!("{}.{payload}.", issuer.header)] {
        assert_eq!(issuer.verify(&unsigned), Err(TokenError::Invalid));
    }
}

#[test]
fn every_claim_is_required_and_must_fit() {
    let issuer = issuer();
    for claim in ["iss", "aud", "sub", "iat", "exp", "jti"] {
        let without = with_claims(&issuer, |claims| {
            claims.as_object_mut().unwrap().remove(claim);
        });
        assert_eq!(issuer.verify(&without), Err(TokenError::Invalid), "without {claim}");
    }
    for (claim, value) in [
        ("iss", json!("other-api")),
        ("iss", json!(["finance-api"])),
        ("aud", json!("other-api")),
        ("aud", json!(["finance-api", "other-api"])),
        ("sub", json!("ada@example.org")),
        ("sub", json!("")),
        ("sub", json!(7)),
        ("exp", json!("1900000000")),
        ("exp", json!(1.9e9)),
        ("exp", json!(null)),
        ("iat", json!(1_900_000_000)),
        ("jti", json!(null)),
    ] {
        let other = with_claims(&issuer, |claims| claims[claim] = value.clone());
        assert_eq!(issuer.verify(&other), Err(TokenError::Invalid), "{claim} {value}");
    }
    let eternal = with_claims(&issuer, |claims| claims["exp"] = json!(i64::MAX));
    assert!(issuer.verify(&eternal).is_ok(), "what is signed with the secret is ours");
    let more = with_claims(&issuer, |claims| claims["scope"] = json!("read"));
    assert!(issuer.verify(&more).is_ok(), "a newer release may say more");
}

#[test]
fn nothing_of_a_token_can_be_changed() {
    let issuer = issuer();
    let token = token(&issuer);
    let [header, payload, signature] = parts(&token);
    let mut claims = decoded(payload);
    claims["sub"] = json!("019ab2c3-7d00-7000-8000-00000000000b");
    let other_payload = encoded(&claims);
    for changed in [
        format!("{header}.{other_payload}.{signature}"),
        format!("{header}.{payload}.{signature}="),
        format!("{header}.{payload}.{signature}A"),
        format!("{header}.{payload}.{signature}.{signature}"),
        format!("{header}.{payload}.{signature}\n"),
        format!(" {token}"),
        format!("{header}.{payload}"),
        format!("{header}..{signature}"),
        header.to_owned(),
        String::new(),
        "..".to_owned(),
        "é.é.é".to_owned(),
    ] {
        assert_eq!(issuer.verify(&changed), Err(TokenError::Invalid), "{changed}");
    }
    for position in 0..token.len() {
        let mut bytes = token.clone().into_bytes();
        bytes[position] = if bytes[position] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(bytes).unwrap();
        assert_eq!(issuer.verify(&changed), Err(TokenError::Invalid), "{changed}");
    }
}

#[test]
fn a_token_of_another_secret_is_refused() {
    let other = issuer_with("another-secret-of-more-than-32-bytes....", JwtAlgorithm::Hs256, at());
    assert_ne!(other.key.id, issuer().key.id);
    assert_eq!(issuer().verify(&token(&other)), Err(TokenError::Invalid));
}

#[test]
fn a_very_long_token_is_not_looked_at() {
    let issuer = issuer();
    let long = with_claims(&issuer, |claims| claims["more"] = json!("x".repeat(MAX_BYTES)));
    assert_eq!(issuer.verify(&long), Err(TokenError::Invalid));
}

#[test]
fn secrets_are_long_and_not_shown() {
    assert_eq!(JwtKey::new(&"x".repeat(31).into()).unwrap_err(), WeakSecret);
    let key = JwtKey::new(&SECRET.into()).unwrap();
    assert_eq!(format!("{key:?}"), format!("JwtKey {{ id: \"{}\", .. }}", key.id));
}
