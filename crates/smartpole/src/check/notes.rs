//! What is no mistake but worth knowing.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    fs,
    os::unix::fs::PermissionsExt,
    path::Path,
};

use smartpole_model::{
    Inputs, Problem, Registry,
    registry::{Files, PROFILES, Profile},
};

use crate::config::{Config, Http};

/// Profiles of MQTT poles whose payloads' time is not trusted. Nobody else gives such a message a time, so that its
/// event time is its receipt, and the same message delivered twice is two readings. (A LoRaWAN network gives one.)
pub(super) fn without_identity(registry: &Registry) -> impl Iterator<Item = String> {
    let mut devices: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for device in registry.devices.iter().filter(|device| !is_dev_eui(&device.id)) {
        for installation in &device.installations {
            devices.entry(&installation.profile).or_default().insert(&device.id);
        }
    }
    let trusted = |profile: &&str| registry.profiles.get(*profile).is_none_or(|profile| profile.payload_time);
    devices.retain(|profile, _| !trusted(profile));
    devices.into_iter().filter_map(|(profile, devices)| {
        let names = some(&devices)?;
        Some(format!(
            "no identity: profile {profile} has payload_time = false, so a message delivered twice counts twice ({names})"
        ))
    })
}

/// Profiles of counters of which as many can pass from one report to the next as their totals can show, so that a smaller total never
/// is known to be a wrap.
pub(super) fn too_narrow(files: &Files, registry: &Registry) -> Vec<Problem> {
    let is_total = |number| registry.properties.get(number).is_some_and(|property| property.counts.is_some());
    let note = |profile: &Profile| {
        let (counter, interval_s) = (profile.counter, profile.interval_s);
        let most = counter.most_within(interval_s);
        let message = || {
            format!(
                "profile {} reports each {interval_s} s, and by max_per_minute {most} can pass between: as many as {} bits can show, so \
                 that each smaller total is taken for a reset",
                profile.id, counter.width_bits
            )
        };
        let hint = "set the `width_bits`, `max_per_minute` and `interval_s` that are the device's";
        let file = format!("{PROFILES}{}.toml", profile.id);
        let line = files.get(&file).and_then(|text| line_of(text, "[counter]")).unwrap_or(1);
        (most >= counter.modulus() && profile.measured().any(is_total))
            .then(|| Problem::new(&file, message(), hint).at_line(line).in_field("counter"))
    };
    registry.profiles.values().filter_map(note).collect()
}

/// The line, from 1, that begins with `words`.
fn line_of(text: &[u8], words: &str) -> Option<usize> {
    let mut lines = std::str::from_utf8(text).ok()?.lines();
    Some(1 + lines.position(|line| line.trim_start().starts_with(words))?)
}

/// Zones that hold poles which the zone around them does not hold: somebody may list them so, but mostly one was forgotten.
pub(super) fn out_of_zones(registry: &Registry) -> impl Iterator<Item = String> {
    let Registry { poles, zones, .. } = registry;
    zones.iter().filter_map(|zone| {
        let parent = zones.iter().find(|outer| zone.parent.as_ref() == Some(&outer.id))?;
        let held: BTreeSet<&usize> = parent.poles.iter().collect();
        let outside = zone.poles.iter().filter(|pole| !held.contains(pole)).filter_map(|pole| poles.get(*pole));
        let ids = some(&outside.map(|pole| pole.id.as_str()).collect())?;
        Some(format!("in zone {} but not in the zone {} around it: {ids} (zones.geojson)", zone.id, parent.id))
    })
}

/// Corrections of what no profile of the device expects. A mistake they are not: what is expected is what every device of a profile
/// gives, and one of them may measure more. (A mapping says all that comes, so that parsing refuses what is not in it.)
pub(super) fn unexpected_calibrations(registry: &Registry) -> impl Iterator<Item = String> {
    let mut devices: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for device in &registry.devices {
        let unexpected = device.calibrations.iter().filter(|known| !registry.expects(device, known.series));
        for property in unexpected.filter_map(|known| registry.properties.get(known.series.property)) {
            devices.entry(&property.id).or_default().insert(&device.id);
        }
    }
    devices.into_iter().filter_map(|(property, devices)| {
        let names = some(&devices)?;
        Some(format!(
            "calibrated, though no profile of the device expects it: {property} of {names} (calibrations.csv)"
        ))
    })
}

/// Messages that stay longer than the readings of persons they hold.
pub(super) fn outliving_readings(journal_days: u32, inputs: &Inputs) -> Option<String> {
    let (registry, raw) = (&inputs.registry, inputs.settings.retention.raw_personal_days);
    let counting = registry.devices.iter().filter(|device| registry.announces_persons(device));
    let ids = some(&counting.map(|device| device.id.as_str()).collect()).filter(|_| journal_days > raw)?;
    Some(format!(
        "retention.journal_days: messages stay {journal_days} days in the journal, readings of persons {raw} days \
         (raw_personal_days in fold.toml), and these are in them: {ids}"
    ))
}

/// An interface whose passwords and cookies others could read on the way.
pub(super) fn in_the_clear(http: &Http) -> Option<String> {
    let is_open = !http.listen.ip().is_loopback() && http.tls().is_none() && http.proxies.is_empty();
    is_open.then(|| {
        "http.listen: passwords and exact figures would go in the clear: give cert_file and key_file, or name the proxy that speaks TLS in proxies"
            .to_owned()
    })
}

/// An interface that will listen on this machine alone.
pub(super) fn unlawful(config: &Config) -> Option<String> {
    let (wanted, allowed) = (config.http.listen, config.legal.allows(config.http.listen));
    let missing = config.legal.missing().join(", ");
    let note = || {
        format!(
            "http.listen: the service will listen on {allowed}, not on {wanted}, until {missing} are given in the section [legal]"
        )
    };
    (allowed != wanted).then(note)
}

/// The first of some names, and how many more there are.
fn some(names: &BTreeSet<&str>) -> Option<String> {
    let mut text: String = names.iter().copied().take(3).collect::<Vec<_>>().join(", ");
    if names.len() > 3 {
        write!(text, " and {} more", names.len() - 3).unwrap_or_default();
    }
    (!names.is_empty()).then_some(text)
}

/// Devices of a LoRaWAN network are known by their DevEUI, 16 hex digits.
fn is_dev_eui(id: &str) -> bool {
    id.len() == 16 && id.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// What to do if others than its owner may read a file that holds `what`.
pub(super) fn readable_by_others(file: &Path, what: &str) -> Option<String> {
    let mode = fs::metadata(file).ok()?.permissions().mode();
    let shown = file.display();
    (mode & 0o077 != 0).then(|| format!("{shown} holds {what} that others of this machine can read: chmod 600 {shown}"))
}
