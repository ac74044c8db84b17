//! Sensors of a pole, what they say in an hour, and what it comes to.

use smartpole_method::air::{Hour, Mean};
use smartpole_model::{
    self as model, Device, DeviceNo, Flag, ObservedProperty, PropertyNo, Registry, Series, UtcMillis,
};
use smartpole_pipeline::Fold;
use smartpole_window::{Aggregate, Aggregates, energy, is_particle_mass};

use super::{HOUR_MS, PoleHour, known::Sensors};
use crate::State;

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
        Self { property, decimals, mean, optical: known.is_some_and(is_particle_mass) }
    }
}

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

/// What a device said in an hour.
#[derive(Default)]
pub(super) struct Said {
    pub(super) aggregates: Aggregates,
    pub(super) revision: u32,
    pub(super) open: bool,
}

impl Station {
    pub(super) fn new(fold: &Fold, device: DeviceNo, index: usize, properties: &[PropertyNo]) -> Self {
        let registry = &fold.inputs().registry;
        let catalogue = &registry.properties;
        let heard = fold.latest(device).iter().map(|latest| latest.series);
        // of gases told in ppb the mass is made
        let made = |number| catalogue.get(number).and_then(|property| property.converts).map_or(number, |(to, _)| to);
        let sensors = heard.flat_map(|series| [series.property, made(series.property)].map(|of| (of, series.channel)));
        let foreign = registry.devices.get(index).is_some_and(|known| is_foreign(registry, known));
        Self {
            device,
            index,
            foreign,
            sensors: sensors.filter(|(property, _)| properties.contains(property)).collect(),
        }
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

/// What stands at a place of somebody else's never stands at a pole of ours.
fn is_foreign(registry: &Registry, device: &Device) -> bool {
    let mut poles = device.installations.iter().map(|installation| &registry.poles[installation.pole]);
    poles.any(|pole| pole.provider.is_some())
}

impl Said {
    pub(super) fn add(&mut self, aggregates: &Aggregates, revision: u32, open: bool) {
        self.aggregates.merge(aggregates);
        self.revision += revision;
        self.open |= open;
    }

    fn of(&self, property: PropertyNo, channel: u8) -> Aggregate {
        let found = self.aggregates.get(Series { property, channel });
        found.copied().unwrap_or_default()
    }
}

/// One hour of a property, of all sensors of a pole.
pub(super) struct Together<'a> {
    measured: &'a Measured,
    means: Vec<Mean>,
    /// Mean energies, of sound levels.
    energies: Vec<i64>,
    all: Aggregate,
    expected: i64,
    covered_ms: i64,
    revision: u32,
    open: bool,
    uncorrected: bool,
    sensors: usize,
}

impl<'a> Together<'a> {
    pub(super) fn new(measured: &'a Measured) -> Self {
        let (means, energies, all) = (Vec::new(), Vec::new(), Aggregate::default());
        let (expected, covered_ms, revision, open, uncorrected, sensors) = (0, 0, 0, false, false, 0);
        Self { measured, means, energies, all, expected, covered_ms, revision, open, uncorrected, sensors }
    }

    /// Adds the sensors of a device that hangs there, heard in the hour or not.
    pub(super) fn add(&mut self, station: &Station, said: Option<&Said>, expected: i64) {
        let channels = station.channels(self.measured.property, said);
        let sensors = channels.clone().count();
        self.sensors += sensors;
        self.expected += expected.saturating_mul(sensors as i64);
        let Some(said) = said.filter(|_| sensors > 0) else { return };
        self.revision += said.revision;
        self.open |= said.open;
        for channel in channels {
            self.add_sensor(&said.of(self.measured.property, channel), expected, station.foreign);
        }
    }

    fn add_sensor(&mut self, aggregate: &Aggregate, expected: i64, foreign: bool) {
        self.all.merge(aggregate);
        self.covered_ms = self.covered_ms.max(covered_ms(aggregate.count, expected));
        let hour = Hour { sum: aggregate.sum, count: aggregate.count, expected };
        if !hour.is_valid() {
            return;
        }
        match self.measured.mean {
            model::Mean::Arithmetic => self.means.extend(hour.mean(self.measured.decimals)),
            model::Mean::Energy => self.energies.push(hour.sum.saturating_add(hour.count / 2) / hour.count),
        }
        self.uncorrected |= self.measured.optical && !foreign && !aggregate.flags.contains(Flag::Corrected);
    }

    /// `None` without a sensor.
    pub(super) fn hour(self, start: UtcMillis, now: UtcMillis) -> Option<PoleHour> {
        let mean = self.mean();
        let Self { all, expected, covered_ms, revision, open, uncorrected, sensors, .. } = self;
        let (state, flags) = (State::of(open, start.plus(HOUR_MS), now, revision), all.remarks());
        let Aggregate { sum, count, min, max, .. } = all;
        let hour = PoleHour { mean, sum, count, min, max, expected, covered_ms, flags, state, revision, uncorrected };
        (sensors > 0).then_some(hour)
    }

    fn mean(&self) -> Option<Mean> {
        match self.measured.mean {
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
