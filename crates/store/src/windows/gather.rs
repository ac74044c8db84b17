//! Windows gathered from blocks and roll-ups as they are.

use std::collections::BTreeMap;

use smartpole_model::{Quarter, UtcMillis};
use smartpole_pipeline::RecentBlock;
use smartpole_window::{Aggregate, Aggregates, Means};

use super::{
    Asked, Wanted,
    summed::{Asking, Summed},
};
use crate::{
    Error,
    blocks::Blocks,
    history::Histories,
    moved::Moves,
    queries::Snapshot,
    scope::{Part, member_of},
    weeks::{Rollup, RollupsOf, each_rollup, first_of},
};

/// What is gathered of one part for one window.
#[derive(Debug, Default)]
pub(super) struct Cell {
    /// None if it says nothing of what is wanted.
    aggregate: Option<Aggregate>,
    open: bool,
    /// Whether what it came to then is not known any more.
    pub(super) gone: bool,
}

/// What is gathered of one part, by the first instants of windows.
#[derive(Debug, Default)]
pub(super) struct Cells(Vec<(i64, Cell)>);

/// What is gathered, by part: the scope itself, or the poles of a zone.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    parts: BTreeMap<u32, Cells>,
    /// Parts that are complete, added up.
    sums: Vec<(i64, Sum)>,
}

/// All parts of a window together.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sum {
    pub(super) aggregate: Aggregate,
    pub(super) means: Means,
    pub(super) open: bool,
    gone: bool,
    is_known: bool,
}

impl Cell {
    pub(super) fn add(&mut self, open: bool, aggregates: impl Iterator<Item = Aggregate>) {
        for aggregate in aggregates {
            self.aggregate.get_or_insert_default().merge(&aggregate);
            self.open |= open;
        }
    }

    /// The same without revisions if blocks `moved`, some of which are of elsewhere: those are counted apart ([`Self::revise`]).
    pub(super) fn add_of(&mut self, moved: bool, open: bool, aggregates: impl Iterator<Item = Aggregate>) {
        let own = aggregates.map(|of| Aggregate { revisions: if moved { 0 } else { of.revisions }, ..of });
        // what was taken away has left its revisions alone
        self.add(open, own.filter(|of| !moved || *of != Aggregate::default()));
    }

    /// Counts the revisions of these alone.
    pub(super) fn add_revisions(&mut self, aggregates: impl Iterator<Item = Aggregate>) {
        self.revise(aggregates.map(|aggregate| aggregate.revisions).sum());
    }

    /// Counts revisions, of which the aggregates do not tell.
    pub(super) fn revise(&mut self, revisions: i32) {
        if revisions > 0 {
            self.aggregate.get_or_insert_default().revisions += revisions;
        }
    }
}

impl Cells {
    /// That of a window, made if absent; most come in order.
    pub(super) fn entry(&mut self, start: i64) -> &mut Cell {
        let at = match self.0.last() {
            Some((last, _)) if *last == start => self.0.len() - 1,
            Some((last, _)) if *last > start => {
                let found = self.0.binary_search_by_key(&start, |(start, _)| *start);
                found.inspect_err(|at| self.0.insert(*at, (start, Cell::default()))).unwrap_or_else(|at| at)
            }
            _ => {
                self.0.push((start, Cell::default()));
                self.0.len() - 1
            }
        };
        &mut self.0[at].1
    }
}

impl Gathered {
    pub(super) fn part(&mut self, number: u32) -> &mut Cells {
        self.parts.entry(number).or_default()
    }

    /// The windows of which something is known, in order. Parts are added up by number, as means hang on the order.
    pub(super) fn sums(self) -> impl Iterator<Item = (i64, Sum)> {
        let Self { parts, mut sums } = self;
        for (_, mut cells) in parts {
            add(&mut sums, &mut cells);
        }
        sums.into_iter().filter(|(_, sum)| sum.is_known && !sum.gone)
    }
}

/// Adds a part; both are in order.
fn add(sums: &mut Vec<(i64, Sum)>, cells: &mut Cells) {
    let (mut at, mut others) = (0, Vec::new());
    for (start, cell) in cells.0.drain(..) {
        at += sums[at..].iter().take_while(|(known, _)| *known < start).count();
        match sums.get_mut(at) {
            Some((known, sum)) if *known == start => sum.add(&cell),
            _ => {
                let mut sum = Sum::default();
                sum.add(&cell);
                others.push((start, sum));
            }
        }
    }
    if !others.is_empty() {
        sums.append(&mut others);
        sums.sort_by_key(|(start, _)| *start);
    }
}

impl Sum {
    fn add(&mut self, cell: &Cell) {
        if let Some(aggregate) = &cell.aggregate {
            self.aggregate.merge(aggregate);
            self.means.add(aggregate);
            self.is_known = true;
        }
        self.open |= cell.open;
        self.gone |= cell.gone;
    }
}

pub(super) fn quarters(
    snapshot: &Snapshot,
    wanted: &Wanted,
    asked: &Asked,
    gathered: &mut Gathered,
) -> Result<(), Error> {
    let mut blocks = Blocks::new(&snapshot.connection)?;
    let first = wanted.from.plus(Quarter::MILLIS - 1).quarter().max(snapshot.kept_from).0;
    let quarters = first..wanted.to.plus(-1).quarter().0.saturating_add(1);
    let moves = Moves::read(snapshot, Quarter(quarters.start), Quarter(quarters.end))?;
    let parts = asked.revised(&moves);
    for quarter in quarters.map(Quarter) {
        let moved = moves.any((quarter.start(), quarter.end()));
        if moved {
            let Wanted { property, channel, .. } = *wanted;
            let histories = Histories { snapshot, moves: &moves, parts: &parts, property, channel };
            let revisions = histories.count(quarter, asked.members.iter(), i64::MAX)?;
            // whichever part they are of: they are added up
            let part = asked.parts.first().map_or(0, |part| part.number);
            gathered.part(part).entry(quarter.start().0).revise(revisions);
        }
        let mut add = |part, open, aggregates: &Aggregates| {
            gathered.part(part).entry(quarter.start().0).add_of(moved, open, wanted.of(aggregates));
        };
        let (mut devices, mut parts) = (Vec::new(), Vec::new());
        for member in &asked.members {
            let Some(part) = member.part_at(quarter.start(), &asked.parts) else { continue };
            match snapshot.recent(quarter, member.device) {
                Some(block) => add(part, block.open, &block.aggregates),
                None => (devices.push(member.device), parts.push(part)).0,
            }
        }
        blocks.each(quarter, &devices, |at, block| {
            add(parts[at], false, &block.aggregates(Some(wanted.property))?);
            Ok(())
        })?;
    }
    Ok(())
}

/// Weeks that were summed up before as they were, and what is between them.
pub(super) fn rollups(
    snapshot: &Snapshot,
    wanted: &Wanted,
    asked: &Asked,
    summed: &Summed,
    gathered: &mut Gathered,
) -> Result<(), Error> {
    let recent = by_part(&snapshot.recent, asked);
    let asking = Asking::new(summed, snapshot, wanted, asked)?;
    let mut from = asked.span.0;
    for (week, sums) in asking.iter().flat_map(|asking| &asking.known) {
        stretch(snapshot, wanted, asked, &recent, (from, first_of(*week)), gathered)?;
        gathered.sums.extend_from_slice(sums);
        from = first_of(week + 1);
    }
    stretch(snapshot, wanted, asked, &recent, (from, asked.span.1), gathered)?;
    asking.map_or(Ok(()), |asking| asking.keep(snapshot, &gathered.sums))
}

/// Part by part, so that what is gathered of one is at hand while it is added.
fn stretch(
    snapshot: &Snapshot,
    wanted: &Wanted,
    asked: &Asked,
    recent: &[(u32, &RecentBlock)],
    span: (UtcMillis, UtcMillis),
    gathered: &mut Gathered,
) -> Result<(), Error> {
    if span.0 >= span.1 {
        return Ok(());
    }
    let mut parts: Vec<&Part> = asked.parts.iter().collect();
    parts.sort_by_key(|part| part.number);
    let (mut cells, mut sums) = (Cells::default(), Vec::new());
    for alike in parts.chunk_by(|one, next| one.number == next.number) {
        let number = alike[0].number;
        for part in alike {
            stored(snapshot, wanted, asked, (part, span), |start, aggregates| {
                cells.entry(start).add_of(asked.zone.is_some(), false, wanted.of(aggregates));
            })?;
        }
        let first = recent.partition_point(|(part, _)| *part < number);
        let own = recent[first..].iter().take_while(|(part, _)| *part == number).map(|(_, block)| block);
        for block in own {
            let start = asked.level.start(block.quarter.start());
            if (span.0..span.1).contains(&start) {
                let cell = cells.entry(asked.window_of(wanted.step, start).0);
                cell.add(block.open, wanted.of(&block.gain));
            }
        }
        add(&mut sums, &mut cells);
    }
    if let Some(zone) = &asked.zone {
        stored(snapshot, wanted, asked, (zone, span), |start, aggregates| {
            cells.entry(start).add_revisions(wanted.of(aggregates));
        })?;
        add(&mut sums, &mut cells);
    }
    gathered.sums.append(&mut sums);
    Ok(())
}

/// Blocks in memory with the parts that they belong to, by part.
fn by_part<'a>(recent: &'a [RecentBlock], asked: &Asked) -> Vec<(u32, &'a RecentBlock)> {
    let part = |block: &'a RecentBlock| {
        let member = member_of(&asked.members, block.device)?;
        Some((member.part_at(block.quarter.start(), &asked.parts)?, block))
    };
    let mut all: Vec<_> = recent.iter().filter_map(part).collect();
    all.sort_by_key(|(part, _)| *part);
    all
}

/// Hours or days of a part that the file has, each with the first instant of its window.
fn stored(
    snapshot: &Snapshot,
    wanted: &Wanted,
    asked: &Asked,
    (part, span): (&Part, (UtcMillis, UtcMillis)),
    mut each: impl FnMut(i64, &Aggregates),
) -> Result<(), Error> {
    let of = RollupsOf { level: asked.level, scope: part.scope, property: wanted.property, span };
    let each = |rollup: &Rollup<'_>| {
        each(asked.window_of(wanted.step, rollup.start).0, rollup.aggregates);
        Ok(())
    };
    each_rollup(snapshot, of, |_| true, each)
}
