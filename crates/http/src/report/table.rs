//! Reports as tables: RFC 4180, UTF-8, one header row.

use crate::problem::Problem;

/// What can be had as a table.
pub(crate) trait Table {
    /// What a file of it is called, without its extension: letters, digits, `-`.
    fn file_name(&self) -> String;

    /// The names of the columns.
    fn header() -> &'static [&'static str];

    /// The rows, as wide as the header.
    fn rows(&self) -> Vec<Vec<String>>;
}

/// Writes a table.
pub(crate) fn csv<T: Table>(table: &T) -> Result<Vec<u8>, Problem> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    let written = writer
        .write_record(T::header())
        .and_then(|()| table.rows().iter().try_for_each(|row| writer.write_record(row)));
    written.map_err(Problem::internal)?;
    writer.into_inner().map_err(|error| Problem::internal(error.to_string()))
}

/// A cell of text. What a spreadsheet would take for a formula gets an apostrophe in front, which makes it text (OWASP,
/// "CSV Injection"); so does what it might once it has left away what nobody sees. Numbers of ours need none.
pub(crate) fn text(text: &str) -> String {
    let seen = text.trim_start_matches(|c: char| c.is_whitespace() || c.is_control() || is_invisible(c));
    // The wide and the small forms are taken for the plain ones where those languages are written.
    let formula = ['=', '+', '-', '@', '＝', '＋', '－', '＠', '﹦', '﹢', '﹣', '﹫'];
    if seen.starts_with(formula) || text.starts_with(['\t', '\r', '\n']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

/// Whether a character has no look of its own, white space and control characters aside (Unicode,
/// `Default_Ignorable_Code_Point`).
const fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fff8}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

/// A cell that may be empty.
pub(crate) fn optional(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_become_text() {
        for bad in ["=1+1", "+1", "-1", "@SUM(A1)", "\t1", "\r1", "\n1"] {
            assert_eq!(text(bad), format!("'{bad}"));
        }
        for formula in ['=', '+', '-', '@', '＝', '＋', '－', '＠', '﹦', '﹢', '﹣', '﹫'] {
            for unseen in
                ["", " ", "\u{a0}", "\u{3000}", "\u{feff}", "\u{200b}", "\u{ad}\u{2060} ", "\u{0}\t"]
            {
                let bad = format!("{unseen}{formula}1");
                assert_eq!(text(&bad), format!("'{bad}"), "{bad:?}");
            }
        }
        for good in ["Food", "a=b", "", " ", "'=1", "1-2", " Food", "\u{feff}a=b", "＃1", "ー"] {
            assert_eq!(text(good), good);
        }
    }
}
