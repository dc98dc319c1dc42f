//! Every value that an expense can have comes back as it was written.

use finance_domain::expense::{ExpenseContent, ExpenseDescription, ExpenseFilter};
use finance_domain::money::{Currency, Money};

use super::Storage;
use super::support::stored;
use crate::fixtures::{ExpenseContentBuilder, expense, expense_id, instant, search_term, tag_name};

/// Writes contents whose names are all new, and reads them back.
async fn survive(storage: &Storage, contents: impl IntoIterator<Item = ExpenseContentBuilder>) {
    for content in contents {
        survives(storage, content.build()).await;
    }
}

async fn survives(storage: &Storage, content: ExpenseContent) {
    let owner = storage.somebody().await;
    let id = expense_id();
    let created = storage.expenses.create(owner, id, &content).await.expect("a new expense");
    assert_eq!(created, stored(id, &content));
    assert_eq!(storage.get(owner, id).await, created);
}

/// One minor unit and 15 nines of it, in currencies of 0, 2, 3 and 4 decimals.
pub async fn the_largest_and_smallest_amounts_survive(storage: Storage) {
    for (code, decimals) in [("JPY", 0), ("EUR", 2), ("KWD", 3), ("CLF", 4)] {
        let currency = Currency::parse(code).expect("a currency");
        assert_eq!(currency.decimals(), decimals);
        for minor in [1, 2, 10, 9_999, 2_147_483_648, 999_999_999_999_998, Money::MAX_MINOR] {
            let money = Money::from_minor(minor, currency).expect("an amount");
            survive(&storage, [expense().money(money)]).await;
        }
    }
}

/// No currency of ISO 4217 is unknown to storage.
pub async fn every_currency_survives(storage: Storage) {
    let amounts = Currency::all().map(|currency| Money::from_minor(12_345, currency).expect("an amount"));
    survive(&storage, amounts.map(|money| expense().money(money))).await;
}

/// The first and the last date with four digits, leap days, the epoch.
pub async fn every_date_survives(storage: Storage) {
    let dates = [
        "0001-01-01",
        "0999-12-31",
        "1582-10-15",
        "1900-02-28",
        "1969-12-31",
        "1970-01-01",
        "1999-12-31",
        "2000-02-29",
        "2024-02-29",
        "2038-01-20",
        "9999-12-31",
    ];
    survive(&storage, dates.map(|date| expense().date(date))).await;
}

/// Instants keep their milliseconds, before and after those that a clock shows today.
pub async fn instants_survive_in_milliseconds(storage: Storage) {
    let instants = [
        "1970-01-01T00:00:00Z",
        "2026-11-23T23:59:59.999Z",
        "2026-11-23T00:00:00.001Z",
        "2038-01-19T03:14:08.100Z",
        "9999-12-31T23:59:59.999Z",
    ];
    survive(&storage, instants.map(|at| expense().updated_at(instant(at)))).await;
}

/// Lengths are counted in characters: each text at its longest, of characters of four bytes.
pub async fn the_longest_texts_survive(storage: Storage) {
    let wide = |count| "😀".repeat(count);
    survive(
        &storage,
        [
            expense().title(&wide(200)).description(&wide(2000)).category(&wide(100)).tags(&[&wide(50)]),
            expense().title("t").description("d").category("c").tags(&["t"]),
            // Folding makes one character into many: what is searched is longer than what was written.
            expense().title(&"\u{FDFA}".repeat(200)).description(&"\u{FDFA}".repeat(2000)),
            expense().category(&"ß".repeat(100)).tags(&[&"ŉ".repeat(50)]),
        ],
    )
    .await;
    let owner = storage.somebody().await;
    storage.add(owner, expense().title(&"\u{FDFA}".repeat(200)).description(&wide(1999))).await;
    let filter = ExpenseFilter { text: Some(search_term(&wide(100))), ..ExpenseFilter::default() };
    assert_eq!(storage.titles(owner, filter).await.len(), 1);
}

/// What means something to SQL, to JSON or to an array literal means nothing here.
pub async fn special_characters_survive(storage: Storage) {
    let texts = [
        "'",
        "''; DROP TABLE expenses; --",
        "\"quoted\"",
        "\\",
        "\\\\n",
        "%",
        "_",
        "100% \\_ %_",
        "{}",
        "{a,b}",
        "{\"a\":1}",
        "[1,2]",
        "NULL",
        "null",
        ",",
        "a,b",
        "$1",
        "?",
        ":name",
        "\u{feff}",
        "\u{200d}",
        "👩‍👩‍👧‍👦",
        "مرحبا",
        "שלום",
        "日本語",
        "e\u{327}\u{301}",
        "\u{10FFFF}",
        "0",
        "false",
    ];
    for text in texts {
        let content = expense().title(text).description(text).category(text).tags(&[text, "other"]);
        survive(&storage, [content]).await;
    }
    let owner = storage.somebody().await;
    for text in texts {
        let id = storage.add(owner, expense().title(text).tags(&[text])).await.id;
        let filter = ExpenseFilter { tag: Some(tag_name(text)), ..ExpenseFilter::default() };
        let found = storage.titles(owner, filter).await;
        assert!(!found.is_empty() && storage.get(owner, id).await.title.as_str() == found[found.len() - 1]);
    }
    let lines = "one\ntwo\r\n\n\tthree\t'four'";
    assert_eq!(ExpenseDescription::parse(lines).expect("lines").as_str(), "one\ntwo\n\n\tthree\t'four'");
    survive(&storage, [expense().description(lines)]).await;
}
