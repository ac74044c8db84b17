//! Which poles and zones blocks counted for before a registry changed the past.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, OptionalExtension, params};
use smartpole_model::{DeviceNo, PoleNo, Quarter, Reader, UtcMillis};
use smartpole_pipeline::{Fold, LoadError, MovedRow, Scope, SettlingRange, scopes};

use crate::{
    Error, Queries,
    error::{damaged, sqlite},
    queries::Snapshot,
    scope::Part,
};

/// Moves of the blocks of a span, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Moves {
    known: BTreeMap<(Quarter, DeviceNo), Vec<Move>>,
    /// What is still to be moved, by device.
    to_come: BTreeMap<DeviceNo, Vec<SettlingRange>>,
}

/// A block that counted for something else until then.
#[derive(Debug)]
pub(crate) struct Move {
    /// Minute of receipt in which it was settled anew.
    pub(crate) minute: i64,
    former: Vec<Scope>,
    /// Whether it was open then.
    pub(crate) open: bool,
}

impl Queries {
    /// Devices whose blocks of a span moved: what they have in memory may be asked for, too.
    pub(crate) fn moved(&self, (from, to): (Quarter, Quarter)) -> Result<Vec<DeviceNo>, Error> {
        self.file(|connection| {
            let doing = sqlite("read moved blocks");
            let sql = "SELECT DISTINCT device FROM moved WHERE quarter >= ?1 AND quarter < ?2";
            let mut statement = connection.prepare_cached(sql).map_err(&doing)?;
            let devices = statement.query_map(params![from.0, to.0], |row| row.get(0).map(DeviceNo)).map_err(&doing)?;
            devices.collect::<Result<_, _>>().map_err(&doing)
        })
    }
}

/// Devices of which blocks of a span are still to be moved: what those counted for may be asked for, too.
pub(crate) fn to_come(fold: &Fold, span: (Quarter, Quarter)) -> BTreeSet<DeviceNo> {
    fold.unsettled().filter(|range| range.meets(span)).map(|range| range.device).collect()
}

impl Moves {
    /// Those of blocks from one quarter to before another.
    pub(crate) fn read(snapshot: &Snapshot, from: Quarter, to: Quarter) -> Result<Self, Error> {
        let doing = sqlite("read moved blocks");
        let sql = "SELECT quarter, device, minute, former, open FROM moved WHERE quarter >= ?1 AND quarter < ?2
                   ORDER BY quarter, device, minute";
        let mut statement = snapshot.connection.prepare_cached(sql).map_err(&doing)?;
        let mut rows = statement.query(params![from.0, to.0]).map_err(&doing)?;
        let mut moves = Self { to_come: snapshot.unsettled.clone(), ..Self::default() };
        while let Some(row) = rows.next().map_err(&doing)? {
            let read = || Ok((Quarter(row.get(0)?), DeviceNo(row.get(1)?), row.get::<_, Vec<u8>>(3)?));
            let (quarter, device, former) = read().map_err(&doing)?;
            let (minute, open) = (row.get(2).map_err(&doing)?, row.get(4).map_err(&doing)?);
            let former = scopes(&mut Reader::new(&former)).map_err(damaged("moved block"))?;
            moves.known.entry((quarter, device)).or_default().push(Move { minute, former, open });
        }
        Ok(moves)
    }

    /// All of them, by block.
    pub(crate) fn blocks(&self) -> impl Iterator<Item = ((Quarter, DeviceNo), &[Move])> {
        self.known.iter().map(|(block, moves)| (*block, moves.as_slice()))
    }

    /// Those of one block.
    pub(crate) fn of(&self, block: (Quarter, DeviceNo)) -> &[Move] {
        self.known.get(&block).map_or(&[], Vec::as_slice)
    }

    /// Whether a block of a span moved.
    pub(crate) fn any(&self, span: (UtcMillis, UtcMillis)) -> bool {
        self.within(span).next().is_some()
    }

    /// Those of blocks of a span.
    pub(crate) fn within(
        &self,
        (from, to): (UtcMillis, UtcMillis),
    ) -> impl Iterator<Item = ((Quarter, DeviceNo), &[Move])> {
        let all = (from.quarter(), DeviceNo(0))..(to.plus(Quarter::MILLIS - 1).quarter(), DeviceNo(0));
        let range = (from < to).then(|| self.known.range(all));
        range.into_iter().flatten().map(|(block, moves)| (*block, moves.as_slice()))
    }

    /// The parts of a zone, with poles that were in it when blocks of theirs moved.
    pub(crate) fn parts(&self, mut parts: Vec<Part>, zone: Scope) -> Vec<Part> {
        let former = self.known.values().flatten().map(Move::former).filter(|former| former.contains(&zone));
        let pole = |scope: &Scope| if let Scope::Pole(pole) = scope { Some(*pole) } else { None };
        let mut poles: BTreeSet<PoleNo> = former.flatten().filter_map(pole).collect();
        poles.retain(|pole| parts.iter().all(|part| part.scope != Scope::Pole(*pole)));
        parts.extend(poles.into_iter().map(|pole| Part::former(pole, zone)));
        parts
    }

    /// Devices whose block of this quarter moved.
    pub(crate) fn devices(&self, quarter: Quarter) -> impl Iterator<Item = DeviceNo> {
        let all = (quarter, DeviceNo(0))..=(quarter, DeviceNo(u32::MAX));
        self.known.range(all).map(|((_, device), _)| *device)
    }

    /// Which part a block belonged to before the first of its moves in this minute or later, if there is one, or is to come.
    pub(crate) fn part_before(
        &self,
        (quarter, device): (Quarter, DeviceNo),
        minute: i64,
        parts: &[Part],
    ) -> Option<Option<u32>> {
        let moved = self.of((quarter, device)).iter().find(|moved| moved.minute >= minute).map(Move::former);
        let to_come = || self.to_come.get(&device)?.iter().find(|range| range.holds(quarter));
        let former = moved.or_else(|| to_come().map(|range| range.former.as_slice()))?;
        Some(part_of(former, parts))
    }
}

/// The first move of a block in a minute.
pub(crate) fn first_move(
    connection: &Connection,
    (quarter, device): (Quarter, DeviceNo),
    minute: i64,
) -> Result<Option<MovedRow>, LoadError> {
    let failed = |source| LoadError(Box::new(sqlite("read a moved block")(source)));
    let sql = "SELECT former, open FROM moved WHERE quarter = ?1 AND device = ?2 AND minute = ?3";
    let mut statement = connection.prepare_cached(sql).map_err(failed)?;
    let found = statement.query_row(params![quarter.0, device.0, minute], |row| Ok((row.get(0)?, row.get(1)?)));
    let Some((former, open)): Option<(Vec<u8>, bool)> = found.optional().map_err(failed)? else { return Ok(None) };
    let former = scopes(&mut Reader::new(&former)).map_err(|error| LoadError(Box::new(error)))?;
    Ok(Some(MovedRow { quarter, device, minute, former, open }))
}

impl Move {
    /// What the block counted for until then.
    pub(crate) fn former(&self) -> &[Scope] {
        &self.former
    }

    /// The part that the block belonged to until then, if any.
    pub(crate) fn part(&self, parts: &[Part]) -> Option<u32> {
        part_of(&self.former, parts)
    }
}

fn part_of(scopes: &[Scope], parts: &[Part]) -> Option<u32> {
    parts.iter().find(|part| part.has(scopes)).map(|part| part.number)
}
