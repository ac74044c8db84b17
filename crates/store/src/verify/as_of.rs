//! Blocks as they were at a checkpoint: what is stored now, without what was received later.
//!
//! A block is a function of its readings and of the totals next to it; each reading says when it was received, and readings are
//! only ever added. So readings that came later are left out, and the totals next to the block are looked for anew among those
//! that were there. Remarks that hang on the readings before are made anew of those, by the registry that was in force. A checkpoint is made by the first record of a day: what was received on earlier days came before it, and of
//! its own instant only what that record brought, which is understood once more for it. If the journal does not have it any
//! more, that is what its device sent in that instant.

use std::{collections::HashMap, sync::Arc};

use rusqlite::{Connection, OptionalExtension, params};
use smartpole_model::{DeviceNo, Inputs, Quarter, Record, RecordRef, Series, UtcMillis};
use smartpole_pipeline::{
    AcceptedRow, BlockMaking, DeviceRow, Env, Fold, LoadError, LoadInputs, Restore, StoredBlock, StoredBlocks,
    accepted_rows,
};
use smartpole_window::{Beside, Block, MAX_GAP_MS, NewRow, Origin, Row, RowValue, Sought, Superseded, Total};

use super::{scratch::Begin, view::load};
use crate::{
    Store,
    error::{damaged, sqlite},
};

const DAY_MS: i64 = 86_400_000;

/// Gives blocks as of a checkpoint.
#[derive(Debug)]
pub(super) struct AsOf {
    connection: Connection,
    received_at: UtcMillis,
    /// The device that the checkpoint's record is of, if it is of one.
    last: Option<DeviceNo>,
    /// When the readings of that record were measured; empty if it cannot be told.
    own: Vec<UtcMillis>,
    /// Totals of blocks that were open then, by device.
    open: HashMap<DeviceNo, Vec<AcceptedRow>>,
    /// How values counted then.
    making: BlockMaking,
    /// The fold of then, without a block.
    fold: Fold,
}

/// No block: those of a checkpoint are looked for only when its open ones are refilled. No registry: it is in force.
struct Nothing;

impl StoredBlocks for Nothing {
    fn load(&self, _: DeviceNo, _: Quarter) -> Result<Option<StoredBlock>, LoadError> {
        Ok(None)
    }
}

impl LoadInputs for Nothing {
    fn load(&self, hash: &str) -> Result<Arc<Inputs>, LoadError> {
        Err(LoadError(format!("no registry {hash} is asked for").into()))
    }
}

/// The newest revision of a block at some time; none is number 0.
struct Newest {
    revision: u32,
    revised_minute: i64,
    /// What the block said before it …
    former: Option<Vec<u8>>,
    /// … and after it, if there was another later.
    after: Option<Vec<u8>>,
}

/// Blocks without what was not there.
struct Then<'a> {
    as_of: &'a AsOf,
    with_own: bool,
}

impl StoredBlocks for Then<'_> {
    fn load(&self, device: DeviceNo, quarter: Quarter) -> Result<Option<StoredBlock>, LoadError> {
        let Some(stored) = load(&self.as_of.connection, device, quarter)? else { return Ok(None) };
        let rows = self.as_of.cut(&unpack(quarter, &stored)?, device, self.with_own).pack();
        Ok(Some(StoredBlock { rows, ..stored }))
    }
}

impl AsOf {
    pub(super) fn new(
        original: &Store,
        start: &Restore,
        record: Option<&Record>,
        inputs: &dyn LoadInputs,
    ) -> Result<Self, Begin> {
        let mut open: HashMap<_, Vec<_>> = HashMap::new();
        for (_, bytes) in &start.batch_rows {
            for row in accepted_rows(bytes).map_err(damaged("checkpoint"))? {
                open.entry(row.device).or_default().push(row);
            }
        }
        // neither open blocks nor sessions: with these, the record would be a copy of itself
        let bare = Restore { batch_rows: Vec::new(), lorawan: Vec::new(), ..start.clone() };
        let mut fold = Fold::restore(bare, &Env { stored: &Nothing, inputs })?;
        let sent = |row: &&DeviceRow| fold.last_received_at(row.device) == Some(start.received_at);
        let last = start.devices.iter().find(sent).map(|row| row.device);
        let making = fold.block_making();
        let own = own(&mut fold, record, inputs)?;
        Ok(Self { connection: original.reader()?, received_at: start.received_at, last, own, open, making, fold })
    }

    /// Whether a reading was there; `with_own` with what the checkpoint's own record brought.
    fn was_there(&self, device: DeviceNo, row: NewRow<'_>, with_own: bool) -> bool {
        let day = UtcMillis(i64::from(self.received_at.utc_day()) * DAY_MS);
        let is_own = row.received_at == self.received_at
            && self.last == Some(device)
            && (self.own.is_empty() || self.own.contains(&row.event_time));
        row.received_at < day || (with_own && is_own)
    }

    /// A block as it was; none if nothing of it was there.
    fn block(&self, stored: &Block, device: DeviceNo, with_own: bool) -> Result<Option<Block>, LoadError> {
        let then = Then { as_of: self, with_own };
        // what a registry says is in the fold already
        let env = Env { stored: &then, inputs: &Nothing };
        let Some(mut block) = self.fold.judged(device, stored.quarter(), &env)? else { return Ok(None) };
        let rows = block.rows();
        for anchor in stored.anchors() {
            let total = |row: &Row| self.total(row, anchor.series);
            let sought = Sought { series: anchor.series, total: &total, power_up: self.making.power_up() };
            let beside = |step| {
                let rows = |quarter| self.rows(device, quarter, with_own);
                Beside::find(sought, (stored.quarter(), step), (MAX_GAP_MS / Quarter::MILLIS) as i32 + 1, rows)
            };
            let mut known = Beside::anchor(sought, beside(-1)?, &rows, beside(1)?);
            // a total whose row is gone was there before the checkpoint, and nothing came between since
            if let Some(total) = anchor.before.filter(|total| total.at.quarter() < self.fold.sealed_to(device)) {
                (known.before, known.power_up_before) = (Some(total), anchor.power_up_before);
            }
            block.set_anchor(anchor.series, |anchor| *anchor = known);
        }
        Ok((block.row_count() > 0 || !block.anchors().is_empty()).then_some(block))
    }

    /// A block without what was not there, with the remarks of now and no totals next to it. There was no replay since, but what one gave
    /// up may have left its place to a reading that came later.
    fn cut(&self, block: &Block, device: DeviceNo, with_own: bool) -> Block {
        let mut rows = block.rows();
        rows.retain(|row| self.was_there(device, row.as_new(), with_own));
        let mut cut = Block::new(block.quarter());
        let mut outcomes = Vec::new();
        for row in &rows {
            let head = NewRow { values: &[], ..row.as_new() };
            let was_known = |until| self.was_there(device, NewRow { received_at: until, ..head }, with_own);
            let pasts: Vec<Past> = row.values.iter().map(|value| Past::of(block, &head, value, was_known)).collect();
            let values: Vec<RowValue> = pasts.iter().map(Past::first).collect();
            cut.insert(NewRow { values: &values, ..head }, &mut outcomes);
            pasts.iter().for_each(|past| past.repeat(&mut cut, row.event_time));
        }
        cut
    }

    /// Readings of a quarter that were there, whether its block is closed yet or not.
    fn rows(&self, device: DeviceNo, quarter: Quarter, with_own: bool) -> Result<Vec<Row>, LoadError> {
        if quarter < self.fold.sealed_to(device) {
            return Ok(Vec::new());
        }
        let Some(stored) = load(&self.connection, device, quarter)? else {
            let open = self.open.get(&device).into_iter().flatten();
            let mut rows: Vec<Row> = open.filter(|row| row.event_time.quarter() == quarter).map(row_of).collect();
            rows.sort_by_key(|row| row.event_time);
            return Ok(rows);
        };
        let mut rows = unpack(quarter, &stored)?.rows();
        rows.retain(|row| self.was_there(device, row.as_new(), with_own));
        Ok(rows)
    }

    fn total(&self, row: &Row, series: Series) -> Option<Total> {
        let value = row.values.iter().find(|value| value.series == series && self.making.counts(value))?;
        Some(Total { at: row.event_time, value: value.value })
    }

    /// The newest revision up to a minute of receipt.
    fn revision(&self, device: DeviceNo, quarter: Quarter, minute: i64) -> rusqlite::Result<Newest> {
        let sql = "SELECT revision, minute, former FROM revision WHERE quarter = ?1 AND device = ?2 AND minute <= ?3
                   ORDER BY revision DESC LIMIT 1";
        let mut statement = self.connection.prepare_cached(sql)?;
        let newest = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
        let newest = statement.query_row(params![quarter.0, device.0, minute], newest).optional()?;
        let (revision, revised_minute, former) = newest.unwrap_or((0, 0, None));
        let sql = "SELECT former FROM revision WHERE quarter = ?1 AND device = ?2 AND minute > ?3
                   ORDER BY revision LIMIT 1";
        let mut statement = self.connection.prepare_cached(sql)?;
        let after = statement.query_row(params![quarter.0, device.0, minute], |row| row.get(0)).optional()?;
        Ok(Newest { revision, revised_minute, former, after })
    }
}

impl StoredBlocks for AsOf {
    fn load(&self, device: DeviceNo, quarter: Quarter) -> Result<Option<StoredBlock>, LoadError> {
        let Some(stored) = load(&self.connection, device, quarter)? else { return Ok(None) };
        if quarter < self.fold.sealed_to(device) {
            return Ok(Some(StoredBlock { rows: Vec::new(), ..stored })); // nothing has changed it since
        }
        let block = unpack(quarter, &stored)?;
        let Some(then) = self.block(&block, device, true)? else { return Ok(None) };
        let rows = then.pack();
        // the record of the checkpoint is the first of its minute: if it changed the block, that is the minute's revision
        let changed_it =
            self.last == Some(device) && self.block(&block, device, false)?.is_none_or(|before| before.pack() != rows);
        let minute = self.received_at.0.div_euclid(60_000) - i64::from(!changed_it);
        let known = self.revision(device, quarter, minute);
        let Newest { revision, revised_minute, former, after } =
            known.map_err(|error| failed(sqlite("read revisions")(error)))?;
        let aggregates = after.unwrap_or(stored.aggregates);
        let closed_minute = stored.closed_minute;
        Ok(Some(StoredBlock { revision, revised_minute, closed_minute, aggregates, former, rows }))
    }
}

/// What a place in a block held until the checkpoint.
struct Past {
    /// Values that others took the place of, in order, and when.
    former: Vec<(RowValue, UtcMillis)>,
    now: RowValue,
    origin: Option<Origin>,
}

impl Past {
    fn of(block: &Block, row: &NewRow<'_>, value: &RowValue, was_known: impl Fn(UtcMillis) -> bool) -> Self {
        let key = (row.event_time, value.series);
        let of = |gone: &&Superseded| (gone.event_time, gone.former.series) == key;
        let (before, later): (Vec<&Superseded>, Vec<&Superseded>) =
            block.superseded().iter().filter(of).partition(|gone| was_known(gone.until));
        let origin = block.origins().iter().find(|origin| (origin.event_time, origin.series) == key);
        Self {
            former: before.iter().map(|gone| (gone.former, gone.until)).collect(),
            now: later.first().map_or(*value, |gone| gone.former),
            origin: origin.filter(|_| later.is_empty()).copied(),
        }
    }

    fn first(&self) -> RowValue {
        self.former.first().map_or(self.now, |(value, _)| *value)
    }

    /// Puts the values in each other's place once more.
    fn repeat(&self, cut: &mut Block, event_time: UtcMillis) {
        let next = self.former.iter().skip(1).map(|(value, _)| *value).chain([self.now]);
        for ((_, until), next) in self.former.iter().zip(next) {
            cut.replace(event_time, next, *until);
        }
        if let Some(origin) = self.origin {
            cut.set_origin(origin);
        }
    }
}

/// When the readings of a record were measured.
fn own(fold: &mut Fold, record: Option<&Record>, inputs: &dyn LoadInputs) -> Result<Vec<UtcMillis>, Begin> {
    let Some(Record::Message(message)) = record else { return Ok(Vec::new()) };
    let seq = fold.position().0.next();
    fold.apply(seq, &RecordRef::Message(message.as_ref()), false, &Env { stored: &Nothing, inputs })?;
    let rows = accepted_rows(&fold.take_changes().batch_row).map_err(damaged("message"))?;
    Ok(rows.into_iter().map(|row| row.event_time).collect())
}

fn unpack(quarter: Quarter, stored: &StoredBlock) -> Result<Block, LoadError> {
    Block::unpack(quarter, &stored.rows).map_err(|error| failed(damaged("block")(error)))
}

fn failed(error: crate::Error) -> LoadError {
    LoadError(Box::new(error))
}

fn row_of(accepted: &AcceptedRow) -> Row {
    let AcceptedRow { event_time, received_at, time_source, ref values, .. } = *accepted;
    Row { event_time, received_at, time_source, values: values.clone() }
}
