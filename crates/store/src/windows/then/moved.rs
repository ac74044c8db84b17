//! Windows as of then of which blocks moved: poles and zones have other ones since.

use std::collections::BTreeSet;

use smartpole_model::{DeviceNo, Quarter, UtcMillis};
use smartpole_window::{Level, next_start};

use super::{Asked, Gather, Of, Span, Wanted, quarters};
use crate::{
    Error, Step,
    as_of::Then,
    history::Histories,
    moved::Move,
    weeks::{RollupsOf, each_stored},
};

/// First instants of the hours or days of a zone's poles in which blocks had moved: its revisions are counted apart there.
pub(super) fn apart<'m>(
    asked: &Asked,
    then: &Then,
    moved: impl Iterator<Item = ((Quarter, DeviceNo), &'m [Move])>,
) -> BTreeSet<i64> {
    let had_moved = |moves: &[Move]| moves.iter().any(|moved| then.knows(moved.minute));
    let blocks = moved.filter(|(_, moves)| asked.zone.is_some() && had_moved(moves));
    blocks.map(|((quarter, _), _)| asked.level.start(quarter.start()).0).collect()
}

impl Gather<'_> {
    /// First instants of hours or days of which a block was taken away while it was open: no roll-up of its former places ever had it.
    pub(super) fn taken_open(&self, of: &Of<'_>, level: Level, span: Span) -> Vec<i64> {
        let since = |moved: &Move| moved.open && !self.then.knows(moved.minute);
        let whole = (span.0, next_start(level, level.start(span.1.plus(-1))));
        let open = self.moves.within(whole).filter(|(_, moves)| moves.iter().any(since));
        let of_part = open.filter(|((quarter, device), _)| self.counts(of, *quarter, *device));
        let starts = of_part.map(|((quarter, _), _)| level.start(quarter.start()));
        starts.filter(|start| *start >= span.0 && *start < span.1).map(|start| start.0).collect()
    }

    /// Counts the revisions of a zone apart.
    pub(super) fn revise(&mut self, zone: &Of<'_>) -> Result<(), Error> {
        if self.wanted.step != Step::Quarter {
            self.revise_unchanged(zone)?;
        }
        for start in std::mem::take(&mut self.apart).into_iter().map(UtcMillis) {
            let whole = (start.max(self.span.0), next_start(self.asked.level, start).min(self.span.1));
            for quarter in quarters(whole) {
                let window = match self.wanted.step {
                    Step::Quarter => quarter.start(),
                    step => self.asked.window_of(step, start),
                };
                let revisions = self.revisions(zone, quarter)?;
                self.gathered.part(zone.part.number).entry(window.0).revise(revisions);
            }
        }
        Ok(())
    }

    /// Of hours and days that nothing received since has changed as the file has them.
    fn revise_unchanged(&mut self, zone: &Of<'_>) -> Result<(), Error> {
        let (Some(first), Some(last)) = (self.apart.first(), self.apart.last()) else { return Ok(()) };
        let (level, span) = (self.asked.level, (UtcMillis(*first), UtcMillis(*last + 1)));
        let in_memory = self.in_memory(zone, level, span);
        let Self { snapshot, wanted, asked, then, gathered, apart, .. } = self;
        let cells = gathered.part(zone.part.number);
        let rollups = RollupsOf { level, scope: zone.part.scope, property: wanted.property, span };
        each_stored(
            snapshot,
            rollups,
            |minute| then.knows(minute),
            |rollup| {
                let (start, known) = (rollup.start, then.knows(rollup.minute));
                if known && !in_memory.contains(&start.0) && apart.remove(&start.0) {
                    cells.entry(asked.window_of(wanted.step, start).0).add_revisions(wanted.of(rollup.aggregates));
                }
                Ok(())
            },
        )
    }

    /// How often a quarter of a part was revised before.
    pub(super) fn revisions(&self, of: &Of<'_>, quarter: Quarter) -> Result<i32, Error> {
        let Wanted { property, channel, .. } = *self.wanted;
        let histories = Histories { snapshot: self.snapshot, moves: &self.moves, parts: of.revised, property, channel };
        histories.count(quarter, of.members.iter().copied(), self.then.minute())
    }
}
