//! Sensors of a pole, what they say in an hour, and what it comes to.

use std::collections::BTreeSet;

use smartpole_method::air::{Hour, Mean};
use smartpole_model::{
    self as model, Catalogue, Device, DeviceNo, ObservedProperty, PropertyNo, Registry, Series, UtcMillis,
};
use smartpole_pipeline::NameKind;
use smartpole_window::{Aggregate, Aggregates, energy};

use super::{HOUR_MS, PoleHour};
use crate::{State, expected::are_awaited, heard::heard, scope::Seen};

/// A property as the catalogue has it.
pub(super) struct Measured {
    property: PropertyNo,
    decimals: u8,
    mean: model::Mean,
    /// Whether it is counted by light.
    optical: bool,
}

impl Measured {
    pub(super) fn new(property: PropertyNo, known: Option<&ObservedProperty>) -> Self {
        let (decimals, mean) = known.map_or((0, model::Mean::Arithmetic), |known| (known.decimals, known.mean));
        Self { property, decimals, mean, optical: known.is_some_and(ObservedProperty::is_particle_mass) }
    }
}

/// A property and a channel.
type Sensors = BTreeSet<(PropertyNo, u8)>;

/// A device with the sensors it has been heard of.
#[derive(Clone)]
pub(super) struct Station {
    pub(super) device: DeviceNo,
    /// Index in the registry.
    pub(super) index: usize,
    pub(super) sensors: Sensors,
    /// Whether somebody else answers for its values: nothing of ours corrects them.
    pub(super) foreign: bool,
}

/// A device in an hour of a pole.
pub(super) struct Hanging<'a> {
    pub(super) station: &'a Station,
    /// What it said there; none if it was not heard.
    pub(super) said: Option<&'a Said>,
    /// In which quarters it hung there, a bit each; 0 if in none.
    pub(super) quarters: u8,
    /// How often it should report there; 0 if nothing says it.
    pub(super) interval_ms: i64,
    /// Where blocks of it moved, how often each property was revised while they were there: what was revised elsewhere is none of this
    /// hour's revisions.
    pub(super) revisions: Option<Vec<(PropertyNo, i32)>>,
}

/// What a device said in an hour.
#[derive(Default)]
pub(super) struct Said {
    pub(super) aggregates: Aggregates,
    pub(super) open: bool,
}

impl Station {
    /// A device of the registry.
    pub(super) fn of(seen: Seen<'_>, device: DeviceNo, properties: &[PropertyNo]) -> Option<Self> {
        let index = seen.registry().device_index(seen.fold.name(NameKind::Device, device.0)?)?;
        Some(Self::new(seen, device, index, properties))
    }

    pub(super) fn new(seen: Seen<'_>, device: DeviceNo, index: usize, properties: &[PropertyNo]) -> Self {
        let registry = seen.registry();
        let sensors = sensors(&registry.properties, heard(seen.fold, device), properties);
        let foreign = registry.devices.get(index).is_some_and(|known| is_foreign(registry, known));
        Self { device, index, foreign, sensors }
    }

    /// Whether it has been heard of what is asked.
    pub(super) fn is_heard(&self) -> bool {
        !self.sensors.is_empty()
    }

    /// Channels of a property, each once: those it was ever heard of, and those it speaks of.
    fn channels<'a>(&'a self, property: PropertyNo, said: Option<&'a Said>) -> impl Iterator<Item = u8> + Clone + 'a {
        let known = self.sensors.range((property, 0)..=(property, u8::MAX)).map(|(_, channel)| *channel);
        let spoken = said.into_iter().flat_map(|said| &said.aggregates.0).map(|(series, _)| *series);
        let is_new =
            move |series: &Series| series.property == property && !self.sensors.contains(&(property, series.channel));
        known.chain(spoken.filter(is_new).map(|series| series.channel))
    }
}

/// The sensors of some properties by the series that a device is heard of.
pub(super) fn sensors(
    catalogue: &Catalogue,
    heard: impl IntoIterator<Item = Series>,
    properties: &[PropertyNo],
) -> Sensors {
    // of gases told in ppb the mass is made
    let made = |number| catalogue.get(number).and_then(|property| property.converts).map_or(number, |(to, _)| to);
    let of = |series: Series| [series.property, made(series.property)].map(|property| (property, series.channel));
    heard.into_iter().flat_map(of).filter(|(property, _)| properties.contains(property)).collect()
}

/// What stands at a place of somebody else's never stands at a pole of ours.
fn is_foreign(registry: &Registry, device: &Device) -> bool {
    let mut poles = device.installations.iter().map(|installation| &registry.poles[installation.pole]);
    poles.any(|pole| pole.provider.is_some())
}

impl Hanging<'_> {
    /// Readings that a full hour should bring of each of its sensors.
    fn expected(&self) -> i64 {
        HOUR_MS.checked_div(self.interval_ms).unwrap_or(0)
    }

    fn revisions(&self, property: PropertyNo) -> i32 {
        let of = |(known, revisions): (PropertyNo, i32)| if known == property { revisions } else { 0 };
        if let Some(counted) = &self.revisions {
            return counted.iter().copied().map(of).sum();
        }
        let said = self.said.filter(|_| self.quarters > 0).map(|said| said.aggregates.0.iter());
        said.into_iter().flatten().map(|(series, said)| of((series.property, said.revisions))).sum()
    }
}

impl Said {
    pub(super) fn add(&mut self, aggregates: &Aggregates, open: bool) {
        self.aggregates.merge(aggregates);
        self.open |= open;
    }

    fn of(&self, property: PropertyNo, channel: u8) -> Aggregate {
        let found = self.aggregates.get(Series { property, channel });
        found.copied().unwrap_or_default()
    }
}

/// A sensor in an hour: a channel of a device, and of those that follow it at the pole.
struct Sensor {
    channel: u8,
    /// In which quarters there was one, a bit each.
    quarters: u8,
    aggregate: Aggregate,
    /// Readings that a full hour should bring, times the quarters.
    expected: i64,
    foreign: bool,
}

/// One hour of a property, of all sensors of a pole.
pub(super) struct Together<'a> {
    measured: &'a Measured,
    sensors: Vec<Sensor>,
    revision: u32,
    open: bool,
    /// The longest interval of its devices.
    interval_ms: i64,
}

/// The sensors that have a valid mean.
#[derive(Default)]
struct Valid {
    means: Vec<Mean>,
    /// Mean energies, of sound levels.
    energies: Vec<i64>,
    /// Readings of these sensors, and those that a full hour should bring of them.
    came: i64,
    expected: i64,
    /// How many of these readings are corrected, or none of ours to correct.
    corrected: i64,
}

impl<'a> Together<'a> {
    pub(super) fn new(measured: &'a Measured) -> Self {
        Self { measured, sensors: Vec::new(), revision: 0, open: false, interval_ms: 0 }
    }

    /// Adds the sensors of a device that hangs there, heard in the hour or not.
    pub(super) fn add(&mut self, hanging: &Hanging<'_>) {
        let Hanging { station, said, quarters, .. } = *hanging;
        let channels = station.channels(self.measured.property, said);
        if channels.clone().next().is_none() {
            return;
        }
        self.revision += hanging.revisions(self.measured.property).unsigned_abs();
        if quarters == 0 {
            return;
        }
        self.open |= said.is_some_and(|said| said.open);
        self.interval_ms = self.interval_ms.max(hanging.interval_ms);
        channels.for_each(|channel| self.add_sensor(channel, hanging));
    }

    /// Adds a sensor, to the one that it follows or precedes if there is one.
    fn add_sensor(&mut self, channel: u8, hanging: &Hanging<'_>) {
        let Hanging { station, said, quarters, .. } = *hanging;
        let said = said.map_or_else(Aggregate::default, |said| said.of(self.measured.property, channel));
        let expected = hanging.expected().saturating_mul(quarters.count_ones().into());
        let follows = |known: &&mut Sensor| known.channel == channel && known.quarters & quarters == 0;
        if let Some(known) = self.sensors.iter_mut().find(follows) {
            known.quarters |= quarters;
            known.aggregate.merge(&said);
            known.expected = known.expected.saturating_add(expected);
            known.foreign |= station.foreign;
        } else {
            self.sensors.push(Sensor { channel, quarters, aggregate: said, expected, foreign: station.foreign });
        }
    }

    /// As of `now`; `None` without a sensor.
    pub(super) fn hour(self, start: UtcMillis, now: UtcMillis, lateness_ms: i64) -> Option<PoleHour> {
        let valid = self.valid();
        let Self { sensors, revision, open, measured, interval_ms } = self;
        let end = start.plus(HOUR_MS);
        let open = open || are_awaited(end, lateness_ms, interval_ms, now);
        let (mut all, mut expected, mut covered) = (Aggregate::default(), 0i64, 0);
        for sensor in &sensors {
            all.merge(&sensor.aggregate);
            expected = expected.saturating_add(sensor.expected());
            covered = covered.max(covered_ms(sensor.aggregate.count, sensor.expected()));
        }
        let Aggregate { sum, count, min, max, .. } = all;
        let mean = valid.mean(measured.mean);
        // what a silent sensor lacks is no lack of a mean that is made without it
        let (came, expected) = if mean.is_some() { (valid.came, valid.expected) } else { (count, expected) };
        let hour = PoleHour {
            mean,
            sum,
            count,
            min,
            max,
            came,
            expected,
            covered_ms: covered,
            flags: all.remarks(),
            state: State::of(open, end, now, revision),
            revision,
            uncorrected: measured.optical && !valid.is_corrected(),
        };
        (!sensors.is_empty()).then_some(hour)
    }

    fn valid(&self) -> Valid {
        let mut valid = Valid::default();
        for sensor in &self.sensors {
            let Aggregate { sum, count, .. } = sensor.aggregate;
            let hour = Hour { sum, count, expected: sensor.expected() };
            if !hour.is_valid() {
                continue;
            }
            match self.measured.mean {
                model::Mean::Arithmetic => valid.means.extend(hour.mean(self.measured.decimals)),
                model::Mean::Energy => valid.energies.push(sum.saturating_add(count / 2) / count),
            }
            valid.came = valid.came.saturating_add(count);
            valid.expected = valid.expected.saturating_add(sensor.expected());
            valid.corrected += if sensor.foreign { count } else { sensor.aggregate.corrected.into() };
        }
        valid
    }
}

impl Sensor {
    /// Readings that a full hour should bring: as often as in the quarters in which there was one.
    fn expected(&self) -> i64 {
        self.expected / i64::from(self.quarters.count_ones().max(1))
    }
}

impl Valid {
    /// Whether an hour counts as corrected: three quarters of its readings are, as many as make it valid.
    fn is_corrected(&self) -> bool {
        4 * self.corrected >= 3 * self.came
    }

    fn mean(&self, mean: model::Mean) -> Option<Mean> {
        match mean {
            model::Mean::Arithmetic => Mean::of_means(self.means.iter().copied()),
            model::Mean::Energy => {
                let sum = self.energies.iter().fold(0i64, |sum, energy| sum.saturating_add(*energy));
                Mean::of(energy::mean_tenths(sum, self.energies.len() as i64)?, 1, 1)
            }
        }
    }
}

/// How long `count` readings cover an hour that should bring `expected`.
fn covered_ms(count: i64, expected: i64) -> i64 {
    let covered = i128::from(HOUR_MS) * i128::from(count.clamp(0, expected));
    covered.checked_div(expected.into()).and_then(|covered| i64::try_from(covered).ok()).unwrap_or(0)
}
