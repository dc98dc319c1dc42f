//! `finance-api demo`: fills the database with realistic expenses of a demo user.

mod budgets;
mod progress;
mod random;
mod recurring;
mod story;

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use finance_auth::{BcryptCost, BcryptHasher, BcryptLoad};
use finance_domain::category::{CategoryChoice, CategoryName, NewCategory, default_categories};
use finance_domain::expense::{
    ExpenseContent, ExpenseDescription, ExpenseKind, ExpenseRepository, ExpenseTitle,
};
use finance_domain::money::{Currency, Money};
use finance_domain::ports::{Clock as _, IdGenerator, PasswordHasher as _};
use finance_domain::tag::{TagChoice, TagName};
use finance_domain::user::{
    CreateUserError, EmailAddress, Profile, User, UserName, UserRepository, check_password,
};
use finance_domain::{CategoryId, ExpenseId, TagId, UserId, Version};
use finance_persistence::{Database, DatabaseSettings, SqlExpenseRepository, SqlUserRepository};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::task::JoinSet;

use super::{CommandError, with_causes};
use crate::cli::DemoArguments;
use crate::config;
use crate::system::{SystemClock, uuid_v7};
use progress::Progress;
use random::Random;
use story::Entry;

const EMAIL: &str = "demo@example.org";
const NAME: &str = "Demo";

/// How many expenses are written at once, so that they share commits.
const AT_ONCE: usize = 64;

/// Makes the demo user and what they spent.
pub(crate) fn run(arguments: &DemoArguments) -> Result<(), CommandError> {
    let (settings, cost) = config::load(|reader| {
        let settings = config::read_database(reader);
        let cost = config::read_bcrypt_cost(reader);
        Ok((settings?, cost?))
    })?;
    let password = arguments.password.clone().unwrap_or_else(random_password);
    let password = check_password(password.expose_secret())
        .map_err(|error| CommandError::Failed(format!("--password {error}")))?;
    actix_web::rt::System::new().block_on(async {
        let database = Database::connect(&settings).map_err(|error| CommandError::failed(&error))?;
        let outcome = fill(&database, &settings, cost, arguments, password).await;
        database.close().await;
        outcome
    })
}

async fn fill(
    database: &Database,
    settings: &DatabaseSettings,
    cost: BcryptCost,
    arguments: &DemoArguments,
    password: SecretString,
) -> Result<(), CommandError> {
    database.migrate().await.map_err(|error| CommandError::Failed(error.to_string()))?;
    let until = arguments.until.unwrap_or_else(|| SystemClock.now().date_naive());
    let from = story::beginning(until, arguments.years);
    let ids = Ids { seed: arguments.seed, born: midnight(from) };

    let started = Instant::now();
    let owner = ids.user();
    make_user(database, settings, &ids, cost, password.clone()).await?;
    let entries = story::tell(arguments.seed, from, until);
    let made = entries.len();
    let incomplete = |error: String| {
        CommandError::Failed(format!("the demo is incomplete, begin again with another database: {error}"))
    };
    write_entries(database, &ids, owner, entries).await.map_err(incomplete)?;
    let recurring = recurring::make(database, &ids, owner, until, SystemClock.now()).await;
    recurring.map_err(|error| incomplete(with_causes(&*error)))?;
    let budgets = budgets::make(database, owner, until, &ids.categories()).await;
    budgets.map_err(|error| incomplete(with_causes(&*error)))?;
    let seconds = started.elapsed().as_secs_f32();
    report(&format!(
        "Made {made} expenses from {from} to {until} in {url} in {seconds:.1} s.\n\n  e-mail    {EMAIL}\n  password  \
         {password}\n\nLog in with them at /dashboard of the server: finance-api serve",
        url = settings.url,
        password = password.expose_secret(),
    ))
}

fn report(text: &str) -> Result<(), CommandError> {
    writeln!(std::io::stdout(), "{text}")
        .map_err(|error| CommandError::Failed(format!("cannot print: {error}")))
}

async fn make_user(
    database: &Database,
    settings: &DatabaseSettings,
    ids: &Ids,
    cost: BcryptCost,
    password: SecretString,
) -> Result<(), CommandError> {
    let users = SqlUserRepository::new(database.clone());
    let exists = || {
        CommandError::Failed(format!(
            "the user {EMAIL} exists already in {}; nothing was changed. Log in with the password of then, or set \
             DATABASE_URL to another database",
            settings.url
        ))
    };
    let email = EmailAddress::parse(EMAIL).map_err(|error| CommandError::failed(&error))?;
    let found = users.credentials(&email.key()).await.map_err(|error| CommandError::failed(&error))?;
    if found.is_some() {
        return Err(exists());
    }
    let hasher = BcryptHasher::new(cost, BcryptLoad::for_cores(1));
    let hash = hasher.hash(password).await.map_err(|error| CommandError::failed(&error))?;
    let profile = Profile { name: UserName::parse(NAME).ok(), ..Profile::default() };
    let id = ids.user();
    let user = User { id, email, profile, updated_at: id.created_at(), version: Version::FIRST };
    match users.create(&user, &hash, &ids.categories()).await {
        Ok(()) => Ok(()),
        Err(CreateUserError::EmailTaken) => Err(exists()),
        Err(CreateUserError::Store(error)) => Err(CommandError::failed(&error)),
    }
}

async fn write_entries(
    database: &Database,
    ids: &Ids,
    owner: UserId,
    entries: Vec<Entry>,
) -> Result<(), String> {
    let expenses = Arc::new(SqlExpenseRepository::new(database.clone()));
    let mut progress = Progress::of(entries.len());
    let mut writing = JoinSet::new();
    for (index, entry) in entries.into_iter().enumerate() {
        if writing.len() == AT_ONCE {
            finish_one(&mut writing, &mut progress).await?;
        }
        let id = ids.expense(&entry, index);
        let content = ids.content(&entry, id.created_at()).map_err(|error| with_causes(&*error))?;
        let expenses = Arc::clone(&expenses);
        writing.spawn(async move {
            let written = expenses.create(owner, id, &content).await;
            written.map(drop).map_err(|error| with_causes(&error))
        });
    }
    while !writing.is_empty() {
        finish_one(&mut writing, &mut progress).await?;
    }
    progress.finish();
    Ok(())
}

async fn finish_one(
    writing: &mut JoinSet<Result<(), String>>,
    progress: &mut Progress,
) -> Result<(), String> {
    match writing.join_next().await {
        Some(Ok(outcome)) => outcome?,
        Some(Err(panicked)) => return Err(panicked.to_string()),
        None => {}
    }
    progress.advance();
    Ok(())
}

/// Identifiers that depend on the seed alone, so that two databases of one seed are the same.
struct Ids {
    seed: u64,
    /// When the user registered.
    born: DateTime<Utc>,
}

impl Ids {
    fn of_name(&self, kind: &str, name: &str) -> uuid::Uuid {
        uuid_v7(self.born, Random::of(self.seed, format!("{kind} {name}").as_bytes()).wide())
    }

    fn user(&self) -> UserId {
        UserId::new(self.of_name("user", EMAIL))
    }

    /// The categories that every user starts with.
    fn categories(&self) -> Vec<NewCategory> {
        let made = AtomicU64::new(0);
        default_categories(&CategoryIds { seed: self.seed, made }, self.born)
    }

    /// The id of the entry at this place in the story. It was written down on the day it happened, right after
    /// midnight, which is past also where the story ends today.
    fn expense(&self, entry: &Entry, index: usize) -> ExpenseId {
        let place = i64::try_from(index % 1000).unwrap_or(0);
        let at = midnight(entry.date) + TimeDelta::milliseconds(place);
        ExpenseId::new(uuid_v7(at, Random::of(self.seed, format!("expense {index}").as_bytes()).wide()))
    }

    fn content(
        &self,
        entry: &Entry,
        at: DateTime<Utc>,
    ) -> Result<ExpenseContent, Box<dyn std::error::Error + Send + Sync>> {
        let category = CategoryChoice::Named {
            name: CategoryName::parse(entry.category)?,
            new_id: CategoryId::new(self.of_name("category", entry.category)),
        };
        let tag = |name: &&str| {
            let new_id = TagId::new(self.of_name("tag", name));
            TagName::parse(name).map(|name| TagChoice { name, new_id })
        };
        Ok(ExpenseContent {
            title: ExpenseTitle::parse(entry.title)?,
            description: entry.description.map(ExpenseDescription::parse).transpose()?,
            money: Money::from_minor(entry.amount, Currency::parse(entry.currency)?)?,
            kind: if entry.income { ExpenseKind::Income } else { ExpenseKind::Expense },
            category: Some(category),
            tags: Some(entry.tags.iter().map(tag).collect::<Result<_, _>>()?),
            date: entry.date,
            updated_at: at,
        })
    }
}

/// Identifiers of default categories, in their order.
struct CategoryIds {
    seed: u64,
    made: AtomicU64,
}

impl IdGenerator for CategoryIds {
    fn generate(&self, at: DateTime<Utc>) -> uuid::Uuid {
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        uuid_v7(at, Random::of(self.seed, format!("default category {number}").as_bytes()).wide())
    }
}

fn midnight(date: chrono::NaiveDate) -> DateTime<Utc> {
    date.and_time(NaiveTime::MIN).and_utc()
}

/// Twenty letters and digits, about 99 bits, without those that are easily mistaken for others.
fn random_password() -> SecretString {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut password = String::new();
    for (index, byte) in rand::random::<[u8; 20]>().into_iter().enumerate() {
        if index > 0 && index % 5 == 0 {
            password.push('-');
        }
        password.push(char::from(LETTERS[usize::from(byte % 32)]));
    }
    password.into()
}
