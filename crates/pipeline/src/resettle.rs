//! A registry that changes the past: a calibration from last month on, a line that was mounted the wrong way round, a device that hung
//! elsewhere; or a program that sums up by other rules than the one before. What was accepted stays; the blocks concerned are judged and summed up again, step by step, as Commands in the journal
//! say, so that live messages go on between and any later fold does the same.

mod pack;

use std::collections::{BTreeMap, BTreeSet};

use smartpole_model::{
    Device, DeviceNo, Quarter, Series, UtcMillis,
    registry::{Calibration, Counter, Humidity, QualityRules},
};
use smartpole_window::{Aggregates, Level};

use crate::{
    Env, Fold, LoadError, RevisionReason, Scope,
    active::Active,
    place::{Place, Settled},
    rollups::RollupKey,
};

pub use pack::{put_scopes, scopes};

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

/// Blocks of a device that count otherwise now, and the poles and zones they counted for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    /// Whose blocks.
    pub device: DeviceNo,
    /// The first quarter …
    from: i32,
    /// … and the first after the last.
    to: i32,
    /// What they counted for.
    pub former: Vec<Scope>,
}

impl Range {
    /// Whether a quarter is in it.
    pub fn holds(&self, quarter: Quarter) -> bool {
        (self.from..self.to).contains(&quarter.0)
    }

    /// Whether a quarter from one to before another is in it.
    pub fn meets(&self, (from, to): (Quarter, Quarter)) -> bool {
        self.from < to.0 && from.0 < self.to
    }
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

/// What the registry says of a device at a time, as far as its windows depend on it.
#[derive(PartialEq)]
struct Facts<'a> {
    scopes: Vec<Scope>,
    counter: Option<Counter>,
    humidity: Option<Humidity>,
    interval_s: Option<u32>,
    reversed: &'a [u8],
    width_cm: Option<u32>,
    calibrations: Vec<&'a Calibration>,
    rules: &'a [QualityRules],
}

impl Active {
    /// What holds from the block that starts at `at` on, up to `end`.
    fn facts(&self, no: DeviceNo, at: UtcMillis, end: UtcMillis) -> Facts<'_> {
        let known = self.registered(no);
        let installation = known.map(|known| known.at(at));
        let profile = installation.and_then(|installed| self.inputs.registry.profiles.get(&installed.profile));
        // a calibration goes by each value's own time, so it may hold for a part of a block
        let holds = |calibration: &&Calibration| calibration.from < end && at < calibration.to;
        Facts {
            scopes: self.scopes(no, at.quarter()),
            counter: profile.map(|profile| profile.counter),
            humidity: profile.and_then(|profile| profile.humidity),
            interval_s: profile.map(|profile| profile.interval_s),
            reversed: installation.map_or(&[], |installed| &installed.reversed),
            width_cm: installation.and_then(|installed| installed.width_cm),
            calibrations: known.map_or_else(Vec::new, |known| known.calibrations.iter().filter(holds).collect()),
            rules: self.rules_at(no, at).0,
        }
    }
}

/// Instants at which what a registry says of a device may change.
fn turns(device: &Device) -> impl Iterator<Item = UtcMillis> {
    let installations = device.installations.iter().flat_map(|installed| [installed.from, installed.to]);
    let calibrations = device.calibrations.iter().flat_map(|calibration| [calibration.from, calibration.to]);
    // of a calibration that begins or ends within a block, both ends of the block
    installations
        .chain(calibrations.flat_map(|time| [time.quarter().start().min(time), Quarter(first(time)).start().max(time)]))
}

/// The first quarter that begins at `time` or after.
fn first(time: UtcMillis) -> i32 {
    time.plus(Quarter::MILLIS - 1).quarter().0
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

    /// Notes what counts otherwise under the registry that has just come into force, which is all if it is `by_rules` of another program.
    pub(crate) fn plan_resettling(&mut self, former: &Active, by_rules: bool, env: &Env<'_>) -> Result<(), LoadError> {
        if former.hash.is_empty() {
            return Ok(());
        }
        let all = by_rules || former.counts_otherwise(&self.active);
        let devices = (0..self.devices.len()).map(|no| DeviceNo(no as u32));
        let ranges: Vec<Range> = devices.flat_map(|no| self.changed(no, former, all)).collect();
        if ranges.is_empty() {
            return Ok(());
        }
        let held = self.devices.iter().flat_map(|device| &device.held).map(|held| held.block.quarter());
        let Some(earliest) = held.chain(env.stored.first_quarter(self.cuts.quarters)?).min() else { return Ok(()) };
        let start = ranges.iter().map(|range| range.from).min().unwrap_or(earliest.0).max(earliest.0);
        let plan = &mut self.resettling;
        plan.next = if plan.ranges.is_empty() { start } else { plan.next.min(start) };
        plan.by_rules |= by_rules;
        plan.ranges.extend(ranges);
        self.pending.resettled = true;
        Ok(())
    }

    /// Ranges of a device's blocks that count otherwise now, `all` if any property does. What comes from now on is judged by the
    /// registry in force.
    fn changed(&self, no: DeviceNo, former: &Active, all: bool) -> Vec<Range> {
        let device = &self.devices[no.index()];
        if device.newest.0 == i64::MIN {
            return Vec::new();
        }
        let last = device.newest.quarter().0.max(device.last_closed.0).saturating_add(1);
        let (was, is) = (former.registered(no), self.active.registered(no));
        let ends = [UtcMillis(i64::MIN), UtcMillis(i64::MAX)].into_iter();
        let turns: BTreeSet<UtcMillis> = was.into_iter().chain(is).flat_map(turns).chain(ends).collect();
        let turns: Vec<UtcMillis> = turns.into_iter().collect();
        let slice = |pair: &[UtcMillis]| {
            let (from, to) = (first(pair[0]), first(pair[1]).min(last));
            // what holds in a slice holds at its first block, as blocks go by their start
            let at = if pair[0].0 == i64::MIN { pair[1].plus(-Quarter::MILLIS) } else { Quarter(from).start() };
            let was = former.facts(no, at, pair[1]);
            let other = all || was != self.active.facts(no, at, pair[1]);
            (other && from < to).then_some(Range { device: no, from, to, former: was.scopes })
        };
        turns.windows(2).filter_map(slice).collect()
    }

    /// Settles the blocks of the next hours anew.
    pub(crate) fn resettle_step(&mut self, env: &Env<'_>) -> Result<(), LoadError> {
        self.settle_blocks(); // what came since the registry, so that it does not matter whether a batch ended in between
        let (from, to) = (self.resettling.next, self.resettling.next.saturating_add(STEP));
        let ranges = std::mem::take(&mut self.resettling.ranges);
        // hours and days, and what blocks brought or took away: for each of its series that is a revision of their own
        let mut renewed = BTreeMap::new();
        for range in &ranges {
            for quarter in range.from.max(from).max(self.cuts.quarters.0)..range.to.min(to) {
                self.resettle(range, Quarter(quarter), &mut renewed, env)?;
            }
        }
        let (active, kept_from) = (std::sync::Arc::clone(&self.active), self.cuts.quarters);
        for (key, moved) in renewed {
            let minute = self.received_at.0.div_euclid(60_000);
            self.pending.rollups.renew(&active, key, (&moved, minute), kept_from);
        }
        self.resettling.next = to;
        let (left, settled): (Vec<Range>, Vec<Range>) = ranges.into_iter().partition(|range| range.to > to);
        self.resettling.by_rules &= !left.is_empty();
        self.resettling.ranges = left;
        self.settled.extend(settled);
        self.pending.resettled = true;
        Ok(())
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
        if moved && !matches!(settled, Settled::Absent) {
            let (former, open) = (range.former.clone(), matches!(settled, Settled::Open));
            self.pending.moved.push(MovedRow { quarter, device: no, minute, former, open });
        }
        let Settled::Closed { changed, series } = settled else { return Ok(()) };
        self.touch(no);
        // its own windows are of a device wherever it hangs
        let is_moved = |scope: &Scope| moved && !matches!(scope, Scope::Device(_));
        for scope in scopes.into_iter().filter(|scope| is_moved(scope) || (changed && now.contains(scope))) {
            for level in [Level::Hour, Level::Day, Level::CetDay] {
                let own: &mut Aggregates = renewed.entry((level, level.start(quarter.start()).0, scope)).or_default();
                let of_level = |series: &&Series| is_moved(&scope) && active.belongs(level, series.property);
                series.iter().filter(of_level).for_each(|series| own.entry(*series).revisions += 1);
            }
        }
        Ok(())
    }
}

impl Active {
    /// Whether values of any property count otherwise under another registry.
    fn counts_otherwise(&self, other: &Self) -> bool {
        let (was, is) = (&self.inputs.registry.properties, &other.inputs.registry.properties);
        was.iter().any(|property| {
            is.get(property.number).is_none_or(|now| {
                let same_names = smartpole_model::ObservedProperty {
                    name_de: property.name_de.clone(),
                    name_en: property.name_en.clone(),
                    public: property.public,
                    ..now.clone()
                };
                same_names != *property
            })
        })
    }
}
