//! Puts rows into blocks: open ones, closed ones in memory, stored ones.

mod settled;

use smartpole_model::{DeviceNo, Quarter, Series, UtcMillis};
use smartpole_window::{
    Aggregates, Block, Blocks, Insert, NewRow, Row, RowValue, Total, aggregate, link_power_up, link_total,
};

pub(crate) use settled::Settled;

use crate::{
    Env, LoadError, Mending, RevisionReason, RevisionRow, StoredBlocks,
    active::Active,
    device::{Device, Held, Stored},
    judge::Mended,
};

/// The blocks of one device while a row is put into them.
pub(crate) struct Place<'a> {
    pub(crate) no: DeviceNo,
    pub(crate) device: &'a mut Device,
    pub(crate) active: &'a Active,
    pub(crate) stored: &'a dyn StoredBlocks,
    /// The batch under way.
    pub(crate) batch: u64,
    /// Minute of receipt.
    pub(crate) minute: i64,
    pub(crate) revisions: &'a mut Vec<RevisionRow>,
    /// After a restart: closed blocks are stored as they must be already.
    pub(crate) refill: bool,
    pub(crate) reason: RevisionReason,
    /// Blocks before have no rows any more: nothing is looked for or changed there.
    pub(crate) sealed_to: Quarter,
    /// Blocks before that are new correct nothing ([`crate::Fold::told_from`]).
    pub(crate) told_from: Quarter,
    /// Whether all is as the registry in force has it: only what looks back at a change is judged anew.
    pub(crate) is_settled: bool,
    pub(crate) touched: Vec<Quarter>,
    /// Values that were changed after they had been accepted.
    pub(crate) mended: Vec<Mended>,
    pub(crate) error: Option<LoadError>,
}

impl<'a> Place<'a> {
    pub(crate) fn new(
        no: DeviceNo,
        device: &'a mut Device,
        active: &'a Active,
        env: &Env<'a>,
        batch: u64,
        minute: i64,
        revisions: &'a mut Vec<RevisionRow>,
    ) -> Self {
        let reason = RevisionReason::Late;
        let (touched, mended) = (Vec::new(), Vec::new());
        let stored = env.stored;
        Self {
            no,
            device,
            active,
            stored,
            batch,
            minute,
            revisions,
            refill: false,
            reason,
            sealed_to: Quarter(i32::MIN),
            told_from: Quarter(i32::MIN),
            is_settled: false,
            touched,
            mended,
            error: None,
        }
    }

    /// Inserts a row and tells the blocks around it of its totals. `outcomes` gets one entry a value.
    pub(crate) fn insert(&mut self, row: &NewRow<'_>, outcomes: &mut Vec<Insert>) -> Result<(), LoadError> {
        let quarter = row.event_time.quarter();
        let mut compared = false;
        if quarter <= self.device.last_closed
            && let Some(block) = self.get(quarter)
        {
            block.compare(*row, outcomes);
            if !outcomes.contains(&Insert::Added) {
                return Ok(()); // a closed block is not taken apart for what is known
            }
            compared = true;
        }
        self.update(quarter, &mut |block| {
            if !compared {
                block.compare(*row, outcomes);
            }
            block.add(*row, outcomes);
            outcomes.contains(&Insert::Added)
        });
        self.follows(RevisionReason::Total);
        let mut added = row.values.iter().zip(outcomes.iter()).filter(|(_, outcome)| **outcome == Insert::Added);
        let powered_up = added.any(|(value, _)| value.is_power_up(self.active.power_up));
        if powered_up {
            self.device.powered_up = self.device.powered_up.max(row.event_time);
            self.device.dirty |= quarter <= self.device.last_closed;
        }
        for (value, outcome) in row.values.iter().zip(outcomes.iter()) {
            if *outcome == Insert::Added && self.is_total(value.series) && self.counts(value) {
                let total = Total { at: row.event_time, value: value.value };
                self.device.dirty |= quarter <= self.device.last_closed;
                let newest = self.device.newest_total(value.series);
                link_total(self, value.series, total, newest);
                self.device.note_total(value.series, total);
            }
        }
        if powered_up {
            self.link_power_up(row.event_time);
        }
        self.error.take().map_or(Ok(()), Err)
    }

    /// Tells the blocks between totals that the device was switched on at an instant, or was not after all. No total comes after the
    /// newest one of its counter.
    pub(crate) fn link_power_up(&mut self, at: UtcMillis) {
        let later = self.device.totals.iter().filter(|(_, newest)| at <= newest.at);
        for series in later.map(|(series, _)| *series).collect::<Vec<_>>() {
            link_power_up(self, series, at);
        }
    }

    /// Changes values that are there already.
    pub(crate) fn mend(
        &mut self,
        event_time: UtcMillis,
        mending: Mending,
        values: &[RowValue],
    ) -> Result<(), LoadError> {
        for value in values {
            self.update(event_time.quarter(), &mut |block| match mending {
                Mending::Remarks => block.set_flags(event_time, value.series, value.flags),
                Mending::Values(until) => block.replace(event_time, *value, until),
            });
        }
        self.error.take().map_or(Ok(()), Err)
    }

    pub(crate) fn is_total(&self, series: Series) -> bool {
        self.active.inputs.registry.properties.get(series.property).is_some_and(|property| property.counts.is_some())
    }

    /// Index of a block in memory, loaded if it is stored.
    fn find(&mut self, quarter: Quarter) -> Result<usize, usize> {
        let at = match self.device.held_at(quarter) {
            found if quarter < self.sealed_to => return Err(found.unwrap_or_else(|at| at)),
            Err(at) if (self.device.first..=self.device.last_closed).contains(&quarter) => at,
            found => return found,
        };
        match self.load(quarter) {
            Ok(Some(held)) => {
                self.device.closed = true;
                self.device.held.insert(at, Box::new(held));
                Ok(at)
            }
            Ok(None) => Err(at),
            Err(error) => {
                self.error = Some(error);
                Err(at)
            }
        }
    }

    fn load(&self, quarter: Quarter) -> Result<Option<Held>, LoadError> {
        // one without rows may still be met by a restart, which does not ask for cuts: nothing can be linked with it
        let Some(stored) = self.stored.load(self.no, quarter)?.filter(|stored| !stored.rows.is_empty()) else {
            return Ok(None);
        };
        let block = Block::unpack(quarter, &stored.rows).map_err(|error| LoadError(Box::new(error)))?;
        let aggregates = unpack(&stored.aggregates)?;
        let mut held = Held::new(block, false, u64::MAX);
        (held.revision, held.revised_minute) = (stored.revision, stored.revised_minute);
        held.closed_minute = stored.closed_minute;
        held.stored = Some(Box::new(Stored { revision: stored.revision, aggregates, gain: Aggregates::default() }));
        if stored.revised_minute == self.minute && stored.revision > 0 {
            let former = stored.former.filter(|former| !former.is_empty());
            held.former = Some(Box::new(former.map_or_else(|| Ok(Aggregates::default()), |former| unpack(&former))?));
        }
        Ok(Some(held))
    }

    fn aggregates(&self, block: &Block) -> Aggregates {
        aggregate(block, &self.active.making(self.no, block.quarter()))
    }

    /// Changes a closed block and notes the revision: one for each minute of receipt. A new one that corrects nothing has had this
    /// minute's, but that it is none.
    fn revise(&mut self, at: usize, made: bool, change: &mut dyn FnMut(&mut Block) -> bool) {
        let held = &mut self.device.held[at];
        if made && held.block.quarter() < self.told_from {
            if change(&mut held.block) {
                (held.changed, held.closed_minute, held.revised_minute) = (true, self.minute, self.minute);
            }
            return;
        }
        let is_first = !made && held.revised_minute != self.minute;
        let known = held.stored.as_ref().filter(|_| is_first && !held.changed).map(|stored| stored.aggregates.clone());
        let unknown = (is_first && known.is_none()).then(|| held.block.clone());
        if change(&mut self.device.held[at].block) {
            let former = unknown.map(|former| self.device.held[at].with_revisions(self.aggregates(&former)));
            self.note_revision(at, known.or(former));
        }
    }

    /// Says why blocks change from now on. A replay or a registry stays the reason of all that comes of it.
    pub(crate) fn follows(&mut self, reason: RevisionReason) {
        if !matches!(self.reason, RevisionReason::Replay | RevisionReason::Registry) {
            self.reason = reason;
        }
    }

    /// Notes that a block changed; `former` is what it came to before, if it was there.
    fn note_revision(&mut self, at: usize, former: Option<Aggregates>) {
        let row = self.device.held[at].note_revision(self.no, self.minute, self.reason, former);
        self.revisions.extend(row);
    }
}

fn unpack(aggregates: &[u8]) -> Result<Aggregates, LoadError> {
    Aggregates::unpack(aggregates).map_err(|error| LoadError(Box::new(error)))
}

impl Blocks for Place<'_> {
    fn get(&mut self, quarter: Quarter) -> Option<&Block> {
        let at = self.find(quarter).ok()?;
        Some(&self.device.held[at].block)
    }

    fn update(&mut self, quarter: Quarter, change: &mut dyn FnMut(&mut Block) -> bool) {
        let closed = quarter <= self.device.last_closed;
        if closed && self.refill || quarter < self.sealed_to {
            return;
        }
        let found = self.find(quarter);
        let at = found.unwrap_or_else(|at| at);
        if self.error.is_some() {
            return;
        }
        if found.is_err() {
            let before = at.checked_sub(1).map(|before| &self.device.held[before].block);
            let block = before.map_or_else(|| Block::new(quarter), |former| Block::after(former, quarter));
            self.device.closed |= closed;
            self.device.held.insert(at, Box::new(Held::new(block, !closed, self.batch)));
        }
        if self.device.held[at].open {
            change(&mut self.device.held[at].block);
        } else {
            self.revise(at, found.is_err(), change);
        }
        self.touched.push(quarter);
    }

    fn counts(&self, value: &RowValue) -> bool {
        !self.active.excludes(value)
    }

    fn powered_up(&mut self, after: UtcMillis, up_to: UtcMillis) -> bool {
        let power_up = self.active.power_up;
        let between = |block: &Block| {
            let near = |row: &Row| after < row.event_time && row.event_time <= up_to;
            block.rows().iter().any(|row| near(row) && row.values.iter().any(|value| value.is_power_up(power_up)))
        };
        // the newest is noted beside the blocks, so that they are looked through only after it
        self.device.powered_up > after
            && (after.quarter().0..=up_to.quarter().0).any(|quarter| self.get(Quarter(quarter)).is_some_and(between))
    }
}
