//! The ledger held against itself: its rows against their equations, and against sums that were kept another way.
//!
//! ```text
//! rows of sources ──► each hour and source: the equations
//!        │      └───► sums over all time = the fold's, in memory since the start
//!        └──────────► a day's sum = the sum of the day's rows of devices
//! ```

use std::collections::BTreeMap;

use rusqlite::{Connection, params};
use smartpole_model::{Outcome, UtcMillis};
use smartpole_pipeline::{Counts, Entry, Equation, Fold, NameKind};

use crate::{
    Error, LedgerRows, Queries,
    error::damaged,
    ledger::all,
    ledger_rows::{device_row, each_of_sources},
    store::ledger_ids,
};

/// Most faults that are told at once.
const MAX_FAULTS: usize = 20;
const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 86_400_000;

/// Something in the ledger that cannot be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LedgerFault {
    /// A row whose equation does not hold.
    #[error("source {source_name:?}, hour of {hour}: {total} {what}, but {terms} with an outcome", what = equation.total().code())]
    Row {
        /// First instant of the receipt hour.
        hour: UtcMillis,
        /// Name of the source.
        source_name: String,
        /// Which one.
        equation: Equation,
        /// Its left side.
        total: u64,
        /// Its right side.
        terms: u64,
    },
    /// Rows that do not add up to what was counted in memory.
    #[error("{entry}: the rows sum up to {rows}, {counted} were counted")]
    Sum {
        /// Which entry.
        entry: String,
        /// The sum of the rows.
        rows: i64,
        /// The sum in memory.
        counted: u64,
    },
    /// A day whose devices do not add up to its sources.
    #[error("day of {day}: {entry}: devices sum up to {devices}, sources to {sources}")]
    Day {
        /// First instant of the receipt day.
        day: UtcMillis,
        /// Which entry.
        entry: String,
        /// The sum of the day's rows of devices.
        devices: u64,
        /// The sum of the day's rows of sources.
        sources: u64,
    },
}

impl Queries {
    /// Holds the rows of sources of all time, and those of devices of the newest two receipt days, against each other and against
    /// the fold. The first faults, if any; `None` if a batch is on its way into the file: ask again.
    ///
    /// # Errors
    /// If the file cannot be read, or packed rows are damaged.
    pub fn check_ledger(&self) -> Result<Option<Vec<LedgerFault>>, Error> {
        // no blocks are wanted: an empty span
        let nothing = UtcMillis(0).quarter();
        let ((batch, counted, sources), snapshot) = self.snapshot(|fold| {
            let (batch, counted) = fold.handed_over_ledger();
            ((batch, counted.clone(), names(fold)), Vec::new(), nothing, nothing)
        })?;
        let file = &snapshot.connection;
        let at = committed(file)?;
        if at.map_or(0, |(batch, _)| batch) != batch {
            self.done(snapshot);
            return Ok(None);
        }
        let mut faults = unbalanced(file, &sources)?;
        faults.extend(other_sums(file, &counted)?);
        let today = at.map_or(0, |(_, received_at)| received_at.utc_day());
        for day in [today.saturating_sub(1), today] {
            faults.extend(other_day(file, day)?);
        }
        self.done(snapshot);
        faults.truncate(MAX_FAULTS);
        Ok(Some(faults))
    }
}

/// Names of sources, by number.
fn names(fold: &Fold) -> Vec<String> {
    let name = |number| fold.name(NameKind::Source, number).unwrap_or_default().to_owned();
    (0..fold.count(NameKind::Source)).map(name).collect()
}

/// The last batch and its receipt time.
fn committed(file: &Connection) -> Result<Option<(u64, UtcMillis)>, Error> {
    let rows = all(file, "SELECT batch, received_at FROM cursor", [], |row| {
        Ok((row.get::<_, i64>(0)?.unsigned_abs(), UtcMillis(row.get(1)?)))
    });
    Ok(rows?.pop())
}

/// Rows of sources whose equations do not hold.
fn unbalanced(file: &Connection, sources: &[String]) -> Result<Vec<LedgerFault>, Error> {
    let mut faults = Vec::new();
    let whole = LedgerRows { span: i32::MIN..i32::MAX, of: None, after: None, limit: usize::MAX };
    each_of_sources(file, &whole, |row| {
        for equation in Equation::ALL.into_iter().filter(|equation| !equation.holds(&row.counts)) {
            let (total, terms) = equation.sides(&row.counts);
            let hour = UtcMillis(i64::from(row.at) * HOUR_MS);
            let source_name = sources.get(row.of as usize).cloned().unwrap_or_default();
            faults.push(LedgerFault::Row { hour, source_name, equation, total, terms });
        }
        faults.len() < MAX_FAULTS
    })?;
    Ok(faults)
}

/// Entries whose rows do not sum up to what was counted.
fn other_sums(file: &Connection, counted: &Counts) -> Result<Vec<LedgerFault>, Error> {
    let sql = "SELECT entry, sum(n) FROM ledger_source GROUP BY entry";
    let mut rows: BTreeMap<u16, i64> = all(file, sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?.into_iter().collect();
    for number in counted.0.keys() {
        rows.entry(*number).or_insert(0);
    }
    let other = rows.into_iter().filter_map(|(number, rows)| {
        let counted = counted.0.get(&number).copied().unwrap_or(0);
        (i64::try_from(counted) != Ok(rows)).then(|| LedgerFault::Sum { entry: named(number), rows, counted })
    });
    Ok(other.collect())
}

/// Entries of a receipt day of which the devices' rows tell another number than the sources' rows.
fn other_day(file: &Connection, day: i32) -> Result<Vec<LedgerFault>, Error> {
    let hours = "SELECT entry, sum(n) FROM ledger_source WHERE hour >= ?1 AND hour < ?2 GROUP BY entry";
    let first = i64::from(day) * 24;
    let sources = all(file, hours, params![first, first + 24], |row| {
        Ok((row.get(0)?, row.get::<_, i64>(1)?.try_into().unwrap_or(0)))
    })?;
    let sources = Counts(sources.into_iter().collect());
    let mut devices = Counts::default();
    let sql = "SELECT day, device, counts FROM ledger_device WHERE id BETWEEN ?1 AND ?2";
    for row in all(file, sql, ledger_ids(day), device_row)? {
        row.map_err(damaged("ledger"))?.counts.iter().for_each(|(entry, n)| devices.add(entry, n));
    }
    let other = Entry::all().filter(|entry| always_of_a_device(*entry)).filter_map(|entry| {
        let (devices, sources) = (devices.get(entry), sources.get(entry));
        let day = UtcMillis(i64::from(day) * DAY_MS);
        (devices != sources).then(|| LedgerFault::Day { day, entry: named(entry.number()), devices, sources })
    });
    Ok(other.collect())
}

/// Control messages and refused ones may come from nobody known; what counts, and each reading, has a device.
fn always_of_a_device(entry: Entry) -> bool {
    matches!(entry, Entry::Message(Outcome::Uplink | Outcome::Duplicate) | Entry::Reading(_))
}

/// `readings quarantined: overflow`
fn named(number: u16) -> String {
    let Some(entry) = Entry::from_number(number) else { return format!("entry {number}") };
    let equation = entry.equation().map(Equation::code);
    let words: Vec<_> = equation.into_iter().chain([entry.code()]).collect();
    let why = entry.why().map_or(String::new(), |why| format!(": {why}"));
    words.join(" ") + &why
}
