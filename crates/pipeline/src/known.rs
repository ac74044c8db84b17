//! What each message asks of the registry: the number of its device, its profile and that profile's rules.
//!
//! A fleet's registry is larger than the processor's caches and each place in it that a message looks at is waited for, so there are few:
//! short ids lie in the table itself, and a device that never changed its profile is one entry of a list.

use std::collections::HashMap;

use smartpole_model::{
    DeviceNo, Profile, Registry,
    registry::{Device, QualityRules},
};
use smartpole_validate::looks_back;

/// Length of a DevEUI, and of the longest id that lies in the table itself.
const SHORT: usize = 16;

/// Numbers of the registry's devices by id.
#[derive(Debug, Default)]
pub(crate) struct Ids {
    short: HashMap<[u8; SHORT], DeviceNo>,
    long: HashMap<String, DeviceNo>,
}

impl Ids {
    pub(crate) fn new<'a>(devices: impl Iterator<Item = (&'a str, DeviceNo)>) -> Self {
        let mut ids = Self::default();
        for (id, no) in devices {
            match short(id) {
                Some(key) => drop(ids.short.insert(key, no)),
                None => drop(ids.long.insert(id.to_owned(), no)),
            }
        }
        ids
    }

    pub(crate) fn get(&self, id: &str) -> Option<DeviceNo> {
        let found = match short(id) {
            Some(key) => self.short.get(&key),
            None => self.long.get(id),
        };
        found.copied()
    }
}

/// A short id, filled up with zeros; one that ends in them would be taken for another.
fn short(id: &str) -> Option<[u8; SHORT]> {
    let mut key = [0; SHORT];
    key.get_mut(..id.len())?.copy_from_slice(id.as_bytes());
    (!id.ends_with('\0')).then_some(key)
}

/// What a profile says, prepared.
#[derive(Debug)]
pub(crate) struct Made {
    pub(crate) profile: Profile,
    /// By property number.
    pub(crate) rules: Vec<QualityRules>,
    /// Most values that its rules look back at; 0 if none does.
    pub(crate) look_back: usize,
}

impl Made {
    fn new(registry: &Registry, profile: &Profile) -> Self {
        let mut rules = Vec::new();
        for property in registry.properties.iter() {
            rules.resize(usize::from(property.number.0) + 1, QualityRules::default());
            rules[usize::from(property.number.0)] = registry.quality_rules(property.number, &profile.id);
        }
        let look_back = rules.iter().map(|rules| {
            let stuck = rules.stuck.map_or(0, |n| usize::from(n).saturating_sub(1));
            let spike = rules.spike.map_or(0, |spike| usize::from(spike.neighbours));
            stuck.max(spike).max(usize::from(looks_back(rules)))
        });
        let look_back = look_back.max().unwrap_or(0).min(smartpole_validate::LOOK_BACK);
        Self { profile: profile.clone(), rules, look_back }
    }
}

/// Profiles, and which devices have none but one.
#[derive(Debug, Default)]
pub(crate) struct Profiles {
    made: Vec<Made>,
    by_id: HashMap<String, usize>,
    /// By device number.
    only: Vec<Option<usize>>,
}

impl Profiles {
    /// Those of a registry; `numbers` are its devices' and below `count`.
    pub(crate) fn new(registry: &Registry, numbers: &[DeviceNo], count: usize) -> Self {
        let made = registry.profiles.values().map(|profile| Made::new(registry, profile)).collect();
        let by_id = registry.profiles.keys().cloned().zip(0..).collect();
        let mut profiles = Self { made, by_id, only: vec![None; count] };
        for (device, no) in registry.devices.iter().zip(numbers) {
            profiles.only[no.index()] = only_profile(device).and_then(|id| profiles.by_id.get(id).copied());
        }
        profiles
    }

    /// The profile of a device that never had another.
    pub(crate) fn only(&self, no: DeviceNo) -> Option<&Made> {
        self.made.get((*self.only.get(no.index())?)?)
    }

    pub(crate) fn by_id(&self, id: &str) -> Option<&Made> {
        self.made.get(*self.by_id.get(id)?)
    }
}

fn only_profile(device: &Device) -> Option<&str> {
    let mut profiles = device.installations.iter().map(|installation| installation.profile.as_str());
    let first = profiles.next()?;
    profiles.all(|other| other == first).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_any_length_lead_to_their_own_number_and_no_other_does() {
        let known = ["70b3d5cd00011fb1", "p000001-air", "a-client-name-of-many-letters"];
        let ids = Ids::new((0..).map(DeviceNo).zip(known).map(|(no, id)| (id, no)));
        for (no, id) in (0..).zip(known) {
            assert_eq!(ids.get(id), Some(DeviceNo(no)), "{id}");
        }
        let others = ["", "p000001-ai", "p000001-air\0", "\0", "70b3d5cd00011fb1\0", "a-client-name-of-many-letter"];
        others.iter().for_each(|id| assert_eq!(ids.get(id), None, "{id:?}"));
    }
}
