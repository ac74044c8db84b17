//! The inputs in force, prepared for speed.

use std::sync::Arc;

use smartpole_codec::Router;
use smartpole_lorawan::Network;
use smartpole_model::{
    Device, DeviceNo, Flags, Inputs, Kind, PoleNo, Profile, PropertyNo, Quarter, Registry, UtcMillis, ZoneNo,
    registry::{Counter, Installation, InstallationState, QualityRules},
};
use smartpole_validate::Rules;
use smartpole_window::{Level, Making, RowValue, next_start};

use crate::{
    AirProperties, BlockSpan, FOLD_VERSION, LoadError, NameKind, Parts, Scope,
    known::{Ids, Made, Profiles},
    names::Names,
};

/// Registry and settings by hash.
pub trait LoadInputs {
    /// The inputs that were kept under `hash`.
    ///
    /// # Errors
    /// If they are not there or cannot be read: folding cannot go on without them.
    fn load(&self, hash: &str) -> Result<Arc<Inputs>, LoadError>;

    /// The version of the rules by which a program folded that kept inputs under `hash`; none if a newer program did. Of a library that
    /// keeps nothing of other programs, this one's.
    ///
    /// # Errors
    /// If they cannot be read.
    fn fold_version(&self, _hash: &str) -> Result<Option<u32>, LoadError> {
        Ok(Some(FOLD_VERSION))
    }
}

/// How totals behave when a device is in no registry any more.
const ANY_COUNTER: Counter = Counter::new(32, 500);

#[derive(Debug)]
pub(crate) struct Active {
    pub(crate) hash: String,
    pub(crate) inputs: Arc<Inputs>,
    pub(crate) router: Router,
    pub(crate) rules: Rules,
    /// Number of a registry's device.
    numbers: Vec<DeviceNo>,
    /// The registry's device of a number.
    devices: Vec<Option<usize>>,
    /// Whether a device's profiles say that it measures persons, by number.
    persons: Vec<bool>,
    /// Whether a device stands for a foreign series, by number.
    foreign: Vec<bool>,
    poles: Vec<PoleNo>,
    /// Devices that are or were at each pole, by their places in the registry, ascending.
    at_poles: Vec<Vec<usize>>,
    zones: Vec<ZoneNo>,
    /// Flags that exclude, by property number.
    excluded_by: Vec<Flags>,
    /// Whether days are CET days, by property number.
    air: AirProperties,
    ids: Ids,
    profiles: Profiles,
    humidity: Option<PropertyNo>,
    /// By which devices say that they were switched on.
    pub(crate) power_up: Option<PropertyNo>,
}

/// Most persons that can pass a metre of a line in a minute: 1.225 a second (Weidmann 1993, "Transporttechnik der Fussgänger",
/// maximum specific flow on a level way), with a tenth on top for what a counter sees twice.
const MOST_PER_METRE: u32 = 81;

fn most_per_minute(width_cm: u32) -> u32 {
    width_cm.saturating_mul(MOST_PER_METRE).div_ceil(100).max(1)
}

fn at_poles(registry: &Registry) -> Vec<Vec<usize>> {
    let mut at_poles = vec![Vec::new(); registry.poles.len()];
    for (index, device) in registry.devices.iter().enumerate() {
        for pole in device.installations.iter().map(|installation| installation.pole) {
            if at_poles[pole].last() != Some(&index) {
                at_poles[pole].push(index);
            }
        }
    }
    at_poles
}

impl Active {
    pub(crate) fn new(hash: &str, inputs: Arc<Inputs>, names: &mut Names) -> Self {
        let registry = &inputs.registry;
        let mut number = |kind, id: &str| names.number_or_new(kind, id);
        let numbers: Vec<_> =
            registry.devices.iter().map(|device| DeviceNo(number(NameKind::Device, &device.id))).collect();
        let poles: Vec<_> = registry.poles.iter().map(|pole| PoleNo(number(NameKind::Pole, &pole.id))).collect();
        let at_poles = at_poles(registry);
        let zones = registry.zones.iter().map(|zone| ZoneNo(number(NameKind::Zone, &zone.id))).collect();
        let mut devices = vec![None; names.count(NameKind::Device)];
        let mut persons = vec![false; devices.len()];
        let mut foreign = persons.clone();
        for (index, number) in numbers.iter().enumerate() {
            devices[number.index()] = Some(index);
            persons[number.index()] = registry.announces_persons(&registry.devices[index]);
            foreign[number.index()] = registry.is_foreign(&registry.devices[index]);
        }
        let highest = registry.properties.iter().map(|property| usize::from(property.number.0) + 1).max().unwrap_or(0);
        let mut excluded_by = vec![Flags::NONE; highest];
        let mut air = vec![false; highest];
        for property in registry.properties.iter() {
            excluded_by[usize::from(property.number.0)] = property.excluded_by;
            air[usize::from(property.number.0)] = property.theme == "air_quality";
        }
        let (router, rules) = (Router::new(&inputs), Rules::new(&registry.properties));
        let ids = Ids::new(registry.devices.iter().map(|device| device.id.as_str()).zip(numbers.iter().copied()));
        let profiles = Profiles::new(registry, &numbers, devices.len());
        let number = |id| Some(registry.properties.by_id(id)?.number);
        let (humidity, power_up) = (number("relative_humidity"), number("power_up"));
        let hash = hash.to_owned();
        Self {
            hash,
            router,
            rules,
            numbers,
            devices,
            persons,
            foreign,
            poles,
            at_poles,
            zones,
            excluded_by,
            air: AirProperties(air.into()),
            ids,
            profiles,
            humidity,
            power_up,
            inputs,
        }
    }

    /// The number of a registry's device.
    pub(crate) fn device(&self, id: &str) -> Option<DeviceNo> {
        self.ids.get(id)
    }

    /// Numbers of the registry's devices, in its order.
    pub(crate) fn numbers(&self) -> &[DeviceNo] {
        &self.numbers
    }

    /// What the profile that a registry's device has at `time` says.
    fn made_at(&self, device: DeviceNo, time: UtcMillis) -> Option<&Made> {
        let dated = || self.profiles.by_id(&self.registered(device)?.at(time).profile);
        self.profiles.only(device).or_else(dated)
    }

    pub(crate) fn profile_at(&self, device: DeviceNo, time: UtcMillis) -> Option<&Profile> {
        self.made_at(device, time).map(|made| &made.profile)
    }

    pub(crate) fn registered(&self, device: DeviceNo) -> Option<&Device> {
        let index = (*self.devices.get(device.index())?)?;
        Some(&self.inputs.registry.devices[index])
    }

    /// Whether a device's profiles say that it measures persons.
    pub(crate) fn announces_persons(&self, device: DeviceNo) -> bool {
        self.persons.get(device.index()).copied().unwrap_or(false)
    }

    /// Whether a device stands for a foreign series.
    pub(crate) fn is_foreign(&self, device: DeviceNo) -> bool {
        self.foreign.get(device.index()).copied().unwrap_or(false)
    }

    /// How what a device measures in a quarter counts.
    pub(crate) fn making(&self, device: DeviceNo, quarter: Quarter) -> Making<'_> {
        let plain = Making { power_up: self.power_up, ..Making::plain(&self.inputs.registry.properties, ANY_COUNTER) };
        let Some(Made { profile, rules, .. }) = self.made_at(device, quarter.start()) else { return plain };
        let Some(device) = self.registered(device) else { return plain };
        let installation = device.at(quarter.start());
        let most_per_minute =
            installation.width_cm.map_or(u32::MAX, most_per_minute).min(profile.counter.max_per_minute);
        let minutes = profile.interval_s.div_ceil(60);
        Making {
            counter: Counter { max_per_minute: most_per_minute, ..profile.counter },
            most_crossings: installation.width_cm.map(|_| i64::from(most_per_minute.saturating_mul(minutes))),
            reversed: &installation.reversed,
            humidity: profile.humidity.zip(self.humidity),
            calibrations: &device.calibrations,
            rules,
            ..plain
        }
    }

    /// Rules of a device's values at `time`, by property number, and how many values before they look back at.
    pub(crate) fn rules_at(&self, device: DeviceNo, time: UtcMillis) -> (&[QualityRules], usize) {
        self.made_at(device, time).map_or((&[], 0), |made| (&made.rules, made.look_back))
    }

    /// Whom a block counts for: its device; where it is active at the block's start, the pole and that pole's zones.
    pub(crate) fn scopes(&self, device: DeviceNo, quarter: Quarter) -> Vec<Scope> {
        let mut scopes = vec![Scope::Device(device)];
        let active = self.registered(device).and_then(|known| known.active_at(quarter.start()));
        if let Some(Installation { pole, .. }) = active {
            let pole = *pole;
            scopes.push(Scope::Pole(self.poles[pole]));
            let zones = &self.inputs.registry.poles[pole].zones;
            scopes.extend(zones.iter().map(|zone| Scope::Zone(self.zones[*zone])));
        }
        scopes
    }

    /// What an hour or a day of a scope is the sum of: as [`Active::scopes`], the other way round.
    pub(crate) fn parts(&self, level: Level, start: UtcMillis, scope: Scope) -> Parts {
        let (from, to) = (start.quarter(), next_start(level, start).quarter());
        match (scope, level) {
            (Scope::Zone(zone), _) => Parts::Poles(self.poles_of(zone)),
            (_, Level::Day | Level::CetDay) => Parts::Hours(self.air.clone()),
            (Scope::Device(device), Level::Hour) => Parts::Blocks(vec![BlockSpan { device, from, to }]),
            (Scope::Pole(pole), Level::Hour) => Parts::Blocks(self.blocks_of(pole, from, to)),
        }
    }

    fn poles_of(&self, zone: ZoneNo) -> Vec<PoleNo> {
        let index = self.zones.iter().position(|known| *known == zone);
        let poles = index.map_or(&[][..], |index| &self.inputs.registry.zones[index].poles);
        poles.iter().map(|pole| self.poles[*pole]).collect()
    }

    fn blocks_of(&self, pole: PoleNo, from: Quarter, to: Quarter) -> Vec<BlockSpan> {
        let mut blocks = Vec::new();
        let index = self.poles.iter().position(|known| *known == pole);
        for device in index.map_or(&[][..], |index| &self.at_poles[index]) {
            let (device, number) = (&self.inputs.registry.devices[*device], self.numbers[*device]);
            for installation in device.installations.iter().filter(|installation| self.publishes(installation, pole)) {
                let first = |time: UtcMillis| time.plus(Quarter::MILLIS - 1).quarter();
                let (from, to) = (first(installation.from).max(from), first(installation.to).min(to));
                if from < to {
                    blocks.push(BlockSpan { device: number, from, to });
                }
            }
        }
        blocks
    }

    fn publishes(&self, installation: &Installation, pole: PoleNo) -> bool {
        self.poles[installation.pole] == pole && installation.state == InstallationState::Active
    }

    /// Gives the sessions the keys of the registry.
    pub(crate) fn put_credentials_in_force(&self, network: &mut Network) {
        let devices = self.inputs.registry.devices.iter().zip(&self.numbers);
        let keyed = devices.filter_map(|(device, no)| Some((*no, device.id.parse().ok()?, device.credentials?)));
        network.put_in_force(self.inputs.settings.net_id.0, keyed);
    }

    pub(crate) fn excludes(&self, value: &RowValue) -> bool {
        let excluded_by = self.excluded_by.get(usize::from(value.series.property.0));
        excluded_by.is_some_and(|excluded_by| value.flags.intersects(*excluded_by))
    }

    /// Whether a property's aggregates belong into rows of this level.
    pub(crate) fn belongs(&self, level: Level, property: PropertyNo) -> bool {
        self.air.belongs(level, property)
    }

    /// Whether zones weigh their poles alike in what they say of a property; counts they add up.
    pub(crate) fn is_weighed(&self, property: PropertyNo) -> bool {
        let known = self.inputs.registry.properties.get(property);
        known.is_none_or(|known| known.kind != Kind::IntervalCount)
    }

    pub(crate) fn is_air(&self, property: PropertyNo) -> bool {
        self.air.belongs(Level::CetDay, property)
    }

    /// Minutes of silence after which a device's windows close by ticks: the lateness bound and two missed reports.
    pub(crate) fn silence_ticks(&self, device: DeviceNo, now: UtcMillis) -> u64 {
        let interval = self.profile_at(device, now).map_or(0, |profile| u64::from(profile.interval_s));
        (u64::from(self.inputs.settings.lateness_s) + 2 * interval).div_ceil(60)
    }
}
