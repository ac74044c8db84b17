//! Hours and days as they are after a batch: what they were and what they gain, or summed up of what they consist of.

use std::ops::ControlFlow;

use rusqlite::{OptionalExtension, Row, Transaction, params};
use smartpole_model::{PoleNo, Quarter};
use smartpole_pipeline::{AirProperties, BlockSpan, Parts, RollupDelta, Scope};
use smartpole_window::{Aggregates, Level, Lost, next_start};

use crate::{
    Error,
    commit::scope_key,
    error::{damaged, sqlite},
    store::block_id,
};

/// What an hour or a day comes to that was `window`; the same transaction has written its parts before.
pub(crate) fn settled(
    transaction: &Transaction<'_>,
    delta: &RollupDelta,
    mut window: Aggregates,
) -> Result<Aggregates, Error> {
    window.merge(&delta.aggregates);
    let Some(anew) = &delta.anew else { return Ok(window) };
    let mut lost = anew.lost.as_ref().map(|lost| lost.within(&window));
    let mut is_whole = lost.as_ref().is_some_and(Lost::is_empty);
    let mut sum = Aggregates::default();
    if !is_whole {
        each_part(transaction, delta, &anew.parts, |part| {
            sum.merge(&part);
            let Some(lost) = &mut lost else { return ControlFlow::Continue(()) };
            lost.strike(&part, &window);
            is_whole = lost.is_empty();
            if is_whole { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
    }
    if is_whole {
        return Ok(window);
    }
    // blocks that do not count for it any more were revised while they did
    sum.take_revisions(&window);
    Ok(sum)
}

/// Shows what an hour or a day is the sum of, until `part` has enough.
fn each_part(
    transaction: &Transaction<'_>,
    delta: &RollupDelta,
    parts: &Parts,
    part: impl FnMut(Aggregates) -> ControlFlow<()>,
) -> Result<(), Error> {
    match parts {
        Parts::Blocks(spans) => blocks(transaction, spans, part),
        Parts::Hours(air) => hours(transaction, delta, air, part),
        Parts::Poles(numbers) => poles(transaction, delta, numbers, part),
    }
}

type Unpacked = Result<Aggregates, smartpole_model::PackError>;

fn unpack(row: &Row<'_>) -> rusqlite::Result<Unpacked> {
    Ok(Aggregates::unpack(row.get_ref(0)?.as_blob()?))
}

fn blocks(
    transaction: &Transaction<'_>,
    spans: &[BlockSpan],
    mut part: impl FnMut(Aggregates) -> ControlFlow<()>,
) -> Result<(), Error> {
    let doing = sqlite("sum up blocks");
    let mut read = transaction.prepare_cached("SELECT aggregates FROM block WHERE id = ?1").map_err(&doing)?;
    for span in spans {
        for quarter in (span.from.0..span.to.0).map(Quarter) {
            let found = read.query_row(params![block_id(quarter, span.device)], unpack).optional().map_err(&doing)?;
            if let Some(found) = found
                && part(found.map_err(damaged("block"))?).is_break()
            {
                return Ok(());
            }
        }
    }
    Ok(())
}

fn hours(
    transaction: &Transaction<'_>,
    delta: &RollupDelta,
    air: &AirProperties,
    mut part: impl FnMut(Aggregates) -> ControlFlow<()>,
) -> Result<(), Error> {
    let doing = sqlite("sum up hours");
    let sql =
        "SELECT aggregates FROM rollup WHERE level = ?1 AND scope = ?2 AND number = ?3 AND start >= ?4 AND start < ?5";
    let mut read = transaction.prepare_cached(sql).map_err(&doing)?;
    let (scope, number) = scope_key(delta.scope);
    let end = next_start(delta.level, delta.start);
    let hours = read.query_map(params![Level::Hour as u8, scope, number, delta.start.0, end.0], unpack);
    for hour in hours.map_err(&doing)? {
        let mut hour = hour.map_err(&doing)?.map_err(damaged("hour"))?;
        hour.0.retain(|(series, _)| air.belongs(delta.level, series.property));
        if part(hour).is_break() {
            break;
        }
    }
    Ok(())
}

fn poles(
    transaction: &Transaction<'_>,
    delta: &RollupDelta,
    numbers: &[PoleNo],
    mut part: impl FnMut(Aggregates) -> ControlFlow<()>,
) -> Result<(), Error> {
    let doing = sqlite("sum up poles");
    let sql = "SELECT aggregates FROM rollup WHERE level = ?1 AND scope = ?2 AND number = ?3 AND start = ?4";
    let mut read = transaction.prepare_cached(sql).map_err(&doing)?;
    for pole in numbers {
        let (scope, number) = scope_key(Scope::Pole(*pole));
        let found = read.query_row(params![delta.level as u8, scope, number, delta.start.0], unpack);
        if let Some(found) = found.optional().map_err(&doing)?
            && part(found.map_err(damaged("hour or day"))?).is_break()
        {
            break;
        }
    }
    Ok(())
}
