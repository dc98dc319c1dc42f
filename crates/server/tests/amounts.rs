//! Amounts at every edge: what is valid comes back exactly as text, what is not is refused and stores nothing.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a panic is a failed test")]

mod support;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use support::{Client, Engine, Place, Request, on_both_engines};

on_both_engines!(valid_amounts_come_back_exactly, invalid_amounts_are_refused, the_edges_themselves);

/// Currencies and their decimals (ISO 4217).
const CURRENCIES: [(&str, u32); 8] =
    [("EUR", 2), ("USD", 2), ("JPY", 0), ("KRW", 0), ("KWD", 3), ("TND", 3), ("CLF", 4), ("UYW", 4)];

/// Fifteen nines: the most that a double carries unchanged.
const MOST: u64 = 999_999_999_999_999;

fn runner(cases: u32) -> TestRunner {
    // Failures are told with their input; there is no file to keep seeds in.
    TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() })
}

/// An amount as the API writes it.
fn canonical(minor: u64, decimals: u32) -> String {
    if decimals == 0 {
        return minor.to_string();
    }
    let factor = 10_u64.pow(decimals);
    format!("{}.{:0width$}", minor / factor, minor % factor, width = decimals as usize)
}

/// The same number in other words.
fn spelled(minor: u64, decimals: u32, spelling: u8) -> String {
    let canonical = canonical(minor, decimals);
    match spelling {
        0 => canonical,
        1 if decimals > 0 => canonical.trim_end_matches('0').trim_end_matches('.').to_owned(),
        1 => format!("{canonical}.0"),
        2 => format!("{minor}e-{decimals}"),
        3 => format!("{minor}.000E-{decimals}"),
        _ if decimals > 0 => format!("{canonical}000"),
        _ => format!("{canonical}e+0"),
    }
}

fn body(amount: &str, currency: &str) -> String {
    format!(r#"{{"title":"x","amount":{amount},"currency":"{currency}"}}"#)
}

fn send(client: &mut Client, method: &str, target: &str, body: String) -> support::Answer {
    client.send(&Request::new(method, target).body("application/json", body))
}

fn minor_units() -> impl Strategy<Value = u64> {
    prop_oneof![
        2 => 1..=MOST,
        1 => (MOST - 100)..=MOST,
        1 => 1..=1000_u64,
        1 => (0..15_u32, 1..=9_u64).prop_map(|(zeros, digit)| digit * 10_u64.pow(zeros)),
        1 => (1..=15_u32).prop_map(|nines| 10_u64.pow(nines) - 1),
    ]
}

fn valid_amounts_come_back_exactly(engine: Engine) {
    let place = Place::new(engine);
    let server = place.serve();
    let client = std::cell::RefCell::new(server.user("ada@example.org"));
    let strategy = (minor_units(), proptest::sample::select(&CURRENCIES[..]), 0..5_u8);
    let outcome = runner(64).run(&strategy, |(minor, (currency, decimals), spelling)| {
        let client = &mut *client.borrow_mut();
        let (sent, expected) = (spelled(minor, decimals, spelling), canonical(minor, decimals));
        let answer = send(client, "POST", "/expenses/", body(&sent, currency));
        prop_assert_eq!(answer.status, 201, "{}", answer.text());
        prop_assert_eq!(answer.amount_text(), expected.clone());
        let location = answer.header("location").to_owned();
        prop_assert_eq!(client.get(&location).amount_text(), expected.clone());
        let list = client.get(&format!(
            "/expenses/?limit=1&sort=-created_at&currency={currency}&min_amount={expected}&max_amount={expected}"
        ));
        prop_assert_eq!(list.status, 200, "{}", list.text());
        prop_assert_eq!(list.amount_text(), expected.clone());
        for (method, text) in [
            ("PUT", body("1", "EUR")),
            ("PATCH", format!(r#"{{"amount":{sent},"currency":"{currency}"}}"#)),
            ("PUT", body(&sent, currency)),
        ] {
            let answer = send(client, method, &location, text);
            prop_assert_eq!(answer.status, 200, "{}", answer.text());
        }
        let answer = client.get(&location);
        prop_assert_eq!((answer.amount_text(), answer.json()["version"].as_i64()), (expected, Some(4)));
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
}

/// What is no amount of a currency with these decimals.
fn invalid(decimals: u32) -> impl Strategy<Value = String> {
    prop_oneof![
        // One decimal too many.
        (1..=9_u8, 0..1000_u32).prop_map(move |(digit, whole)| format!(
            "{whole}.{:0width$}{digit}",
            0,
            width = decimals as usize
        )),
        // Too large, by one or by a lot.
        (1..=u64::from(u32::MAX)).prop_map(move |above| canonical(MOST + above, decimals)),
        (15..400_u32).prop_map(|zeros| format!("1{}", "0".repeat(zeros as usize))),
        (16..9999_u32).prop_map(|exponent| format!("1e{exponent}")),
        (5..9999_u32).prop_map(|exponent| format!("1e-{exponent}")),
        // Nothing, or less than nothing.
        (0..6_usize).prop_map(|zeros| format!("0.{}0", "0".repeat(zeros))),
        (1..=MOST).prop_map(move |minor| format!("-{}", canonical(minor, decimals))),
        // Something else.
        (1..=MOST).prop_map(move |minor| format!("\"{}\"", canonical(minor, decimals))),
        proptest::sample::select(vec![
            "0",
            "-0",
            "0e0",
            "null",
            "true",
            "[1]",
            "{}",
            "\"\"",
            "NaN",
            "Infinity",
            "-Infinity"
        ])
        .prop_map(str::to_owned),
    ]
}

fn invalid_amounts_are_refused(engine: Engine) {
    let place = Place::new(engine);
    let server = place.serve();
    let client = std::cell::RefCell::new(server.user("ada@example.org"));
    let kept = client.borrow_mut().expense(&serde_json::json!({"title": "kept", "amount": 1.5}));
    let location = format!("/expenses/{}", kept["id"].as_str().unwrap());
    let strategy = proptest::sample::select(&CURRENCIES[..])
        .prop_flat_map(|(currency, decimals)| (Just(currency), invalid(decimals)));
    let outcome = runner(64).run(&strategy, |(currency, amount)| {
        let client = &mut *client.borrow_mut();
        for (method, target) in [("POST", "/expenses/"), ("PUT", &location), ("PATCH", &location)] {
            let answer = send(client, method, target, body(&amount, currency));
            prop_assert_eq!(answer.status, 422, "{} {}", amount, answer.text());
            let fields = answer.bad_fields();
            prop_assert!(fields.len() == 1 && fields[0].starts_with("/amount "), "{:?}", fields);
        }
        prop_assert_eq!(client.every(""), vec![kept.clone()]);
        Ok::<(), TestCaseError>(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
}

fn the_edges_themselves(engine: Engine) {
    let place = Place::new(engine);
    let server = place.serve();
    let mut client = server.user("ada@example.org");
    for (currency, decimals) in CURRENCIES {
        for minor in [1, MOST] {
            let amount = canonical(minor, decimals);
            let answer = send(&mut client, "POST", "/expenses/", body(&amount, currency));
            assert_eq!(answer.expect_status(201).amount_text(), amount, "{currency}");
        }
        for amount in [canonical(MOST + 1, decimals), canonical(0, decimals)] {
            let answer = send(&mut client, "POST", "/expenses/", body(&amount, currency));
            assert_eq!(answer.bad_fields().len(), 1, "{amount} {currency}");
        }
    }
    assert_eq!(client.every("").len(), 2 * CURRENCIES.len());
    for currency in ["eur", "EURO", "XXX", "XAU", "ZZZ", ""] {
        let answer = send(&mut client, "POST", "/expenses/", body("1", currency));
        assert_eq!(answer.bad_fields(), ["/currency unknown_currency"], "{currency}");
    }
    // A change of the currency alone keeps the number where it can.
    let location = send(&mut client, "POST", "/expenses/", body("1.50", "EUR")).header("location").to_owned();
    let refused = send(&mut client, "PATCH", &location, r#"{"currency":"JPY"}"#.to_owned());
    assert_eq!(refused.bad_fields(), ["/amount too_many_decimals"]);
    let changed = send(&mut client, "PATCH", &location, r#"{"currency":"KWD"}"#.to_owned());
    assert_eq!(changed.expect_status(200).amount_text(), "1.500");
}
