//! A registry that changes the past: a calibration from last month on, a line that was mounted the wrong way round, a device that hung
//! elsewhere; or a program that sums up by other rules than the one before. What was accepted stays; the blocks concerned are judged and summed up again, step by step, as Commands in the journal
//! say, so that live messages go on between and any later fold does the same.

mod pack;
mod plan;

use std::collections::{BTreeMap, BTreeSet};

use smartpole_model::{DeviceNo, Quarter, Series};
use smartpole_window::{Aggregates, Level};

use crate::{
    Env, Fold, LoadError, RevisionReason, Scope,
    place::{Place, Settled},
    rollups::RollupKey,
};

pub use pack::{put_scopes, scopes};
pub use plan::Range;

/// The text of a Command that settles the next hours anew.
pub const RESETTLE: &str = "resettle";

/// Quarters of an hour that one step settles.
const STEP: i32 = 24;

/// What is still to be settled, in order of time.
#[derive(Clone, Debug, Default)]
pub(crate) struct Resettling {
    next: i32,
    ranges: Vec<Range>,
    /// Whether all is settled anew, as another program takes over.
    by_rules: bool,
}

/// A block that counts for other poles and zones since a registry changed the past.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MovedRow {
    /// When the block is of.
    pub quarter: Quarter,
    /// Whose block.
    pub device: DeviceNo,
    /// Minute of receipt in which it was settled anew (minutes since 1970).
    pub minute: i64,
    /// What it counted for until then.
    pub former: Vec<Scope>,
    /// Whether it was open: no published window changed by that.
    pub open: bool,
}

/// How much is to be settled anew.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settling {
    /// Devices concerned.
    pub devices: usize,
    /// Quarters of an hour of them at most: in some there is nothing.
    pub quarters: u64,
    /// The first of these quarters.
    pub first: Option<Quarter>,
}

impl Fold {
    /// What is still to be settled anew.
    pub fn settling(&self) -> Settling {
        let Resettling { next, ranges, .. } = &self.resettling;
        let left = |range: &Range| (range.from.max(*next), range.to);
        let left = ranges.iter().map(|range| (range.device, left(range))).filter(|(_, (from, to))| from < to);
        let quarters = left.clone().map(|(_, (from, to))| u64::from(from.abs_diff(to))).sum();
        let devices: BTreeSet<DeviceNo> = left.clone().map(|(device, _)| device).collect();
        Settling { devices: devices.len(), quarters, first: left.map(|(_, (from, _))| Quarter(from)).min() }
    }

    /// Whether blocks wait to be settled anew: then a [`RESETTLE`] is due.
    pub fn is_resettling(&self) -> bool {
        !self.resettling.ranges.is_empty()
    }

    /// How far it is: the next quarter, and the first one after the last.
    pub fn resettling(&self) -> Option<(Quarter, Quarter)> {
        let to = self.resettling.ranges.iter().map(|range| range.to).max()?;
        Some((Quarter(self.resettling.next), Quarter(to)))
    }

    /// Blocks of which the store may not know yet what they counted for, those of a device by the registries that were in force, the
    /// oldest first: until they are settled anew, and that is committed, they count for it still. Of some it knows already.
    pub fn unsettled(&self) -> impl Iterator<Item = &Range> {
        self.settled.iter().chain(&self.resettling.ranges)
    }

    /// Settles the blocks of the next hours anew.
    pub(crate) fn resettle_step(&mut self, env: &Env<'_>) -> Result<(), LoadError> {
        let (from, to) = (self.resettling.next, self.resettling.next.saturating_add(STEP));
        self.close_moving((from, to));
        self.settle_blocks(); // what came since the registry, so that it does not matter whether a batch ended in between
        let ranges = std::mem::take(&mut self.resettling.ranges);
        // hours and days, and what blocks brought or took away: for each of its series that is a revision of their own
        let mut renewed = BTreeMap::new();
        for range in &ranges {
            for quarter in range.from.max(from).max(self.cuts.quarters.0)..range.to.min(to) {
                self.resettle(range, Quarter(quarter), &mut renewed, env)?;
            }
        }
        for (key, moved) in renewed {
            let minute = self.received_at.0.div_euclid(60_000);
            self.pending.rollups.renew(key, (&moved, minute), self.cuts.quarters);
        }
        self.resettling.next = to;
        let (left, settled): (Vec<Range>, Vec<Range>) = ranges.into_iter().partition(|range| range.to > to);
        self.resettling.by_rules &= !left.is_empty();
        self.resettling.ranges = left;
        self.settled.extend(settled);
        self.pending.resettled = true;
        Ok(())
    }

    /// Closes blocks that come to poles and zones of which windows were told without them: that is a revision of theirs.
    fn close_moving(&mut self, (from, to): (i32, i32)) {
        let mut told = Vec::new();
        for range in &self.resettling.ranges {
            let open = self.devices[range.device.index()].held.iter().filter(|held| held.open);
            let quarters = open.map(|held| held.block.quarter());
            let here = quarters.filter(|quarter| (from..to).contains(&quarter.0) && range.holds(*quarter));
            let comes = |quarter: &Quarter| {
                let mut now = self.active.scopes(range.device, *quarter).into_iter();
                now.any(|scope| !range.former.contains(&scope)) && self.is_told(range.device, *quarter)
            };
            told.extend(here.filter(comes).map(|quarter| (range.device, quarter)));
        }
        told.into_iter().for_each(|(device, quarter)| self.close(device, quarter.end(), false));
    }

    fn resettle(
        &mut self,
        range: &Range,
        quarter: Quarter,
        renewed: &mut BTreeMap<RollupKey, Aggregates>,
        env: &Env<'_>,
    ) -> Result<(), LoadError> {
        let (no, active) = (range.device, std::sync::Arc::clone(&self.active));
        let (minute, batch) = (self.received_at.0.div_euclid(60_000), self.batch + 1);
        let sealed_to = self.sealed_to(no);
        let mut place =
            Place::new(no, &mut self.devices[no.index()], &active, env, batch, minute, &mut self.pending.revisions);
        let reason = if self.resettling.by_rules { RevisionReason::Rules } else { RevisionReason::Registry };
        (place.reason, place.sealed_to) = (reason, sealed_to);
        let settled = place.settle_anew(quarter)?;
        self.scratch.mended.append(&mut place.mended);
        let source = self.devices[no.index()].source;
        self.tell_mended(no, source);
        let now = active.scopes(no, quarter);
        let scopes: BTreeSet<Scope> = range.former.iter().copied().chain(now.iter().copied()).collect();
        let moved = now != range.former;
        let mut before = None;
        if moved && !matches!(settled, Settled::Absent) {
            let (former, open) = (range.former.clone(), matches!(settled, Settled::Open));
            let row = MovedRow { quarter, device: no, minute, former, open };
            before = self.moved_before(&row, env)?;
            self.pending.moved.entry((quarter, no, minute)).or_insert(row);
        }
        let Settled::Closed { changed, series } = settled else { return Ok(()) };
        let counts = Counting { former: &range.former, now: &now, before: before.as_ref() };
        self.touch(no);
        // its own windows are of a device wherever it hangs
        let is_moved =
            |scope: &Scope| !matches!(scope, Scope::Device(_)) && differs(scope, true, (&range.former, &now));
        for scope in scopes.into_iter().filter(|scope| is_moved(scope) || (changed && now.contains(scope))) {
            for level in [Level::Hour, Level::Day, Level::CetDay] {
                let own: &mut Aggregates = renewed.entry((level, level.start(quarter.start()).0, scope)).or_default();
                let of_level = |series: &&Series| is_moved(&scope) && active.belongs(level, series.property);
                for series in series.iter().filter(of_level) {
                    own.entry(*series).revisions += counts.of(&scope, active.is_weighed(series.property));
                }
            }
        }
        Ok(())
    }

    /// What a block counted for before the first of its moves in this minute, if it moves again.
    fn moved_before(&self, row: &MovedRow, env: &Env<'_>) -> Result<Option<MovedRow>, LoadError> {
        let &MovedRow { quarter, device, minute, .. } = row;
        match self.pending.moved.get(&(quarter, device, minute)) {
            Some(known) => Ok(Some(known.clone())),
            None => env.stored.moved(device, quarter, minute),
        }
    }
}

/// What a move counts: one revision a minute for whom it changes what counts.
struct Counting<'a> {
    former: &'a [Scope],
    now: &'a [Scope],
    /// Another move in the same minute, which has been counted.
    before: Option<&'a MovedRow>,
}

impl Counting<'_> {
    /// Revisions that it adds to a scope, or takes back; of what is `weighed` by pole in zones, or of counts.
    fn of(&self, scope: &Scope, weighed: bool) -> i32 {
        let Self { former, now, before } = *self;
        let first = before.map_or(former, |before| &before.former);
        match before {
            Some(before) if before.open => 0, // no published window had changed by the first
            _ => i32::from(differs(scope, weighed, (first, now))) - i32::from(differs(scope, weighed, (first, former))),
        }
    }
}

/// Whether a block counts for a scope in one place and not in another, or by another pole of it.
fn differs(scope: &Scope, weighed: bool, (one, other): (&[Scope], &[Scope])) -> bool {
    let pole = |place: &[Scope]| place.iter().copied().find(|scope| matches!(scope, Scope::Pole(_)));
    let by = |place: &[Scope]| place.contains(scope).then(|| pole(place).filter(|_| weighed));
    by(one) != by(other)
}
