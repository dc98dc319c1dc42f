//! Writing an expense on `SQLite`: a few small statements, in a transaction that the writer began.

use diesel::{
    ExpressionMethods as _, OptionalExtension as _, QueryDsl as _, QueryResult, RunQueryDsl as _,
    SqliteConnection,
};
use finance_domain::category::{CategoryChoice, CategoryName};
use finance_domain::expense::{Expense, ExpenseCategory, ExpenseContent, StoreExpenseError};
use finance_domain::tag::{TagChoice, TagName, Tags};
use finance_domain::{CategoryId, ExpenseId, Precondition, UserId, Version};

use super::row::{ContentRow, stored, tag_count};
use crate::error::WriteError;
use crate::schema::{categories, expense_tags, expenses, tags, users};
use crate::sql_types::{At, Id};

type Outcome<T> = Result<T, StoreExpenseError>;

/// Every other row that a statement refers to was looked up in the same transaction.
fn failed(error: diesel::result::Error) -> StoreExpenseError {
    match error.into() {
        WriteError::Dangling(_) => StoreExpenseError::UnknownUser,
        error => StoreExpenseError::Store(error.into()),
    }
}

pub(super) fn create(
    c: &mut SqliteConnection,
    owner: UserId,
    id: ExpenseId,
    content: &ExpenseContent,
) -> Outcome<Expense> {
    let (owner_id, row_id, version) = (Id(owner.uuid()), Id(id.uuid()), Version::FIRST.number());
    let category = category(c, owner_id, content)?;
    let tags = tags(c, owner_id, content.tags.as_deref().unwrap_or_default())?;
    diesel::insert_into(expenses::table)
        .values((
            expenses::user_id.eq(owner_id),
            expenses::id.eq(row_id),
            expenses::category_id.eq(category_id(category.as_ref())),
            expenses::version.eq(version),
            expenses::tag_count.eq(tag_count(&tags)),
            ContentRow::new(content),
        ))
        .execute(c)
        .map_err(failed)?;
    link(c, owner_id, row_id, &tags).map_err(failed)?;
    Ok(stored(id, content, version, category, names(tags), None))
}

pub(super) fn replace(
    c: &mut SqliteConnection,
    owner: UserId,
    id: ExpenseId,
    expected: &Precondition,
    content: &ExpenseContent,
) -> Outcome<Expense> {
    let (owner_id, row_id) = (Id(owner.uuid()), Id(id.uuid()));
    let (version, tag_count_before, recurring) = expenses::table
        .find((owner_id, row_id))
        .filter(expenses::deleted_at.is_null())
        .select((expenses::version, expenses::tag_count, expenses::recurring_id))
        .get_result::<(i64, i16, Option<Id>)>(c)
        .optional()
        .map_err(failed)?
        .ok_or(StoreExpenseError::NotFound)?;
    if !expected.allows(Version::new(version)) {
        return Err(StoreExpenseError::Stale);
    }
    let category = category(c, owner_id, content)?;
    let tags = match &content.tags {
        Some(choices) => {
            if tag_count_before > 0 {
                diesel::delete(links(owner_id, row_id)).execute(c).map_err(failed)?;
            }
            let tags = tags(c, owner_id, choices)?;
            link(c, owner_id, row_id, &tags).map_err(failed)?;
            tags
        }
        None if tag_count_before > 0 => stored_tags(c, owner_id, row_id).map_err(failed)?,
        None => Vec::new(),
    };
    diesel::update(expenses::table.find((owner_id, row_id)))
        .set((
            ContentRow::new(content),
            expenses::category_id.eq(category_id(category.as_ref())),
            expenses::version.eq(version + 1),
            expenses::tag_count.eq(tag_count(&tags)),
        ))
        .execute(c)
        .map_err(failed)?;
    Ok(stored(id, content, version + 1, category, names(tags), recurring))
}

/// Finds the category that the content names, or makes it.
fn category(
    c: &mut SqliteConnection,
    owner: Id,
    content: &ExpenseContent,
) -> Outcome<Option<ExpenseCategory>> {
    match &content.category {
        None => Ok(None),
        Some(CategoryChoice::Existing(id)) => {
            let name = categories::table
                .find((owner, Id(id.uuid())))
                .select(categories::name)
                .get_result::<String>(c)
                .optional()
                .map_err(failed)?;
            match name {
                Some(name) => Ok(Some(ExpenseCategory { id: *id, name: CategoryName::from_stored(name) })),
                None if is_user(c, owner).map_err(failed)? => Err(StoreExpenseError::UnknownCategory),
                None => Err(StoreExpenseError::UnknownUser),
            }
        }
        Some(CategoryChoice::Named { name, new_id }) => {
            let key = name.key();
            let found = categories::table
                .filter(categories::user_id.eq(owner))
                .filter(categories::name_key.eq(&key))
                .select((categories::id, categories::name))
                .get_result::<(Id, String)>(c)
                .optional()
                .map_err(failed)?;
            if let Some((id, name)) = found {
                let name = CategoryName::from_stored(name);
                return Ok(Some(ExpenseCategory { id: CategoryId::new(id.0), name }));
            }
            diesel::insert_into(categories::table)
                .values((
                    categories::user_id.eq(owner),
                    categories::id.eq(Id(new_id.uuid())),
                    categories::name.eq(name.as_str()),
                    categories::name_key.eq(&key),
                    categories::version.eq(Version::FIRST.number()),
                    categories::updated_at.eq(At(content.updated_at)),
                ))
                .execute(c)
                .map_err(failed)?;
            Ok(Some(ExpenseCategory { id: *new_id, name: name.clone() }))
        }
    }
}

fn category_id(category: Option<&ExpenseCategory>) -> Option<Id> {
    category.map(|category| Id(category.id.uuid()))
}

fn is_user(c: &mut SqliteConnection, id: Id) -> QueryResult<bool> {
    Ok(users::table.find(id).select(users::id).get_result::<Id>(c).optional()?.is_some())
}

/// Finds or makes the tags that are named.
fn tags(c: &mut SqliteConnection, owner: Id, choices: &[TagChoice]) -> Outcome<Vec<(Id, TagName)>> {
    let mut found = Vec::with_capacity(choices.len());
    for choice in choices {
        let key = choice.name.key();
        let known = tags::table
            .filter(tags::user_id.eq(owner))
            .filter(tags::name_key.eq(&key))
            .select((tags::id, tags::name))
            .get_result::<(Id, String)>(c)
            .optional()
            .map_err(failed)?;
        if let Some((id, name)) = known {
            found.push((id, TagName::from_stored(name)));
            continue;
        }
        let id = Id(choice.new_id.uuid());
        diesel::insert_into(tags::table)
            .values((
                tags::user_id.eq(owner),
                tags::id.eq(id),
                tags::name.eq(choice.name.as_str()),
                tags::name_key.eq(&key),
            ))
            .execute(c)
            .map_err(failed)?;
        found.push((id, choice.name.clone()));
    }
    Ok(found)
}

fn stored_tags(c: &mut SqliteConnection, owner: Id, expense: Id) -> QueryResult<Vec<(Id, TagName)>> {
    let ids = links(owner, expense).order(expense_tags::position).select(expense_tags::tag_id);
    let mut found = Vec::new();
    for id in ids.get_results::<Id>(c)? {
        let name = tags::table.find((owner, id)).select(tags::name).get_result(c)?;
        found.push((id, TagName::from_stored(name)));
    }
    Ok(found)
}

#[diesel::dsl::auto_type]
fn links(owner: Id, expense: Id) -> _ {
    expense_tags::table.filter(expense_tags::user_id.eq(owner)).filter(expense_tags::expense_id.eq(expense))
}

fn link(c: &mut SqliteConnection, owner: Id, expense: Id, tags: &[(Id, TagName)]) -> QueryResult<()> {
    for ((id, _), position) in tags.iter().zip(1_i16..) {
        diesel::insert_into(expense_tags::table)
            .values((
                expense_tags::user_id.eq(owner),
                expense_tags::expense_id.eq(expense),
                expense_tags::tag_id.eq(id),
                expense_tags::position.eq(position),
            ))
            .execute(c)?;
    }
    Ok(())
}

fn names(tags: Vec<(Id, TagName)>) -> Tags {
    Tags::from_stored(tags.into_iter().map(|(_, name)| name).collect())
}
