//! Filters of lists, each alone and all together.

use finance_domain::expense::{CategoryFilter, ExpenseFilter, ExpenseKind};
use finance_domain::money::{Currency, Money};
use finance_domain::{CategoryId, UserId};

use super::Storage;
use crate::fixtures::{amount_rank, category_id, category_name, date, expense, search_term, tag_name};

fn all() -> ExpenseFilter {
    ExpenseFilter::default()
}

fn between(from: Option<&str>, to: Option<&str>) -> ExpenseFilter {
    ExpenseFilter { from: from.map(date), to: to.map(date), ..all() }
}

fn amounts(min: Option<&str>, max: Option<&str>) -> ExpenseFilter {
    ExpenseFilter { min_amount: min.map(amount_rank), max_amount: max.map(amount_rank), ..all() }
}

fn category(id: Option<CategoryId>, name: Option<&str>) -> ExpenseFilter {
    ExpenseFilter { category: Some(CategoryFilter { id, name: name.map(category_name) }), ..all() }
}

fn text(term: &str) -> ExpenseFilter {
    ExpenseFilter { text: Some(search_term(term)), ..all() }
}

async fn in_category(storage: &Storage, owner: UserId, title: &str, name: &str) -> CategoryId {
    let created = storage.add(owner, expense().title(title).category(name)).await;
    created.category.expect("a category").id
}

/// Both ends of a range are in it.
pub async fn dates_are_inclusive(storage: Storage) {
    let owner = storage.somebody().await;
    for date in ["0001-01-01", "2024-02-28", "2024-02-29", "2024-03-01", "9999-12-31"] {
        storage.add(owner, expense().title(date).date(date)).await;
    }
    for (from, to, expected) in [
        (Some("2024-02-29"), None, &["2024-02-29", "2024-03-01", "9999-12-31"][..]),
        (None, Some("2024-02-29"), &["0001-01-01", "2024-02-28", "2024-02-29"]),
        (Some("2024-02-29"), Some("2024-02-29"), &["2024-02-29"]),
        (Some("2024-03-02"), Some("9999-12-30"), &[]),
        (Some("2024-03-01"), Some("2024-02-28"), &[]),
        (Some("9999-12-31"), None, &["9999-12-31"]),
        (None, Some("0001-01-01"), &["0001-01-01"]),
    ] {
        assert_eq!(storage.titles(owner, between(from, to)).await, expected, "{from:?} to {to:?}");
    }
}

/// Money that went out, or that came in.
pub async fn by_kind(storage: Storage) {
    let owner = storage.somebody().await;
    storage.add(owner, expense().title("Out")).await;
    storage.add(owner, expense().title("In").income()).await;
    let of = |kind| ExpenseFilter { kind: Some(kind), ..all() };
    assert_eq!(storage.titles(owner, of(ExpenseKind::Expense)).await, ["Out"]);
    assert_eq!(storage.titles(owner, of(ExpenseKind::Income)).await, ["In"]);
}

/// Of one currency.
pub async fn by_currency(storage: Storage) {
    let owner = storage.somebody().await;
    for code in ["EUR", "USD", "JPY"] {
        storage.add(owner, expense().title(code).amount("3", code)).await;
    }
    for (code, expected) in [("USD", &["USD"][..]), ("EUR", &["EUR"]), ("CHF", &[])] {
        let filter = ExpenseFilter { currency: Some(Currency::parse(code).expect("a currency")), ..all() };
        assert_eq!(storage.titles(owner, filter).await, expected);
    }
}

/// A category's name finds it in any case; a part of it does not.
pub async fn by_category_name_without_regard_to_case(storage: Storage) {
    let owner = storage.somebody().await;
    in_category(&storage, owner, "Soup", "Straße").await;
    in_category(&storage, owner, "Bus", "Travel").await;
    storage.add(owner, expense().title("Nowhere")).await;
    for (name, expected) in
        [("Straße", &["Soup"][..]), ("STRASSE", &["Soup"]), ("travel", &["Bus"]), ("tra", &[]), ("%", &[])]
    {
        assert_eq!(storage.titles(owner, category(None, Some(name))).await, expected, "{name}");
    }
}

/// A category's id.
pub async fn by_category_id(storage: Storage) {
    let owner = storage.somebody().await;
    let food = in_category(&storage, owner, "Soup", "Food").await;
    let travel = in_category(&storage, owner, "Bus", "Travel").await;
    storage.add(owner, expense().title("Nowhere")).await;
    for (id, expected) in [(food, &["Soup"][..]), (travel, &["Bus"]), (category_id(), &[])] {
        assert_eq!(storage.titles(owner, category(Some(id), None)).await, expected);
    }
}

/// An id and a name that belong to different categories find nothing; neither of them filters nothing.
pub async fn by_category_name_and_id_when_both_hold(storage: Storage) {
    let owner = storage.somebody().await;
    let food = in_category(&storage, owner, "Soup", "Food").await;
    in_category(&storage, owner, "Bus", "Travel").await;
    storage.add(owner, expense().title("Nowhere")).await;
    assert_eq!(storage.titles(owner, category(Some(food), Some("FOOD"))).await, ["Soup"]);
    assert!(storage.titles(owner, category(Some(food), Some("Travel"))).await.is_empty());
    assert!(storage.titles(owner, category(Some(category_id()), Some("Food"))).await.is_empty());
    assert_eq!(storage.titles(owner, category(None, None)).await, ["Soup", "Bus", "Nowhere"]);
}

/// A tag finds each expense that has it once, among whatever others.
pub async fn by_tag_without_regard_to_case(storage: Storage) {
    let owner = storage.somebody().await;
    storage.add(owner, expense().title("Both").tags(&["Work", "Straße"])).await;
    storage.add(owner, expense().title("One").tags(&["straße"])).await;
    storage.add(owner, expense().title("None")).await;
    for (name, expected) in [
        ("STRASSE", &["Both", "One"][..]),
        ("work", &["Both"]),
        ("wor", &[]),
        ("Work,", &[]),
        ("%", &[]),
        ("unknown", &[]),
    ] {
        let filter = ExpenseFilter { tag: Some(tag_name(name)), ..all() };
        assert_eq!(storage.titles(owner, filter).await, expected, "{name}");
    }
}

/// 3 JPY, 3.00 EUR and 3.000 KWD are equal; both bounds are inclusive.
pub async fn amounts_are_compared_in_major_units(storage: Storage) {
    let owner = storage.somebody().await;
    for (amount, code) in [("2.999", "KWD"), ("3", "JPY"), ("3", "EUR"), ("3.0001", "CLF"), ("3.01", "USD")] {
        storage.add(owner, expense().title(&format!("{amount} {code}")).amount(amount, code)).await;
    }
    for (min, max, expected) in [
        (Some("3"), Some("3"), &["3 JPY", "3 EUR"][..]),
        (Some("3.0001"), None, &["3.0001 CLF", "3.01 USD"]),
        (None, Some("2.9999"), &["2.999 KWD"]),
        (Some("0"), Some("2.999"), &["2.999 KWD"]),
        (Some("4"), Some("2"), &[]),
        (Some("0"), None, &["2.999 KWD", "3 JPY", "3 EUR", "3.0001 CLF", "3.01 USD"]),
    ] {
        assert_eq!(storage.titles(owner, amounts(min, max)).await, expected, "{min:?} to {max:?}");
    }
}

/// The largest amounts of each number of decimals, which no single integer of minor units could compare.
pub async fn amounts_at_the_edges(storage: Storage) {
    let owner = storage.somebody().await;
    for code in ["JPY", "EUR", "KWD", "CLF"] {
        let money = Money::from_minor(Money::MAX_MINOR, Currency::parse(code).expect("a currency"));
        storage.add(owner, expense().title(code).money(money.expect("an amount"))).await;
    }
    storage.add(owner, expense().title("least").amount("0.0001", "CLF")).await;
    for (min, max, expected) in [
        (Some("999999999999999"), None, &["JPY"][..]),
        (Some("9999999999999.99"), None, &["JPY", "EUR"]),
        (Some("9999999999999.98"), Some("999999999999998"), &["EUR"]),
        (Some("999999999999.999"), Some("999999999999.999"), &["KWD"]),
        (None, Some("99999999999.9999"), &["CLF", "least"]),
        (None, Some("0.0001"), &["least"]),
        (None, Some("0"), &[]),
        (Some("0"), Some("999999999999999"), &["JPY", "EUR", "KWD", "CLF", "least"]),
    ] {
        assert_eq!(storage.titles(owner, amounts(min, max)).await, expected, "{min:?} to {max:?}");
    }
}

/// A part of the title or of the description, wherever it is.
pub async fn text_in_title_and_description(storage: Storage) {
    let owner = storage.somebody().await;
    storage.add(owner, expense().title("Train to Lyon")).await;
    storage.add(owner, expense().title("Hotel").description("two nights\nin Lyon, by the river")).await;
    for (term, expected) in [
        ("Lyon", &["Train to Lyon", "Hotel"][..]),
        ("train", &["Train to Lyon"]),
        ("ain to l", &["Train to Lyon"]),
        ("river", &["Hotel"]),
        ("hotel", &["Hotel"]),
        ("nights in", &[]),
        ("hoteltwo", &[]),
        ("hotel two", &[]),
        ("Paris", &[]),
    ] {
        assert_eq!(storage.titles(owner, text(term)).await, expected, "{term}");
    }
}

/// Unicode's letters without their case, width and accents.
pub async fn text_without_regard_to_case_and_accents(storage: Storage) {
    let owner = storage.somebody().await;
    for title in
        ["Crème Brûlée", "GROẞE STRASSE", "Ｋａｆｆｅｅ", "ﬁnal", "İstanbul", "Ёлка", "Ωmega", "日本語"]
    {
        storage.add(owner, expense().title(title)).await;
    }
    for (term, expected) in [
        ("creme BRULEE", "Crème Brûlée"),
        ("CRE\u{300}ME", "Crème Brûlée"),
        ("große straße", "GROẞE STRASSE"),
        ("kaffee", "Ｋａｆｆｅｅ"),
        ("FINAL", "ﬁnal"),
        ("istanbul", "İstanbul"),
        ("елка", "Ёлка"),
        ("ωMEGA", "Ωmega"),
        ("本", "日本語"),
    ] {
        assert_eq!(storage.titles(owner, text(term)).await, [expected], "{term}");
    }
    // Nothing is left of an accent on its own, and nothing is in everything.
    assert_eq!(storage.titles(owner, text("\u{301}")).await.len(), 8);
}

/// What SQL's LIKE or a regular expression would read as a pattern is looked for as it is.
pub async fn wildcards_in_text_are_literal(storage: Storage) {
    let owner = storage.somebody().await;
    let titles = ["100%", "a_b", "a\\b", "it's", "a.*b", "[ab]", "a?b*", "axb", "100"];
    for title in titles {
        storage.add(owner, expense().title(title)).await;
    }
    for (term, expected) in [
        ("%", &["100%"][..]),
        ("_", &["a_b"]),
        ("\\", &["a\\b"]),
        ("'", &["it's"]),
        ("a_b", &["a_b"]),
        ("a%b", &[]),
        (".*", &["a.*b"]),
        ("[ab]", &["[ab]"]),
        ("?", &["a?b*"]),
        ("*", &["a.*b", "a?b*"]),
        ("\\%", &[]),
        ("100\\", &[]),
        ("100", &["100%", "100"]),
    ] {
        assert_eq!(storage.titles(owner, text(term)).await, expected, "{term}");
    }
}

/// An expense is found when it passes each filter, and is not when it fails any one of them.
pub async fn all_filters_must_hold(storage: Storage) {
    let owner = storage.somebody().await;
    let right = || {
        expense()
            .title("Right")
            .category("Food")
            .tags(&["work"])
            .amount("20", "CHF")
            .date("2026-05-05")
            .income()
    };
    let created = storage.add(owner, right()).await;
    for wrong in [
        right().title("Other"),
        right().category("Travel"),
        right().tags(&["home"]),
        right().amount("20", "EUR"),
        right().amount("9.99", "CHF"),
        right().amount("30.01", "CHF"),
        right().date("2026-05-04"),
        right().date("2026-05-07"),
    ] {
        storage.add(owner, wrong).await;
    }
    storage.add(owner, expense().title("Right")).await;
    let filter = ExpenseFilter {
        from: Some(date("2026-05-05")),
        to: Some(date("2026-05-06")),
        category: Some(CategoryFilter {
            id: created.category.as_ref().map(|category| category.id),
            name: Some(category_name("food")),
        }),
        tag: Some(tag_name("WORK")),
        kind: Some(ExpenseKind::Income),
        currency: Some(Currency::parse("CHF").expect("a currency")),
        min_amount: Some(amount_rank("10")),
        max_amount: Some(amount_rank("30")),
        text: Some(search_term("right")),
    };
    for sort in super::support::SORTS {
        assert_eq!(storage.walk(owner, &filter, sort, 1).await, std::slice::from_ref(&created));
    }
}
