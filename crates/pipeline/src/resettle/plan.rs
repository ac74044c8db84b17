//! What a registry, or another program, makes count otherwise: by device and quarters.

use std::collections::BTreeSet;

use smartpole_model::{
    Device, DeviceNo, Quarter, UtcMillis,
    registry::{Calibration, Counter, Humidity, QualityRules},
};

use crate::{Env, Fold, LoadError, Scope, active::Active};

/// Blocks of a device that count otherwise now, and the poles and zones they counted for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    /// Whose blocks.
    pub device: DeviceNo,
    /// The first quarter …
    pub(super) from: i32,
    /// … and the first after the last.
    pub(super) to: i32,
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

    /// What of it none of `others` holds.
    fn without(self, others: &[Self]) -> Vec<Self> {
        let mut left = vec![self];
        for other in others {
            let split = |range: Self| {
                let ends = [(range.from, range.to.min(other.from)), (range.from.max(other.to), range.to)];
                let ends = if range.device == other.device { ends } else { [(range.from, range.to), (0, 0)] };
                let part = move |(from, to)| Self { from, to, ..range.clone() };
                ends.into_iter().filter(|(from, to)| from < to).map(part)
            };
            left = left.into_iter().flat_map(split).collect();
        }
        left
    }
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

impl Fold {
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
        let plan = &mut self.resettling;
        // what is settled of a former plan stays settled, and what is not yet counts for what it counted for before that one
        plan.ranges.iter_mut().for_each(|range| range.from = range.from.max(plan.next));
        let ranges: Vec<Range> = ranges.into_iter().flat_map(|range| range.without(&plan.ranges)).collect();
        if let Some(start) = ranges.iter().map(|range| range.from).min().map(|start| start.max(earliest.0)) {
            plan.next = if plan.ranges.is_empty() { start } else { plan.next.min(start) };
        }
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
