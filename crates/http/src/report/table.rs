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
/// "CSV Injection"). Numbers of ours need none.
pub(crate) fn text(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
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
        for bad in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"] {
            assert_eq!(text(bad), format!("'{bad}"));
        }
        for good in ["Food", "a=b", "", "'=1", "1-2"] {
            assert_eq!(text(good), good);
        }
    }
}
