//! Leases: who does a piece of work for all.

use chrono::TimeDelta;
use finance_domain::lease::LeaseHolder;
use finance_domain::ports::Clock as _;

use super::Storage;
use super::support::concurrently;
use crate::fixtures::{TestClock, user_id};

fn somebody() -> LeaseHolder {
    LeaseHolder::new(user_id().uuid())
}

impl Storage {
    /// Takes the lease `work` for a minute, so many seconds after the start; answers whether that went well.
    async fn takes(&self, holder: LeaseHolder, after: i64) -> bool {
        let now = TestClock::new().now() + TimeDelta::seconds(after);
        self.leases.take("work", holder, now, now + TimeDelta::seconds(60)).await.expect("an answer")
    }
}

/// A lease has one holder, who prolongs it at will.
pub async fn a_lease_has_one_holder(storage: Storage) {
    let (ada, eve) = (somebody(), somebody());
    assert!(storage.takes(ada, 0).await);
    assert!(!storage.takes(eve, 1).await);
    assert!(storage.takes(ada, 50).await);
    assert!(!storage.takes(eve, 109).await);
}

/// Who lets it expire loses it to whoever comes first.
pub async fn a_lease_expires(storage: Storage) {
    let (ada, eve) = (somebody(), somebody());
    assert!(storage.takes(ada, 0).await);
    assert!(storage.takes(eve, 60).await);
    assert!(!storage.takes(ada, 61).await);
}

/// Who took it by a clock that was ahead keeps nobody else away.
pub async fn a_lease_from_a_clock_ahead_is_free(storage: Storage) {
    let (ada, eve) = (somebody(), somebody());
    assert!(storage.takes(ada, 60).await);
    assert!(!storage.takes(eve, 0).await, "the clocks of two may differ a little");
    assert!(storage.takes(ada, 61).await);
    assert!(storage.takes(eve, 0).await);
    assert!(storage.takes(ada, 400 * 24 * 60 * 60).await);
    assert!(storage.takes(eve, 0).await);
}

/// Given back it is free at once; another one's cannot be given back.
pub async fn a_lease_is_given_back(storage: Storage) {
    let (ada, eve) = (somebody(), somebody());
    assert!(storage.takes(ada, 0).await);
    storage.leases.release("work", eve).await.expect("an answer");
    assert!(!storage.takes(eve, 1).await);
    storage.leases.release("work", ada).await.expect("an answer");
    assert!(storage.takes(eve, 1).await);
    storage.leases.release("nothing", ada).await.expect("an answer");
}

/// Leases of other names are other leases.
pub async fn leases_have_names(storage: Storage) {
    let (ada, eve) = (somebody(), somebody());
    let now = TestClock::new().now();
    assert!(storage.takes(ada, 0).await);
    assert!(
        storage.leases.take("other work", eve, now, now + TimeDelta::seconds(60)).await.expect("an answer")
    );
}

/// Of 16 who come at once one gets it, be it free or expired.
pub async fn one_of_16_gets_a_lease(storage: Storage) {
    for after in [0, 60] {
        let taken = concurrently((0..16).map(|_| {
            let storage = storage.clone();
            async move { storage.takes(somebody(), after).await }
        }))
        .await;
        assert_eq!(taken.into_iter().filter(|taken| *taken).count(), 1);
    }
}
