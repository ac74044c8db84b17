//! Hours and days that cannot be merged: summed up of what they consist of.

use rusqlite::{OptionalExtension, Row, Transaction, params};
use smartpole_model::{PoleNo, Quarter};
use smartpole_pipeline::{AirProperties, Anew, BlockSpan, RollupDelta, Scope};
use smartpole_window::{Aggregates, Level, next_start};

use crate::{
    Error,
    commit::scope_key,
    error::{damaged, sqlite},
    store::block_id,
};

/// An hour or a day as the sum of its parts, which the same transaction has written before.
pub(crate) fn sum_up(transaction: &Transaction<'_>, delta: &RollupDelta, anew: &Anew) -> Result<Aggregates, Error> {
    match anew {
        Anew::Blocks(spans) => of_blocks(transaction, spans),
        Anew::Hours(air) => of_hours(transaction, delta, air),
        Anew::Poles(poles) => of_poles(transaction, delta, poles),
    }
}

type Unpacked = Result<Aggregates, smartpole_model::PackError>;

fn unpack(row: &Row<'_>) -> rusqlite::Result<Unpacked> {
    Ok(Aggregates::unpack(row.get_ref(0)?.as_blob()?))
}

fn of_blocks(transaction: &Transaction<'_>, spans: &[BlockSpan]) -> Result<Aggregates, Error> {
    let doing = sqlite("sum up blocks");
    let mut read = transaction.prepare_cached("SELECT aggregates FROM block WHERE id = ?1").map_err(&doing)?;
    let mut sum = Aggregates::default();
    for span in spans {
        for quarter in (span.from.0..span.to.0).map(Quarter) {
            let found = read.query_row(params![block_id(quarter, span.device)], unpack).optional().map_err(&doing)?;
            if let Some(part) = found {
                sum.merge(&part.map_err(damaged("block"))?);
            }
        }
    }
    Ok(sum)
}

fn of_hours(transaction: &Transaction<'_>, delta: &RollupDelta, air: &AirProperties) -> Result<Aggregates, Error> {
    let doing = sqlite("sum up hours");
    let sql =
        "SELECT aggregates FROM rollup WHERE level = ?1 AND scope = ?2 AND number = ?3 AND start >= ?4 AND start < ?5";
    let mut read = transaction.prepare_cached(sql).map_err(&doing)?;
    let (scope, number) = scope_key(delta.scope);
    let end = next_start(delta.level, delta.start);
    let hours = read.query_map(params![Level::Hour as u8, scope, number, delta.start.0, end.0], unpack);
    let mut sum = Aggregates::default();
    for hour in hours.map_err(&doing)? {
        let mut part = hour.map_err(&doing)?.map_err(damaged("hour"))?;
        part.0.retain(|(series, _)| air.belongs(delta.level, series.property));
        sum.merge(&part);
    }
    Ok(sum)
}

fn of_poles(transaction: &Transaction<'_>, delta: &RollupDelta, poles: &[PoleNo]) -> Result<Aggregates, Error> {
    let doing = sqlite("sum up poles");
    let sql = "SELECT aggregates FROM rollup WHERE level = ?1 AND scope = ?2 AND number = ?3 AND start = ?4";
    let mut read = transaction.prepare_cached(sql).map_err(&doing)?;
    let mut sum = Aggregates::default();
    for pole in poles {
        let (scope, number) = scope_key(Scope::Pole(*pole));
        let found = read.query_row(params![delta.level as u8, scope, number, delta.start.0], unpack);
        if let Some(part) = found.optional().map_err(&doing)? {
            sum.merge(&part.map_err(damaged("hour or day"))?);
        }
    }
    Ok(sum)
}
