//! The ledger of a store, printed: what became of every message.

use std::{fmt::Write, path::Path};

use smartpole_model::{Outcome, Verdict};
use smartpole_pipeline::{Counts, Entry};
use smartpole_store::{Error, Store};

/// The equations of the store in `data`, one term a line.
pub(crate) fn of(data: &Path) -> Result<String, Error> {
    let restore = Store::open(data)?.restore()?;
    let mut text = format!("ledger at record {}, {}\n", restore.cursor, restore.received_at);
    for equation in EQUATIONS {
        equation.print(&restore.ledger, &mut text);
    }
    Ok(text)
}

struct Equation {
    total: (Entry, &'static str),
    terms: fn(Entry) -> bool,
}

const EQUATIONS: [Equation; 3] = [
    Equation { total: (Entry::Journalled, "messages journalled"), terms: |entry| matches!(entry, Entry::Message(_)) },
    Equation { total: (Entry::Decoded, "readings decoded"), terms: |entry| matches!(entry, Entry::Reading(_)) },
    Equation {
        total: (Entry::Aggregatable, "readings for windows"),
        terms: |entry| matches!(entry, Entry::OnTime | Entry::Late | Entry::Expired),
    },
];

impl Equation {
    fn print(&self, counts: &Counts, text: &mut String) {
        let (total, sum) = (counts.get(self.total.0), counts.sum(self.terms));
        let balance = if total == sum { "balanced" } else { "NOT BALANCED" };
        let mut line = |n: u64, what: &str| writeln!(text, "{n:>14}  {what}").unwrap_or_default();
        line(total, &format!("{}, {balance}", self.total.1));
        for entry in Entry::all().filter(|entry| (self.terms)(*entry) && counts.get(*entry) > 0) {
            line(counts.get(entry), &format!("  {}", word(entry)));
        }
    }
}

fn word(entry: Entry) -> String {
    match entry {
        Entry::Journalled => "journalled".to_owned(),
        Entry::Decoded => "decoded".to_owned(),
        Entry::Aggregatable => "aggregatable".to_owned(),
        Entry::Message(Outcome::Uplink) => "uplink".to_owned(),
        Entry::Message(Outcome::Control) => "control".to_owned(),
        Entry::Reading(Verdict::Accepted) => "accepted".to_owned(),
        Entry::Message(Outcome::Duplicate) | Entry::Reading(Verdict::Duplicate) => "duplicate".to_owned(),
        Entry::Message(Outcome::Quarantined(reason)) | Entry::Reading(Verdict::Quarantined(reason)) => {
            format!("quarantined: {}", reason.code())
        }
        Entry::OnTime => "on time".to_owned(),
        Entry::Late => "late".to_owned(),
        Entry::Expired => "expired".to_owned(),
        Entry::Excluded(flag) => format!("excluded: {}", flag.code()),
    }
}
