//! What the fold knows of one device.

use smartpole_model::{
    DeviceNo, Flag, Flags, PackError, Quarter, Reader, Series, TimeSource, UtcMillis, put_i64, put_u64,
};
use smartpole_window::{Aggregates, Block, NewRow, RowValue, Total, put_series, take_series};

use crate::{DeviceRow, Latest, RevisionReason, RevisionRow, tails::Tails, tally::DayTally};

/// A block in memory.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) block: Block,
    /// Whether it takes readings without a revision.
    pub(crate) open: bool,
    pub(crate) revision: u32,
    pub(crate) revised_minute: i64,
    /// Minute of receipt in which it was closed.
    pub(crate) closed_minute: i64,
    /// What roll-ups hold of it, those of the batch under way included; `None` if they never did. A box, as a fleet's open blocks have
    /// none.
    pub(crate) stored: Option<Box<Stored>>,
    /// What it came to before its newest revision; `None` of one that had none since it is in memory.
    pub(crate) former: Option<Box<Aggregates>>,
    /// The batch in which its first reading went: batch rows from there on refill it.
    pub(crate) first_batch: u64,
    /// The batch that carries it to the store.
    pub(crate) batch: Option<u64>,
    /// Whether it differs from what is stored.
    pub(crate) changed: bool,
}

/// What the store has of a block.
#[derive(Debug)]
pub(crate) struct Stored {
    pub(crate) revision: u32,
    pub(crate) aggregates: Aggregates,
    /// What stored roll-ups gain by the batch that carries the block.
    pub(crate) gain: Aggregates,
}

impl Held {
    pub(crate) fn new(block: Block, open: bool, batch: u64) -> Self {
        let (revision, revised_minute, closed_minute, stored, former) = (0, 0, 0, None, None);
        Self {
            block,
            open,
            revision,
            revised_minute,
            closed_minute,
            stored,
            former,
            first_batch: batch,
            batch: None,
            changed: false,
        }
    }

    /// What it comes to, `summed` up of its readings, with its revisions.
    pub(crate) fn with_revisions(&self, mut summed: Aggregates) -> Aggregates {
        if let Some(former) = &self.former {
            summed.count_revision(former);
        }
        summed
    }

    /// Notes that it changed; `former` is what it came to before, if it was there. The row is the first change's of a minute.
    pub(crate) fn note_revision(
        &mut self,
        device: DeviceNo,
        minute: i64,
        reason: RevisionReason,
        former: Option<Aggregates>,
    ) -> Option<RevisionRow> {
        self.changed = true;
        if self.revised_minute == minute {
            return None;
        }
        self.revised_minute = minute;
        self.revision += 1;
        let packed = former.as_ref().map_or_else(Vec::new, Aggregates::pack);
        self.former = Some(Box::new(former.unwrap_or_default()));
        let (quarter, revision) = (self.block.quarter(), self.revision);
        Some(RevisionRow { quarter, device, revision, minute, reason, former: packed })
    }
}

/// State of one device.
#[derive(Debug)]
pub(crate) struct Device {
    pub(crate) last_closed: Quarter,
    /// No block of it lies before, as far as is known: of a device that was not met in this process for the first time nothing is.
    pub(crate) first: Quarter,
    /// Its readings before are gone, whatever the registry in force says of them.
    pub(crate) sealed_to: Quarter,
    /// Newest event time accepted.
    pub(crate) newest: UtcMillis,
    /// Receipt time of the newest accepted reading.
    pub(crate) received_at: UtcMillis,
    pub(crate) source: u32,
    /// Ticks of that source when the newest accepted reading came.
    pub(crate) ticks: u64,
    /// Newest total of each counter.
    pub(crate) totals: Vec<(Series, Total)>,
    pub(crate) latest: Vec<Latest>,
    /// Newest power-up.
    pub(crate) powered_up: UtcMillis,
    pub(crate) tails: Tails,
    /// Blocks in memory, by quarter.
    #[allow(
        clippy::vec_box,
        reason = "a list of two or three has room for four: unboxed, a fleet's would hold a kilobyte each"
    )]
    pub(crate) held: Vec<Box<Held>>,
    pub(crate) today: DayTally,
    /// Whether some of its blocks in memory may be closed: open ones are not looked at for what there is to commit.
    pub(crate) closed: bool,
    /// Whether its row must be written: something beside open blocks changed.
    pub(crate) dirty: bool,
    /// Whether it is on the list of those to look at.
    pub(crate) touched: bool,
    /// Whether its ledger row must be written.
    pub(crate) counted: bool,
}

impl Default for Device {
    fn default() -> Self {
        Self {
            last_closed: Quarter(i32::MIN),
            first: Quarter(i32::MIN),
            sealed_to: Quarter(i32::MIN),
            newest: UtcMillis(i64::MIN),
            received_at: UtcMillis(i64::MIN),
            source: 0,
            ticks: 0,
            totals: Vec::new(),
            latest: Vec::new(),
            powered_up: UtcMillis(i64::MIN),
            tails: Tails::default(),
            held: Vec::new(),
            today: DayTally::default(),
            closed: false,
            dirty: false,
            touched: false,
            counted: false,
        }
    }
}

impl Device {
    pub(crate) fn held_at(&self, quarter: Quarter) -> Result<usize, usize> {
        self.held.binary_search_by_key(&quarter, |held| held.block.quarter())
    }

    /// Notes where its first block lies, before a row of `quarter` is put into one.
    pub(crate) fn note_first(&mut self, quarter: Quarter) {
        let is_new = self.newest.0 == i64::MIN;
        self.first = if is_new { quarter } else { self.first.min(quarter) };
    }

    /// Whether a restart notes what is accepted now again: an open block keeps the rows of this batch until it closes, and then its
    /// row is written. Totals and power-ups behind the watermark, and mended values, are in the row only.
    pub(crate) fn is_refilled(&self) -> bool {
        self.held.iter().any(|held| held.open)
    }

    /// Notes an accepted row: all of it is the same in whatever order and however often it is noted.
    pub(crate) fn note(&mut self, row: &NewRow<'_>, source: u32, ticks: u64) {
        self.newest = self.newest.max(row.event_time);
        // what a replay brings says nothing about when the device spoke
        let replayed = row.values.iter().all(|value| value.flags.contains(Flag::Replayed));
        if row.received_at >= self.received_at && !replayed {
            (self.received_at, self.source, self.ticks) = (row.received_at, source, ticks);
        }
        for value in row.values {
            self.note_latest(row, value);
        }
    }

    pub(crate) fn note_latest(&mut self, row: &NewRow<'_>, value: &RowValue) {
        let NewRow { event_time, received_at, time_source, .. } = *row;
        let RowValue { series, value, flags } = *value;
        let latest = Latest { series, event_time, received_at, value, flags, time_source };
        match self.latest.iter_mut().find(|known| known.series == series) {
            Some(known) if known.event_time < event_time => *known = latest,
            Some(_) => {}
            None => self.latest.push(latest),
        }
    }

    /// Whether anything of a series counts.
    pub(crate) fn hears(&self, series: Series) -> bool {
        self.latest.iter().any(|known| known.series == series)
    }

    /// Notes that an accepted value has other remarks, or another number, than when it came.
    pub(crate) fn note_remarks(&mut self, event_time: UtcMillis, value: &RowValue) {
        let same = |known: &&mut Latest| known.series == value.series && known.event_time == event_time;
        if let Some(known) = self.latest.iter_mut().find(same) {
            (known.value, known.flags) = (value.value, value.flags);
        }
    }

    pub(crate) fn newest_total(&self, series: Series) -> Option<Total> {
        self.totals.iter().find(|(known, _)| *known == series).map(|(_, total)| *total)
    }

    /// Notes that the total of an instant has another number, counts now or counts no longer; `now` is the newest up to it.
    pub(crate) fn replace_total(&mut self, series: Series, at: UtcMillis, now: Option<Total>) {
        match (self.totals.iter().position(|(known, newest)| *known == series && newest.at == at), now) {
            (Some(index), Some(now)) => self.totals[index].1 = now,
            (Some(index), None) => drop(self.totals.remove(index)),
            (None, now) => now.into_iter().for_each(|total| self.note_total(series, total)),
        }
    }

    pub(crate) fn note_total(&mut self, series: Series, total: Total) {
        match self.totals.iter_mut().find(|(known, _)| *known == series) {
            Some((_, known)) if known.at < total.at => *known = total,
            Some(_) => {}
            None => self.totals.push((series, total)),
        }
    }

    /// Its row: `newest`, `received_at`, source, ticks, then totals and latest readings, the newest power-up, the tails and, unless it
    /// never was another than its class says, `sealed_to`; integers as varints, times signed.
    pub(crate) fn row(&self, device: DeviceNo) -> DeviceRow {
        let mut state = Vec::with_capacity(32 + self.latest.len() * 16);
        put_i64(&mut state, self.newest.0);
        put_i64(&mut state, self.received_at.0);
        put_u64(&mut state, u64::from(self.source));
        put_u64(&mut state, self.ticks);
        put_u64(&mut state, self.totals.len() as u64);
        for (series, total) in &self.totals {
            put_series(&mut state, *series);
            put_i64(&mut state, total.at.0);
            put_i64(&mut state, total.value);
        }
        put_u64(&mut state, self.latest.len() as u64);
        for latest in &self.latest {
            put_series(&mut state, latest.series);
            put_i64(&mut state, latest.event_time.since(self.newest));
            put_i64(&mut state, latest.received_at.since(latest.event_time));
            put_i64(&mut state, latest.value);
            put_u64(&mut state, u64::from(latest.flags.0));
            state.push(latest.time_source as u8);
        }
        put_i64(&mut state, self.powered_up.0);
        self.tails.pack(&mut state);
        if self.sealed_to.0 > i32::MIN {
            put_i64(&mut state, self.sealed_to.0.into());
        }
        DeviceRow { device, last_closed: self.last_closed, state }
    }

    pub(crate) fn restore(row: &DeviceRow) -> Result<Self, PackError> {
        let mut reader = Reader::new(&row.state);
        let mut device = Self { last_closed: row.last_closed, ..Self::default() };
        device.newest = UtcMillis(reader.i64()?);
        device.received_at = UtcMillis(reader.i64()?);
        (device.source, device.ticks) = (reader.num("source")?, reader.u64()?);
        for _ in 0..reader.len("totals")? {
            let series = take_series(&mut reader)?;
            device.totals.push((series, Total { at: UtcMillis(reader.i64()?), value: reader.i64()? }));
        }
        for _ in 0..reader.len("latest")? {
            let latest = take_latest(&mut reader, device.newest)?;
            device.latest.push(latest);
        }
        if reader.remaining() > 0 {
            device.powered_up = UtcMillis(reader.i64()?);
            device.tails = Tails::unpack(&mut reader)?;
            if reader.remaining() > 0 {
                let sealed_to = i32::try_from(reader.i64()?).map_err(|_| PackError::Invalid("sealed to"))?;
                device.sealed_to = Quarter(sealed_to);
            }
        } // else a program wrote it that knew no such rules
        Ok(device)
    }
}

fn take_latest(reader: &mut Reader<'_>, newest: UtcMillis) -> Result<Latest, PackError> {
    let series = take_series(reader)?;
    let event_time = newest.plus(reader.i64()?);
    let received_at = event_time.plus(reader.i64()?);
    let value = reader.i64()?;
    let flags = Flags(reader.num("flags")?);
    let time_source = TimeSource::from_number(reader.byte()?).ok_or(PackError::Invalid("time source"))?;
    Ok(Latest { series, event_time, received_at, value, flags, time_source })
}
