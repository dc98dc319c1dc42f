//! Cursors: a place in a list, bound to its user, filters and sort.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{Datelike as _, NaiveDate};
use finance_domain::expense::{ExpenseQuery, Position, SortField, SortKey};
use finance_domain::money::AmountRank;
use finance_domain::{ExpenseId, UserId};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// The first byte: what the others mean.
const FORMAT: u8 = 1;
/// The bytes of the digest that are kept: enough to notice a mistake. There is no secret to guess, for a cursor only
/// ever shows what its user may see.
const BINDING: usize = 8;
const LENGTH: usize = 1 + BINDING + 8 + 16;

pub(crate) fn encode(position: &Position, owner: UserId, query: &ExpenseQuery) -> String {
    let key = match position.key {
        SortKey::Date(date) => i64::from(date.num_days_from_ce()),
        SortKey::Amount(rank) => rank.value(),
        SortKey::CreatedAt => 0,
    };
    let mut bytes = Vec::with_capacity(LENGTH);
    bytes.push(FORMAT);
    bytes.extend(binding(owner, query));
    bytes.extend(key.to_be_bytes());
    bytes.extend(position.id.uuid().as_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}

/// `None` for a cursor that this list did not give out.
pub(crate) fn decode(text: &str, owner: UserId, query: &ExpenseQuery) -> Option<Position> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let (format, rest) = bytes.split_first()?;
    let (bound, rest) = rest.split_first_chunk::<BINDING>()?;
    let (key, rest) = rest.split_first_chunk::<8>()?;
    let id = Uuid::from_slice(rest).ok()?;
    if *format != FORMAT || *bound != binding(owner, query) {
        return None;
    }
    let key = i64::from_be_bytes(*key);
    let key = match query.sort.field {
        SortField::Date => SortKey::Date(NaiveDate::from_num_days_from_ce_opt(i32::try_from(key).ok()?)?),
        SortField::Amount => SortKey::Amount(AmountRank::from_value(key)),
        SortField::CreatedAt => SortKey::CreatedAt,
    };
    Some(Position { key, id: ExpenseId::new(id) })
}

fn binding(owner: UserId, query: &ExpenseQuery) -> [u8; BINDING] {
    // `Debug` names every field of filter and sort, so that a new one cannot be forgotten here.
    let digest = Sha256::digest(format!("{owner} {:?} {:?}", query.filter, query.sort));
    let mut bound = [0; BINDING];
    bound.copy_from_slice(digest.get(..BINDING).unwrap_or(&[0; BINDING]));
    bound
}

#[cfg(test)]
mod tests {
    use finance_domain::expense::{ExpenseFilter, ExpenseKind, ExpenseSort};

    use super::*;

    #[test]
    fn a_cursor_is_bound_to_its_list() {
        let owner = UserId::new(Uuid::from_u128(1));
        let query = ExpenseQuery::default();
        let date = NaiveDate::from_ymd_opt(2026, 11, 23).unwrap();
        let position = Position { key: SortKey::Date(date), id: ExpenseId::new(Uuid::from_u128(7)) };
        let text = encode(&position, owner, &query);
        assert_eq!(decode(&text, owner, &query), Some(position));
        assert_eq!(decode(&text, UserId::new(Uuid::from_u128(2)), &query), None);
        let filter = ExpenseFilter { kind: Some(ExpenseKind::Income), ..ExpenseFilter::default() };
        assert_eq!(decode(&text, owner, &ExpenseQuery { filter, ..query.clone() }), None);
        let sort = ExpenseSort { field: SortField::Amount, ..ExpenseSort::default() };
        assert_eq!(decode(&text, owner, &ExpenseQuery { sort, ..query.clone() }), None);
        for bad in ["", "x", "!!", &text[1..], &format!("{text}AA")] {
            assert_eq!(decode(bad, owner, &query), None, "{bad}");
        }
    }
}
