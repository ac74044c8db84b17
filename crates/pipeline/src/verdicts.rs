//! What becomes of a message's readings.

use smartpole_model::{Outcome, Reason, Series, UtcMillis, Verdict};

/// Verdicts of a message's readings.
#[derive(Debug, Default)]
pub(crate) struct Verdicts {
    pub(crate) decoded: u64,
    pub(crate) accepted: u64,
    pub(crate) duplicate: u64,
    /// Of a replay: readings that have another value now.
    pub(crate) replaced: u64,
    /// Of a replay: whose places its samples so far have; the first of several that say something of one has it.
    pub(crate) taken: Vec<(UtcMillis, Series)>,
    /// Of a replay: readings that the message gives no longer.
    pub(crate) superseded: u64,
    pub(crate) quarantined: Vec<(Reason, u64)>,
    pub(crate) first: Option<(Reason, String)>,
}

impl Verdicts {
    pub(crate) fn quarantine(&mut self, reason: Reason, n: u64, detail: impl FnOnce() -> String) {
        if n == 0 {
            return;
        }
        self.first.get_or_insert_with(|| (reason, detail()));
        match self.quarantined.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, sum)) => *sum += n,
            None => self.quarantined.push((reason, n)),
        }
    }

    pub(crate) fn outcome(&self) -> Outcome {
        match self.first {
            _ if self.accepted + self.replaced > 0 => Outcome::Uplink,
            Some((reason, _)) => Outcome::Quarantined(reason),
            None => Outcome::Duplicate,
        }
    }

    pub(crate) fn list(&self) -> Vec<(Verdict, u64)> {
        let quarantined = self.quarantined.iter().map(|(reason, n)| (Verdict::Quarantined(*reason), *n));
        [(Verdict::Accepted, self.accepted), (Verdict::Duplicate, self.duplicate)]
            .into_iter()
            .filter(|(_, n)| *n > 0)
            .chain(quarantined)
            .collect()
    }
}
