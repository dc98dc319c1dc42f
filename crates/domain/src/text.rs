//! Text that people type: normalised once, compared without regard to case, searched without regard to accents.

use std::fmt;

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// Why a text was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing is left after trimming.
    #[error("must not be blank")]
    Blank,
    /// More characters (Unicode scalar values) than allowed, counted after normalisation.
    #[error("must have at most {max} characters, has {actual}")]
    TooLong {
        /// The most characters allowed.
        max: usize,
        /// The characters found.
        actual: usize,
    },
    /// A control character (Unicode category Cc).
    #[error("must not contain control characters, has U+{0:04X}")]
    ControlCharacter(u32),
}

impl TextError {
    /// A stable, `snake_case` name of the error for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Blank => "blank",
            Self::TooLong { .. } => "too_long",
            Self::ControlCharacter(_) => "control_character",
        }
    }
}

/// Trims, composes (Unicode NFC) and checks a single-line text.
pub(crate) fn single_line(text: &str, max: usize) -> Result<String, TextError> {
    normalise(text, max, |_| false)
}

/// Like [`single_line`], but line feeds and tabs may stay; CRLF becomes LF.
pub(crate) fn multi_line(text: &str, max: usize) -> Result<String, TextError> {
    let text = text.replace("\r\n", "\n");
    normalise(&text, max, |c| c == '\n' || c == '\t')
}

fn normalise(text: &str, max: usize, allowed: impl Fn(char) -> bool) -> Result<String, TextError> {
    let text = text.trim();
    if let Some(c) = text.chars().find(|c| c.is_control() && !allowed(*c)) {
        return Err(TextError::ControlCharacter(u32::from(c)));
    }
    let text: String = if text.is_ascii() { text.to_owned() } else { text.nfc().collect() };
    match text.chars().count() {
        0 => Err(TextError::Blank),
        actual if actual > max => Err(TextError::TooLong { max, actual }),
        _ => Ok(text),
    }
}

/// What two texts have in common when they differ in case or composition only: Unicode's canonical caseless
/// matching (The Unicode Standard, section 3.13, D145).
pub fn case_folded(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let folded: String = caseless::default_case_fold_str(&text.nfd().collect::<String>());
    folded.nfc().collect()
}

/// What a search compares: compatibility-decomposed, case-folded, without accents.
pub fn search_folded(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let folded: String = caseless::default_case_fold_str(&text.nfkd().collect::<String>());
    folded.nfkd().filter(|c| !is_combining_mark(*c)).collect()
}

/// A text with a meaning of its own: normalised when it is made, so that it is valid wherever it is met.
macro_rules! text_type {
    ($(#[$doc:meta])* $name:ident, max $max:literal, $parse:path) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        pub struct $name(String);

        impl $name {
            /// The most characters (Unicode scalar values) that it may have.
            pub const MAX_CHARACTERS: usize = $max;

            /// Trims, normalises (NFC) and checks a text.
            pub fn parse(text: &str) -> Result<Self, $crate::text::TextError> {
                $parse(text, Self::MAX_CHARACTERS).map(Self)
            }

            /// Takes a text that [`Self::parse`] gave out before, such as one read back from storage.
            pub fn from_stored(text: String) -> Self {
                Self(text)
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The text, owned.
            pub fn into_string(self) -> String {
                self.0
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}
pub(crate) use text_type;

/// A search term: folded like the text that it is looked for in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchTerm(String);

impl SearchTerm {
    /// The most characters that a term may have.
    pub const MAX_CHARACTERS: usize = 100;

    /// Folds and checks a term.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        single_line(text, Self::MAX_CHARACTERS).map(|text| Self(search_folded(&text)))
    }

    /// The folded term.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SearchTerm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn trims_and_composes() {
        assert_eq!(single_line("  Cafe\u{301} ", 10).unwrap(), "Café");
    }

    #[test]
    fn counts_characters_not_bytes() {
        assert!(single_line("ééééé", 5).is_ok());
        assert_eq!(single_line("éééééé", 5), Err(TextError::TooLong { max: 5, actual: 6 }));
    }

    #[test]
    fn refuses_blank_and_control_characters() {
        assert_eq!(single_line(" \t ", 5), Err(TextError::Blank));
        assert_eq!(single_line("a\u{7}b", 5), Err(TextError::ControlCharacter(7)));
        assert_eq!(single_line("a\nb", 5), Err(TextError::ControlCharacter(10)));
        assert_eq!(multi_line("a\r\nb\tc", 9).unwrap(), "a\nb\tc");
        assert_eq!(multi_line("a\u{0}b", 9), Err(TextError::ControlCharacter(0)));
    }

    #[test]
    fn folds_case_beyond_ascii() {
        assert_eq!(case_folded("STRASSE"), case_folded("straße"));
        assert_eq!(case_folded("ΟΔΟΣ"), case_folded("οδος"));
        assert_ne!(case_folded("cafe"), case_folded("café"));
    }

    #[test]
    fn search_ignores_accents() {
        assert_eq!(search_folded("Crème BRÛLÉE"), "creme brulee");
        assert_eq!(search_folded("ﬁn"), "fin");
    }

    proptest! {
        #[test]
        fn normalising_twice_changes_nothing(text in "\\PC{0,40}") {
            if let Ok(once) = single_line(&text, 400) {
                prop_assert_eq!(single_line(&once, 400).unwrap(), once);
            }
        }

        #[test]
        fn folding_is_stable_under_case_and_composition(text in "\\PC{0,20}") {
            let folded = case_folded(&text);
            prop_assert_eq!(case_folded(&folded), folded.clone());
            prop_assert_eq!(case_folded(&text.nfd().collect::<String>()), folded);
        }
    }
}
