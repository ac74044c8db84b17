//! The ledger: one entry for each thing that can become of a message, a reading, an aggregatable value.

use std::collections::BTreeMap;

use smartpole_model::{Flag, Outcome, PackError, Reader, Reason, Verdict, put_u64};

/// What is counted. The left side of each equation is counted on its own, where the thing comes in, so the sums prove something:
/// journalled = uplink + control + duplicate + quarantined; decoded = accepted + duplicate + quarantined;
/// aggregatable = on time + late + expired.
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
            Self::Excluded(flag) => 144 + flag as u16,
        }
    }

    /// The entry of a stored number.
    pub fn from_number(number: u16) -> Option<Self> {
        Self::all().find(|entry| entry.number() == number)
    }

    /// Every entry there is.
    pub fn all() -> impl Iterator<Item = Self> {
        let messages = [Outcome::Uplink, Outcome::Control, Outcome::Duplicate].map(Self::Message);
        let readings = [Verdict::Accepted, Verdict::Duplicate].map(Self::Reading);
        let rest = [Self::Journalled, Self::Decoded, Self::Aggregatable, Self::OnTime, Self::Late, Self::Expired];
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
        self.0.iter().filter(|(number, _)| Entry::from_number(**number).is_some_and(&which)).map(|(_, n)| n).sum()
    }

    /// Packed: n, then entry − previous entry and its number, each a varint.
    pub fn pack(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(1 + self.0.len() * 3);
        put_u64(&mut out, self.0.len() as u64);
        let mut former = 0;
        for (entry, n) in &self.0 {
            put_u64(&mut out, u64::from(entry - former));
            put_u64(&mut out, *n);
            former = *entry;
        }
        out
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
}
