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

    /// The mean, rounded likewise; `None` of nothing.
    pub fn mean(percents: &[Self]) -> Option<Self> {
        let sum: i128 = percents.iter().map(|percent| percent.0).sum();
        let count = i128::try_from(percents.len()).ok().filter(|count| *count > 0)?;
        Some(Self(divide(sum, count)))
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
        assert_eq!(Percent::mean(&[]), None);
        assert_eq!(Percent::mean(&[Percent(1), Percent(2)]), Some(Percent(2)));
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
