//! In what a stored row and a folded one differ, in words.

use rusqlite::types::Value;
use smartpole_model::{Quarter, Reader, Reason, UtcMillis};
use smartpole_pipeline::Counts;
use smartpole_window::{Aggregates, Block};

use super::words::{Words, blob, bytes, entry, int};

/// The columns of a row that are no key; none if there is no such row.
type Side<'a> = Option<&'a [Value]>;
/// What is said of them.
pub(super) type Texts = (Option<String>, Option<String>);

/// Both sides of a row, each in the same way.
fn each(stored: Side<'_>, folded: Side<'_>, text: impl Fn(&[Value]) -> String) -> Texts {
    (stored.map(&text), folded.map(&text))
}

/// Both sides of a row, only what differs of it; `whole` if one side is missing.
fn parts(
    stored: Side<'_>,
    folded: Side<'_>,
    differing: impl Fn(&[Value], &[Value]) -> (Vec<String>, Vec<String>),
    whole: impl Fn(&[Value]) -> String,
) -> Texts {
    match (stored, folded) {
        (Some(kept), Some(made)) => {
            let (kept, made) = differing(kept, made);
            (Some(kept.join("; ")), Some(made.join("; ")))
        }
        _ => each(stored, folded, whole),
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::Integer(n) => n.to_string(),
        Value::Real(n) => n.to_string(),
        Value::Text(text) => text.clone(),
        Value::Blob(bytes) => format!("{} bytes", bytes.len()),
    }
}

pub(super) fn plain(_: &Words<'_>, stored: Side<'_>, folded: Side<'_>) -> Texts {
    each(stored, folded, |row| row.iter().map(text).collect::<Vec<_>>().join(", "))
}

pub(super) fn heard(_: &Words<'_>, stored: Side<'_>, folded: Side<'_>) -> Texts {
    each(stored, folded, |row| if int(row, 0) == 0 { "superseded" } else { "heard" }.to_owned())
}

pub(super) fn cursor(_: &Words<'_>, stored: Side<'_>, folded: Side<'_>) -> Texts {
    each(stored, folded, |row| {
        let inputs = row.get(1).map_or_else(String::new, text);
        format!("received {}, inputs {inputs}", UtcMillis(int(row, 0)))
    })
}

/// Columns that are numbers and differ, with their names.
fn numbers(names: &[&str], kept: &[Value], made: &[Value]) -> (Vec<String>, Vec<String>) {
    let differ = names.iter().enumerate().filter(|(column, _)| kept.get(*column) != made.get(*column));
    differ
        .map(|(column, name)| (format!("{name} {}", int(kept, column)), format!("{name} {}", int(made, column))))
        .unzip()
}

fn append(texts: &mut (Vec<String>, Vec<String>), more: (Vec<String>, Vec<String>)) {
    texts.0.extend(more.0);
    texts.1.extend(more.1);
}

pub(super) fn block(words: &Words<'_>, stored: Side<'_>, folded: Side<'_>) -> Texts {
    let differing = |kept: &[Value], made: &[Value]| {
        let mut texts = numbers(&["revision", "revised in minute", "closed in minute"], kept, made);
        if kept.get(3) != made.get(3) {
            append(&mut texts, words.aggregates(kept.get(3), made.get(3)));
        }
        if let (Some(kept), Some(made)) = (kept.get(4), made.get(4))
            && kept != made
        {
            append(&mut texts, words.rows(kept, made));
        }
        texts
    };
    parts(stored, folded, differing, |row| {
        let rows = row.get(4).and_then(|rows| Block::unpack(Quarter(0), blob(rows)).ok());
        format!("revision {}, {} readings", int(row, 0), rows.map_or(0, |block| block.row_count()))
    })
}

pub(super) fn rollup(words: &Words<'_>, stored: Side<'_>, folded: Side<'_>) -> Texts {
    let differing = |kept: &[Value], made: &[Value]| {
        let mut texts = numbers(&["changed in minute"], kept, made);
        append(&mut texts, words.aggregates(kept.get(1), made.get(1)));
        texts
    };
    parts(stored, folded, differing, |row| {
        let series = row.get(1).and_then(|value| Aggregates::unpack(blob(value)).ok());
        format!("{} series", series.map_or(0, |series| series.0.len()))
    })
}

pub(super) fn revision(words: &Words<'_>, stored: Side<'_>, folded: Side<'_>) -> Texts {
    let differing = |kept: &[Value], made: &[Value]| {
        let mut texts = numbers(&["minute", "reason"], kept, made);
        if kept.get(2) != made.get(2) {
            append(&mut texts, words.aggregates(kept.get(2), made.get(2)));
        }
        texts
    };
    parts(stored, folded, differing, |row| {
        format!("received {}, reason {}", UtcMillis(int(row, 0).saturating_mul(60_000)), int(row, 1))
    })
}

pub(super) fn counts(_: &Words<'_>, stored: Side<'_>, folded: Side<'_>) -> Texts {
    let read = |row: Side<'_>| row.and_then(|row| row.first()).and_then(|value| Counts::unpack(blob(value)).ok());
    let (kept, made) = (read(stored), read(folded));
    let text = |row: Side<'_>, of: &Option<Counts>, other: &Option<Counts>| {
        row.map(|_| {
            let Some(of) = of else { return "unreadable".to_owned() };
            let n = |counts: &Counts, entry: u16| counts.0.get(&entry).copied().unwrap_or(0);
            let other = other.clone().unwrap_or_default();
            let entries: std::collections::BTreeSet<u16> = of.0.keys().chain(other.0.keys()).copied().collect();
            let differ = entries.into_iter().filter(|entry| n(of, *entry) != n(&other, *entry));
            differ.map(|id| format!("{} {}", n(of, id), entry(i64::from(id)))).collect::<Vec<_>>().join(", ")
        })
    };
    (text(stored, &kept, &made), text(folded, &made, &kept))
}

pub(super) fn quarantine(words: &Words<'_>, stored: Side<'_>, folded: Side<'_>) -> Texts {
    each(stored, folded, |row| {
        let reason = Reason::ALL.into_iter().find(|reason| *reason as i64 == int(row, 3));
        let reason = reason.map_or_else(|| format!("reason {}", int(row, 3)), |reason| reason.code().to_owned());
        let device = match row.get(2) {
            Some(Value::Integer(device)) => words.device(*device),
            _ => "no device".to_owned(),
        };
        let detail = row.get(4).map_or_else(String::new, text);
        let (received, source) = (UtcMillis(int(row, 0)), words.source(int(row, 1)));
        let verdict = row.get(6).map_or_else(String::new, |verdict| bytes(blob(verdict), &[]));
        let readings = int(row, 5);
        format!(
            "{reason} ({detail}), {readings} readings, of {device}, by {source}, received {received}, verdict {verdict}"
        )
    })
}

pub(super) fn replay(_: &Words<'_>, stored: Side<'_>, folded: Side<'_>) -> Texts {
    each(stored, folded, |row| {
        let mut effect = Reader::new(row.get(4).map_or(&[], blob));
        let numbers: Vec<String> = std::iter::from_fn(|| effect.u64().ok()).map(|n| n.to_string()).collect();
        let (order, next) = (row.get(1).map_or_else(String::new, text), int(row, 2));
        let (at, done) = (UtcMillis(int(row, 0)), if int(row, 3) == 0 { "running" } else { "done" });
        format!("{order}, ordered {at}, next {next}, {done}, effect {}", numbers.join(" "))
    })
}

/// State that only the fold understands: where its bytes begin to differ.
pub(super) fn packed(_: &Words<'_>, stored: Side<'_>, folded: Side<'_>) -> Texts {
    let of = |row: Side<'_>, other: Side<'_>| {
        let first = |row: Side<'_>| row.and_then(|row| row.first()).map(|value| blob(value).to_vec());
        first(row).map(|row| bytes(&row, &first(other).unwrap_or_default()))
    };
    (of(stored, folded), of(folded, stored))
}
