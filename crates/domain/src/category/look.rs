use std::fmt;

use crate::CategoryId;

/// Why a colour or an icon was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LookError {
    /// It is no colour.
    #[error("must be a colour such as #1f77b4")]
    Color,
    /// It is no name of an icon.
    #[error("must be 1 to {} characters of a-z, 0-9 and -", Icon::MAX_CHARACTERS)]
    Icon,
}

/// A colour of the sRGB space, written `#rrggbb` (CSS Color 4, section 5.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Color([u8; 3]);

/// Colours that are told apart on white and on black: the ten of Tableau.
const PALETTE: [Color; 10] = [
    Color([0x4e, 0x79, 0xa7]),
    Color([0xf2, 0x8e, 0x2b]),
    Color([0xe1, 0x57, 0x59]),
    Color([0x76, 0xb7, 0xb2]),
    Color([0x59, 0xa1, 0x4f]),
    Color([0xed, 0xc9, 0x48]),
    Color([0xb0, 0x7a, 0xa1]),
    Color([0xff, 0x9d, 0xa7]),
    Color([0x9c, 0x75, 0x5f]),
    Color([0xba, 0xb0, 0xac]),
];

impl Color {
    /// Reads `#rrggbb`, in either case.
    pub fn parse(text: &str) -> Result<Self, LookError> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6).ok_or(LookError::Color)?;
        if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(LookError::Color);
        }
        let number = u32::from_str_radix(digits, 16).map_err(|_| LookError::Color)?;
        let [_, red, green, blue] = number.to_be_bytes();
        Ok(Self([red, green, blue]))
    }

    /// The colour of a category for which none was chosen: always the same.
    pub fn of(id: CategoryId) -> Self {
        // The random part of the id: the time in front of it is alike in those that were made together.
        let sum: usize = id.uuid().as_bytes().iter().skip(8).map(|byte| usize::from(*byte)).sum();
        PALETTE.get(sum % PALETTE.len()).copied().unwrap_or(Self([0x4e, 0x79, 0xa7]))
    }
}

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

/// The name of an icon, which whoever shows the category has a picture for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Icon(String);

impl Icon {
    /// The most characters that it may have.
    pub const MAX_CHARACTERS: usize = 50;

    /// Reads 1 to [`Self::MAX_CHARACTERS`] characters of `a-z`, `0-9` and `-`.
    pub fn parse(text: &str) -> Result<Self, LookError> {
        let known = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if (1..=Self::MAX_CHARACTERS).contains(&text.len()) && text.bytes().all(known) {
            Ok(Self(text.to_owned()))
        } else {
            Err(LookError::Icon)
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for Icon {
    fn default() -> Self {
        Self("folder".to_owned())
    }
}

impl LookError {
    /// A stable, `snake_case` name of the error for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Color => "not_a_color",
            Self::Icon => "not_an_icon",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn colors_have_one_form() {
        assert_eq!(Color::parse("#1F77b4").unwrap().to_string(), "#1f77b4");
        assert_eq!(Color::parse("#00000A").unwrap().to_string(), "#00000a");
        for bad in ["", "#", "1f77b4", "#1f77b", "#1f77b44", "#1f77bg", "#+f77b4", "#1f77\u{e9}", "red"] {
            assert_eq!(Color::parse(bad), Err(LookError::Color), "{bad}");
        }
    }

    #[test]
    fn icons_are_short_names() {
        assert!(Icon::parse("shopping-cart-2").is_ok() && Icon::parse(&"x".repeat(50)).is_ok());
        for bad in ["", "Home", "a b", "\u{1f600}", &"x".repeat(51)] {
            assert_eq!(Icon::parse(bad), Err(LookError::Icon), "{bad}");
        }
        assert_eq!(Icon::parse(Icon::default().as_str()), Ok(Icon::default()));
    }

    #[test]
    fn categories_made_together_look_different() {
        let colors = (0..10).map(|n| Color::of(CategoryId::new(Uuid::from_u128((7 << 80) | n))));
        assert_eq!(colors.collect::<HashSet<_>>().len(), 10);
    }

    proptest! {
        #[test]
        fn a_color_is_read_as_it_is_written(rgb: [u8; 3]) {
            prop_assert_eq!(Color::parse(&Color(rgb).to_string()), Ok(Color(rgb)));
        }
    }
}
