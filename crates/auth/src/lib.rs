//! The password and token ports of the domain: bcrypt and JSON Web Tokens.

mod jwt;
mod password;

pub use jwt::{JwtAlgorithm, JwtIssuer, JwtKey, UnknownAlgorithm, WeakSecret};
pub use password::{BcryptCost, BcryptHasher, BcryptLoad, CostOutOfRange};
