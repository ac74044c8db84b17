//! A measurement and its tags, escaped once.

use std::fmt;

/// A series: what a point is about, without its fields and time. Made once, it is written into any number of lines.
///
/// What line protocol cannot hold is replaced by `_`: control characters, a backslash at the end or before a character that
/// is escaped (`\`, comma, equals sign, space), and `#` at the start of a measurement, which would make the line a comment. Two
/// names that differ in nothing else are one series.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Series {
    measurement: Box<str>,
    tags: Box<[(&'static str, Box<str>)]>,
    key: Box<[u8]>,
}

impl Series {
    /// Longest measurement or value of a tag, in bytes; what is beyond is cut off. InfluxDB takes keys of series up to 65,535
    /// bytes (`MaxKeyLength` in its `models/points.go`), so a hundred tags fit.
    pub const LONGEST: usize = 200;

    /// A series. Tags are sorted by their key, as the server likes them best; those without a value are left out, as
    /// InfluxDB refuses them. Keys are words of ours: letters, digits and `_`, each once, and none is `time`.
    pub fn new(measurement: &str, tags: &[(&'static str, &str)]) -> Self {
        let mut measurement = clean(measurement);
        if measurement.is_empty() || measurement.starts_with('#') {
            measurement.replace_range(..measurement.len().min(1), "_");
        }
        let mut tags: Vec<(&'static str, Box<str>)> = tags
            .iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(key, value)| (*key, clean(value).into()))
            .collect();
        tags.sort_unstable_by_key(|(key, _)| *key);
        let mut key = Vec::new();
        escape(&mut key, &measurement, b", ");
        for (name, value) in &tags {
            key.push(b',');
            escape(&mut key, name, b", =");
            key.push(b'=');
            escape(&mut key, value, b", =");
        }
        Self { measurement: measurement.into(), tags: tags.into(), key: key.into() }
    }

    /// The measurement, as the server shows it.
    pub fn measurement(&self) -> &str {
        &self.measurement
    }

    /// The tags by key, as the server shows them.
    pub fn tags(&self) -> impl ExactSizeIterator<Item = (&'static str, &str)> {
        self.tags.iter().map(|(key, value)| (*key, &**value))
    }

    /// The escaped start of a line.
    pub(crate) fn key(&self) -> &[u8] {
        &self.key
    }
}

impl fmt::Debug for Series {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Series({})", String::from_utf8_lossy(&self.key))
    }
}

/// `text` as line protocol can hold it.
fn clean(text: &str) -> String {
    let text = &text[..text.floor_char_boundary(Series::LONGEST)];
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let escapes = character == '\\' && matches!(characters.peek(), None | Some('\\' | ',' | '=' | ' '));
        out.push(if escapes || character.is_control() { '_' } else { character });
    }
    out
}

/// Appends `text` with a backslash before each of `special`.
pub(crate) fn escape(out: &mut Vec<u8>, text: &str, special: &[u8]) {
    for byte in text.bytes() {
        if special.contains(&byte) {
            out.push(b'\\');
        }
        out.push(byte);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    #[track_caller]
    fn check(measurement: &str, tags: &[(&'static str, &str)], wanted: &expect_test::Expect) {
        wanted.assert_eq(&format!("{:?}", Series::new(measurement, tags)));
    }

    #[test]
    fn tags_are_sorted_and_empty_ones_dropped() {
        let tags = [("zone", "Altstadt"), ("pole", ""), ("device", "a")];
        check("noise", &tags, &expect!["Series(noise,device=a,zone=Altstadt)"]);
        check("noise", &[], &expect!["Series(noise)"]);
    }

    #[test]
    fn what_separates_is_escaped_and_what_cannot_be_held_is_replaced() {
        check("a, =b", &[("t", "Café 1,2=3\"")], &expect![[r#"Series(a\,\ =b,t=Café\ 1\,2\=3")"#]]);
        check("m", &[("t", "a\\b\\")], &expect![[r"Series(m,t=a\b_)"]]);
        check("m", &[("t", "\\, \\\\x")], &expect![[r"Series(m,t=_\,\ _\x)"]]);
        check("m", &[("t", "a\nb\r\0\u{7f}c")], &expect!["Series(m,t=a_b___c)"]);
        check("#m", &[], &expect!["Series(_m)"]);
        check("", &[], &expect!["Series(_)"]);
    }

    #[test]
    fn names_are_cut_at_a_character() {
        let series = Series::new("m", &[("t", &"ü".repeat(150))]);
        assert_eq!(series.tags().next(), Some(("t", &*"ü".repeat(100))));
        let series = Series::new("m", &[("t", &format!("x{}", "ü".repeat(150)))]);
        assert_eq!(series.tags().next().map(|(_, value)| value.len()), Some(199));
    }
}
