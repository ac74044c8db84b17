//! What serde says against a value, in the words of whoever wrote it.

use smartpole_model::registry::did_you_mean;

/// Types as serde names them, in words, with a remedy.
const KINDS: [(&str, &str, &str); 9] = [
    ("u8", "a whole number from 0 to 255", NUMBER),
    ("u16", "a whole number from 0 to 65535", NUMBER),
    ("u32", "a whole number from 0 to 4294967295", NUMBER),
    ("u64", "a whole number, 0 or more", NUMBER),
    ("usize", "a whole number, 0 or more", NUMBER),
    ("a boolean", "true or false", "write the word without quotes"),
    ("a string", "a text", QUOTES),
    ("path string", "a path", QUOTES),
    ("a sequence", "a list", "write it in brackets: [\"one\", \"two\"]"),
];
const NUMBER: &str = "write the number without quotes";
const QUOTES: &str = "write it in quotes";

/// Message and remedy for serde's message about the value of `key`.
pub(super) fn of(key: &str, message: &str) -> (String, String) {
    match message.split_once(", expected ") {
        Some((found, choices)) if found.starts_with("unknown variant ") => {
            let word = found.trim_start_matches("unknown variant ");
            (format!("unknown word {word}"), nearest(word, choices))
        }
        Some((found, kind)) => {
            let found = found.trim_start_matches("invalid type: ").trim_start_matches("invalid value: ");
            let known = KINDS.into_iter().find(|(name, ..)| *name == kind);
            let (_, words, remedy) = known.unwrap_or((kind, kind, "correct the value"));
            (format!("expected {words}, found {found}"), remedy.to_owned())
        }
        None if message.contains("socket address") => {
            let hint = format!("write it like `{key} = \"127.0.0.1:8080\"`; 0.0.0.0 stands for every network");
            ("expected an address and a port".to_owned(), hint)
        }
        None if message.contains("IP address") => {
            let hint = format!("write it like `{key} = [\"10.0.0.0/8\"]`; /32 stands for a single address");
            ("expected networks".to_owned(), hint)
        }
        None => (message.to_owned(), format!("write it like `{key} = …`")),
    }
}

/// `choices` are as serde lists them: "one of `a`, `b`" or "`a` or `b`".
fn nearest(word: &str, choices: &str) -> String {
    let words = || choices.split('`').skip(1).step_by(2);
    did_you_mean(word.trim_matches('`'), words())
        .unwrap_or_else(|| format!("use one of {}", words().collect::<Vec<_>>().join(", ")))
}
