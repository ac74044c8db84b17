//! Windows as of an earlier instant: what nothing has changed since is read as it is, the rest is summed up of what it consists of: days
//! of hours, hours of poles and zones of those of devices, these of blocks. So a reading that came late costs a look at its own hour.

mod moved;

use std::collections::BTreeSet;

use smartpole_model::{DeviceNo, Quarter, UtcMillis};
use smartpole_window::{Level, next_start};

use super::{Asked, Wanted, gather::Gathered};
use crate::{
    Error, Step,
    as_of::{Then, Was},
    blocks::Blocks,
    moved::Moves,
    pole_hours::HOUR_MS,
    queries::Snapshot,
    scope::{Member, Part},
    weeks::{Rollup, RollupsOf, each_rollup, each_stored},
};

/// From the first instant on, and before the second.
type Span = (UtcMillis, UtcMillis);

/// A question about an earlier instant.
pub(super) struct Gather<'a> {
    snapshot: &'a Snapshot,
    wanted: &'a Wanted,
    asked: &'a Asked,
    then: &'a Then,
    /// Which blocks counted for something else.
    moves: Moves,
    /// First instants of hours or days of a zone's poles whose revisions are counted apart, as blocks had moved there: poles have others
    /// than the zone, and some are not in it any more.
    apart: BTreeSet<i64>,
    /// Of the windows, as far as it is known then.
    span: Span,
    gathered: &'a mut Gathered,
    /// Blocks that are still to be looked at.
    looks: Vec<Look>,
}

/// A block that counted for a part, to be added to a window, or as its own.
struct Look {
    quarter: Quarter,
    device: DeviceNo,
    part: u32,
    window: Option<UtcMillis>,
    /// Whether revisions are counted apart, as blocks of the quarter moved, or of its hour or day those of a zone.
    moved: bool,
}

/// Most blocks noted before they are looked at.
const LOOKS: usize = 10_000;

/// A part, and those that ever belong to it by the registry, by number.
struct Of<'a> {
    part: &'a Part,
    members: Vec<&'a Member>,
    /// What its blocks count for where its revisions are counted: the part itself, or all poles of a zone.
    revised: &'a [Part],
}

/// Gathers the windows as of the instant asked about.
pub(super) fn gather(
    snapshot: &Snapshot,
    wanted: &Wanted,
    asked: &Asked,
    then: &Then,
    gathered: &mut Gathered,
) -> Result<(), Error> {
    let (from, to) = asked.span;
    let end = to.plus(-1).min(then.as_of);
    let last = match wanted.step {
        Step::Quarter => end,
        // the last window goes on beyond the last start that was asked for
        _ => next_start(asked.level, asked.level.start(end)).plus(-1).min(then.as_of),
    };
    let moves = Moves::read(snapshot, from.quarter(), Quarter(last.quarter().0.saturating_add(1)))?;
    let span = (from, last.plus(1));
    let apart = moved::apart(asked, then, moves.within(span));
    let mut gather = Gather { snapshot, wanted, asked, then, moves, apart, span, gathered, looks: Vec::new() };
    for part in &asked.parts {
        let revised = std::slice::from_ref(part);
        let members = asked.members.iter().filter(|member| member.is_ever_in(revised)).collect();
        let of = Of { part, members, revised };
        match wanted.step {
            Step::Quarter => gather.blocks(&of, None, span)?,
            // of those that begin later nothing was known
            _ => gather.rollups(&of, asked.level, (from, to.min(span.1)), None)?,
        }
    }
    gather.look()?;
    let revised = asked.revised(&gather.moves);
    let zone = |part| Of { part, members: asked.members.iter().collect(), revised: &revised };
    asked.zone.as_ref().map_or(Ok(()), |part| gather.revise(&zone(part)))
}

impl Gather<'_> {
    /// Adds the hours or days of a part that begin in a span, each to the window that it is or begins in, or all to `window`. Where there
    /// is none now there was none, as readings are only ever added, but for open blocks that were taken away.
    fn rollups(&mut self, of: &Of<'_>, level: Level, span: Span, window: Option<UtcMillis>) -> Result<(), Error> {
        let mut changed = self.in_memory(of, level, span);
        changed.extend(self.taken_open(of, level, span));
        self.add_unchanged(of, level, span, window, &mut changed)?;
        for start in changed.into_iter().map(UtcMillis) {
            let whole = (start.max(self.span.0), next_start(level, start).min(self.span.1));
            let window = window.unwrap_or_else(|| self.asked.window_of(self.wanted.step, start));
            match level {
                // what moved blocks were revised elsewhere is none of its revisions
                _ if self.moves.any(whole) => self.blocks(of, Some(window), whole)?,
                Level::Hour => self.hour(of, whole, window)?,
                Level::Day | Level::CetDay => self.rollups(of, Level::Hour, whole, Some(window))?,
            }
        }
        Ok(())
    }

    /// Adds an hour that has changed since: of a pole or zone the hours of its devices, if they are the same in all of it. Where blocks
    /// were open then, no device's hour is what it was.
    fn hour(&mut self, of: &Of<'_>, whole: Span, window: UtcMillis) -> Result<(), Error> {
        let devices: Vec<Vec<DeviceNo>> = quarters(whole).map(|quarter| self.devices(of, quarter)).collect();
        let same = devices.windows(2).all(|pair| pair[0] == pair[1]);
        let was_open = whole.1.plus(HOUR_MS) > self.then.as_of;
        let members = devices.first().filter(|_| same && !was_open && !of.part.is_device());
        let Some(members) = members else { return self.blocks(of, Some(window), whole) };
        for member in members.iter().filter_map(|device| of.member(*device)) {
            let part = of.part.of_device(member.device);
            self.rollups(
                &Of { part: &part, members: vec![member], revised: std::slice::from_ref(&part) },
                Level::Hour,
                whole,
                Some(window),
            )?;
        }
        Ok(())
    }

    /// First instants of hours or days of which something is in memory: roll-ups do not have it, or not all.
    fn in_memory(&self, of: &Of<'_>, level: Level, (from, to): Span) -> BTreeSet<i64> {
        let (recent, end) = (&self.snapshot.recent, next_start(level, level.start(to.plus(-1))));
        let first = recent.partition_point(|block| block.quarter.start() < from);
        let within = recent[first..].iter().take_while(|block| block.quarter.start() < end);
        // the town's calendar is asked last, as that takes longest
        let of_part = within.filter(|block| self.counts(of, block.quarter, block.device));
        let starts = of_part.map(|block| level.start(block.quarter.start()));
        starts.filter(|start| *start >= from).map(|start| start.0).collect()
    }

    /// Adds those that nothing received since has changed, and notes the others.
    fn add_unchanged(
        &mut self,
        of: &Of<'_>,
        level: Level,
        (from, to): Span,
        window: Option<UtcMillis>,
        changed: &mut BTreeSet<i64>,
    ) -> Result<(), Error> {
        let Self { snapshot, wanted, asked, then, gathered, apart, .. } = self;
        let cells = gathered.part(of.part.number);
        let rollups = RollupsOf { level, scope: of.part.scope, property: wanted.property, span: (from, to) };
        let each = |rollup: &Rollup<'_>| {
            let start = rollup.start;
            if !then.knows(rollup.minute) {
                changed.insert(start.0);
            }
            if !changed.contains(&start.0) {
                let cell = cells.entry(window.unwrap_or_else(|| asked.window_of(wanted.step, start)).0);
                cell.add_of(apart.contains(&asked.level.start(start).0), false, wanted.of(rollup.aggregates));
            }
            Ok(())
        };
        let knows = |minute| then.knows(minute);
        match window {
            None => each_rollup(snapshot, rollups, knows, each),
            // what changed is of a week that did
            Some(_) => each_stored(snapshot, rollups, knows, each),
        }
    }

    /// Has the blocks of a part that begin in a span added: all to `window`, or each as its own.
    fn blocks(&mut self, of: &Of<'_>, window: Option<UtcMillis>, span: Span) -> Result<(), Error> {
        for quarter in quarters(span) {
            if quarter < self.snapshot.kept_from {
                self.gathered.part(of.part.number).entry(window.unwrap_or(quarter.start()).0).gone = true;
                continue;
            }
            let apart = self.apart.contains(&self.asked.level.start(quarter.start()).0);
            let moved = self.moves.any((quarter.start(), quarter.end()));
            if moved && !apart {
                let revisions = self.revisions(of, quarter)?;
                let cell = self.gathered.part(of.part.number).entry(window.unwrap_or(quarter.start()).0);
                cell.revise(revisions);
            }
            let devices = self.devices(of, quarter).into_iter();
            let look = |device| Look { quarter, device, part: of.part.number, window, moved: moved || apart };
            self.looks.extend(devices.map(look));
            if self.looks.len() >= LOOKS {
                self.look()?;
            }
        }
        Ok(())
    }

    /// Looks at the blocks noted, those of a quarter together, and adds what they were.
    fn look(&mut self) -> Result<(), Error> {
        let mut looks = std::mem::take(&mut self.looks);
        looks.sort_unstable_by_key(|look| (look.quarter, look.device));
        let mut blocks = Blocks::new(&self.snapshot.connection)?;
        for looks in looks.chunk_by(|look, next| look.quarter == next.quarter) {
            let quarter = looks[0].quarter;
            let in_memory = |look: &&Look| self.snapshot.recent(quarter, look.device).is_some();
            let (in_memory, stored): (Vec<&Look>, Vec<&Look>) = looks.iter().partition(in_memory);
            for look in in_memory {
                self.add(look, self.then.block(self.snapshot, look.device, quarter)?);
            }
            let devices: Vec<DeviceNo> = stored.iter().map(|look| look.device).collect();
            blocks.each(quarter, &devices, |at, block| {
                self.add(stored[at], self.then.stored(self.snapshot, (quarter, devices[at]), block)?);
                Ok(())
            })?;
        }
        Ok(())
    }

    fn add(&mut self, look: &Look, was: Option<Was>) {
        if let Some(was) = was {
            let cell = self.gathered.part(look.part).entry(look.window.unwrap_or(look.quarter.start()).0);
            cell.gone |= was.gone && self.wanted.of(&was.aggregates).next().is_some();
            cell.add_of(look.moved, was.open, self.wanted.of(&was.aggregates));
        }
    }

    /// Whose blocks of a quarter counted for a part then.
    fn devices(&self, of: &Of<'_>, quarter: Quarter) -> Vec<DeviceNo> {
        let moved = self.moves.devices(quarter).filter(|device| of.member(*device).is_none());
        let all = of.members.iter().map(|member| member.device).chain(moved);
        all.filter(|device| self.counts(of, quarter, *device)).collect()
    }

    /// Whether a block counted for a part then.
    fn counts(&self, of: &Of<'_>, quarter: Quarter, device: DeviceNo) -> bool {
        let part = std::slice::from_ref(of.part);
        let moved = self.moves.part_before((quarter, device), self.then.minute(), part);
        let now = || of.member(device).and_then(|member| member.part_at(quarter.start(), part));
        moved.unwrap_or_else(now).is_some()
    }
}

/// Quarters that begin in a span.
fn quarters((from, to): Span) -> impl Iterator<Item = Quarter> {
    let first = from.plus(Quarter::MILLIS - 1).quarter().0;
    (first..=to.plus(-1).quarter().0).map(Quarter)
}

impl Of<'_> {
    fn member(&self, device: DeviceNo) -> Option<&Member> {
        let at = self.members.binary_search_by_key(&device, |member| member.device).ok()?;
        Some(self.members[at])
    }
}
