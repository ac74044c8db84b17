//! What many encoders write though JSON has no word for it.

const WORDS: [&str; 3] = ["-Infinity", "Infinity", "NaN"];

/// The text with each bare `NaN`, `Infinity` and `-Infinity` in quotes, so that one bad value does not cost its
/// neighbours; none if there is no such word outside strings.
pub(super) fn quote_non_numbers(text: &str) -> Option<String> {
    let mut quoted = String::new();
    let mut copied = 0;
    let mut at = 0;
    while let Some(found) = text[at..].find(['"', 'N', 'I', '-']) {
        at += found;
        let rest = &text[at..];
        if rest.starts_with('"') {
            at += string_len(rest);
        } else if let Some(word) = WORDS.iter().find(|word| rest.starts_with(**word)) {
            quoted.extend([&text[copied..at], "\"", word, "\""]);
            at += word.len();
            copied = at;
        } else {
            at += 1;
        }
    }
    (copied > 0).then(|| quoted + &text[copied..])
}

/// Bytes of the string that `text` begins with, quotes included; all of it if the string does not end.
fn string_len(text: &str) -> usize {
    let mut at = 1;
    while let Some(found) = text[at..].find(['"', '\\']) {
        at += found + 1;
        if text.as_bytes()[at - 1] == b'"' {
            return at;
        }
        at += text[at..].chars().next().map_or(0, char::len_utf8); // what the backslash escapes
    }
    text.len()
}
