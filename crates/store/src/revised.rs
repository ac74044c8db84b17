//! What a window was before each of its revisions.
//!
//! A revision keeps what its block came to before it. So a window's former figures are found by going back: from the blocks as they
//! are, revision by revision, putting each block's former aggregates in the place of its later ones and summing up anew. Sums are exact,
//! extremes are those of the blocks. Places of devices are those of now.

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension, params};
use smartpole_model::{DeviceNo, Kind, Mean, PropertyNo, Quarter, UtcMillis};
use smartpole_pipeline::{Fold, RevisionReason};
use smartpole_window::{Aggregate, Aggregates, Level, mean_of, next_start};

use crate::{
    Error, Queries, Step, Wanted,
    error::{damaged, sqlite},
    queries::Snapshot,
    scope::{Member, Part, member_of, members, parts},
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
    /// Which.
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

/// A row of the table.
struct Change {
    device: DeviceNo,
    quarter: Quarter,
    minute: i64,
    reason: RevisionReason,
    former: Option<Aggregate>,
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

/// Blocks at some time: part and what is wanted of them.
type Blocks = BTreeMap<(Quarter, DeviceNo), (u32, Aggregate)>;

impl Step {
    /// The roll-up that windows of a property are of this length, if they are no blocks.
    pub fn level(self, air: bool) -> Option<Level> {
        match self {
            Self::Quarter => None,
            Self::Hour => Some(Level::Hour),
            Self::Day if air => Some(Level::CetDay),
            Self::Day => Some(Level::Day),
        }
    }

    /// The window of this length that holds an instant: its first instant, and the first after it.
    pub fn around(self, air: bool, at: UtcMillis) -> (UtcMillis, UtcMillis) {
        match self.level(air) {
            None => (at.quarter().start(), at.quarter().end()),
            Some(level) => (level.start(at), next_start(level, level.start(at))),
        }
    }
}

impl Queries {
    /// Revisions of the window that begins at `wanted.from` (`to` and `as_of` say nothing here), oldest first: `limit` after the first
    /// `skip` ones.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn revised(&self, wanted: &Wanted, skip: usize, limit: usize) -> Result<Revised, Error> {
        let ((asked, end), snapshot) = self.snapshot(|fold| {
            let (asked, end) = Asked::new(fold, wanted);
            let devices = asked.members.iter().map(|member| member.device).collect();
            let (from, to) = (asked.from, asked.to);
            ((asked, end), devices, from, to)
        })?;
        let (blocks, changes) = (asked.blocks(&snapshot)?, asked.changes(&snapshot)?);
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
    fn blocks(&self, snapshot: &Snapshot) -> Result<Blocks, Error> {
        let doing = sqlite("read blocks");
        let sql = "SELECT aggregates FROM block WHERE id = ?1";
        let mut statement = snapshot.connection.prepare_cached(sql).map_err(&doing)?;
        let mut blocks = Blocks::new();
        for quarter in (self.from.0..self.to.0).map(Quarter) {
            for member in &self.members {
                let Some(part) = member.part_at(quarter.start(), &self.parts) else { continue };
                let stored = statement.query_row(params![block_id(quarter, member.device)], |row| {
                    Ok(Aggregates::unpack(row.get_ref(0)?.as_blob()?))
                });
                let stored = stored.optional().map_err(&doing)?.transpose().map_err(damaged("block"))?;
                let recent = || snapshot.recent(quarter, member.device).map(|block| &block.aggregates);
                if let Some(aggregate) = stored.as_ref().or_else(recent).and_then(|all| self.of(all)) {
                    blocks.insert((quarter, member.device), (part, aggregate));
                }
            }
        }
        Ok(blocks)
    }

    fn changes(&self, snapshot: &Snapshot) -> Result<Vec<Change>, Error> {
        let doing = sqlite("read revisions");
        let sql = "SELECT quarter, device, minute, reason, former FROM revision WHERE quarter >= ?1 AND quarter < ?2
                   ORDER BY minute, quarter, device, revision";
        let mut statement = snapshot.connection.prepare_cached(sql).map_err(&doing)?;
        let mut rows = statement.query(params![self.from.0, self.to.0]).map_err(&doing)?;
        let mut changes = Vec::new();
        while let Some(row) = rows.next().map_err(&doing)? {
            let (change, former) = change(row).map_err(&doing)?;
            if self.part_of(change.quarter, change.device).is_some() {
                // of a block that was not there nothing is kept
                let former = (!former.is_empty()).then(|| Aggregates::unpack(&former));
                let former = former.transpose().map_err(damaged("revision"))?;
                changes.push(Change { former: former.and_then(|all| self.of(&all)), ..change });
            }
        }
        Ok(changes)
    }

    fn part_of(&self, quarter: Quarter, device: DeviceNo) -> Option<u32> {
        member_of(&self.members, device)?.part_at(quarter.start(), &self.parts)
    }

    /// Goes back from the newest to the oldest.
    fn back(&self, mut blocks: Blocks, changes: Vec<Change>, skip: usize, limit: usize) -> Vec<WindowRevision> {
        let (mut items, mut after) = (Vec::new(), None);
        for (at, change) in changes.into_iter().enumerate().skip(skip).rev() {
            let Change { device, quarter, minute, reason, former } = change;
            let shown = at < skip.saturating_add(limit);
            if shown && after.is_none() {
                after = Some(self.figure(&blocks));
            }
            match former.zip(self.part_of(quarter, device)) {
                Some((former, part)) => drop(blocks.insert((quarter, device), (part, former))),
                None => drop(blocks.remove(&(quarter, device))),
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
        for (part, block) in blocks.values() {
            aggregate.merge(block);
            by_part.entry(*part).or_default().merge(block);
        }
        Figure { aggregate, mean: mean_of(by_part.values(), self.mean, self.decimals) }
    }
}

fn change(row: &rusqlite::Row<'_>) -> rusqlite::Result<(Change, Vec<u8>)> {
    let reason = RevisionReason::from_number(row.get(3)?).unwrap_or(RevisionReason::Late);
    let (quarter, device, minute) = (Quarter(row.get(0)?), DeviceNo(row.get(1)?), row.get(2)?);
    Ok((Change { device, quarter, minute, reason, former: None }, row.get(4)?))
}
