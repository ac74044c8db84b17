//! What a window was before each of its revisions.
//!
//! A revision keeps what its block came to before it. So a window's former figures are found by going back: from the blocks as they
//! are, revision by revision, putting each block's former aggregates in the place of its later ones and summing up anew. Sums are exact,
//! extremes are those of the blocks. Blocks that a registry moved to other poles or zones go back to those they had, together: what one
//! Command settled is one revision of the hours and days it moved blocks to or from.

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension, params};
use smartpole_model::{DeviceNo, Kind, Mean, PropertyNo, Quarter, UtcMillis};
use smartpole_pipeline::{Fold, RevisionReason};
use smartpole_window::{Aggregate, Aggregates, mean_of};

use crate::{
    Error, Queries, Wanted,
    error::{damaged, sqlite},
    moved::Moves,
    queries::Snapshot,
    scope::{Member, Part, members, parts},
    store::block_id,
};

/// What a window came to at some time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Figure {
    /// Of all its blocks; channels taken together.
    pub aggregate: Aggregate,
    /// The mean in units of the property's resolution; of a zone the mean of its poles' means, which weigh alike.
    pub mean: Option<f64>,
}

/// One change of a window after a block of it was closed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WindowRevision {
    /// Which of the window's revisions it is, from 1.
    pub number: usize,
    /// Whose block changed.
    pub device: DeviceNo,
    /// Which; the first one of several that a registry moved together.
    pub quarter: Quarter,
    /// Minute of receipt of what changed it (minutes since 1970).
    pub minute: i64,
    /// Why.
    pub reason: RevisionReason,
    /// What the window came to before.
    pub former: Figure,
    /// What it came to then.
    pub after: Figure,
}

/// Revisions of a window, as of the last commit.
#[derive(Clone, Debug, PartialEq)]
pub struct Revised {
    /// First instant after the window.
    pub end: UtcMillis,
    /// How many revisions there are.
    pub all: usize,
    /// Some of them, oldest first.
    pub items: Vec<WindowRevision>,
}

/// A change of one block, or blocks that moved together.
struct Change {
    device: DeviceNo,
    minute: i64,
    reason: RevisionReason,
    former: Vec<(Quarter, Former)>,
}

/// What a block was before it changed.
enum Former {
    /// What it came to; nothing if it was not there.
    Aggregate(Option<Aggregate>),
    /// The part that it counted for, if any.
    Part(Option<u32>),
}

/// A block at some time: the part it counts for, and what is wanted of it.
#[derive(Clone, Copy, Default)]
struct State {
    part: Option<u32>,
    aggregate: Option<Aggregate>,
}

/// The window, looked up.
struct Asked {
    members: Vec<Member>,
    parts: Vec<Part>,
    property: PropertyNo,
    channel: Option<u8>,
    mean: Mean,
    decimals: u8,
    from: Quarter,
    to: Quarter,
}

/// Blocks that count for the window, or did.
type Blocks = BTreeMap<(Quarter, DeviceNo), State>;

impl Queries {
    /// Revisions of the window that begins at `wanted.from` (`to` and `as_of` say nothing here), oldest first: `limit` after the first
    /// `skip` ones. Those of `unwatched` devices are left out, of which nothing of the property is told.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn revised(
        &self,
        wanted: &Wanted,
        unwatched: &[DeviceNo],
        skip: usize,
        limit: usize,
    ) -> Result<Revised, Error> {
        let mut moved = self.moved(wanted.around())?;
        let ((asked, end), snapshot) = self.snapshot(|fold| {
            let (mut asked, end) = Asked::new(fold, wanted);
            asked.members.retain(|member| !unwatched.contains(&member.device));
            moved.retain(|device| !unwatched.contains(device));
            let mut devices: Vec<_> = asked.members.iter().map(|member| member.device).collect();
            devices.append(&mut moved);
            let (from, to) = (asked.from, asked.to);
            ((asked, end), devices, from, to)
        })?;
        let mut moves = Moves::read(&snapshot, asked.from, asked.to)?;
        moves.forget(unwatched);
        let blocks = asked.blocks(&snapshot, &moves)?;
        let changes = asked.changes(&snapshot, &blocks, &moves)?;
        self.done(snapshot);
        let all = changes.len();
        Ok(Revised { end, all, items: asked.back(blocks, changes, skip, limit) })
    }
}

impl Asked {
    fn new(fold: &Fold, wanted: &Wanted) -> (Self, UtcMillis) {
        let property = fold.inputs().registry.properties.get(wanted.property);
        let gauge = property.is_none_or(|property| property.kind != Kind::IntervalCount);
        let air = property.is_some_and(|property| property.theme == "air_quality");
        let (mean, decimals) = property.map_or((Mean::Arithmetic, 0), |property| (property.mean, property.decimals));
        let (start, end) = wanted.step.around(air, wanted.from);
        let (members, parts) = (members(fold, wanted.scope), parts(fold, wanted.scope, gauge));
        let (property, channel) = (wanted.property, wanted.channel);
        let asked =
            Self { members, parts, property, channel, mean, decimals, from: start.quarter(), to: end.quarter() };
        (asked, end)
    }

    fn is_quarter(&self) -> bool {
        self.to.0 - self.from.0 == 1
    }

    /// What is wanted of a block.
    fn of(&self, aggregates: &Aggregates) -> Option<Aggregate> {
        let fits = aggregates.0.iter().filter(|(series, _)| {
            series.property == self.property && self.channel.is_none_or(|channel| channel == series.channel)
        });
        fits.map(|(_, aggregate)| *aggregate).reduce(|mut sum, other| {
            sum.merge(&other);
            sum
        })
    }

    /// The blocks as they are, closed ones as of the last commit, as their revisions are.
    fn blocks(&self, snapshot: &Snapshot, moves: &Moves) -> Result<Blocks, Error> {
        let mut parts: BTreeMap<_, _> = moves
            .blocks()
            .filter(|(_, moves)| moves.iter().any(|moved| moved.part(&self.parts).is_some()))
            .map(|(block, _)| (block, None))
            .collect();
        for quarter in (self.from.0..self.to.0).map(Quarter) {
            for member in &self.members {
                if let Some(part) = member.part_at(quarter.start(), &self.parts) {
                    parts.insert((quarter, member.device), Some(part));
                }
            }
        }
        let state = |(block, part)| Ok((block, State { part, aggregate: self.aggregate(snapshot, block)? }));
        parts.into_iter().map(state).collect()
    }

    fn aggregate(
        &self,
        snapshot: &Snapshot,
        (quarter, device): (Quarter, DeviceNo),
    ) -> Result<Option<Aggregate>, Error> {
        let doing = sqlite("read blocks");
        let sql = "SELECT aggregates FROM block WHERE id = ?1";
        let mut statement = snapshot.connection.prepare_cached(sql).map_err(&doing)?;
        let stored = statement
            .query_row(params![block_id(quarter, device)], |row| Ok(Aggregates::unpack(row.get_ref(0)?.as_blob()?)));
        let stored = stored.optional().map_err(&doing)?.transpose().map_err(damaged("block"))?;
        let recent = || snapshot.recent(quarter, device).map(|block| &block.aggregates);
        Ok(stored.as_ref().or_else(recent).and_then(|all| self.of(all)))
    }

    /// What changed the window, oldest first; of what one minute changed, blocks by themselves come first.
    fn changes(&self, snapshot: &Snapshot, blocks: &Blocks, moves: &Moves) -> Result<Vec<Change>, Error> {
        let doing = sqlite("read revisions");
        let sql = "SELECT quarter, device, minute, reason, former FROM revision WHERE quarter >= ?1 AND quarter < ?2
                   ORDER BY minute, quarter, device, revision";
        let mut statement = snapshot.connection.prepare_cached(sql).map_err(&doing)?;
        let mut rows = statement.query(params![self.from.0, self.to.0]).map_err(&doing)?;
        let mut changes = Vec::new();
        while let Some(row) = rows.next().map_err(&doing)? {
            let (quarter, device, minute, reason, former) = revision(row).map_err(&doing)?;
            let Some(state) = blocks.get(&(quarter, device)) else { continue };
            let part_after = |minute| moves.part_before((quarter, device), minute, &self.parts).unwrap_or(state.part);
            if part_after(minute).is_some() || part_after(minute + 1).is_some() {
                // of a block that was not there nothing is kept
                let former = (!former.is_empty()).then(|| Aggregates::unpack(&former));
                let former = former.transpose().map_err(damaged("revision"))?.and_then(|all| self.of(&all));
                // an hour counts the revisions of all its blocks, a quarter those of what was asked for
                if self.is_quarter() && former.is_none() && state.aggregate.is_none() {
                    continue;
                }
                changes.push(Change { device, minute, reason, former: vec![(quarter, Former::Aggregate(former))] });
            }
        }
        changes.extend(self.moved(blocks, moves));
        changes.sort_by_key(|change| change.minute);
        Ok(changes)
    }

    /// Moves of blocks to or from the window, or within a zone, those of a device and a minute together: a zone's counts are the same
    /// after one within it, which is a revision of its windows nevertheless.
    fn moved(&self, blocks: &Blocks, moves: &Moves) -> impl Iterator<Item = Change> {
        let mut together: BTreeMap<(i64, DeviceNo), Vec<(Quarter, Former)>> = BTreeMap::new();
        for ((quarter, device), moves) in moves.blocks() {
            let Some(state) = blocks.get(&(quarter, device)) else { continue };
            if self.parts.iter().any(Part::is_device) {
                continue;
            }
            let later = moves.iter().skip(1).map(|moved| moved.part(&self.parts)).chain([state.part]);
            for (moved, after) in moves.iter().zip(later) {
                let former = moved.part(&self.parts);
                if former.is_some() || after.is_some() {
                    together.entry((moved.minute, device)).or_default().push((quarter, Former::Part(former)));
                }
            }
        }
        let reason = RevisionReason::Registry;
        together.into_iter().map(move |((minute, device), former)| Change { device, minute, reason, former })
    }

    /// Goes back from the newest to the oldest.
    fn back(&self, mut blocks: Blocks, changes: Vec<Change>, skip: usize, limit: usize) -> Vec<WindowRevision> {
        let (mut items, mut after) = (Vec::new(), None);
        for (at, change) in changes.into_iter().enumerate().skip(skip).rev() {
            let Change { device, minute, reason, former } = change;
            let Some(quarter) = former.first().map(|(quarter, _)| *quarter) else { continue };
            if after.is_none() && at < skip.saturating_add(limit) {
                after = Some(self.figure(&blocks));
            }
            for (quarter, former) in former {
                let state = blocks.entry((quarter, device)).or_default();
                match former {
                    Former::Aggregate(aggregate) => state.aggregate = aggregate,
                    Former::Part(part) => state.part = part,
                }
            }
            if let Some(known) = after {
                let former = self.figure(&blocks);
                items.push(WindowRevision { number: at + 1, device, quarter, minute, reason, former, after: known });
                after = Some(former);
            }
        }
        items.reverse();
        items
    }

    fn figure(&self, blocks: &Blocks) -> Figure {
        let (mut aggregate, mut by_part) = (Aggregate::default(), BTreeMap::<u32, Aggregate>::new());
        for state in blocks.values() {
            if let (Some(part), Some(block)) = (state.part, &state.aggregate) {
                aggregate.merge(block);
                by_part.entry(part).or_default().merge(block);
            }
        }
        Figure { aggregate, mean: mean_of(by_part.values(), self.mean, self.decimals) }
    }
}

type Revision = (Quarter, DeviceNo, i64, RevisionReason, Vec<u8>);

fn revision(row: &rusqlite::Row<'_>) -> rusqlite::Result<Revision> {
    let reason = RevisionReason::from_number(row.get(3)?).unwrap_or(RevisionReason::Late);
    Ok((Quarter(row.get(0)?), DeviceNo(row.get(1)?), row.get(2)?, reason, row.get(4)?))
}
