//! InfluxDB's own words.

use std::borrow::Cow;

use super::LARGEST;
use crate::RefusedReason;

/// A refusal of lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Words {
    /// Why; the first reason the server met.
    pub(crate) reason: RefusedReason,
    /// The field that clashes, if it is one and is named.
    pub(crate) conflict: Option<Conflict>,
    /// How many lines were refused. With several shards it counts those of one only, so it is a lower bound.
    pub(crate) dropped: Option<usize>,
    /// What the server said.
    pub(crate) text: String,
}

/// A field whose type differs from the one the bucket has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Conflict {
    pub(crate) measurement: String,
    pub(crate) field: String,
}

impl Words {
    pub(super) fn new(text: &str) -> Self {
        let partial = text.split_once(PARTIAL).map_or("", |(_, reason)| reason);
        let dropped = partial
            .rsplit_once("dropped=")
            .and_then(|(_, count)| count.split(|character: char| !character.is_ascii_digit()).next()?.parse().ok());
        let (reason, conflict) = if partial.starts_with("field type conflict") {
            (RefusedReason::FieldTypeConflict, conflict(partial))
        } else if is_age(partial) {
            (RefusedReason::OutsideRetention, None)
        } else {
            (RefusedReason::Rejected, None)
        };
        Self { reason, conflict, dropped, text: bounded(text, 300) }
    }

    /// Whether lines are refused for their time alone.
    pub(crate) fn is_about_age(&self) -> bool {
        self.reason == RefusedReason::OutsideRetention
    }
}

const PARTIAL: &str = "partial write: ";

/// As 2.9.1 says it, or as former ones did.
fn is_age(partial: &str) -> bool {
    let newer = partial.starts_with("dropped ") && partial.contains(" outside retention policy");
    newer || partial.starts_with("points beyond retention policy")
}

/// Whether a refusal is about lines, not about the request or the state of the server.
pub(super) fn is_about_lines(message: &str) -> bool {
    let elsewhere = ["unable to read data", "Please provide ", "is pending deletion dropped="];
    !elsewhere.iter().any(|part| message.contains(part)) || message.starts_with("unable to parse")
}

/// Measurement and field of `input field "f" on measurement "m" is type …`, quoted as Go's `%q` does. Where that is not
/// JSON's way (control characters, which we never send), the field counts as not named.
fn conflict(partial: &str) -> Option<Conflict> {
    let (field, rest) = quoted(partial.split_once("input field ")?.1)?;
    let (measurement, _) = quoted(rest.strip_prefix(" on measurement ")?)?;
    Some(Conflict { measurement, field })
}

fn quoted(text: &str) -> Option<(String, &str)> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<String>();
    let value = values.next()?.ok()?;
    Some((value, &text[values.byte_offset()..]))
}

/// Code and message of the form `{"code":"…","message":"…"}`.
pub(super) fn said(body: &[u8]) -> Option<(String, String)> {
    #[derive(serde::Deserialize)]
    struct Said {
        code: String,
        message: String,
    }
    let said: Said = serde_json::from_slice(&closed(body)).ok()?;
    Some((said.code, said.message))
}

/// A body that goes on beyond what is read, ended: thousands of lines that InfluxDB cannot parse it repeats one by one.
fn closed(body: &[u8]) -> Cow<'_, [u8]> {
    match body.iter().rposition(|byte| *byte == b' ') {
        // No escape and no character has a space in it.
        Some(at) if body.len() >= LARGEST => Cow::Owned([&body[..at], b"\"}"].concat()),
        _ => Cow::Borrowed(body),
    }
}

/// At most `longest` characters, control characters replaced.
pub(crate) fn bounded(text: &str, longest: usize) -> String {
    let printable = |character: char| if character.is_control() { ' ' } else { character };
    text.chars().take(longest).map(printable).collect()
}
