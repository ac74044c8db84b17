//! What a window was before each of its revisions.
//!
//! A revision keeps what its block came to before it. So a window's former figures are found by going back: from the blocks as they
//! are, revision by revision, putting each block's former aggregates in the place of its later ones and summing up anew. Sums are exact,
//! extremes are those of the blocks. Blocks that a registry moved to other poles or zones go back to those they had, one by one.
//!
//! Each change of a series in a block is one revision of the windows that the block counted for then: of one of another property a
//! window is not revised. So its state and number, wherever they are told, are those of this list.

use std::collections::BTreeMap;

use smartpole_model::{DeviceNo, Kind, Mean, PropertyNo, Quarter, Series, UtcMillis};
use smartpole_pipeline::{Fold, RevisionReason, Scope};
use smartpole_window::{Aggregate, mean_of};

use crate::{
    Error, Queries, Wanted,
    history::{Change, Former, Histories},
    moved::Moves,
    queries::Snapshot,
    scope::{Member, Part, members, parts},
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

/// A series of a block.
type Cell = (Quarter, DeviceNo, u8);

/// What it is at some time: the part it counts for, and what it comes to.
#[derive(Clone, Copy, Default)]
struct State {
    part: Option<u32>,
    aggregate: Option<Aggregate>,
}

/// The window, looked up.
struct Asked {
    members: Vec<Member>,
    parts: Vec<Part>,
    /// That which the parts are poles of.
    zone: Option<Scope>,
    property: PropertyNo,
    channel: Option<u8>,
    mean: Mean,
    decimals: u8,
    from: Quarter,
    to: Quarter,
}

/// Those that count for the window, or did.
type Cells = BTreeMap<Cell, State>;

impl Queries {
    /// Revisions of the window that begins at `wanted.from` (`to` and `as_of` say nothing here), oldest first: `limit` after the first
    /// `skip` ones.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn revised(&self, wanted: &Wanted, skip: usize, limit: usize) -> Result<Revised, Error> {
        let mut moved = self.moved(wanted.around())?;
        let ((asked, end), snapshot) = self.snapshot(|fold| {
            let (asked, end) = Asked::new(fold, wanted);
            let mut devices: Vec<_> = asked.members.iter().map(|member| member.device).collect();
            devices.append(&mut moved);
            let (from, to) = (asked.from, asked.to);
            ((asked, end), devices, from, to)
        })?;
        let moves = Moves::read(&snapshot, asked.from, asked.to)?;
        let parts = match asked.zone {
            Some(zone) => moves.parts(asked.parts, zone),
            None => asked.parts,
        };
        let asked = Asked { parts, ..asked };
        let (cells, changes) = asked.changes(&snapshot, &moves)?;
        self.done(snapshot);
        let all = changes.len();
        Ok(Revised { end, all, items: asked.back(cells, changes, skip, limit) })
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
        let zone = (gauge && matches!(wanted.scope, Scope::Zone(_))).then_some(wanted.scope);
        let (property, channel) = (wanted.property, wanted.channel);
        let (from, to) = (start.quarter(), end.quarter());
        (Self { members, parts, zone, property, channel, mean, decimals, from, to }, end)
    }

    /// Blocks that count for the window or did, and the parts they count for.
    fn blocks(&self, moves: &Moves) -> BTreeMap<(Quarter, DeviceNo), Option<u32>> {
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
        parts
    }

    /// What the window consists of, and what changed it, oldest first.
    fn changes(&self, snapshot: &Snapshot, moves: &Moves) -> Result<(Cells, Vec<(Cell, Change)>), Error> {
        let Self { parts, property, channel, .. } = self;
        let histories = Histories { snapshot, moves, parts, property: *property, channel: *channel };
        let (mut cells, mut changes) = (Cells::new(), Vec::new());
        for (block @ (quarter, device), part) in self.blocks(moves) {
            let history = histories.of(block, part)?;
            let channels = history.changes.iter().map(|change| change.channel);
            for channel in channels.chain(history.now.0.iter().map(|(series, _)| series.channel)) {
                let aggregate = history.now.get(Series { property: *property, channel }).copied();
                cells.insert((quarter, device, channel), State { part, aggregate });
            }
            changes.extend(history.changes.into_iter().map(|change| ((quarter, device, change.channel), change)));
        }
        changes.sort_by_key(|(_, change)| change.minute);
        Ok((cells, changes))
    }

    /// Goes back from the newest to the oldest.
    fn back(&self, mut cells: Cells, changes: Vec<(Cell, Change)>, skip: usize, limit: usize) -> Vec<WindowRevision> {
        let (mut items, mut after) = (Vec::new(), None);
        for (at, (cell, change)) in changes.into_iter().enumerate().skip(skip).rev() {
            if after.is_none() && at < skip.saturating_add(limit) {
                after = Some(self.figure(&cells));
            }
            let state = cells.entry(cell).or_default();
            match change.former {
                Former::Aggregate(aggregate) => state.aggregate = aggregate,
                Former::Part(part, aggregate) => *state = State { part, aggregate },
            }
            if let Some(known) = after {
                let former = self.figure(&cells);
                let ((quarter, device, _), Change { minute, reason, .. }) = (cell, change);
                items.push(WindowRevision { number: at + 1, device, quarter, minute, reason, former, after: known });
                after = Some(former);
            }
        }
        items.reverse();
        items
    }

    fn figure(&self, cells: &Cells) -> Figure {
        let (mut aggregate, mut by_part) = (Aggregate::default(), BTreeMap::<u32, Aggregate>::new());
        for state in cells.values() {
            if let (Some(part), Some(of_block)) = (state.part, &state.aggregate) {
                aggregate.merge(of_block);
                by_part.entry(part).or_default().merge(of_block);
            }
        }
        Figure { aggregate, mean: mean_of(by_part.values(), self.mean, self.decimals) }
    }
}
