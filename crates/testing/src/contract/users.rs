//! Users: registering, finding, updating.

use chrono::Weekday;
use finance_domain::money::Currency;
use finance_domain::user::{CreateUserError, EmailAddress, EmailKey, UpdateUserError, User};
use finance_domain::{Precondition, Version};

use super::Storage;
use super::support::{assert_is, only};
use crate::fixtures::{instant, password_hash, user, user_id};

fn key(address: &str) -> EmailKey {
    EmailAddress::parse(address).expect("an address").key()
}

async fn created(storage: &Storage, user: User) -> User {
    storage.users.create(&user, &password_hash("correct horse"), &[]).await.expect("a new user");
    user
}

async fn found(storage: &Storage, user: &User) -> User {
    storage.users.find(user.id).await.expect("an answer").expect("a user")
}

/// A database that works says so.
pub async fn the_storage_is_healthy(storage: Storage) {
    assert_is!(storage.health.check().await, Ok(()));
}

/// Everything about a user is stored.
pub async fn a_user_is_found_as_created(storage: Storage) {
    let ada = user("Ada@Example.org")
        .name("Ada Lovelace")
        .currency("JPY")
        .time_zone("Asia/Tokyo")
        .first_day_of_week(Weekday::Sun)
        .updated_at(instant("2026-11-23T12:34:56.789Z"))
        .build();
    let ada = created(&storage, ada).await;
    let nameless = created(&storage, user("nameless@example.org").build()).await;
    assert_eq!(found(&storage, &ada).await, ada);
    assert_eq!(found(&storage, &nameless).await, nameless);
}

/// An unknown id finds nobody.
pub async fn an_unknown_user_is_not_found(storage: Storage) {
    created(&storage, user("ada@example.org").build()).await;
    assert_eq!(storage.users.find(user_id()).await.expect("an answer"), None);
}

/// Each weekday, each currency and time zones of every shape can be a user's.
pub async fn every_profile_survives(storage: Storage) {
    const ZONES: [&str; 5] =
        ["UTC", "Europe/Paris", "America/Argentina/ComodRivadavia", "Etc/GMT+12", "Asia/Kolkata"];
    let mut ada = created(&storage, user("ada@example.org").build()).await;
    let mut day = Weekday::Mon;
    for (index, currency) in Currency::all().enumerate() {
        day = day.succ();
        ada.profile.currency = currency;
        ada.profile.first_day_of_week = day;
        ada.profile.time_zone = ZONES[index % ZONES.len()].parse().expect("a time zone");
        storage.users.update(&ada, &Precondition::Any).await.expect("an update");
        assert_eq!(found(&storage, &ada).await.profile, ada.profile);
    }
}

/// The longest name and address are stored whole, with characters of four bytes.
pub async fn the_longest_name_and_address_survive(storage: Storage) {
    let label = "b".repeat(61);
    let address = format!("{}@{label}.{label}.{label}.org", "a".repeat(64));
    assert_eq!(address.len(), EmailAddress::MAX_CHARACTERS);
    let ada = created(&storage, user(&address).name(&"😀".repeat(100)).build()).await;
    let jose = created(&storage, user("用户josé@例え.example").name("O'Neill \\ %_\"").build()).await;
    for user in [ada, jose] {
        assert_eq!(found(&storage, &user).await, user);
        let credentials = storage.users.credentials(&user.email.key()).await.expect("an answer");
        assert_eq!(credentials.map(|found| found.user), Some(user.id));
    }
}

/// A login finds its user by each spelling of the address.
pub async fn credentials_are_found_by_any_spelling_of_the_address(storage: Storage) {
    let hash = password_hash("correct horse 🐎");
    let jose = user("José.Straße@Example.org").build();
    storage.users.create(&jose, &hash, &[]).await.expect("a new user");
    created(&storage, user("jose.strasse@example.org").build()).await;
    for spelling in ["José.Straße@Example.org", "josé.strasse@example.org", "JOSE\u{301}.STRASSE@EXAMPLE.ORG"]
    {
        let found = storage.users.credentials(&key(spelling)).await.expect("an answer").expect(spelling);
        assert_eq!((found.user, &found.password_hash), (jose.id, &hash), "{spelling}");
    }
}

/// An unknown address finds nothing.
pub async fn an_unknown_address_has_no_credentials(storage: Storage) {
    created(&storage, user("ada@example.org").build()).await;
    for address in ["ad@example.org", "ada@example.or", "%@example.org", "ad_@example.org"] {
        assert_eq!(storage.users.credentials(&key(address)).await.expect("an answer"), None, "{address}");
    }
}

/// Nobody else can register an address, however they spell it.
pub async fn an_address_is_taken_in_each_of_its_spellings(storage: Storage) {
    let first = created(&storage, user("josé@example.org").build()).await;
    for spelling in ["josé@example.org", "JOSÉ@Example.ORG", "jose\u{301}@example.org"] {
        let second = user(spelling).build();
        assert_is!(
            storage.users.create(&second, &password_hash("another"), &[]).await,
            Err(CreateUserError::EmailTaken)
        );
    }
    let kept = storage.users.credentials(&first.email.key()).await.expect("an answer").expect("a user");
    assert_eq!((kept.user, kept.password_hash), (first.id, password_hash("correct horse")));
}

/// A user is stored whole or not at all.
pub async fn who_is_not_created_leaves_nothing_behind(storage: Storage) {
    let ada = created(&storage, user("ada@example.org").build()).await;

    let late = user("ADA@example.org").build();
    let taken = storage.users.create(&late, &password_hash("another"), &[]).await;
    assert_is!(taken, Err(CreateUserError::EmailTaken));
    assert_eq!(storage.users.find(late.id).await.expect("an answer"), None);

    let same_id = user("bob@example.org").id(ada.id).build();
    let refused = storage.users.create(&same_id, &password_hash("another"), &[]).await;
    assert_is!(refused, Err(CreateUserError::Store(_)));
    assert_eq!(storage.users.credentials(&same_id.email.key()).await.expect("an answer"), None);
    assert_eq!(found(&storage, &ada).await, ada);
    created(&storage, user("bob@example.org").build()).await;
}

/// An update sets the profile and the instant, and answers what it stored.
pub async fn an_update_replaces_the_profile_and_counts_the_version(storage: Storage) {
    let before = created(&storage, user("ada@example.org").name("Ada").build()).await;
    let mut change = user("ada@example.org")
        .id(before.id)
        .currency("KWD")
        .time_zone("America/New_York")
        .first_day_of_week(Weekday::Sat)
        .updated_at(instant("2027-01-01T00:00:00.001Z"))
        .build();
    for version in [2, 3] {
        let after = storage.users.update(&change, &only(Version::new(version - 1))).await.expect("an update");
        assert_eq!(after, User { version: Version::new(version), ..change.clone() });
        assert_eq!(found(&storage, &before).await, after);
        change.updated_at = instant("2027-01-02T00:00:00Z");
    }
    assert_eq!(found(&storage, &before).await.profile.name, None, "an update can remove a name");
}

/// What identifies a user is not for an update.
pub async fn an_update_does_not_write_id_address_and_version(storage: Storage) {
    let ada = created(&storage, user("ada@example.org").build()).await;
    let mut change = user("eve@example.org").id(ada.id).name("Ada").build();
    change.version = Version::new(77);
    let after = storage.users.update(&change, &Precondition::Any).await.expect("an update");
    assert_eq!((after.email, after.version), (ada.email.clone(), Version::new(2)));
    assert_eq!(storage.users.credentials(&change.email.key()).await.expect("an answer"), None);
    assert_is!(storage.users.credentials(&ada.email.key()).await, Ok(Some(_)));
}

/// An update touches one user.
pub async fn an_update_leaves_other_users_alone(storage: Storage) {
    let ada = created(&storage, user("ada@example.org").build()).await;
    let bob = created(&storage, user("bob@example.org").name("Bob").build()).await;
    let change = user("ada@example.org").id(ada.id).name("Ada").build();
    storage.users.update(&change, &Precondition::Any).await.expect("an update");
    assert_eq!(found(&storage, &bob).await, bob);
}

/// A refused update changes nothing.
pub async fn an_update_needs_a_user_and_an_allowed_version(storage: Storage) {
    let ada = created(&storage, user("ada@example.org").build()).await;
    let change = user("ada@example.org").id(ada.id).name("Ada").build();
    for stale in [only(Version::new(2)), only(Version::new(0)), Precondition::OneOf(Vec::new())] {
        assert_is!(storage.users.update(&change, &stale).await, Err(UpdateUserError::Stale));
    }
    assert_eq!(found(&storage, &ada).await, ada);

    let several = Precondition::OneOf(vec![Version::new(9), Version::FIRST]);
    storage.users.update(&change, &several).await.expect("an update");

    let nobody = user("nobody@example.org").build();
    for expected in [Precondition::Any, only(Version::FIRST), Precondition::OneOf(Vec::new())] {
        assert_is!(storage.users.update(&nobody, &expected).await, Err(UpdateUserError::NotFound));
    }
}
