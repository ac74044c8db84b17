//! The inputs in force, prepared for speed.

use std::sync::Arc;

use smartpole_codec::Router;
use smartpole_lorawan::Network;
use smartpole_model::{Device, DeviceNo, Flags, Inputs, PoleNo, Profile, Quarter, ZoneNo, registry::Counter};
use smartpole_validate::Rules;
use smartpole_window::RowValue;

use crate::{LoadError, NameKind, Scope, names::Names};

/// Registry and settings by hash.
pub trait LoadInputs {
    /// The inputs that were kept under `hash`.
    ///
    /// # Errors
    /// If they are not there or cannot be read: folding cannot go on without them.
    fn load(&self, hash: &str) -> Result<Arc<Inputs>, LoadError>;
}

/// How totals behave when a device is in no registry any more.
const ANY_COUNTER: Counter = Counter { width_bits: 32, max_per_minute: 500 };

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
    poles: Vec<PoleNo>,
    zones: Vec<ZoneNo>,
    /// Flags that exclude, by property number.
    excluded_by: Vec<Flags>,
    /// Whether days are CET days, by property number.
    air: Vec<bool>,
}

impl Active {
    pub(crate) fn new(hash: &str, inputs: Arc<Inputs>, names: &mut Names) -> Self {
        let registry = &inputs.registry;
        let mut number = |kind, id: &str| names.number_or_new(kind, id);
        let numbers: Vec<_> =
            registry.devices.iter().map(|device| DeviceNo(number(NameKind::Device, &device.id))).collect();
        let poles = registry.poles.iter().map(|pole| PoleNo(number(NameKind::Pole, &pole.id))).collect();
        let zones = registry.zones.iter().map(|zone| ZoneNo(number(NameKind::Zone, &zone.id))).collect();
        let mut devices = vec![None; names.count(NameKind::Device)];
        for (index, number) in numbers.iter().enumerate() {
            devices[number.index()] = Some(index);
        }
        let highest = registry.properties.iter().map(|property| usize::from(property.number.0) + 1).max().unwrap_or(0);
        let mut excluded_by = vec![Flags::NONE; highest];
        let mut air = vec![false; highest];
        for property in registry.properties.iter() {
            excluded_by[usize::from(property.number.0)] = property.excluded_by;
            air[usize::from(property.number.0)] = property.theme == "air_quality";
        }
        let (router, rules) = (Router::new(&inputs), Rules::new(&registry.properties));
        Self { hash: hash.to_owned(), router, rules, numbers, devices, poles, zones, excluded_by, air, inputs }
    }

    /// The device of an id, and its number.
    pub(crate) fn device(&self, id: &str) -> Option<(&Device, DeviceNo)> {
        let index = self.inputs.registry.device_index(id)?;
        Some((&self.inputs.registry.devices[index], self.numbers[index]))
    }

    pub(crate) fn profile_at(&self, device: &Device, time: smartpole_model::UtcMillis) -> Option<&Profile> {
        self.inputs.registry.profiles.get(&device.at(time).profile)
    }

    pub(crate) fn registered(&self, device: DeviceNo) -> Option<&Device> {
        let index = (*self.devices.get(device.index())?)?;
        Some(&self.inputs.registry.devices[index])
    }

    /// How the totals of a device behave in a quarter.
    pub(crate) fn counter(&self, device: DeviceNo, quarter: Quarter) -> Counter {
        let profile = self.registered(device).and_then(|known| self.profile_at(known, quarter.start()));
        profile.map_or(ANY_COUNTER, |profile| profile.counter)
    }

    /// Whom a block counts for: its device, the pole at its start, that pole's zones.
    pub(crate) fn scopes(&self, device: DeviceNo, quarter: Quarter) -> Vec<Scope> {
        let mut scopes = vec![Scope::Device(device)];
        if let Some(known) = self.registered(device) {
            let pole = known.at(quarter.start()).pole;
            scopes.push(Scope::Pole(self.poles[pole]));
            let zones = &self.inputs.registry.poles[pole].zones;
            scopes.extend(zones.iter().map(|zone| Scope::Zone(self.zones[*zone])));
        }
        scopes
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

    pub(crate) fn is_air(&self, property: smartpole_model::PropertyNo) -> bool {
        self.air.get(usize::from(property.0)).copied().unwrap_or(false)
    }

    /// Minutes of silence after which a device's windows close by ticks: the lateness bound and two missed reports.
    pub(crate) fn silence_ticks(&self, device: DeviceNo, now: smartpole_model::UtcMillis) -> u64 {
        let profile = self.registered(device).and_then(|known| self.profile_at(known, now));
        let interval = profile.map_or(0, |profile| u64::from(profile.interval_s));
        (u64::from(self.inputs.settings.lateness_s) + 2 * interval).div_ceil(60)
    }
}
