//! Foreign series: what somebody else counted or measured, at places of their own.
//!
//! They stand beside ours and are no part of them: a device with the codec `foreign` is at a place with a `provider`, and every
//! other device is not. A zone may list such a place, for its counts; an official station's air is never mixed with sensors'.

use std::collections::{HashMap, HashSet};

use super::{Codec, Device, Pole, Problem, Profile, Sensing, Zone, names::Names, poles::PoleRow, table::Row, zones};

/// What devices are mounted on, and what they are.
#[derive(Debug)]
pub(super) struct Mount<'a> {
    /// Index of each pole's row.
    pub(super) index: HashMap<&'a str, usize>,
    pub(super) rows: &'a [PoleRow],
    pub(super) poles: &'a Names,
    pub(super) profiles: &'a Names,
    /// The sound ones.
    pub(super) sound: &'a [Profile],
}

impl<'a> Mount<'a> {
    pub(super) fn new(rows: &'a [PoleRow], poles: &'a Names, profiles: &'a Names, sound: &'a [Profile]) -> Self {
        let index = rows.iter().enumerate().map(|(index, row)| (row.id.as_str(), index)).collect();
        Self { index, rows, poles, profiles, sound }
    }

    /// A profile that is sound.
    pub(super) fn profile(&self, id: &str) -> Option<&Profile> {
        self.sound.iter().find(|profile| profile.id == id)
    }

    /// Whether a place is foreign; `None` if nothing can be said about it.
    fn is_foreign(&self, pole: &str) -> Option<bool> {
        let pole = self.rows.get(*self.index.get(pole)?)?.pole.as_ref()?;
        Some(pole.provider.is_some())
    }
}

/// Reports a device whose profile does not suit its place.
pub(super) fn check(row: &Row<'_>, mount: &Mount<'_>, problems: &mut Vec<Problem>) {
    let (pole, id) = (row.get("pole"), row.get("profile"));
    let (Some(place), Some(profile)) = (mount.is_foreign(pole), mount.profile(id)) else { return };
    match (place, profile.codec == Codec::Foreign) {
        (true, false) => {
            let message = format!("`{pole}` has a provider, and the profile `{id}` is one of our own sensors");
            let hint = "choose a profile with `codec = \"foreign\"`, or leave the pole's `provider` empty";
            problems.push(row.problem("profile", message, hint));
        }
        (false, true) => {
            let message = format!("`{id}` is a profile of foreign series, and `{pole}` is a pole of our own");
            let hint = "add a place with a `provider` to poles.csv and put the device there";
            problems.push(row.problem("pole", message, hint));
        }
        _ => {}
    }
}

/// Reports zones that list a place with an official station: its air would be mixed with that of sensors.
pub(super) fn check_zones(zones: &[Zone], poles: &[Pole], devices: &[Device], sound: &[Profile]) -> Vec<Problem> {
    let is_station =
        |id: &str| sound.iter().any(|profile| profile.id == id && profile.sensing == Sensing::ReferenceStation);
    let installations = devices.iter().flat_map(|device| &device.installations);
    let of_stations = installations.filter(|installation| is_station(&installation.profile));
    let mixed: HashSet<usize> = of_stations.map(|installation| installation.pole).collect();
    let mut problems = Vec::new();
    for zone in zones {
        for pole in zone.poles.iter().filter(|pole| mixed.contains(pole)) {
            let message = format!("zone `{}` lists the official station `{}`", zone.id, poles[*pole].id);
            let hint = "take it out of `poles`: it stands beside the poles around it, and is never mixed with them";
            problems.push(Problem::new(zones::FILE, message, hint).in_field("poles"));
        }
    }
    problems
}
