//! The clock of the machine, and identifiers.

use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use chrono::{DateTime, Utc};
use finance_domain::ports::{Clock, IdGenerator};
use uuid::{Builder, Uuid};

/// The clock of the machine.
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        // A clock before 1970 is broken; the epoch shows that as well as any other instant.
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since_epoch.as_millis())
            .ok()
            .and_then(DateTime::from_timestamp_millis)
            .unwrap_or(DateTime::<Utc>::MAX_UTC)
    }
}

/// Makes version 7 UUIDs by method 2 of RFC 9562, section 6.2: the 74 bits behind the timestamp are a counter that
/// begins anywhere and grows by random steps.
///
/// The counter never begins anew, so that ids of one millisecond are in order even when those of another were made
/// in between. The timestamp is exactly the one asked for: uuid's own `ContextV7` moves it when time goes back.
pub(crate) struct UuidV7Generator {
    last: Mutex<u128>,
}

/// The bits that a version 7 UUID leaves for the counter.
const COUNTER_BITS: u32 = 74;

impl UuidV7Generator {
    /// A generator whose ids nobody can tell from those made before.
    pub(crate) fn new() -> Self {
        Self { last: Mutex::new(random_start()) }
    }

    fn next_counter(&self) -> u128 {
        // Nothing that runs under the lock can panic and leave half a change.
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        *last += u128::from(rand::random::<u32>()) + 1;
        if *last >> COUNTER_BITS != 0 {
            // After some 2^42 ids, that is, years at full load.
            *last = random_start();
        }
        *last
    }
}

impl IdGenerator for UuidV7Generator {
    fn generate(&self, at: DateTime<Utc>) -> Uuid {
        uuid_v7(at, self.next_counter())
    }
}

/// Somewhere in the lower half, so that the upper half is left to grow into.
fn random_start() -> u128 {
    rand::random::<u128>() >> (128 - COUNTER_BITS + 1)
}

/// A version 7 UUID of these milliseconds and the lower 74 bits of `rest`.
pub(crate) fn uuid_v7(at: DateTime<Utc>, rest: u128) -> Uuid {
    let millis = u64::try_from(at.timestamp_millis()).unwrap_or(0);
    // The builder overwrites 4 bits of the first byte by the version and 2 bits of the third by the variant.
    let spread = (rest >> 62 << 64) | (rest & ((1 << 62) - 1));
    let [_, _, _, _, _, _, bytes @ ..] = spread.to_be_bytes();
    Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use finance_domain::ExpenseId;

    use super::*;

    fn at(millis: i64) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(millis).unwrap()
    }

    #[test]
    fn the_clock_ticks_in_milliseconds() {
        let now = SystemClock.now();
        assert_eq!(now.timestamp_subsec_nanos() % 1_000_000, 0);
        assert!(now.timestamp() > 1_700_000_000);
    }

    #[test]
    fn ids_have_the_time_asked_for_and_grow_within_it() {
        let ids = UuidV7Generator::new();
        let mut last = [Uuid::nil(); 3];
        for _ in 0..100_000 {
            for (index, millis) in
                [1_800_000_000_001, 1_700_000_000_000, 1_800_000_000_000].into_iter().enumerate()
            {
                let id = ids.generate(at(millis));
                assert_eq!(ExpenseId::new(id).created_at(), at(millis));
                assert_eq!((id.get_version_num(), id.get_variant()), (7, uuid::Variant::RFC4122));
                assert!(id > last[index]);
                last[index] = id;
            }
        }
    }

    #[test]
    fn threads_and_processes_never_make_the_same_id() {
        let generators = [UuidV7Generator::new(), UuidV7Generator::new()];
        let ids: Vec<Uuid> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4)
                .map(|n| {
                    let ids = &generators[n % 2];
                    scope.spawn(move || (0..10_000).map(|_| ids.generate(at(0))).collect::<Vec<_>>())
                })
                .collect();
            threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(ids.iter().collect::<HashSet<_>>().len(), 40_000);
    }

    #[test]
    fn a_full_counter_begins_anew() {
        let ids = UuidV7Generator { last: Mutex::new((1 << COUNTER_BITS) - 1) };
        assert!(ids.next_counter() >> (COUNTER_BITS - 1) == 0);
    }

    #[test]
    fn every_bit_of_the_counter_has_its_place() {
        let all = (1_u128 << COUNTER_BITS) - 1;
        assert_eq!(uuid_v7(at(0), all).to_string(), "00000000-0000-7fff-bfff-ffffffffffff");
        assert_eq!(uuid_v7(at(1), 1 << 62).to_string(), "00000000-0001-7001-8000-000000000000");
    }
}
