//! Windows of a device, pole or zone: quarters from blocks, hours and days from roll-ups, both with what is in memory.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{OptionalExtension, params};
use smartpole_model::{Kind, Mean, PropertyNo, Quarter, Series, UtcMillis};
use smartpole_pipeline::{Fold, Scope};
use smartpole_window::{Aggregate, Aggregates, Level, mean_of, next_start};

use crate::{
    Error, Queries,
    as_of::{Then, Was},
    commit::scope_key,
    error::{damaged, sqlite},
    queries::Snapshot,
    scope::{Expected, Member, Part, member_of, members, parts},
    store::block_id,
};

/// How long windows are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A quarter of an hour.
    Quarter,
    /// An hour.
    Hour,
    /// A day: of air a CET day, of all else a Europe/Berlin day.
    Day,
}

/// Which windows are wanted.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// Whose.
    pub scope: Scope,
    /// Of what.
    pub property: PropertyNo,
    /// Of one channel, or of all together.
    pub channel: Option<u8>,
    /// Windows that start from here on …
    pub from: UtcMillis,
    /// … and before this.
    pub to: UtcMillis,
    /// How long they are.
    pub step: Step,
    /// As what had been received by then would have answered; floored to the minute. None: as of now.
    pub as_of: Option<UtcMillis>,
}

/// How settled a window is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Readings are still to come.
    Open,
    /// Closed within the last day.
    Provisional,
    /// Closed for longer than a day.
    Final,
    /// Changed after it was closed.
    Corrected,
}

/// How long a closed window is called provisional.
pub(crate) const PROVISIONAL_MS: i64 = 86_400_000;

impl State {
    /// The state of a window that ends at `end`; `open` says whether a block in it is.
    pub(crate) fn of(open: bool, end: UtcMillis, now: UtcMillis, revision: u32) -> Self {
        match () {
            () if open || end > now => Self::Open,
            () if revision > 0 => Self::Corrected,
            () if now.since(end) > PROVISIONAL_MS => Self::Final,
            () => Self::Provisional,
        }
    }
}

/// One window that has something to say; where a device was silent there is none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window {
    /// First instant.
    pub start: UtcMillis,
    /// First instant after it.
    pub end: UtcMillis,
    /// What it says; channels taken together.
    pub aggregate: Aggregate,
    /// The mean in units of the property's resolution; of a zone the mean of its poles' means, which weigh alike.
    pub mean: Option<f64>,
    /// Readings there should be by now.
    pub expected: i64,
    /// How settled it is.
    pub state: State,
    /// Revisions of the blocks in it.
    pub revision: u32,
}

/// What is gathered for one window.
#[derive(Debug, Default)]
struct Cell {
    /// By part: the scope itself, or the poles of a zone.
    parts: BTreeMap<u32, Aggregate>,
    revision: u32,
    open: bool,
}

/// What is known of the scope when the question is asked.
struct Asked {
    members: Vec<Member>,
    parts: Vec<Part>,
    expected: Expected,
    /// The instant asked about: the newest receipt, or an earlier one.
    now: UtcMillis,
    /// Of a question about an earlier instant: its minute and how devices' values count.
    then: Option<Then>,
    level: Level,
    mean: Mean,
    decimals: u8,
}

impl Queries {
    /// The windows that have something to say, in order.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn windows(&self, wanted: &Wanted) -> Result<Vec<Window>, Error> {
        let (asked, snapshot) = self.snapshot(|fold| {
            let asked = Asked::new(fold, wanted);
            let devices = asked.members.iter().map(|member| member.device).collect();
            // a day may have begun up to 25 hours before the last instant asked for
            let to = Quarter(wanted.to.quarter().0.saturating_add(101));
            (asked, devices, wanted.from.quarter(), to)
        })?;
        let mut cells = BTreeMap::new();
        match wanted.step {
            _ if asked.then.is_some() => then(&snapshot, wanted, &asked, &mut cells)?,
            Step::Quarter => quarters(&snapshot, wanted, &asked, &mut cells)?,
            Step::Hour | Step::Day => rollups(&snapshot, wanted, &asked, &mut cells)?,
        }
        self.done(snapshot);
        cells.retain(|_, cell| !cell.parts.is_empty());
        let in_range = cells.range(wanted.from.0..wanted.to.0.max(wanted.from.0));
        Ok(in_range.map(|(start, cell)| asked.window(UtcMillis(*start), cell, wanted)).collect())
    }
}

impl Asked {
    fn new(fold: &Fold, wanted: &Wanted) -> Self {
        let property = fold.inputs().registry.properties.get(wanted.property);
        let gauge = property.is_none_or(|property| property.kind != Kind::IntervalCount);
        let air = property.is_some_and(|property| property.theme == "air_quality");
        let level = match wanted.step {
            Step::Quarter | Step::Hour => Level::Hour,
            Step::Day if air => Level::CetDay,
            Step::Day => Level::Day,
        };
        let members = members(fold, wanted.scope);
        let parts = parts(fold, wanted.scope, gauge);
        let expected = Expected::of(fold, &members, &parts, wanted.property, wanted.channel);
        let (mean, decimals) = property.map_or((Mean::Arithmetic, 0), |property| (property.mean, property.decimals));
        let newest = fold.position().1;
        let then = wanted.as_of.filter(|as_of| *as_of < newest);
        let now = then.unwrap_or(newest);
        let then = then.map(|as_of| Then::new(fold, as_of));
        Self { members, parts, expected, now, then, level, mean, decimals }
    }

    fn part(&self, number: u32) -> Option<&Part> {
        self.parts.iter().find(|part| part.number == number)
    }

    fn window(&self, start: UtcMillis, cell: &Cell, wanted: &Wanted) -> Window {
        let end = match wanted.step {
            Step::Quarter => start.plus(Quarter::MILLIS),
            Step::Hour | Step::Day => next_start(self.level, start),
        };
        let mut aggregate = Aggregate::default();
        cell.parts.values().for_each(|part| aggregate.merge(part));
        let mean = mean_of(cell.parts.values(), self.mean, self.decimals);
        let state = State::of(cell.open, end, self.now, cell.revision);
        let expected = self.expected.within(start, end.min(self.now));
        Window { start, end, aggregate, mean, expected, state, revision: cell.revision }
    }
}

impl Wanted {
    /// What these aggregates say of what is wanted.
    fn of(self, aggregates: &Aggregates) -> impl Iterator<Item = &Aggregate> {
        let fits = move |series: Series| {
            series.property == self.property && self.channel.is_none_or(|channel| channel == series.channel)
        };
        aggregates.0.iter().filter(move |(series, _)| fits(*series)).map(|(_, aggregate)| aggregate)
    }
}

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
fn then(snapshot: &Snapshot, wanted: &Wanted, asked: &Asked, cells: &mut BTreeMap<i64, Cell>) -> Result<(), Error> {
    let Some(then) = &asked.then else { return Ok(()) };
    let mut unchanged = BTreeSet::new();
    if wanted.step != Step::Quarter {
        unchanged = then.unchanged(snapshot, wanted, &asked.parts, asked.level)?;
        let doing = sqlite("read hours and days");
        let sql =
            "SELECT revision, aggregates FROM rollup WHERE level = ?1 AND scope = ?2 AND number = ?3 AND start = ?4";
        let mut statement = snapshot.connection.prepare_cached(sql).map_err(&doing)?;
        for (part, start) in unchanged.iter().filter_map(|(number, start)| Some((asked.part(*number)?, *start))) {
            let (scope, number) = scope_key(part.scope);
            let (revision, aggregates): (u32, _) = statement
                .query_row(params![asked.level as u8, scope, number, start], |row| {
                    Ok((row.get(0)?, Aggregates::unpack(row.get_ref(1)?.as_blob()?)))
                })
                .map_err(&doing)?;
            let aggregates = aggregates.map_err(damaged("hour or day"))?;
            let cell = cells.entry(start).or_default();
            cell.revision += revision;
            cell.add(part.number, false, wanted.of(&aggregates));
        }
    }
    let end = wanted.to.plus(-1).min(then.as_of);
    let last = match wanted.step {
        Step::Quarter => end,
        // the last window goes on beyond the last start that was asked for
        Step::Hour | Step::Day => next_start(asked.level, asked.level.start(end)).plus(-1).min(then.as_of),
    };
    for quarter in (wanted.from.quarter().0..=last.quarter().0).map(Quarter) {
        let start = match wanted.step {
            Step::Quarter => quarter.start().0,
            Step::Hour | Step::Day => asked.level.start(quarter.start()).0,
        };
        for member in &asked.members {
            let Some(part) = member.part_at(quarter.start(), &asked.parts) else { continue };
            if start < wanted.from.0 || unchanged.contains(&(part, start)) {
                continue;
            }
            let was = then.block(snapshot, member.device, quarter)?;
            // an hour counts the revisions of all its blocks, a quarter those of what was asked for
            let asked_for = |was: &Was| wanted.step != Step::Quarter || wanted.of(&was.aggregates).next().is_some();
            if let Some(was) = was.filter(asked_for) {
                let cell = cells.entry(start).or_default();
                cell.revision += was.revision;
                cell.add(part, was.open, wanted.of(&was.aggregates));
            }
        }
    }
    Ok(())
}

fn quarters(snapshot: &Snapshot, wanted: &Wanted, asked: &Asked, cells: &mut BTreeMap<i64, Cell>) -> Result<(), Error> {
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

fn rollups(snapshot: &Snapshot, wanted: &Wanted, asked: &Asked, cells: &mut BTreeMap<i64, Cell>) -> Result<(), Error> {
    let doing = sqlite("read hours and days");
    let sql = "SELECT start, revision, aggregates FROM rollup
               WHERE level = ?1 AND scope = ?2 AND number = ?3 AND start >= ?4 AND start < ?5";
    let mut statement = snapshot.connection.prepare_cached(sql).map_err(&doing)?;
    for part in &asked.parts {
        let (scope, number) = scope_key(part.scope);
        let range = params![asked.level as u8, scope, number, wanted.from.0, wanted.to.0];
        let mut rows = statement.query(range).map_err(&doing)?;
        while let Some(row) = rows.next().map_err(&doing)? {
            let start = UtcMillis(row.get(0).map_err(&doing)?);
            let blob = row.get_ref(2).map_err(&doing)?.as_blob().map_err(|error| doing(error.into()))?;
            let aggregates = Aggregates::unpack(blob).map_err(damaged("hour or day"))?;
            let cell = cells.entry(start.0).or_default();
            cell.revision += row.get::<_, u32>(1).map_err(&doing)?;
            cell.add(part.number, false, wanted.of(&aggregates));
        }
    }
    for block in &snapshot.recent {
        let member = member_of(&asked.members, block.device);
        let Some(part) = member.and_then(|member| member.part_at(block.quarter.start(), &asked.parts)) else {
            continue;
        };
        let cell = cells.entry(asked.level.start(block.quarter.start()).0).or_default();
        cell.revision += block.revisions;
        cell.add(part, block.open, wanted.of(&block.gain));
    }
    Ok(())
}
