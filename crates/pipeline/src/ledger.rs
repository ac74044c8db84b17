//! The ledger: one entry for each thing that can become of a message, a reading, an aggregatable value.

use std::collections::BTreeMap;

use smartpole_model::{Flag, Outcome, PackError, Reader, Reason, Verdict, put_u64};

use crate::Fold;

/// One of the ledger's equations, `total = sum of terms`. The total is counted on its own, where the thing comes in, so the sums
/// prove something; they hold for all time and for each receipt hour and source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Equation {
    /// journalled = uplink + control + duplicate + quarantined
    Messages,
    /// decoded = accepted + duplicate + quarantined
    Readings,
    /// aggregatable = on time + late + expired
    Windows,
}

impl Equation {
    /// All equations, in the order of a message's way.
    pub const ALL: [Self; 3] = [Self::Messages, Self::Readings, Self::Windows];

    /// The word of interfaces.
    pub fn code(self) -> &'static str {
        match self {
            Self::Messages => "messages",
            Self::Readings => "readings",
            Self::Windows => "windows",
        }
    }

    /// The left side.
    pub fn total(self) -> Entry {
        match self {
            Self::Messages => Entry::Journalled,
            Self::Readings => Entry::Decoded,
            Self::Windows => Entry::Aggregatable,
        }
    }

    /// The right side.
    pub fn terms(self) -> impl Iterator<Item = Entry> {
        Entry::all().filter(move |entry| entry.equation() == Some(self) && *entry != self.total())
    }

    /// Both sides by these counts.
    pub fn sides(self, counts: &Counts) -> (u64, u64) {
        let is_term = |entry: Entry| entry.equation() == Some(self) && entry != self.total();
        (counts.get(self.total()), counts.sum(is_term))
    }

    /// Whether both sides are equal.
    pub fn holds(self, counts: &Counts) -> bool {
        let (total, terms) = self.sides(counts);
        total == terms
    }
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Entry {
    /// A message taken from the journal.
    Journalled,
    /// A message with its outcome.
    Message(Outcome),
    /// A reading that a codec gave, readable or not.
    Decoded,
    /// A reading with its verdict.
    Reading(Verdict),
    /// An accepted reading that no flag keeps out of aggregates.
    Aggregatable,
    /// It came before its window closed.
    OnTime,
    /// It came after its window closed and made a revision.
    Late,
    /// It came after its window's raw data had passed retention.
    Expired,
    /// A replay gave it another value.
    Replaced,
    /// A replay found that its message gives it no longer.
    Superseded,
    /// An accepted reading kept out of aggregates, by the first of its flags that does so.
    Excluded(Flag),
}

impl Entry {
    /// The number it is stored under; never reused.
    pub fn number(self) -> u16 {
        match self {
            Self::Journalled => 0,
            Self::Message(Outcome::Uplink) => 1,
            Self::Message(Outcome::Control) => 2,
            Self::Message(Outcome::Duplicate) => 3,
            Self::Message(Outcome::Quarantined(reason)) => 16 + reason as u16,
            Self::Decoded => 64,
            Self::Reading(Verdict::Accepted) => 65,
            Self::Reading(Verdict::Duplicate) => 66,
            Self::Reading(Verdict::Quarantined(reason)) => 80 + reason as u16,
            Self::Aggregatable => 128,
            Self::OnTime => 129,
            Self::Late => 130,
            Self::Expired => 131,
            Self::Replaced => 132,
            Self::Superseded => 133,
            Self::Excluded(flag) => 144 + flag as u16,
        }
    }

    /// The entry of a stored number.
    pub fn from_number(number: u16) -> Option<Self> {
        Self::all().find(|entry| entry.number() == number)
    }

    /// The equation it stands in; none counts exclusions or what replays did to readings.
    pub fn equation(self) -> Option<Equation> {
        match self {
            Self::Journalled | Self::Message(_) => Some(Equation::Messages),
            Self::Decoded | Self::Reading(_) => Some(Equation::Readings),
            Self::Aggregatable | Self::OnTime | Self::Late | Self::Expired => Some(Equation::Windows),
            Self::Excluded(_) | Self::Replaced | Self::Superseded => None,
        }
    }

    /// The word of interfaces, without the reason.
    pub fn code(self) -> &'static str {
        match self {
            Self::Journalled => "journalled",
            Self::Message(Outcome::Uplink) => "uplink",
            Self::Message(Outcome::Control) => "control",
            Self::Message(Outcome::Duplicate) | Self::Reading(Verdict::Duplicate) => "duplicate",
            Self::Message(Outcome::Quarantined(_)) | Self::Reading(Verdict::Quarantined(_)) => "quarantined",
            Self::Decoded => "decoded",
            Self::Reading(Verdict::Accepted) => "accepted",
            Self::Aggregatable => "aggregatable",
            Self::OnTime => "on_time",
            Self::Late => "late",
            Self::Expired => "expired",
            Self::Replaced => "replaced",
            Self::Superseded => "superseded",
            Self::Excluded(_) => "excluded",
        }
    }

    /// Code of the reason of what is in quarantine, or of the flag of what is excluded.
    pub fn why(self) -> Option<&'static str> {
        match self {
            Self::Message(Outcome::Quarantined(reason)) | Self::Reading(Verdict::Quarantined(reason)) => {
                Some(reason.code())
            }
            Self::Excluded(flag) => Some(flag.code()),
            _ => None,
        }
    }

    /// Every entry there is.
    pub fn all() -> impl Iterator<Item = Self> {
        let messages = [Outcome::Uplink, Outcome::Control, Outcome::Duplicate].map(Self::Message);
        let readings = [Verdict::Accepted, Verdict::Duplicate].map(Self::Reading);
        let rest = [
            Self::Journalled,
            Self::Decoded,
            Self::Aggregatable,
            Self::OnTime,
            Self::Late,
            Self::Expired,
            Self::Replaced,
            Self::Superseded,
        ];
        let reasons = Reason::ALL.into_iter();
        (messages.into_iter().chain(readings).chain(rest))
            .chain(reasons.clone().map(|reason| Self::Message(Outcome::Quarantined(reason))))
            .chain(reasons.map(|reason| Self::Reading(Verdict::Quarantined(reason))))
            .chain(Flag::ALL.into_iter().map(Self::Excluded))
    }
}

/// Numbers by entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts(pub BTreeMap<u16, u64>);

impl Counts {
    /// Adds to an entry.
    pub fn add(&mut self, entry: Entry, n: u64) {
        if n > 0 {
            *self.0.entry(entry.number()).or_insert(0) += n;
        }
    }

    /// The number of an entry.
    pub fn get(&self, entry: Entry) -> u64 {
        self.0.get(&entry.number()).copied().unwrap_or(0)
    }

    /// The sum of the entries that `which` picks.
    pub fn sum(&self, which: impl Fn(Entry) -> bool) -> u64 {
        self.iter().filter(|(entry, _)| which(*entry)).map(|(_, n)| n).sum()
    }

    /// The entries with their numbers, in the order in which they are stored.
    pub fn iter(&self) -> impl Iterator<Item = (Entry, u64)> {
        self.0.iter().filter_map(|(number, n)| Some((Entry::from_number(*number)?, *n)))
    }

    /// Packed: n, then entry − previous entry and its number, each a varint.
    pub fn pack(&self) -> Vec<u8> {
        pack_counts(self.0.len(), self.0.iter().map(|(entry, n)| (*entry, *n)))
    }

    /// The counts that these bytes are.
    ///
    /// # Errors
    /// If they are not the bytes of counts.
    pub fn unpack(bytes: &[u8]) -> Result<Self, PackError> {
        let mut reader = Reader::new(bytes);
        let mut counts = BTreeMap::new();
        let mut entry = 0u16;
        for _ in 0..reader.len("counts")? {
            entry = entry.checked_add(reader.num("entry")?).ok_or(PackError::Invalid("entry"))?;
            counts.insert(entry, reader.u64()?);
        }
        Ok(Self(counts))
    }
}

/// The bytes of [`Counts`], of entries in ascending order.
pub(crate) fn pack_counts(length: usize, entries: impl Iterator<Item = (u16, u64)>) -> Vec<u8> {
    let mut out = Vec::with_capacity(1 + length * 3);
    put_u64(&mut out, length as u64);
    let mut former = 0;
    for (entry, n) in entries {
        put_u64(&mut out, u64::from(entry - former));
        put_u64(&mut out, n);
        former = entry;
    }
    out
}

impl Fold {
    /// The last batch that was handed over, and the sums of the ledger up to it: what a store that has the batch must hold.
    pub fn handed_over_ledger(&self) -> (u64, &Counts) {
        (self.batch, self.tally.committed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_has_a_number_of_its_own() {
        let all: Vec<Entry> = Entry::all().collect();
        for entry in &all {
            assert_eq!(Entry::from_number(entry.number()), Some(*entry));
        }
        let numbers: std::collections::BTreeSet<u16> = all.iter().map(|entry| entry.number()).collect();
        assert_eq!(numbers.len(), all.len());
    }

    #[test]
    fn an_equation_holds_with_all_its_terms_and_without_one_it_does_not() {
        for equation in Equation::ALL {
            let mut counts = Counts::default();
            assert!(equation.holds(&counts));
            for (n, term) in (1..).zip(equation.terms()) {
                counts.add(term, n);
                assert!(!equation.holds(&counts), "{term:?}");
                counts.add(equation.total(), n);
                assert!(equation.holds(&counts), "{term:?}");
            }
            // what is counted beside it is none of its business
            counts.add(Entry::Excluded(Flag::Sentinel), 1);
            assert!(equation.holds(&counts));
        }
    }

    #[test]
    fn every_entry_but_exclusions_and_what_replays_did_stands_in_one_equation_and_each_has_a_name_of_its_own() {
        let sides = Equation::ALL.into_iter().flat_map(|equation| equation.terms().chain([equation.total()]));
        assert_eq!(sides.count() + Flag::ALL.len() + 2, Entry::all().count());
        let names: std::collections::BTreeSet<_> =
            Entry::all().map(|entry| (entry.equation(), entry.code(), entry.why())).collect();
        assert_eq!(names.len(), Entry::all().count());
    }
}
