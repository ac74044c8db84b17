//! Windows gathered from blocks and roll-ups, as they are or as they were.

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension, params};
use smartpole_model::{DeviceNo, Quarter, UtcMillis};
use smartpole_window::{Aggregate, Aggregates, next_start};

use super::{Asked, Wanted};
use crate::{
    Error, Step,
    as_of::{Rolled, Was},
    commit::scope_key,
    error::{damaged, sqlite},
    moved::Moves,
    queries::Snapshot,
    scope::member_of,
    store::block_id,
};

/// What is gathered for one window.
#[derive(Debug, Default)]
pub(super) struct Cell {
    /// By part: the scope itself, or the poles of a zone.
    pub(super) parts: BTreeMap<u32, Aggregate>,
    pub(super) revision: u32,
    pub(super) open: bool,
}

/// What is gathered, by the first instants of windows.
pub(super) type Cells = BTreeMap<i64, Cell>;

impl Cell {
    fn add<'a>(&mut self, part: u32, open: bool, aggregates: impl Iterator<Item = &'a Aggregate>) {
        for aggregate in aggregates {
            self.parts.entry(part).or_default().merge(aggregate);
            self.open |= open;
        }
    }
}

/// As of an earlier instant: hours and days that nothing has changed since are read as they are, all others are summed up of blocks
/// as they were.
pub(super) fn then(snapshot: &Snapshot, wanted: &Wanted, asked: &Asked, cells: &mut Cells) -> Result<(), Error> {
    let Some(then) = &asked.then else { return Ok(()) };
    let rolled = match wanted.step {
        Step::Quarter => Rolled::default(),
        _ => then.rolled(snapshot, asked.span, &asked.parts, asked.level)?,
    };
    read_unchanged(snapshot, wanted, asked, &rolled, cells)?;
    let (from, to) = asked.span;
    let end = to.plus(-1).min(then.as_of);
    let last = match wanted.step {
        Step::Quarter => end,
        // the last window goes on beyond the last start that was asked for
        _ => next_start(asked.level, asked.level.start(end)).plus(-1).min(then.as_of),
    };
    let moves = Moves::read(snapshot, from.quarter(), Quarter(last.quarter().0.saturating_add(1)))?;
    for quarter in (from.quarter().0..=last.quarter().0).map(Quarter) {
        let start = match wanted.step {
            Step::Quarter => quarter.start().0,
            _ => asked.level.start(quarter.start()).0,
        };
        let as_now = wanted.step != Step::Quarter && !rolled.changed.contains(&start);
        if start < from.0 || as_now {
            continue;
        }
        for (device, part) in asked.counted(quarter, &moves, then.minute()) {
            if rolled.unchanged.contains(&(part, start)) {
                continue;
            }
            let was = then.block(snapshot, device, quarter)?;
            // an hour counts the revisions of all its blocks, a quarter those of what was asked for
            let asked_for = |was: &Was| wanted.step != Step::Quarter || wanted.of(&was.aggregates).next().is_some();
            if let Some(was) = was.filter(asked_for) {
                let cell = asked.cell(wanted.step, UtcMillis(start), cells);
                cell.revision += was.revision;
                cell.add(part, was.open, wanted.of(&was.aggregates));
            }
        }
    }
    Ok(())
}

impl Asked {
    /// Whose blocks of a quarter counted for which part before a minute of receipt.
    fn counted(&self, quarter: Quarter, moves: &Moves, minute: i64) -> Vec<(DeviceNo, u32)> {
        let now = self.members.iter().map(|member| (member.device, member.part_at(quarter.start(), &self.parts)));
        let mut parts: BTreeMap<DeviceNo, Option<u32>> = now.collect();
        for device in moves.devices(quarter) {
            if let Some(then) = moves.part_before((quarter, device), minute, &self.parts) {
                parts.insert(device, then);
            }
        }
        parts.into_iter().filter_map(|(device, part)| Some((device, part?))).collect()
    }
}

fn read_unchanged(
    snapshot: &Snapshot,
    wanted: &Wanted,
    asked: &Asked,
    rolled: &Rolled,
    cells: &mut Cells,
) -> Result<(), Error> {
    let doing = sqlite("read hours and days");
    let sql = "SELECT start, revision, aggregates FROM rollup
               WHERE level = ?1 AND scope = ?2 AND number = ?3 AND start >= ?4 AND start < ?5";
    let mut statement = snapshot.connection.prepare_cached(sql).map_err(&doing)?;
    let (from, to) = asked.span;
    for part in asked.parts.iter().filter(|_| !rolled.unchanged.is_empty()) {
        let (scope, number) = scope_key(part.scope);
        let rows = statement.query_map(params![asked.level as u8, scope, number, from.0, to.0], |row| {
            let (start, revision): (i64, u32) = (row.get(0)?, row.get(1)?);
            let is_unchanged = rolled.unchanged.contains(&(part.number, start));
            Ok(is_unchanged.then_some((start, revision, Aggregates::unpack(row.get_ref(2)?.as_blob()?))))
        });
        for row in rows.map_err(&doing)? {
            let Some((start, revision, aggregates)) = row.map_err(&doing)? else { continue };
            let aggregates = aggregates.map_err(damaged("hour or day"))?;
            let cell = asked.cell(wanted.step, UtcMillis(start), cells);
            cell.revision += revision;
            cell.add(part.number, false, wanted.of(&aggregates));
        }
    }
    Ok(())
}

pub(super) fn quarters(snapshot: &Snapshot, wanted: &Wanted, asked: &Asked, cells: &mut Cells) -> Result<(), Error> {
    let doing = sqlite("read blocks");
    let sql = "SELECT revision, aggregates FROM block WHERE id = ?1";
    let mut statement = snapshot.connection.prepare_cached(sql).map_err(&doing)?;
    let mut add = |quarter: Quarter, part, (revision, open): (u32, bool), aggregates: &Aggregates| {
        if wanted.of(aggregates).next().is_some() {
            let cell = cells.entry(quarter.start().0).or_default();
            cell.revision += revision;
            cell.add(part, open, wanted.of(aggregates));
        }
    };
    let first = wanted.from.plus(Quarter::MILLIS - 1).quarter().0;
    for quarter in (first..=wanted.to.plus(-1).quarter().0).map(Quarter) {
        for member in &asked.members {
            let Some(part) = member.part_at(quarter.start(), &asked.parts) else { continue };
            if let Some(block) = snapshot.recent(quarter, member.device) {
                add(quarter, part, (block.revision, block.open), &block.aggregates);
                continue;
            }
            let found = statement.query_row(params![block_id(quarter, member.device)], |row| {
                Ok((row.get(0)?, Aggregates::unpack(row.get_ref(1)?.as_blob()?)))
            });
            if let Some((revision, aggregates)) = found.optional().map_err(&doing)? {
                add(quarter, part, (revision, false), &aggregates.map_err(damaged("block"))?);
            }
        }
    }
    Ok(())
}

pub(super) fn rollups(snapshot: &Snapshot, wanted: &Wanted, asked: &Asked, cells: &mut Cells) -> Result<(), Error> {
    let doing = sqlite("read hours and days");
    let sql = "SELECT start, revision, aggregates FROM rollup
               WHERE level = ?1 AND scope = ?2 AND number = ?3 AND start >= ?4 AND start < ?5";
    let mut statement = snapshot.connection.prepare_cached(sql).map_err(&doing)?;
    for part in &asked.parts {
        let (scope, number) = scope_key(part.scope);
        let range = params![asked.level as u8, scope, number, asked.span.0.0, asked.span.1.0];
        let mut rows = statement.query(range).map_err(&doing)?;
        while let Some(row) = rows.next().map_err(&doing)? {
            let start = UtcMillis(row.get(0).map_err(&doing)?);
            let blob = row.get_ref(2).map_err(&doing)?.as_blob().map_err(|error| doing(error.into()))?;
            let aggregates = Aggregates::unpack(blob).map_err(damaged("hour or day"))?;
            let cell = asked.cell(wanted.step, start, cells);
            cell.revision += row.get::<_, u32>(1).map_err(&doing)?;
            cell.add(part.number, false, wanted.of(&aggregates));
        }
    }
    for block in &snapshot.recent {
        let member = member_of(&asked.members, block.device);
        let Some(part) = member.and_then(|member| member.part_at(block.quarter.start(), &asked.parts)) else {
            continue;
        };
        let cell = asked.cell(wanted.step, block.quarter.start(), cells);
        cell.revision += block.revisions;
        cell.add(part, block.open, wanted.of(&block.gain));
    }
    Ok(())
}
