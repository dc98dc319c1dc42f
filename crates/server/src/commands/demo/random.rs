//! Numbers that look random and are the same for ever. (`rand` may change its generators with any release.)

/// `SplitMix64` (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
pub(super) struct Random(u64);

impl Random {
    /// The numbers of a seed and of what they are for.
    pub(super) fn of(seed: u64, purpose: &[u8]) -> Self {
        // FNV-1a, to have both in one number.
        let hash = seed.to_le_bytes().iter().chain(purpose).fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        Self(hash)
    }

    /// Any number.
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// 128 bits.
    pub(super) fn wide(&mut self) -> u128 {
        u128::from(self.next()) << 64 | u128::from(self.next())
    }

    /// A number from `low` to `high`, both included.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        let span = low.abs_diff(high).saturating_add(1);
        low.saturating_add_unsigned(self.next() % span)
    }

    /// True so many times of a thousand.
    pub(super) fn chance(&mut self, per_mille: u64) -> bool {
        self.next() % 1000 < per_mille
    }

    /// One of these.
    pub(super) fn pick<T: Copy>(&mut self, choices: &[T]) -> Option<T> {
        let index = usize::try_from(self.next() % (choices.len().max(1) as u64)).ok()?;
        choices.get(index).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_stay_as_they_are() {
        // The first numbers of SplitMix64 from zero, as published with its reference implementation.
        let mut random = Random(0);
        assert_eq!([random.next(), random.next()], [0xe220_a839_7b1d_cdaf, 0x6e78_9e6a_a1b9_65f4]);
        assert_ne!(Random::of(1, b"a").next(), Random::of(1, b"b").next());
        assert_ne!(Random::of(1, b"a").next(), Random::of(2, b"a").next());
    }

    #[test]
    fn numbers_keep_within_their_bounds() {
        let mut random = Random::of(1, b"");
        let numbers: Vec<i64> = (0..1000).map(|_| random.between(-1, 2)).collect();
        assert!([-1, 0, 1, 2].iter().all(|number| numbers.contains(number)));
        assert!(numbers.iter().all(|number| (-1..=2).contains(number)));
        assert!(!random.chance(0) && random.chance(1000));
        assert_eq!(random.pick::<u8>(&[]), None);
    }
}
