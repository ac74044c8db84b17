//! Words that no spreadsheet takes for a formula (OWASP, "CSV Injection": cells that begin with `=`, `+`, `-`, `@`, tab or a line
//! end, also in full width, and such a cell behind a separator or a quote when the file is opened with the other separator).

use std::borrow::Cow;

/// What a formula begins with.
fn begins(letter: char) -> bool {
    matches!(letter, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠')
}

/// What a cell begins after, in one dialect or another.
fn separates(letter: char) -> bool {
    matches!(letter, ',' | ';' | '\t' | '\r' | '\n')
}

/// The text, with an apostrophe before each beginning of a formula: a spreadsheet then takes it for words.
pub(super) fn text(text: &str) -> Cow<'_, str> {
    if !text.contains(begins) {
        return text.into();
    }
    let mut harmless = String::with_capacity(text.len() + 1);
    let mut rest = text;
    loop {
        if rest.trim_start_matches(['\'', '"']).starts_with(begins) {
            harmless.push('\'');
        }
        // the cell that begins here, with what ends it
        let end = rest.char_indices().find(|(_, letter)| separates(*letter)).map(|(at, letter)| at + letter.len_utf8());
        let (cell, after) = rest.split_at(end.unwrap_or(rest.len()));
        harmless.push_str(cell);
        if end.is_none() {
            return harmless.into();
        }
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What a reader takes away again to have the words as they were.
    fn back(harmless: &str) -> String {
        let mut words = String::new();
        for cell in harmless.split_inclusive(separates) {
            // the end of a cell may be what the apostrophe stands before
            let marked = cell.starts_with('\'') && cell.trim_start_matches(['\'', '"']).starts_with(begins);
            words.push_str(if marked { &cell[1..] } else { cell });
        }
        words
    }

    /// What a spreadsheet that separates by `separator` sees, reader of quotes included.
    fn cells(written: &[u8], separator: u8) -> Vec<String> {
        let mut reader = csv::ReaderBuilder::new();
        reader.delimiter(separator).has_headers(false).flexible(true);
        let rows = reader.from_reader(written).into_records().map(Result::unwrap);
        rows.flat_map(|row| row.iter().map(str::to_owned).collect::<Vec<_>>()).collect()
    }

    fn written(words: &str, separator: u8) -> Vec<u8> {
        let mut writer = csv::WriterBuilder::new().delimiter(separator).from_writer(Vec::new());
        writer.write_record(["first", &text(words), "last"]).unwrap();
        writer.into_inner().unwrap()
    }

    #[test]
    fn formulas_get_an_apostrophe_and_other_words_stay() {
        for (words, shown) in [
            ("=1+1", "'=1+1"),
            ("+49 2305", "'+49 2305"),
            ("-5", "'-5"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\tx", "'\tx"),
            ("\r=x", "'\r'=x"),
            ("＝1", "'＝1"),
            ("'=1", "''=1"),
            ("\"=1", "'\"=1"),
            ("Am Markt;=1", "Am Markt;'=1"),
            ("Lönsstraße 2", "Lönsstraße 2"),
            ("'s Graven", "'s Graven"),
            ("Platz-Ost", "Platz-Ost"),
            ("a = b", "a = b"),
            ("", ""),
        ] {
            assert_eq!(text(words), shown);
        }
    }

    #[test]
    fn any_words_come_back_and_never_begin_a_formula_whatever_the_separator() {
        let words = prop_oneof!["[-=+@,;'\"\t\r\n a=＝]{0,12}", any::<String>()];
        proptest!(|(words in words, separator in prop_oneof![Just(b','), Just(b';')])| {
            let written = written(&words, separator);
            let own = cells(&written, separator);
            prop_assert_eq!(back(&own[1]), words.clone());
            for other in [b',', b';', b'\t'] {
                for cell in cells(&written, other) {
                    prop_assert!(!cell.starts_with(begins), "{cell:?} of {words:?} by {}", char::from(other));
                }
            }
        });
    }
}
