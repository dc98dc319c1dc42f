//! The category and the tags that a recurring expense names: found, or made; and tags that are taken over.

use diesel::result::OptionalExtension as _;
use diesel::{ExpressionMethods as _, IntoSql as _, QueryDsl as _, QueryResult};
use finance_domain::Version;
use finance_domain::category::CategoryChoice;
use finance_domain::recurring::{RecurringContent, StoreRecurringError};

use crate::schema::{categories, expense_tags, recurring_tags, tags, users};
use crate::sql_types::{At, Id, Identifier};
use crate::transaction::{Stop, Transaction, run};

type Outcome<T> = Result<T, Stop<StoreRecurringError>>;

/// The category, which is there now.
pub(super) async fn category(
    t: &mut Transaction<'_>,
    owner: Id,
    content: &RecurringContent,
) -> Outcome<Option<Id>> {
    match &content.category {
        None => Ok(None),
        Some(CategoryChoice::Existing(id)) => {
            let key = (owner, Id(id.uuid()));
            let found = run!(t, |c| categories::table.find(key).select(categories::id).get_result::<Id>(c));
            match found.optional()? {
                Some(id) => Ok(Some(id)),
                None if is_user(t, owner).await? => Err(Stop::Refused(StoreRecurringError::UnknownCategory)),
                None => Err(Stop::Refused(StoreRecurringError::UnknownUser)),
            }
        }
        Some(CategoryChoice::Named { name, new_id }) => {
            let key = name.key();
            if let Some(id) = category_of(t, owner, &key).await? {
                return Ok(Some(id));
            }
            // Someone else may make it at the same time: then theirs is found below.
            run!(t, |c| diesel::insert_into(categories::table)
                .values((
                    categories::user_id.eq(owner),
                    categories::id.eq(Id(new_id.uuid())),
                    categories::name.eq(name.as_str()),
                    categories::name_key.eq(&key),
                    categories::version.eq(Version::FIRST.number()),
                    categories::updated_at.eq(At(content.updated_at)),
                ))
                .on_conflict((categories::user_id, categories::name_key))
                .do_nothing()
                .execute(c))?;
            match category_of(t, owner, &key).await? {
                Some(id) => Ok(Some(id)),
                None => Err(Stop::Query(diesel::result::Error::NotFound)),
            }
        }
    }
}

async fn category_of(t: &mut Transaction<'_>, owner: Id, key: &str) -> QueryResult<Option<Id>> {
    run!(t, |c| categories::table
        .filter(categories::user_id.eq(owner))
        .filter(categories::name_key.eq(key))
        .select(categories::id)
        .get_result::<Id>(c))
    .optional()
}

async fn is_user(t: &mut Transaction<'_>, id: Id) -> QueryResult<bool> {
    let found = run!(t, |c| users::table.find(id).select(users::id).get_result::<Id>(c));
    Ok(found.optional()?.is_some())
}

/// Links the recurring expense to its tags, to no others; without tags it keeps those that it has.
pub(super) async fn link_tags(
    t: &mut Transaction<'_>,
    owner: Id,
    id: Id,
    content: &RecurringContent,
) -> Outcome<()> {
    let Some(tags) = &content.tags else { return Ok(()) };
    run!(t, |c| diesel::delete(links(owner, id)).execute(c))?;
    let mut wanted: Vec<_> = tags.iter().zip(1_i16..).map(|(tag, at)| (tag.name.key(), tag, at)).collect();
    // In one order everywhere, so that two writers of the same new tags do not wait for each other in a ring.
    wanted.sort_by(|a, b| a.0.cmp(&b.0));
    for (key, tag, position) in wanted {
        let tag_id = if let Some(id) = tag_of(t, owner, &key).await? {
            id
        } else {
            run!(t, |c| diesel::insert_into(tags::table)
                .values((
                    tags::user_id.eq(owner),
                    tags::id.eq(Id(tag.new_id.uuid())),
                    tags::name.eq(tag.name.as_str()),
                    tags::name_key.eq(&key),
                ))
                .on_conflict((tags::user_id, tags::name_key))
                .do_nothing()
                .execute(c))?;
            tag_of(t, owner, &key).await?.ok_or(diesel::result::Error::NotFound)?
        };
        run!(t, |c| diesel::insert_into(recurring_tags::table)
            .values((
                recurring_tags::user_id.eq(owner),
                recurring_tags::recurring_id.eq(id),
                recurring_tags::tag_id.eq(tag_id),
                recurring_tags::position.eq(position),
            ))
            .execute(c))?;
    }
    Ok(())
}

#[diesel::dsl::auto_type]
fn links(owner: Id, id: Id) -> _ {
    recurring_tags::table
        .filter(recurring_tags::user_id.eq(owner))
        .filter(recurring_tags::recurring_id.eq(id))
}

/// Gives another recurring expense the tags of this one.
pub(super) async fn copy_tags(t: &mut Transaction<'_>, owner: Id, from: Id, to: Id) -> QueryResult<()> {
    use recurring_tags::{position, recurring_id, table, tag_id, user_id};
    let copies = links(owner, from).select((user_id, to.into_sql::<Identifier>(), tag_id, position));
    run!(t, |c| diesel::insert_into(table)
        .values(copies)
        .into_columns((user_id, recurring_id, tag_id, position))
        .execute(c))?;
    Ok(())
}

/// Gives an expense the tags of a recurring expense; how many these are.
pub(super) async fn copy_tags_to_expense(
    t: &mut Transaction<'_>,
    owner: Id,
    from: Id,
    to: Id,
) -> QueryResult<i16> {
    use expense_tags::{expense_id, position, table, tag_id, user_id};
    let to = to.into_sql::<Identifier>();
    let copies = links(owner, from).select((
        recurring_tags::user_id,
        to,
        recurring_tags::tag_id,
        recurring_tags::position,
    ));
    let count = run!(t, |c| diesel::insert_into(table)
        .values(copies)
        .into_columns((user_id, expense_id, tag_id, position))
        .execute(c))?;
    // Tags::MAX is far below.
    Ok(i16::try_from(count).unwrap_or(i16::MAX))
}

async fn tag_of(t: &mut Transaction<'_>, owner: Id, key: &str) -> QueryResult<Option<Id>> {
    run!(t, |c| tags::table
        .filter(tags::user_id.eq(owner))
        .filter(tags::name_key.eq(key))
        .select(tags::id)
        .get_result::<Id>(c))
    .optional()
}
