//! The way of one reading, as far as the store knows it: what stands in its block, and which targets have it.

use rusqlite::{Connection, OptionalExtension, params};
use smartpole_model::{DeviceNo, Quarter, Series, UtcMillis};
use smartpole_pipeline::accepted_rows;
use smartpole_window::{Origin, Row, RowValue, Superseded};

use crate::{
    Error, Queries,
    error::{damaged, sqlite},
    ledger::all,
    restore::expand,
};

/// Batches that one instant of receipt may be spread over, and that are looked into.
const BATCHES: i64 = 4;

/// A reading as its block has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptReading {
    /// The row that the message brought; its values are all of the instant, whichever messages brought them.
    pub row: Row,
    /// The reading's own.
    pub value: RowValue,
    /// What replays replaced, oldest first.
    pub superseded: Vec<Superseded>,
    /// When its message was received, if it became known by a replay.
    pub origin: Option<UtcMillis>,
}

/// A reading on its way to the targets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Carried<'a> {
    /// Whose.
    pub device: DeviceNo,
    /// Of what.
    pub series: Series,
    /// When it was measured.
    pub event_time: UtcMillis,
    /// Since when its value is known: its receipt, or the replay that brought the value it has.
    pub known_at: UtcMillis,
    /// What lines about it contain.
    pub marks: &'a [&'a str],
}

/// Where a reading is on its way to the targets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Carriage {
    /// Hash of the inputs in force when its batch was committed, while that batch waits for a target.
    pub inputs: Option<String>,
    /// Each target by name.
    pub targets: Vec<(String, Delivered)>,
}

/// What became of a reading at a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivered {
    /// It came before the target was there.
    Before,
    /// It is still to be sent.
    Pending,
    /// Its batch was sent.
    Sent,
    /// The target refused the line it stood in.
    Refused {
        /// Code of the reason.
        reason: String,
        /// The server's words.
        detail: String,
        /// When.
        at: UtcMillis,
    },
}

/// How far a target is.
struct Target {
    name: String,
    batch: i64,
    since: i64,
}

impl Queries {
    /// One reading; none if no block has it.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn kept_reading(&self, device: DeviceNo, series: Series, at: UtcMillis) -> Result<Option<KeptReading>, Error> {
        let quarter = at.quarter();
        let ((), snapshot) = self.snapshot(|_| ((), vec![device], quarter, Quarter(quarter.0.saturating_add(1))))?;
        let block = snapshot.block(quarter, device)?;
        let found = block.and_then(|block| {
            let rows: Vec<Row> = block.rows().into_iter().filter(|row| row.event_time == at).collect();
            let own = |row: &&Row| row.values.iter().any(|value| value.series == series);
            let (row, together) = (rows.iter().find(own)?.clone(), rows.into_iter().flat_map(|row| row.values));
            let row = Row { values: together.collect(), ..row };
            let value = *row.values.iter().find(|value| value.series == series)?;
            let of = |gone: &&Superseded| gone.event_time == at && gone.former.series == series;
            let superseded = block.superseded().iter().filter(of).copied().collect();
            let is_it = |origin: &&Origin| (origin.event_time, origin.series) == (at, series);
            let origin = block.origins().iter().find(is_it).map(|origin| origin.received_at);
            Some(KeptReading { row, value, superseded, origin })
        });
        self.done(snapshot);
        Ok(found)
    }

    /// Which targets have a reading, as of the last commit.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn carriage(&self, carried: &Carried<'_>) -> Result<Carriage, Error> {
        self.file(|file| {
            // one instant for cursor, outbox and targets
            let reading = file.unchecked_transaction().map_err(sqlite("read targets"))?;
            let batch = batch_of(&reading, carried)?;
            let committed = committed(&reading)?;
            let delivered = |target: Target| {
                let state = target.has(batch.as_ref().map(|(batch, _)| *batch), committed, carried.known_at);
                let refused = if state == Delivered::Sent { refused(&reading, &target.name, carried)? } else { None };
                Ok((target.name, refused.unwrap_or(state)))
            };
            let targets = targets(&reading)?.into_iter().map(delivered).collect::<Result<_, Error>>()?;
            Ok(Carriage { inputs: batch.map(|(_, inputs)| inputs), targets })
        })
    }
}

impl Target {
    fn has(&self, batch: Option<i64>, committed: i64, known_at: UtcMillis) -> Delivered {
        match batch {
            _ if known_at.0 <= self.since => Delivered::Before,
            Some(batch) if self.batch < batch => Delivered::Pending,
            None if known_at.0 > committed => Delivered::Pending,
            _ => Delivered::Sent,
        }
    }
}

fn targets(file: &Connection) -> Result<Vec<Target>, Error> {
    let sql = "SELECT name, batch, since FROM target ORDER BY name";
    all(file, sql, [], |row| Ok(Target { name: row.get(0)?, batch: row.get(1)?, since: row.get(2)? }))
}

/// Receipt time of the newest record committed.
fn committed(file: &Connection) -> Result<i64, Error> {
    let sql = "SELECT coalesce(max(received_at), 0) FROM cursor";
    file.query_row(sql, [], |row| row.get(0)).map_err(sqlite("read the cursor"))
}

/// The batch that brought a reading and the inputs of it, while it waits for a target.
fn batch_of(file: &Connection, carried: &Carried<'_>) -> Result<Option<(i64, String)>, Error> {
    let first = first_batch(file, carried.known_at)?;
    let doing = sqlite("read what has to be sent");
    let sql =
        "SELECT batch, inputs, body FROM outbox JOIN batch ON number = batch WHERE batch >= ?1 ORDER BY batch LIMIT ?2";
    let mut statement = file.prepare_cached(sql).map_err(&doing)?;
    let mut rows = statement.query(params![first, BATCHES]).map_err(&doing)?;
    while let Some(row) = rows.next().map_err(&doing)? {
        let body = expand(row.get_ref(2).map_err(&doing)?.as_blob().map_err(|error| doing(error.into()))?)?;
        let accepted = accepted_rows(&body).map_err(damaged("batch row"))?;
        let is_it = |value: &RowValue| value.series == carried.series;
        let brought = accepted.iter().any(|row| {
            row.device == carried.device && row.event_time == carried.event_time && row.values.iter().any(is_it)
        });
        if brought {
            return Ok(Some((row.get(0).map_err(&doing)?, row.get(1).map_err(&doing)?)));
        }
    }
    Ok(None)
}

/// The first batch of the outbox that holds records received at an instant or later: receipt times grow with batches, and there may
/// be weeks of them.
fn first_batch(file: &Connection, known_at: UtcMillis) -> Result<i64, Error> {
    let doing = sqlite("read what has to be sent");
    let sql = "SELECT coalesce(min(batch), 0), coalesce(max(batch), 0) + 1 FROM outbox";
    let (mut low, mut high) =
        file.query_row(sql, [], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?))).map_err(&doing)?;
    let sql = "SELECT received_at FROM outbox WHERE batch >= ?1 ORDER BY batch LIMIT 1";
    let mut statement = file.prepare_cached(sql).map_err(&doing)?;
    while low < high {
        let middle = low + (high - low) / 2;
        let received_at =
            statement.query_row(params![middle], |row| row.get::<_, i64>(0)).optional().map_err(&doing)?;
        if received_at.is_none_or(|received_at| received_at >= known_at.0) { high = middle } else { low = middle + 1 }
    }
    Ok(low)
}

/// The newest refused line that a reading stood in: lines end with their time.
fn refused(file: &Connection, target: &str, carried: &Carried<'_>) -> Result<Option<Delivered>, Error> {
    let sql =
        "SELECT reason, detail, at, line FROM refused_line WHERE target = ?1 AND instr(line, ?2) > 0 ORDER BY id DESC";
    let time = format!(" {}", carried.event_time.0);
    let lines = all(file, sql, params![target, time], |row| {
        let refused = Delivered::Refused { reason: row.get(0)?, detail: row.get(1)?, at: UtcMillis(row.get(2)?) };
        Ok((row.get::<_, String>(3)?, refused))
    })?;
    let fits = |line: &str| line.ends_with(&time) && carried.marks.iter().all(|mark| line.contains(mark));
    Ok(lines.into_iter().find(|(line, _)| fits(line)).map(|(_, refused)| refused))
}
