//! The ledger's rows: what became of what one source brought within an hour, or one device within a day.

use std::ops::Range;

use rusqlite::{Connection, OptionalExtension, Row, params};
use smartpole_model::{DeviceNo, PackError};
use smartpole_pipeline::Counts;

use crate::{
    Error, Queries,
    error::{damaged, sqlite},
    store::ledger_id,
};

/// A row of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerRow {
    /// Receipt hour of a source's row, receipt day of a device's; UTC, counted from 1970.
    pub at: i32,
    /// Number of the source or device.
    pub of: u32,
    /// Its entries. A device's row counts outcomes and verdicts, without the totals that came in.
    pub counts: Counts,
}

/// Which rows, in the order of time and then numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerRows {
    /// Hours of sources, days of devices.
    pub span: Range<i32>,
    /// One source or device; all if none.
    pub of: Option<u32>,
    /// The row ([`LedgerRow::at`], [`LedgerRow::of`]) after which they begin.
    pub after: Option<(i32, u32)>,
    /// Most rows.
    pub limit: usize,
}

impl LedgerRows {
    /// The row after which they begin: without one given, the last there could be before the span.
    fn beginning(&self) -> (i64, i64) {
        let before_span = (i64::from(self.span.start) - 1, i64::MAX);
        self.after.map_or(before_span, |(at, of)| (at.into(), of.into())).max(before_span)
    }
}

impl Queries {
    /// Rows by receipt hour and source, as of the last commit.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn ledger_by_source(&self, wanted: &LedgerRows) -> Result<Vec<LedgerRow>, Error> {
        let mut found = Vec::new();
        self.file(|file| {
            each_of_sources(file, wanted, |row| {
                found.push(row);
                found.len() < wanted.limit
            })
        })?;
        Ok(found)
    }

    /// Rows by receipt day and device, as of the last commit.
    ///
    /// # Errors
    /// If the file cannot be read, or its rows are damaged.
    pub fn ledger_by_device(&self, wanted: &LedgerRows) -> Result<Vec<LedgerRow>, Error> {
        self.file(|file| match wanted.of {
            Some(device) => of_device(file, wanted, device),
            None => of_devices(file, wanted),
        })
    }
}

/// Gives the rows of sources one by one until `take` has enough.
pub(crate) fn each_of_sources(
    file: &Connection,
    wanted: &LedgerRows,
    mut take: impl FnMut(LedgerRow) -> bool,
) -> Result<(), Error> {
    let doing = sqlite("read the ledger");
    let sql = "SELECT hour, source, entry, n FROM ledger_source
               WHERE (hour, source) > (?1, ?2) AND hour < ?3 AND (?4 IS NULL OR source = ?4)
               ORDER BY hour, source, entry";
    let (at, of) = wanted.beginning();
    let mut statement = file.prepare_cached(sql).map_err(&doing)?;
    let mut entries = statement.query(params![at, of, wanted.span.end, wanted.of]).map_err(&doing)?;
    let mut current: Option<LedgerRow> = None;
    while let Some(entry) = entries.next().map_err(&doing)? {
        let (at, of, number, n) = source_entry(entry).map_err(&doing)?;
        if let Some(whole) = current.take_if(|row| (row.at, row.of) != (at, of))
            && !take(whole)
        {
            return Ok(());
        }
        let row = current.get_or_insert_with(|| LedgerRow { at, of, counts: Counts::default() });
        row.counts.0.insert(number, n);
    }
    current.map(take);
    Ok(())
}

/// No entry is negative: what is, counts as nothing and so unbalances its row.
fn source_entry(row: &Row<'_>) -> rusqlite::Result<(i32, u32, u16, u64)> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, u64::try_from(row.get::<_, i64>(3)?).unwrap_or(0)))
}

fn of_devices(file: &Connection, wanted: &LedgerRows) -> Result<Vec<LedgerRow>, Error> {
    let sql = "SELECT day, device, counts FROM ledger_device WHERE id > ?1 AND id < ?2 ORDER BY id LIMIT ?3";
    let doing = sqlite("read the devices' ledger");
    let ((at, of), limit) = (wanted.beginning(), wanted.limit as i64);
    let mut statement = file.prepare_cached(sql).map_err(&doing)?;
    let (after, end) = (at.saturating_mul(1 << 32) | of.min(u32::MAX.into()), ledger_id(wanted.span.end, DeviceNo(0)));
    let rows = statement.query_map(params![after, end, limit], device_row).map_err(&doing)?;
    rows.map(|row| row.map_err(&doing)?.map_err(damaged("ledger"))).collect()
}

/// Day by day, as the rows of a day are kept together.
fn of_device(file: &Connection, wanted: &LedgerRows, device: u32) -> Result<Vec<LedgerRow>, Error> {
    let doing = sqlite("read a device's ledger");
    let sql = "SELECT day, device, counts FROM ledger_device WHERE id = ?1";
    let mut statement = file.prepare_cached(sql).map_err(&doing)?;
    let mut found = Vec::new();
    for day in wanted.span.clone().filter(|day| (i64::from(*day), i64::from(device)) > wanted.beginning()) {
        if found.len() == wanted.limit {
            break;
        }
        let row = statement.query_row([ledger_id(day, DeviceNo(device))], device_row).optional().map_err(&doing)?;
        found.extend(row.transpose().map_err(damaged("ledger"))?);
    }
    Ok(found)
}

pub(crate) fn device_row(row: &Row<'_>) -> rusqlite::Result<Result<LedgerRow, PackError>> {
    let (at, of) = (row.get(0)?, row.get(1)?);
    let counts = Counts::unpack(row.get_ref(2)?.as_blob()?);
    Ok(counts.map(|counts| LedgerRow { at, of, counts }))
}
