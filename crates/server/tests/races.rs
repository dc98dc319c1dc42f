//! Many clients want the same thing at once.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a panic is a failed test")]

mod support;

use serde_json::json;
use support::{Engine, PASSWORD, Place, Request, at_once, on_both_engines};

on_both_engines!(
    one_address_is_registered_once,
    one_of_many_conditional_changes_wins,
    one_of_many_conditional_replacements_wins,
    changes_without_a_condition_all_count,
    one_of_many_deletions_wins,
    a_category_is_made_once,
);

/// One address in its spellings: case, composition, full case folding.
const SPELLINGS: [&str; 8] = [
    "jos\u{e9}.stra\u{df}e@example.org",
    "jose\u{301}.stra\u{df}e@example.org",
    "JOS\u{c9}.STRASSE@EXAMPLE.ORG",
    "JOSE\u{301}.STRASSE@EXAMPLE.ORG",
    "Jos\u{e9}.Stra\u{1e9e}e@Example.Org",
    "jos\u{e9}.strasse@example.org",
    "jo\u{17f}\u{e9}.strasse@example.org",
    "JOS\u{c9}.stra\u{df}E@EXAMPLE.org",
];

fn one_address_is_registered_once(engine: Engine) {
    let place = Place::new(engine);
    let server = place.serve();
    for round in 0..4 {
        let spellings: Vec<String> = SPELLINGS.iter().map(|spelling| format!("{round}{spelling}")).collect();
        let password = |number: usize| format!("{PASSWORD} of thread {number}");
        let statuses = at_once(2 * SPELLINGS.len(), |number| {
            let body = json!({"email": spellings[number % SPELLINGS.len()], "password": password(number)});
            let answer = server.client().post("/auth/register", &body);
            if answer.status != 201 {
                assert_eq!(answer.problem(), (409, "email_taken".into()));
            }
            answer.status
        });
        let winners: Vec<usize> = (0..statuses.len()).filter(|number| statuses[*number] == 201).collect();
        let [winner] = winners[..] else { panic!("{statuses:?}") };
        let mut client = server.client();
        for spelling in &spellings {
            let mut status = |number| {
                client.post("/auth/login", &json!({"email": spelling, "password": password(number)})).status
            };
            assert_eq!((status(winner), status(winner ^ 1)), (200, 401), "{spelling}");
        }
    }
}

const CLIENTS: usize = 64;

/// Exactly one of 64 requests with the tag of the version that all of them have seen goes through.
fn one_wins(engine: Engine, request: impl Fn(usize, &str) -> Request + Sync, won: u16) {
    let place = Place::new(engine);
    let server = place.serve();
    let user = server.user("ada@example.org");
    let mut owner = user.another();
    let made = owner.expense(&json!({"title": "start", "amount": 1, "tags": ["a"], "category": "c"}));
    let address = format!("/expenses/{}", made["id"].as_str().unwrap());
    for version in 1..=3 {
        let answers = at_once(CLIENTS, |number| {
            let request = request(number, &address).header("if-match", format!("\"{version}\""));
            user.another().send(&request)
        });
        let winners: Vec<usize> = (0..CLIENTS).filter(|number| answers[*number].status == won).collect();
        let [winner] = winners[..] else { panic!("{winners:?} of {engine:?} won") };
        if won == 204 {
            let lost = answers.iter().filter(|answer| matches!(answer.status, 404 | 412)).count();
            assert_eq!(lost, CLIENTS - 1);
            assert_eq!(owner.get(&address).status, 404);
            return;
        }
        for (_, answer) in answers.iter().enumerate().filter(|(number, _)| *number != winner) {
            assert_eq!(answer.problem(), (412, "stale".into()));
        }
        let now = owner.get(&address).expect_status(200);
        assert_eq!(now.header("etag"), answers[winner].header("etag"));
        assert!(now.header("etag").starts_with(&format!("\"{}-", version + 1)));
        assert_eq!(now.json(), answers[winner].json());
        assert_eq!(now.json()["title"], format!("thread {winner}"));
    }
}

fn one_of_many_conditional_changes_wins(engine: Engine) {
    let patch = |number, address: &str| {
        Request::new("PATCH", address)
            .json(&json!({"title": format!("thread {number}"), "tags": [format!("t{number}")]}))
    };
    one_wins(engine, patch, 200);
}

fn one_of_many_conditional_replacements_wins(engine: Engine) {
    let put = |number, address: &str| {
        let body = json!({"title": format!("thread {number}"), "amount": number + 1, "category": format!("c{number}")});
        Request::new("PUT", address).json(&body)
    };
    one_wins(engine, put, 200);
}

fn one_of_many_deletions_wins(engine: Engine) {
    one_wins(engine, |_, address| Request::new("DELETE", address), 204);
}

fn changes_without_a_condition_all_count(engine: Engine) {
    const CHANGES: usize = 32;
    let place = Place::new(engine);
    let server = place.serve();
    let user = server.user("ada@example.org");
    let mut owner = user.another();
    let made = owner.expense(&json!({"title": "start", "amount": 1}));
    let address = format!("/expenses/{}", made["id"].as_str().unwrap());
    let mut versions = at_once(CHANGES, |number| {
        // Different members: none of them may be lost to another's change.
        let body = if number == 0 {
            json!({"description": "kept"})
        } else {
            json!({"title": format!("thread {number}")})
        };
        user.another().patch(&address, &body).expect_status(200).json()["version"].as_u64().unwrap()
    });
    versions.sort_unstable();
    assert_eq!(versions, (2..2 + CHANGES as u64).collect::<Vec<_>>());
    let now = owner.get(&address).json();
    assert_eq!((&now["version"], &now["description"]), (&json!(1 + CHANGES), &json!("kept")));

    let profile = at_once(CHANGES, |number| {
        let body = if number == 0 {
            json!({"currency": "JPY"})
        } else {
            json!({"name": format!("thread {number}")})
        };
        user.another().patch("/me", &body).expect_status(200).json()["version"].as_u64().unwrap()
    });
    assert_eq!(profile.iter().max(), Some(&(1 + CHANGES as u64)));
    assert_eq!(owner.get("/me").json()["currency"], "JPY");
}

fn a_category_is_made_once(engine: Engine) {
    let place = Place::new(engine);
    let server = place.serve();
    let user = server.user("ada@example.org");
    let spellings = ["Caf\u{e9}", "CAFE\u{301}", "caf\u{e9}", "CAF\u{c9}"];
    let made = at_once(32, |number| {
        let spelling = spellings[number % spellings.len()];
        user.another().expense(&json!({"title": "x", "amount": 1, "category": spelling, "tags": [spelling]}))
    });
    for expense in &made {
        assert_eq!(
            (&expense["category_id"], &expense["category"], &expense["tags"]),
            (&made[0]["category_id"], &made[0]["category"], &made[0]["tags"])
        );
    }
    assert_eq!(user.another().every("category=CAF%C3%89&tag=caf%C3%A9").len(), 32);
}
