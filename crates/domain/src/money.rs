//! Money: an integer of minor units with its ISO 4217 currency. No binary float comes near it.

use std::fmt;

/// A currency of ISO 4217 in which something can be paid, that is, one with minor units defined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Currency(iso_currency::Currency);

/// The text is no code of an ISO 4217 currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be the code of an ISO 4217 currency in capitals, such as EUR")]
pub struct UnknownCurrency;

impl Currency {
    /// The currency of new accounts.
    pub const EUR: Self = Self(iso_currency::Currency::EUR);

    /// Reads an alphabetic code in capitals, such as `EUR`.
    pub fn parse(code: &str) -> Result<Self, UnknownCurrency> {
        iso_currency::Currency::from_code(code)
            .filter(|currency| currency.exponent().is_some())
            .map(Self)
            .ok_or(UnknownCurrency)
    }

    /// The alphabetic code of ISO 4217.
    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// How many decimals an amount has (ISO 4217 "minor unit"): 2 for EUR, 0 for JPY, 3 for KWD.
    pub fn decimals(self) -> u32 {
        self.0.exponent().map_or(0, u32::from)
    }

    /// Every currency, in the order of their codes.
    pub fn all() -> impl Iterator<Item = Self> {
        use iso_currency::IntoEnumIterator as _;
        iso_currency::Currency::iter().filter(|currency| currency.exponent().is_some()).map(Self)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// Why an amount was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// The text is no number as JSON writes them (RFC 8259, section 6).
    #[error("must be a number")]
    NotANumber,
    /// Zero or less.
    #[error("must be greater than zero")]
    NotPositive,
    /// Less than zero, where zero is allowed.
    #[error("must not be negative")]
    Negative,
    /// More decimals than the currency has.
    #[error("must have at most {decimals} decimals in {currency}")]
    TooManyDecimals {
        /// The currency of the amount.
        currency: Currency,
        /// Its decimals.
        decimals: u32,
    },
    /// More decimals than any currency has.
    #[error("must have at most 4 decimals")]
    TooPrecise,
    /// More than 15 significant digits, counted in minor units.
    #[error("must have at most 15 significant digits")]
    TooLarge,
}

impl AmountError {
    /// A stable, `snake_case` name of the error for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotANumber => "not_a_number",
            Self::NotPositive => "not_positive",
            Self::Negative => "negative",
            Self::TooManyDecimals { .. } | Self::TooPrecise => "too_many_decimals",
            Self::TooLarge => "too_large",
        }
    }
}

/// A decimal number, exactly as it was written: `digits` × 10^`exponent`, with at most 15 significant digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decimal {
    /// Without trailing zeros; negative for a negative number.
    digits: i64,
    exponent: i32,
}

impl Decimal {
    /// Reads a number as JSON writes it, `45.58` or `4.558e1`, without rounding.
    ///
    /// # Errors
    /// [`AmountError::NotANumber`] for anything else, [`AmountError::TooLarge`] for more than 15 significant
    /// digits or an exponent beyond ±99.
    pub fn parse(text: &str) -> Result<Self, AmountError> {
        let (negative, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, parse_exponent(exponent)?),
            None => (unsigned, Some(0)),
        };
        let (whole, fraction) = match mantissa.split_once('.') {
            Some((whole, fraction)) if is_digits(fraction) => (whole, fraction),
            Some(_) => return Err(AmountError::NotANumber),
            None => (mantissa, ""),
        };
        if !is_digits(whole) || (whole.len() > 1 && whole.starts_with('0')) {
            return Err(AmountError::NotANumber);
        }
        let all = whole.bytes().chain(fraction.bytes());
        let Some(last) = all.clone().rposition_nonzero() else {
            return Ok(Self { digits: 0, exponent: 0 });
        };
        let mut digits: i64 = 0;
        for digit in all.take(last + 1) {
            digits = digits * 10 + i64::from(digit - b'0');
            if digits > Money::MAX_MINOR {
                return Err(AmountError::TooLarge);
            }
        }
        let places = i32::try_from(whole.len()).map_err(|_| AmountError::TooLarge)?;
        let used = i32::try_from(last + 1).map_err(|_| AmountError::TooLarge)?;
        let exponent = exponent.ok_or(AmountError::TooLarge)? + places - used;
        Ok(Self { digits: if negative { -digits } else { digits }, exponent })
    }

    /// The number, if it is greater than zero.
    pub const fn positive(self) -> Result<Self, AmountError> {
        if self.digits > 0 { Ok(self) } else { Err(AmountError::NotPositive) }
    }

    /// The number in units of 10^-`decimals`; `None` where that is no whole number.
    fn scaled(self, decimals: u32) -> Option<Result<i128, AmountError>> {
        let shift = i64::from(self.exponent) + i64::from(decimals);
        if self.digits == 0 {
            return Some(Ok(0));
        }
        // `digits` has no trailing zeros, so a negative shift always leaves a fraction.
        let shift = u32::try_from(shift).ok()?;
        Some(
            10_i128
                .checked_pow(shift)
                .and_then(|power| power.checked_mul(i128::from(self.digits)))
                .ok_or(AmountError::TooLarge),
        )
    }
}

trait RPositionNonzero: Iterator<Item = u8> + Sized {
    /// The index of the last digit that is not zero.
    fn rposition_nonzero(self) -> Option<usize> {
        self.enumerate().filter(|(_, digit)| *digit != b'0').map(|(index, _)| index).last()
    }
}
impl<I: Iterator<Item = u8>> RPositionNonzero for I {}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// `None` for an exponent beyond what any amount can have: zero with such an exponent is still zero.
fn parse_exponent(text: &str) -> Result<Option<i32>, AmountError> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if !is_digits(digits) {
        return Err(AmountError::NotANumber);
    }
    Ok(text.parse::<i32>().ok().filter(|exponent| exponent.abs() <= 99))
}

/// A positive amount of money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    minor: i64,
    currency: Currency,
}

impl Money {
    /// The largest amount in minor units: 15 nines, so that an IEEE 754 double carries each amount unchanged.
    pub const MAX_MINOR: i64 = 999_999_999_999_999;

    /// An amount in major units of a currency.
    pub fn new(amount: Decimal, currency: Currency) -> Result<Self, AmountError> {
        if amount.digits <= 0 {
            return Err(AmountError::NotPositive);
        }
        let decimals = currency.decimals();
        let minor = amount.scaled(decimals).ok_or(AmountError::TooManyDecimals { currency, decimals })??;
        match i64::try_from(minor) {
            Ok(minor) if minor <= Self::MAX_MINOR => Ok(Self { minor, currency }),
            _ => Err(AmountError::TooLarge),
        }
    }

    /// An amount in minor units: cents for EUR, yen for JPY.
    pub fn from_minor(minor: i64, currency: Currency) -> Result<Self, AmountError> {
        match minor {
            ..=0 => Err(AmountError::NotPositive),
            1..=Self::MAX_MINOR => Ok(Self { minor, currency }),
            _ => Err(AmountError::TooLarge),
        }
    }

    /// The amount in minor units.
    pub const fn minor(self) -> i64 {
        self.minor
    }

    /// The currency.
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// The amount in major units, as a decimal.
    pub fn amount(self) -> Decimal {
        let (mut digits, mut exponent) = (self.minor, -self.currency.decimals().cast_signed());
        while digits % 10 == 0 {
            digits /= 10;
            exponent += 1;
        }
        Decimal { digits, exponent }
    }

    /// Where the amount stands among amounts of every currency, compared in major units.
    pub fn rank(self) -> AmountRank {
        let factor = 10_i128.pow(AmountRank::DECIMALS.saturating_sub(self.currency.decimals()));
        AmountRank::from_ten_thousandths(i128::from(self.minor) * factor)
    }
}

/// The amount in major units with all the decimals of its currency: `45.50`, `1200`.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = self.currency.decimals();
        if decimals == 0 {
            return write!(f, "{}", self.minor);
        }
        let factor = 10_i64.pow(decimals);
        write!(f, "{}.{:0width$}", self.minor / factor, self.minor % factor, width = decimals as usize)
    }
}

/// A sum of amounts of one currency: it may be zero or negative, and larger than any one amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Total {
    minor: i128,
    currency: Currency,
}

impl Total {
    /// A sum in minor units. No ledger can hold enough amounts to come near the ends of 128 bits.
    pub const fn new(minor: i128, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// The sum in minor units.
    pub const fn minor(self) -> i128 {
        self.minor
    }

    /// The currency.
    pub const fn currency(self) -> Currency {
        self.currency
    }
}

/// In major units with all the decimals of its currency: `-45.50`, `0.00`, `1200`.
impl fmt::Display for Total {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = self.currency.decimals();
        let sign = if self.minor < 0 { "-" } else { "" };
        let minor = self.minor.unsigned_abs();
        if decimals == 0 {
            return write!(f, "{sign}{minor}");
        }
        let factor = 10_u128.pow(decimals);
        write!(f, "{sign}{}.{:0width$}", minor / factor, minor % factor, width = decimals as usize)
    }
}

/// An amount's place in the order of all amounts, whatever their currency: ten-thousandths of a major unit
/// (no currency has more decimals), shifted so that the largest yen amount fits in 64 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AmountRank(i64);

impl AmountRank {
    const DECIMALS: u32 = 4;
    const SHIFT: i128 = 5_000_000_000_000_000_000;

    fn from_ten_thousandths(amount: i128) -> Self {
        Self(i64::try_from(amount - Self::SHIFT).unwrap_or(i64::MAX))
    }

    /// The rank of a bound, which may be zero.
    pub fn of_bound(amount: Decimal) -> Result<Self, AmountError> {
        if amount.digits < 0 {
            return Err(AmountError::Negative);
        }
        let scaled = amount.scaled(Self::DECIMALS).ok_or(AmountError::TooPrecise)??;
        if scaled > i128::from(Money::MAX_MINOR) * 10_i128.pow(Self::DECIMALS) {
            return Err(AmountError::TooLarge);
        }
        Ok(Self::from_ten_thousandths(scaled))
    }

    /// The rank as it is stored.
    pub const fn value(self) -> i64 {
        self.0
    }

    /// Takes a rank that [`Self::value`] gave out.
    pub const fn from_value(value: i64) -> Self {
        Self(value)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn currency(code: &str) -> Currency {
        Currency::parse(code).unwrap()
    }

    fn money(amount: &str, code: &str) -> Result<Money, AmountError> {
        Money::new(Decimal::parse(amount)?, currency(code))
    }

    #[test]
    fn reads_json_numbers_exactly() {
        for (text, minor) in [
            ("45.58", 4558),
            ("0.01", 1),
            ("45.5800", 4558),
            ("4558e-2", 4558),
            ("4.558E+1", 4558),
            ("1e2", 10_000),
            ("9999999999999.99", Money::MAX_MINOR),
            ("0.1e0000000001", 100),
        ] {
            assert_eq!(money(text, "EUR").unwrap().minor(), minor, "{text}");
        }
    }

    #[test]
    fn refuses_what_is_no_amount() {
        use AmountError::{NotANumber, NotPositive, TooLarge};
        let decimals = AmountError::TooManyDecimals { currency: currency("EUR"), decimals: 2 };
        for (text, error) in [
            ("0", NotPositive),
            ("0.00", NotPositive),
            ("-0", NotPositive),
            ("0e999999999999", NotPositive),
            ("-1", NotPositive),
            ("0.001", decimals),
            ("1e-99", decimals),
            ("1e-100", TooLarge),
            ("1e99", TooLarge),
            ("1e999999999999", TooLarge),
            ("10000000000000.00", TooLarge),
            ("1234567890123456", TooLarge),
            ("1.000000000000001", TooLarge),
            ("NaN", NotANumber),
            ("Infinity", NotANumber),
            ("", NotANumber),
            ("-", NotANumber),
            ("1.", NotANumber),
            (".5", NotANumber),
            ("01", NotANumber),
            ("+1", NotANumber),
            ("1e", NotANumber),
            ("\"1\"", NotANumber),
            ("1_000", NotANumber),
        ] {
            assert_eq!(money(text, "EUR").unwrap_err(), error, "{text}");
        }
    }

    #[test]
    fn knows_the_decimals_of_each_currency() {
        assert_eq!(money("1200", "JPY").unwrap().to_string(), "1200");
        assert!(money("1200.5", "JPY").is_err());
        assert_eq!(money("1.234", "KWD").unwrap().to_string(), "1.234");
        assert_eq!(money("45.5", "EUR").unwrap().to_string(), "45.50");
        assert_eq!(money("999999999999999", "JPY").unwrap().minor(), Money::MAX_MINOR);
    }

    #[test]
    fn totals_have_a_sign_and_all_decimals() {
        for (minor, code, text) in [
            (-5, "EUR", "-0.05"),
            (0, "EUR", "0.00"),
            (-1200, "JPY", "-1200"),
            (i128::from(i64::MAX) * 10, "KWD", "92233720368547758.070"),
        ] {
            assert_eq!(Total::new(minor, currency(code)).to_string(), text);
        }
    }

    #[test]
    fn refuses_codes_that_are_no_currency() {
        for code in ["", "eur", "EURO", "XXX", "ZZZ", "E€R"] {
            assert!(Currency::parse(code).is_err(), "{code}");
        }
        assert!(Currency::all().count() > 150);
        assert!(Currency::all().all(|c| Currency::parse(c.code()) == Ok(c) && c.decimals() <= 4));
    }

    #[test]
    fn ranks_compare_major_units_across_currencies() {
        let ranks: Vec<_> =
            [("0.01", "EUR"), ("1", "JPY"), ("1.001", "KWD"), ("2.5", "EUR"), ("999999999999999", "JPY")]
                .map(|(amount, code)| money(amount, code).unwrap().rank())
                .into();
        assert!(ranks.is_sorted_by(|a, b| a < b));
        let bound = AmountRank::of_bound(Decimal::parse("2.50").unwrap()).unwrap();
        assert_eq!(bound, ranks[3]);
        assert!(AmountRank::of_bound(Decimal::parse("0").unwrap()).unwrap() < ranks[0]);
    }

    proptest! {
        #[test]
        fn every_amount_survives_text(minor in 1..=Money::MAX_MINOR, index in 0..150_usize) {
            let currency = Currency::all().nth(index).unwrap();
            let money = Money::from_minor(minor, currency).unwrap();
            let read = Money::new(Decimal::parse(&money.to_string()).unwrap(), currency).unwrap();
            prop_assert_eq!(read, money);
            prop_assert_eq!(Money::new(money.amount(), currency).unwrap(), money);
        }

        #[test]
        fn every_amount_survives_a_double(minor in 1..=Money::MAX_MINOR, index in 0..150_usize) {
            let currency = Currency::all().nth(index).unwrap();
            let money = Money::from_minor(minor, currency).unwrap();
            let double: f64 = money.to_string().parse().unwrap();
            let read = Money::new(Decimal::parse(&format!("{double}")).unwrap(), currency).unwrap();
            prop_assert_eq!(read, money);
        }

        #[test]
        fn ranks_order_like_amounts(a in 1..=Money::MAX_MINOR, b in 1..=Money::MAX_MINOR, index in 0..150_usize) {
            let currency = Currency::all().nth(index).unwrap();
            let [a, b] = [a, b].map(|minor| Money::from_minor(minor, currency).unwrap());
            prop_assert_eq!(a.rank().cmp(&b.rank()), a.minor().cmp(&b.minor()));
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,30}") {
            let _ = Decimal::parse(&text);
        }

        #[test]
        fn no_number_makes_it_panic(text in "-?[0-9]{1,30}(\\.[0-9]{1,30})?([eE][+-]?[0-9]{1,12})?") {
            if let Ok(decimal) = Decimal::parse(&text) {
                for currency in ["JPY", "EUR", "KWD", "CLF"] {
                    let _ = Money::new(decimal, Currency::parse(currency).unwrap());
                }
                let _ = AmountRank::of_bound(decimal);
            }
        }
    }
}
