use std::sync::Arc;

use chrono::Weekday;
use chrono_tz::Tz;
use secrecy::{ExposeSecret as _, SecretString};

use super::password::normalise_password;
use super::{
    CreateUserError, EmailAddress, LoginError, Profile, RegisterError, UpdateUserError, User, UserName,
    UserRepository,
};
use crate::category::default_categories;
use crate::money::Currency;
use crate::ports::{AccessToken, Clock, IdGenerator, PasswordHasher, StoreError, TokenIssuer};
use crate::{Precondition, UserId, Version};

/// Someone who wants an account.
pub struct Registration {
    /// Their address.
    pub email: EmailAddress,
    /// Their password, already checked by [`check_password`](super::check_password).
    pub password: SecretString,
    /// What they are called.
    pub name: Option<UserName>,
}

/// What to change of a profile; `None` leaves a field as it is.
#[derive(Debug, Default, Clone)]
pub struct ProfileChange {
    /// `Some(None)` removes the name.
    pub name: Option<Option<UserName>>,
    /// The default currency.
    pub currency: Option<Currency>,
    /// The time zone.
    pub time_zone: Option<Tz>,
    /// The first day of the week.
    pub first_day_of_week: Option<Weekday>,
}

/// Registers users, signs them in, keeps their profiles.
pub struct UserService {
    users: Arc<dyn UserRepository>,
    hasher: Arc<dyn PasswordHasher>,
    tokens: Arc<dyn TokenIssuer>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdGenerator>,
}

impl UserService {
    /// A service over these ports.
    pub fn new(
        users: Arc<dyn UserRepository>,
        hasher: Arc<dyn PasswordHasher>,
        tokens: Arc<dyn TokenIssuer>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdGenerator>,
    ) -> Self {
        Self { users, hasher, tokens, clock, ids }
    }

    /// Registers a user with the default profile and the default categories.
    pub async fn register(&self, registration: Registration) -> Result<User, RegisterError> {
        // Hashing is slow, more so in a crowd. Who cannot be registered, or not now, is told before it begins.
        if self.users.credentials(&registration.email.key()).await?.is_some() {
            return Err(RegisterError::EmailTaken);
        }
        let password_hash = self.hasher.hash(registration.password).await?;
        let id = UserId::new(self.ids.generate(self.clock.now()));
        let user = User {
            id,
            email: registration.email,
            profile: Profile { name: registration.name, ..Profile::default() },
            updated_at: id.created_at(),
            version: Version::FIRST,
        };
        let categories = default_categories(&*self.ids, id.created_at());
        match self.users.create(&user, &password_hash, &categories).await {
            Ok(()) => Ok(user),
            Err(CreateUserError::EmailTaken) => Err(RegisterError::EmailTaken),
            Err(CreateUserError::Store(error)) => Err(error.into()),
        }
    }

    /// Issues a token to whom the address and the password belong. An unknown address (`None`: text that is no
    /// address at all) takes as long as a wrong password.
    pub async fn log_in(
        &self,
        email: Option<EmailAddress>,
        password: SecretString,
    ) -> Result<AccessToken, LoginError> {
        let credentials = match email {
            Some(email) => self.users.credentials(&email.key()).await?,
            None => None,
        };
        let (user, hash) = credentials.map(|found| (found.user, found.password_hash)).unzip();
        let password = normalise_password(password.expose_secret());
        let verified = self.hasher.verify(password, hash).await?;
        match user {
            Some(user) if verified => self.tokens.issue(user).map_err(LoginError::Token),
            _ => Err(LoginError::WrongCredentials),
        }
    }

    /// The user, if there still is one.
    pub async fn find(&self, id: UserId) -> Result<Option<User>, StoreError> {
        self.users.find(id).await
    }

    /// Changes a profile whose version `expected` allows.
    pub async fn change_profile(
        &self,
        id: UserId,
        expected: &Precondition,
        change: &ProfileChange,
    ) -> Result<User, UpdateUserError> {
        loop {
            let mut user = self.users.find(id).await?.ok_or(UpdateUserError::NotFound)?;
            if !expected.allows(user.version) {
                return Err(UpdateUserError::Stale);
            }
            let read = Precondition::OneOf(vec![user.version]);
            if let Some(name) = &change.name {
                user.profile.name.clone_from(name);
            }
            user.profile.currency = change.currency.unwrap_or(user.profile.currency);
            user.profile.time_zone = change.time_zone.unwrap_or(user.profile.time_zone);
            user.profile.first_day_of_week =
                change.first_day_of_week.unwrap_or(user.profile.first_day_of_week);
            user.updated_at = self.clock.now();
            match self.users.update(&user, &read).await {
                // Someone else wrote since we read: that write counts, so apply the change to its outcome.
                Err(UpdateUserError::Stale) => {}
                outcome => return outcome,
            }
        }
    }
}
