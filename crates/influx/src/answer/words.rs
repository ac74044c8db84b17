//! InfluxDB's own words.

use std::borrow::Cow;

use super::LARGEST;
use crate::{RefusedReason, Version};

/// A refusal of lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Words {
    /// Why; the first reason the server met.
    pub(crate) reason: RefusedReason,
    /// The field that clashes, if it is one and is named.
    pub(crate) conflict: Option<Conflict>,
    /// The column that clashes, if its table is not named.
    pub(crate) column: Option<Column>,
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

/// A column that clashes in a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Column {
    /// The line's place in the request, from 0.
    pub(crate) line: usize,
    pub(crate) name: String,
}

impl Words {
    pub(super) fn new(said: &Said) -> Self {
        // What names a column comes first: with that apart, what is left tells of itself.
        match said.lines.iter().find(|line| column(&line.error_message).is_some()).or(said.lines.first()) {
            Some(first) => Self::of_lines(&said.message, first, said.lines.len()),
            None => Self::of_text(&said.message),
        }
    }

    /// As InfluxDB 3 has them: a list of lines.
    fn of_lines(message: &str, first: &Line, dropped: usize) -> Self {
        let column = column(&first.error_message);
        let reason = if column.is_some() { RefusedReason::FieldTypeConflict } else { RefusedReason::Rejected };
        let line = first.line_number.saturating_sub(1);
        Self {
            reason,
            conflict: None,
            column: column.map(|name| Column { line, name: name.to_owned() }),
            dropped: Some(dropped),
            text: bounded(&format!("{message}: {}", first.error_message), 300),
        }
    }

    /// As InfluxDB 1 and 2 have them: one sentence.
    fn of_text(text: &str) -> Self {
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
        Self { reason, conflict, column: None, dropped, text: bounded(text, 300) }
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

/// The column of `invalid column type for column 'c', …`, or as the first releases of InfluxDB 3 said it.
fn column(message: &str) -> Option<&str> {
    let starts = ["invalid column type for column '", "invalid field value in line protocol for field '"];
    let rest = starts.iter().find_map(|start| message.strip_prefix(start))?;
    rest.split('\'').next()
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

/// What InfluxDB says.
#[derive(Debug)]
pub(super) struct Said {
    /// InfluxDB 2's code.
    pub(super) code: Option<String>,
    pub(super) message: String,
    /// Lines that InfluxDB 3 refuses.
    lines: Vec<Line>,
}

/// A line that InfluxDB 3 refuses.
#[derive(Debug, serde::Deserialize)]
struct Line {
    /// From 1.
    line_number: usize,
    error_message: String,
}

impl Said {
    /// Reads a version's form.
    pub(super) fn read(version: Version, body: &[u8]) -> Option<Self> {
        match version {
            Version::V1 => Self::of_one(&closed(body, b" ", b"\"}")),
            Version::V2 => Self::of_two(&closed(body, b" ", b"\"}")),
            Version::V3 => Self::of_three(&closed(body, b"},{\"", b"}]}")),
        }
    }

    fn of_one(body: &[u8]) -> Option<Self> {
        #[derive(serde::Deserialize)]
        struct Form {
            error: String,
        }
        let Form { error } = serde_json::from_slice(body).ok()?;
        Some(Self { code: None, message: error, lines: Vec::new() })
    }

    fn of_two(body: &[u8]) -> Option<Self> {
        #[derive(serde::Deserialize)]
        struct Form {
            code: String,
            message: String,
        }
        let Form { code, message } = serde_json::from_slice(body).ok()?;
        Some(Self { code: Some(code), message, lines: Vec::new() })
    }

    fn of_three(body: &[u8]) -> Option<Self> {
        #[derive(serde::Deserialize)]
        struct Form {
            error: String,
            #[serde(default)]
            data: Option<Data>,
        }
        #[derive(serde::Deserialize)]
        #[serde(untagged)]
        enum Data {
            Lines(Vec<Line>),
            /// The first one, of a request that is refused as a whole.
            Line(Line),
            Other(serde::de::IgnoredAny),
        }
        let Form { error, data } = serde_json::from_slice(body).ok()?;
        let lines = match data {
            Some(Data::Lines(lines)) => lines,
            Some(Data::Line(line)) => vec![line],
            Some(Data::Other(_)) | None => Vec::new(),
        };
        Some(Self { code: None, message: error, lines })
    }

    /// Whether a refusal is about lines, not about the request or the state of the server.
    pub(super) fn is_about_lines(&self, version: Version) -> bool {
        let message = self.message.as_str();
        let begins = |starts: &[&str]| starts.iter().any(|start| message.starts_with(start));
        let elsewhere = ["unable to read data", "Please provide ", "is pending deletion dropped="];
        let parsed = begins(&["unable to parse"]);
        match version {
            // What it says when it cannot read a body may be anything.
            Version::V1 => parsed || (begins(&[PARTIAL, "field type conflict"]) && !message.contains(elsewhere[2])),
            Version::V2 => parsed || !elsewhere.iter().any(|part| message.contains(part)),
            Version::V3 => !self.lines.is_empty(),
        }
    }

    /// Whether InfluxDB 1 lacks the retention policy; it says so by 500.
    pub(super) fn is_about_policy(&self) -> bool {
        self.message.starts_with("retention policy not found")
    }
}

/// A body that goes on beyond what is read, ended before the last `cut` by `end`: InfluxDB repeats thousands of lines that it cannot
/// take, one by one. No escape and no character has a space in it, and no text holds `},{"`, as it would escape the mark.
fn closed<'a>(body: &'a [u8], cut: &[u8], end: &[u8]) -> Cow<'a, [u8]> {
    match body.windows(cut.len()).rposition(|window| window == cut) {
        Some(at) if body.len() >= LARGEST => Cow::Owned([&body[..at], end].concat()),
        _ => Cow::Borrowed(body),
    }
}

/// At most `longest` characters, control characters replaced.
pub(crate) fn bounded(text: &str, longest: usize) -> String {
    let printable = |character: char| if character.is_control() { ' ' } else { character };
    text.chars().take(longest).map(printable).collect()
}
