//! Access tokens: JSON Web Tokens (RFC 7519) by the rules of RFC 8725.

use std::error::Error;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use finance_domain::UserId;
use finance_domain::ports::{AccessToken, Clock, IdGenerator, TokenError, TokenIssuer};
use jsonwebtoken::crypto;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// Who issues the tokens, and for whom: this program for itself.
const PARTY: &str = "finance-api";

/// Longer than any token of ours; whatever is longer is not looked at.
const MAX_BYTES: usize = 4096;

/// How far in the future, in seconds, a token may have been issued: the clocks of two machines differ a little.
const LEEWAY: i64 = 5;

/// How tokens are signed (RFC 7518, section 3.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum JwtAlgorithm {
    /// HMAC with SHA-256.
    #[default]
    Hs256,
    /// HMAC with SHA-384.
    Hs384,
    /// HMAC with SHA-512.
    Hs512,
}

/// The text names no algorithm that tokens can be signed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be HS256, HS384 or HS512")]
pub struct UnknownAlgorithm;

impl FromStr for JwtAlgorithm {
    type Err = UnknownAlgorithm;

    fn from_str(text: &str) -> Result<Self, UnknownAlgorithm> {
        match text {
            "HS256" => Ok(Self::Hs256),
            "HS384" => Ok(Self::Hs384),
            "HS512" => Ok(Self::Hs512),
            _ => Err(UnknownAlgorithm),
        }
    }
}

impl JwtAlgorithm {
    const fn name(self) -> &'static str {
        match self {
            Self::Hs256 => "HS256",
            Self::Hs384 => "HS384",
            Self::Hs512 => "HS512",
        }
    }

    const fn algorithm(self) -> Algorithm {
        match self {
            Self::Hs256 => Algorithm::HS256,
            Self::Hs384 => Algorithm::HS384,
            Self::Hs512 => Algorithm::HS512,
        }
    }
}

/// A key that signs and verifies tokens.
#[derive(Clone)]
pub struct JwtKey {
    signing: EncodingKey,
    verifying: DecodingKey,
    id: String,
}

/// The secret is so short that it could be found by trying.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must have at least {} bytes", JwtKey::MIN_BYTES)]
pub struct WeakSecret;

impl JwtKey {
    /// The fewest bytes of a secret: as many as SHA-256 puts out (RFC 7518, section 3.2).
    pub const MIN_BYTES: usize = 32;

    /// A key of a secret, whose bytes are used as they are.
    pub fn new(secret: &SecretString) -> Result<Self, WeakSecret> {
        let secret = secret.expose_secret().as_bytes();
        if secret.len() < Self::MIN_BYTES {
            return Err(WeakSecret);
        }
        // The id tells keys apart while they rotate. Nine bytes of a hash tell less of
        // the secret than any signature does.
        let fingerprint = Sha256::new().chain_update(b"finance-api kid\0").chain_update(secret).finalize();
        Ok(Self {
            signing: EncodingKey::from_secret(secret),
            verifying: DecodingKey::from_secret(secret),
            id: URL_SAFE_NO_PAD.encode(&fingerprint[..9]),
        })
    }
}

impl std::fmt::Debug for JwtKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("JwtKey").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Issues JSON Web Tokens and recognises its own.
///
/// All of its tokens have one header: the algorithm, the type of RFC 9068 and the key's id. A token with any other
/// header is refused by comparing the text, before anything of it is decoded. That leaves no choice of algorithm or
/// key to whoever presents a token (RFC 8725, sections 3.1, 3.2 and 3.10), lets no other kind of token signed with
/// the same secret pass for an access token (3.11), and costs a request less than reading the header would.
pub struct JwtIssuer {
    header: String,
    algorithm: Algorithm,
    key: JwtKey,
    lifetime: Duration,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdGenerator>,
}

/// What a token says (RFC 7519, section 4.1). Text is borrowed: ours has no escapes.
#[derive(Serialize, Deserialize)]
struct Claims<'a> {
    iss: &'a str,
    aud: &'a str,
    sub: &'a str,
    /// Seconds since 1970.
    iat: i64,
    /// Seconds since 1970; from then on the token is invalid.
    exp: i64,
    jti: &'a str,
}

impl JwtIssuer {
    /// An issuer whose tokens are valid for `lifetime`, in whole seconds.
    pub fn new(
        key: JwtKey,
        algorithm: JwtAlgorithm,
        lifetime: Duration,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdGenerator>,
    ) -> Self {
        let header = format!(r#"{{"alg":"{}","kid":"{}","typ":"at+jwt"}}"#, algorithm.name(), key.id);
        Self {
            header: URL_SAFE_NO_PAD.encode(header),
            algorithm: algorithm.algorithm(),
            key,
            lifetime: Duration::from_secs(lifetime.as_secs()),
            clock,
            ids,
        }
    }

    /// The claims in the payload of a token of ours, if its signature is ours.
    fn payload(&self, token: &str) -> Option<Vec<u8>> {
        if token.len() > MAX_BYTES {
            return None;
        }
        let (message, signature) = token.rsplit_once('.')?;
        let payload = message.strip_prefix(self.header.as_str())?.strip_prefix('.')?;
        let valid = crypto::verify(signature, message.as_bytes(), &self.key.verifying, self.algorithm);
        if matches!(valid, Ok(true)) { URL_SAFE_NO_PAD.decode(payload).ok() } else { None }
    }

    fn check(claims: &Claims<'_>, now: DateTime<Utc>) -> Result<UserId, TokenError> {
        let now = now.timestamp();
        if claims.iss != PARTY || claims.aud != PARTY || claims.iat > now + LEEWAY {
            return Err(TokenError::Invalid);
        }
        let user = UserId::parse(claims.sub).ok_or(TokenError::Invalid)?;
        if claims.exp <= now { Err(TokenError::Expired) } else { Ok(user) }
    }
}

impl TokenIssuer for JwtIssuer {
    fn issue(&self, user: UserId) -> Result<AccessToken, Box<dyn Error + Send + Sync>> {
        let now = self.clock.now();
        let claims = Claims {
            iss: PARTY,
            aud: PARTY,
            sub: &user.to_string(),
            iat: now.timestamp(),
            exp: now.timestamp().saturating_add_unsigned(self.lifetime.as_secs()),
            jti: &self.ids.generate(now).to_string(),
        };
        let message = format!("{}.{}", self.header, URL_SAFE_NO_PAD.encode(serde_json::to_vec(&claims)?));
        let signature = crypto::sign(message.as_bytes(), &self.key.signing, self.algorithm)?;
        let token = SecretString::from(format!("{message}.{signature}"));
        Ok(AccessToken { token, expires_in: self.lifetime })
    }

    fn verify(&self, token: &str) -> Result<UserId, TokenError> {
        let payload = self.payload(token).ok_or(TokenError::Invalid)?;
        let claims = serde_json::from_slice(&payload).map_err(|_| TokenError::Invalid)?;
        Self::check(&claims, self.clock.now())
    }
}

#[cfg(test)]
mod tests;
