//! Lines on their way, and what they settle.

use smartpole_model::UtcMillis;
use smartpole_store::{Place, RefusedLine, Sent};

use crate::{Lines, Refusal, schema::Left};

/// Lines, and where the target is when it has them.
#[derive(Debug)]
pub(super) struct Load {
    pub(super) lines: Lines,
    /// Lines that stand for no reading: windows, and readings that were mended.
    pub(super) windows: u64,
    pub(super) left: Left,
    pub(super) place: Place,
    /// Receipt time of the newest batch in it.
    pub(super) at: UtcMillis,
}

impl Load {
    /// Nothing yet, for a target at `place`.
    pub(super) fn new(place: Place) -> Self {
        Self { lines: Lines::default(), windows: 0, left: Left::default(), place, at: UtcMillis::default() }
    }

    /// What became of it.
    pub(super) fn sent(&self, refusals: Vec<Refusal>) -> Sent {
        let refused_readings: u64 = refusals.iter().map(|refusal| u64::from(refusal.readings)).sum();
        let mut lost: Vec<usize> =
            refusals.iter().map(|refusal| refusal.line).filter(|line| self.lines.readings(*line) == 0).collect();
        lost.sort_unstable();
        lost.dedup();
        let unknown = (self.left.unknown > 0).then(|| self.unknown());
        Sent {
            batch: self.place.batch,
            filtered: self.left.filtered,
            forwarded: self.lines.readings_total().saturating_sub(refused_readings),
            windows: self.windows.saturating_sub(lost.len() as u64),
            refused: refusals.into_iter().map(|refusal| self.refused(refusal)).chain(unknown).collect(),
            settled: Some(self.place.settled),
        }
    }

    fn refused(&self, refusal: Refusal) -> RefusedLine {
        let Refusal { readings, reason, detail, text, .. } = refusal;
        RefusedLine {
            id: 0,
            at: self.at,
            reason: reason.code().to_owned(),
            readings: readings.into(),
            detail,
            line: text,
        }
    }

    /// Readings whose property left the catalogue: nothing can be made of them, and they are not lost silently.
    fn unknown(&self) -> RefusedLine {
        let detail = "the registry does not know their property any more".to_owned();
        let (reason, readings) = ("unknown_property".to_owned(), self.left.unknown);
        RefusedLine { id: 0, at: self.at, reason, readings, detail, line: String::new() }
    }
}
