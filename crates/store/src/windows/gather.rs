//! Windows gathered from blocks and roll-ups as they are.

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension, params};
use smartpole_model::{Quarter, UtcMillis};
use smartpole_window::{Aggregate, Aggregates};

use super::{Asked, Wanted};
use crate::{
    Error,
    commit::scope_key,
    error::{damaged, sqlite},
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
    /// Whether what it came to then is not known any more.
    pub(super) gone: bool,
}

/// What is gathered, by the first instants of windows.
pub(super) type Cells = BTreeMap<i64, Cell>;

impl Cell {
    pub(super) fn add<'a>(&mut self, part: u32, open: bool, aggregates: impl Iterator<Item = &'a Aggregate>) {
        for aggregate in aggregates {
            self.parts.entry(part).or_default().merge(aggregate);
            self.open |= open;
        }
    }
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
    let first = wanted.from.plus(Quarter::MILLIS - 1).quarter().max(snapshot.kept_from).0;
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
            let cell = cells.entry(asked.window_of(wanted.step, start).0).or_default();
            cell.revision += row.get::<_, u32>(1).map_err(&doing)?;
            cell.add(part.number, false, wanted.of(&aggregates));
        }
    }
    for block in &snapshot.recent {
        let member = member_of(&asked.members, block.device);
        let Some(part) = member.and_then(|member| member.part_at(block.quarter.start(), &asked.parts)) else {
            continue;
        };
        let window = asked.window_of(wanted.step, asked.level.start(block.quarter.start()));
        let cell = cells.entry(window.0).or_default();
        cell.revision += block.revisions;
        cell.add(part, block.open, wanted.of(&block.gain));
    }
    Ok(())
}
