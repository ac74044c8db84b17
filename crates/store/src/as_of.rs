//! What was known then: blocks as of an earlier minute of receipt.
//!
//! A closed block is what it was by its revisions: each keeps the aggregates before it. A block that was still open then is summed up
//! of the readings received by then. Remarks that hang on other readings are those of now there. Once those readings, or those that
//! totals of theirs are told from, have passed retention, what an open block came to is not known any more: that is said, so that a
//! sum lacks nothing in silence.

mod blank;

use rusqlite::{OptionalExtension, params};
use smartpole_model::{DeviceNo, PropertyNo, Quarter, Series, UtcMillis};
use smartpole_pipeline::BlockMaking;
use smartpole_window::{Aggregates, Beside, Block, Row, Sought, Total};

use self::blank::Blank;
use crate::{
    Error,
    blocks::{Blocks, Stored},
    error::{damaged, sqlite},
    queries::Snapshot,
    scope::Seen,
};

/// How far back the total before a block is looked for.
const TOTALS_BACK: i32 = (smartpole_window::MAX_GAP_MS / Quarter::MILLIS) as i32;

/// An earlier instant.
#[derive(Debug)]
pub(crate) struct Then {
    /// The first instant of its minute: what was received before it is known.
    pub(crate) as_of: UtcMillis,
    minute: i64,
    making: BlockMaking,
    /// What closed blocks say of others may be left out; none: nothing.
    property: Option<PropertyNo>,
    blank: Blank,
}

/// The first instant of the minute that is asked about, if anything was received since.
pub(crate) fn earlier(as_of: Option<UtcMillis>, newest: UtcMillis) -> Option<UtcMillis> {
    as_of.map(|as_of| UtcMillis(as_of.0.div_euclid(60_000) * 60_000)).filter(|minute| *minute <= newest)
}

/// The instant that an answer is of: the newest receipt, or the minute asked about, also where nothing was received since, as what
/// comes next must not change what should have come by then.
pub(crate) fn instant(as_of: Option<UtcMillis>, newest: UtcMillis) -> UtcMillis {
    as_of.map_or(newest, |as_of| UtcMillis(as_of.0.div_euclid(60_000) * 60_000))
}

/// A block as it was.
pub(crate) struct Was {
    pub(crate) open: bool,
    /// Whether that is not known any more; the aggregates are those of now, and what is in none of them was not there.
    pub(crate) gone: bool,
    pub(crate) aggregates: Aggregates,
}

impl Then {
    /// Blocks that were open are summed up by a registry.
    pub(crate) fn new<'a>(seen: impl Into<Seen<'a>>, as_of: UtcMillis) -> Self {
        let seen = seen.into();
        let making = if seen.is_now() { seen.fold.block_making() } else { seen.fold.block_making_by(seen.inputs) };
        let minute = as_of.0.div_euclid(60_000);
        let as_of = UtcMillis(minute * 60_000);
        Self { as_of, minute, making, property: None, blank: Blank::default() }
    }

    /// The same for those who want one property only.
    pub(crate) fn of(self, property: PropertyNo) -> Self {
        Self { property: Some(property), ..self }
    }

    /// Goes to another instant.
    pub(crate) fn go_to(&mut self, as_of: UtcMillis) {
        self.minute = as_of.0.div_euclid(60_000);
        self.as_of = UtcMillis(self.minute * 60_000);
    }

    /// Its minute of receipt.
    pub(crate) fn minute(&self) -> i64 {
        self.minute
    }

    /// Whether what changed last in a minute of receipt is as it was then.
    pub(crate) fn knows(&self, minute: i64) -> bool {
        minute < self.minute
    }

    /// A block of a device as it was; none if nothing of it was known.
    pub(crate) fn block(&self, snapshot: &Snapshot, device: DeviceNo, quarter: Quarter) -> Result<Option<Was>, Error> {
        let recent = snapshot.recent(quarter, device);
        // the file has nothing of an open one; of others what they were before their revisions under way
        if let Some(open) = recent.filter(|recent| recent.open) {
            return self.was_open(snapshot, device, &open.block);
        }
        let (mut was, mut is_stored) = (None, false);
        Blocks::new(&snapshot.connection)?.each(quarter, &[device], |_, stored| {
            is_stored = true;
            was = self.stored(snapshot, (quarter, device), stored)?;
            Ok(())
        })?;
        match recent.filter(|_| !is_stored) {
            Some(recent) => self.was_open(snapshot, device, &recent.block),
            None => Ok(was),
        }
    }

    /// A block of the file as it was.
    pub(crate) fn stored(
        &self,
        snapshot: &Snapshot,
        (quarter, device): (Quarter, DeviceNo),
        stored: &Stored<'_>,
    ) -> Result<Option<Was>, Error> {
        if !self.knows(stored.closed_minute()?) {
            return match (snapshot.recent(quarter, device), stored.block(quarter)?) {
                (Some(recent), _) => self.was_open(snapshot, device, &recent.block),
                (None, Some(block)) => self.was_open(snapshot, device, &block),
                (None, None) => Ok(Some(Was::gone(stored)?)),
            };
        }
        if !self.knows(stored.revised_minute()?)
            && let Some(former) = self.next_former(snapshot, device, quarter)?
        {
            let known = (!former.is_empty()).then(|| Aggregates::unpack(&former));
            let known = known.transpose().map_err(damaged("revision"))?;
            return Ok(known.map(|aggregates| Was { open: false, gone: false, aggregates }));
        }
        Ok(Some(Was { open: false, gone: false, aggregates: stored.aggregates(self.property)? }))
    }

    /// What a block was before its first revision since then.
    fn next_former(&self, snapshot: &Snapshot, device: DeviceNo, quarter: Quarter) -> Result<Option<Vec<u8>>, Error> {
        let doing = sqlite("read revisions");
        let sql = "SELECT former FROM revision WHERE quarter = ?1 AND device = ?2 AND minute >= ?3
                   ORDER BY revision LIMIT 1";
        let mut statement = snapshot.connection.prepare_cached(sql).map_err(&doing)?;
        let asked = params![quarter.0, device.0, self.minute];
        statement.query_row(asked, |row| row.get(0)).optional().map_err(&doing)
    }

    /// The block of the readings that were there when it was open.
    fn was_open(&self, snapshot: &Snapshot, device: DeviceNo, block: &Block) -> Result<Option<Was>, Error> {
        if block.anchors().is_empty() && block.superseded().is_empty() && self.has_all(block) {
            let aggregates = self.making.aggregates(device, block);
            return Ok((block.row_count() > 0).then_some(Was { open: true, gone: false, aggregates }));
        }
        let mut cut = block.as_of(self.as_of);
        let (rows, gone) = (cut.rows(), std::cell::Cell::new(false));
        if rows.is_empty() {
            self.blank.note(device, block.quarter());
        }
        for anchor in block.anchors() {
            let total = |row: &Row| self.total(row, anchor.series);
            let sought = Sought { series: anchor.series, total: &total, power_up: self.making.power_up() };
            let before = self.beside(snapshot, device, sought, (block.quarter(), -1), &gone)?;
            if rows.is_empty() && before.is_none() {
                continue; // without own totals it has shares of a difference from one before only
            }
            let after = self.beside(snapshot, device, sought, (block.quarter(), 1), &gone)?;
            cut.set_anchor(anchor.series, |anchor| *anchor = Beside::anchor(sought, before, &rows, after));
        }
        if cut.is_empty() {
            return Ok(None);
        }
        let aggregates = self.making.aggregates(device, &cut);
        Ok(Some(Was { open: true, gone: gone.get(), aggregates }))
    }

    /// Whether all readings of a block had been received by then.
    fn has_all(&self, block: &Block) -> bool {
        let mut all = true;
        block.each_row(|row| all &= row.received_at < self.as_of);
        all
    }

    /// What was received by then beside a quarter; `gone` if it is met that readings are not there any more.
    fn beside(
        &self,
        snapshot: &Snapshot,
        device: DeviceNo,
        sought: Sought<'_>,
        (home, step): (Quarter, i32),
        gone: &std::cell::Cell<bool>,
    ) -> Result<Beside, Error> {
        let furthest = if step > 0 { self.as_of.quarter().0 - home.0 } else { TOTALS_BACK };
        Beside::find(sought, (home, step), furthest.clamp(0, TOTALS_BACK), |quarter| {
            if self.blank.holds(device, quarter) {
                return Ok(Vec::new());
            }
            if let Some(recent) = snapshot.recent(quarter, device) {
                return Ok(recent.block.as_of(self.as_of).rows());
            }
            let mut rows = Vec::new();
            Blocks::new(&snapshot.connection)?.each(quarter, &[device], |_, stored| {
                match stored.block(quarter)? {
                    Some(block) => rows = block.as_of(self.as_of).rows(),
                    None => gone.set(true),
                }
                Ok(())
            })?;
            if rows.is_empty() && !gone.get() {
                self.blank.note(device, quarter);
            }
            Ok(rows)
        })
    }

    fn total(&self, row: &Row, series: Series) -> Option<Total> {
        let value = row.values.iter().find(|value| value.series == series && self.making.counts(value))?;
        Some(Total { at: row.event_time, value: value.value })
    }
}

impl Was {
    fn gone(stored: &Stored<'_>) -> Result<Self, Error> {
        Ok(Self { open: true, gone: true, aggregates: stored.aggregates(None)? })
    }
}
