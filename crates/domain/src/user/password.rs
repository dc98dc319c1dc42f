use secrecy::{ExposeSecret as _, SecretString};
use unicode_normalization::UnicodeNormalization as _;

/// Why a password was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Fewer than 8 characters.
    #[error("must have at least {} characters", MIN_CHARACTERS)]
    TooShort,
    /// More than 128 characters.
    #[error("must have at most {} characters", MAX_CHARACTERS)]
    TooLong,
    /// It is among the first that anyone would try.
    #[error("is too common: it is among the first that anyone would try")]
    TooCommon,
}

/// The fewest characters (Unicode scalar values after NFC) of a password (NIST SP 800-63B, section 5.1.1.2).
const MIN_CHARACTERS: usize = 8;
/// The most characters of a password.
const MAX_CHARACTERS: usize = 128;

impl PasswordError {
    /// A stable, `snake_case` name of the error for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooShort => "too_short",
            Self::TooLong => "too_long",
            Self::TooCommon => "too_common",
        }
    }
}

/// Checks a new password. Any character may be in it; it is composed (NFC, as RFC 8265 has it) and otherwise kept.
pub fn check_password(password: &str) -> Result<SecretString, PasswordError> {
    let password = normalise_password(password);
    match password.expose_secret().chars().count() {
        ..MIN_CHARACTERS => Err(PasswordError::TooShort),
        MIN_CHARACTERS..=MAX_CHARACTERS if is_common(password.expose_secret()) => {
            Err(PasswordError::TooCommon)
        }
        MIN_CHARACTERS..=MAX_CHARACTERS => Ok(password),
        _ => Err(PasswordError::TooLong),
    }
}

/// A password to be verified, in the form in which [`check_password`] let it pass.
pub(crate) fn normalise_password(password: &str) -> SecretString {
    SecretString::from(password.nfc().collect::<String>())
}

/// Words that people make passwords of, alone or with a few digits or marks behind.
const COMMON_STEMS: &[&str] = &[
    "password",
    "passwort",
    "passw0rd",
    "p@ssw0rd",
    "p@ssword",
    "pa55word",
    "pass",
    "contraseña",
    "motdepasse",
    "qwerty",
    "qwertz",
    "azerty",
    "qwertyui",
    "qwertyuiop",
    "asdfgh",
    "asdfghjk",
    "asdfghjkl",
    "zxcvbn",
    "zxcvbnm",
    "qazwsx",
    "qazwsxedc",
    "1q2w3e4r",
    "1q2w3e4r5t",
    "1q2w3e",
    "q1w2e3r4",
    "1qaz2wsx",
    "zaq12wsx",
    "abc",
    "abcd",
    "abcdef",
    "abcdefg",
    "abcdefgh",
    "letmein",
    "welcome",
    "admin",
    "administrator",
    "root",
    "login",
    "secret",
    "changeme",
    "default",
    "guest",
    "test",
    "testing",
    "tester",
    "user",
    "iloveyou",
    "ilovyou",
    "loveyou",
    "lovely",
    "sunshine",
    "princess",
    "football",
    "baseball",
    "basketball",
    "superman",
    "batman",
    "spiderman",
    "pokemon",
    "dragon",
    "monkey",
    "shadow",
    "master",
    "michael",
    "jennifer",
    "jessica",
    "ashley",
    "daniel",
    "charlie",
    "jordan",
    "thomas",
    "andrew",
    "matthew",
    "joshua",
    "michelle",
    "nicole",
    "hunter",
    "killer",
    "trustno1",
    "whatever",
    "starwars",
    "computer",
    "internet",
    "samsung",
    "liverpool",
    "chelsea",
    "arsenal",
    "barcelona",
    "mustang",
    "corvette",
    "mercedes",
    "ferrari",
    "harley",
    "freedom",
    "blessed",
    "blink",
    "chocolate",
    "butterfly",
    "flower",
    "cookie",
    "pepper",
    "cheese",
    "banana",
    "summer",
    "winter",
    "autumn",
    "spring",
    "january",
    "february",
    "december",
    "november",
    "october",
    "september",
    "august",
    "monday",
    "friday",
    "sunday",
    "babygirl",
    "lovers",
    "angel",
    "nothing",
    "unknown",
    "access",
    "hello",
    "helloworld",
    "hallo",
    "bonjour",
    "maverick",
    "phoenix",
    "scorpion",
    "midnight",
    "mountain",
    "elephant",
    "diamond",
    "crystal",
    "victoria",
    "patrick",
    "william",
    "alexander",
    "jonathan",
    "benjamin",
    "samantha",
    "elizabeth",
    "stephanie",
    "finance",
    "money",
    "expenses",
];

fn is_common(password: &str) -> bool {
    let lower = password.to_lowercase();
    let characters: Vec<char> = lower.chars().collect();
    if repeats(&characters) || runs(&characters) {
        return true;
    }
    let stem = lower.trim_end_matches(|c: char| c.is_ascii_digit() || "!?.,*#@$_-".contains(c));
    // A long tail of one's own (a date with marks, an account number) is not what the lists have.
    let tail = lower.len() - stem.len();
    tail <= 4 && COMMON_STEMS.contains(&stem) || COMMON_STEMS.contains(&lower.as_str())
}

/// `aaaaaaaa`, `12121212`, `abcabcabc`: a unit of up to four characters again and again.
fn repeats(characters: &[char]) -> bool {
    (1..=4).any(|unit| characters.iter().zip(characters.iter().skip(unit)).all(|(a, b)| a == b))
}

/// `12345678`, `87654321`, `abcdefgh`, `1234567890`: each character follows the one before, up or down.
fn runs(characters: &[char]) -> bool {
    let steps = |step: i32| {
        characters.windows(2).all(|pair| match pair {
            ['9', '0'] if step == 1 => true,
            ['0', '9'] if step == -1 => true,
            [a, b] => (*b as i32) - (*a as i32) == step,
            _ => true,
        })
    };
    steps(1) || steps(-1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(password: &str) -> Result<(), PasswordError> {
        check_password(password).map(|_| ())
    }

    #[test]
    fn counts_characters() {
        assert_eq!(check("sev3n.."), Err(PasswordError::TooShort));
        assert_eq!(check("ünïcödé~"), Ok(()));
        assert_eq!(check(&"xy7 ".repeat(31)), Err(PasswordError::TooCommon));
        assert_eq!(
            check(&format!("{}é", "a long one, with 128 characters! ".repeat(4).get(..127).unwrap())),
            Ok(())
        );
        assert_eq!(check(&"a long one, beyond 128 characters ".repeat(4)), Err(PasswordError::TooLong));
    }

    #[test]
    fn refuses_the_common_ones() {
        for common in [
            "password",
            "Password1",
            "PASSWORD123",
            "P@ssw0rd",
            "passw0rd!",
            "12345678",
            "123456789",
            "1234567890",
            "87654321",
            "qwertyuiop",
            "qwerty123",
            "iloveyou",
            "aaaaaaaa",
            "12121212",
            "abcabcabc",
            "abcdefgh",
            "sunshine",
            "football1",
            "letmein1",
            "welcome1",
            "admin123",
            "trustno1",
            "1q2w3e4r",
            "changeme",
            "Summer2024",
            "password1234",
            "00000000",
            "baseball",
            "superman",
            "princess",
        ] {
            assert_eq!(check(common), Err(PasswordError::TooCommon), "{common}");
        }
        for fine in [
            "correct horse battery staple",
            "s3cret-Passw0rd",
            "tr0ub4dor&3",
            "        x",
            "パスワードを決める",
            "password is a long word",
        ] {
            assert_eq!(check(fine), Ok(()), "{fine}");
        }
    }

    #[test]
    fn composition_does_not_matter() {
        let composed = check_password("caf\u{e9} noir").unwrap();
        let decomposed = normalise_password("cafe\u{301} noir");
        assert_eq!(composed.expose_secret(), decomposed.expose_secret());
    }
}
