//! Division of whole numbers, rounded half away from zero as people round.

use std::fmt;

/// `dividend` / `divisor`, rounded half away from zero; zero for a divisor of zero.
pub(super) fn divide(dividend: i128, divisor: i128) -> i128 {
    if divisor == 0 {
        return 0;
    }
    let magnitude = {
        let (dividend, divisor) = (dividend.unsigned_abs(), divisor.unsigned_abs());
        let (quotient, rest) = (dividend / divisor, dividend % divisor);
        let up = rest >= divisor - rest;
        i128::try_from(quotient + u128::from(up)).unwrap_or(i128::MAX)
    };
    if (dividend < 0) == (divisor < 0) { magnitude } else { -magnitude }
}

/// A percentage with two decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Percent(i128);

impl Percent {
    /// What part of `whole` is `part`, rounded half away from zero; `None` of nothing.
    pub fn of(part: i128, whole: i128) -> Option<Self> {
        (whole != 0).then(|| Self(divide(part * 10_000, whole)))
    }

    /// The mean of what part of each whole is its part, none of them negative; wholes of zero are left out. Rounded once,
    /// half away from zero; `None` of nothing.
    pub fn mean(shares: &[(i128, i128)]) -> Option<Self> {
        // How much finer than a hundredth of a percent each is computed. Parts of up to 10^24 minor units fit beside it.
        const FINER: u128 = 10_u128.pow(10);
        // Rounded up there, so that thirds which come to a half are not taken for less.
        let fine = |(part, whole): &(i128, i128)| {
            let (part, whole) = (part.unsigned_abs(), whole.unsigned_abs());
            (whole != 0).then(|| part.saturating_mul(10_000 * FINER).div_ceil(whole))
        };
        let fine: Vec<u128> = shares.iter().filter_map(fine).collect();
        let sum = fine.iter().fold(0, |sum: u128, share| sum.saturating_add(*share));
        let count = u128::try_from(fine.len()).ok().filter(|count| *count > 0)?;
        let signed = |number| i128::try_from(number).unwrap_or(i128::MAX);
        Some(Self(divide(signed(sum), signed(count * FINER))))
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let hundredths = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:02}", hundredths / 100, hundredths % 100)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn halves_go_away_from_zero() {
        for (dividend, divisor, quotient) in [
            (5, 2, 3),
            (-5, 2, -3),
            (5, -2, -3),
            (-5, -2, 3),
            (4, 3, 1),
            (-4, 3, -1),
            (0, 7, 0),
            (7, 0, 0),
            (1, 2, 1),
        ] {
            assert_eq!(divide(dividend, divisor), quotient, "{dividend} / {divisor}");
        }
    }

    #[test]
    fn percents_have_two_decimals() {
        let text = |part, whole| Percent::of(part, whole).map(|percent| percent.to_string());
        assert_eq!(text(1, 3).as_deref(), Some("33.33"));
        assert_eq!(text(2, 3).as_deref(), Some("66.67"));
        assert_eq!(text(-1, 20_000).as_deref(), Some("-0.01"));
        assert_eq!(text(-1, 30_000).as_deref(), Some("0.00"));
        assert_eq!(text(1, 0), None);
    }

    #[test]
    fn a_mean_of_percents_is_rounded_once() {
        let text = |shares: &[_]| Percent::mean(shares).map(|percent| percent.to_string());
        assert_eq!(text(&[]), None);
        assert_eq!(text(&[(1, 0)]), None);
        assert_eq!(text(&[(1, 0), (1, 3), (2, 3)]).as_deref(), Some("50.00"));
        // 0.014 %, 0.014 % and 0.017 %.
        assert_eq!(text(&[(14, 100_000), (14, 100_000), (17, 100_000)]).as_deref(), Some("0.02"));
        // A third and two thirds of 0.01 %.
        assert_eq!(text(&[(1, 30_000), (2, 30_000)]).as_deref(), Some("0.01"));
        let large = 10_i128.pow(24);
        assert_eq!(Percent::mean(&[(large, 1), (large, 2)]), Some(Percent(large * 7_500)));
        assert!(Percent::mean(&[(i128::MAX, 1), (i128::MAX, 1)]) > Some(Percent(large)));
    }

    proptest! {
        #[test]
        fn the_quotient_is_the_nearest(dividend in -1_000_000_i128..1_000_000, divisor in 1_i128..1000) {
            let quotient = divide(dividend, divisor);
            prop_assert!((dividend - quotient * divisor).abs() * 2 <= divisor);
            prop_assert_eq!(divide(-dividend, divisor), -quotient);
        }
    }
}
