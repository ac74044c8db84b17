//! From files to a registry, or to everything that is wrong with them.

use std::{collections::BTreeMap, fmt::Write};

use sha2::{Digest, Sha256};

use super::{
    Device, Files, Inputs, Problem, Profile, Registry, SundayOpenings, Zone, alerts,
    areas::{self, Lines},
    calendar, calibrations, counts, devices, events, fold,
    foreign::{self, Mount},
    gateways::{self, GatewayRow},
    keys,
    names::Names,
    poles::{self, PoleRow},
    profiles,
    properties::{self, Properties},
    rules, text,
    zones::{self, ZoneDraft},
};
use crate::{Position, UtcMillis, settings::of_former};

/// Folder of the device profiles.
pub const PROFILES: &str = "profiles/";

/// Names of the files beside the profiles.
pub const INPUT_FILES: [&str; 13] = [
    fold::FILE,
    alerts::FILE,
    calendar::FILE,
    calibrations::FILE,
    counts::FILE,
    devices::FILE,
    events::FILE,
    gateways::FILE,
    keys::FILE,
    poles::FILE,
    properties::FILE,
    rules::FILE,
    zones::FILE,
];

/// Whether a file's name, relative to the registry's folder and with `/`, is one that [`Inputs::parse`] reads.
pub fn is_input(name: &str) -> bool {
    is_profile(name) || INPUT_FILES.contains(&name)
}

fn is_profile(name: &str) -> bool {
    let stem = name.strip_prefix(PROFILES).and_then(|name| name.strip_suffix(".toml"));
    stem.is_some_and(|stem| !stem.contains('/'))
}

impl Inputs {
    /// Reads the files of a registry; those that are not [inputs](is_input) are passed over.
    ///
    /// # Errors
    /// Every problem of every file, in the order of files and lines. A reference to an entry that is itself flawed is not
    /// reported again.
    pub fn parse(files: &Files) -> Result<Self, Vec<Problem>> {
        Self::parse_for(files, |_| true)
    }

    /// The registry, unless there is a problem that counts.
    fn parse_for(files: &Files, counts: impl FnMut(&Problem) -> bool) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let inputs = parse(files, &mut problems);
        problems.retain(counts);
        if problems.is_empty() {
            return Ok(inputs);
        }
        problems.sort();
        Err(problems)
    }

    /// Reads files that [`Inputs::parse`] of this program or a former one found sound: what is written otherwise today is taken as it
    /// was meant, and what is asked for since (the sensing of profiles that measure persons, zones that do not overlap, profiles
    /// that do not contradict themselves) is not asked
    /// for, so that what was folded with them folds as it did.
    ///
    /// # Errors
    /// As [`Inputs::parse`], without these.
    pub fn parse_kept(mut files: Files) -> Result<Self, Vec<Problem>> {
        let text = files.get(fold::FILE).and_then(|bytes| std::str::from_utf8(bytes).ok());
        if let Some(text) = text.and_then(of_former) {
            files.insert(fold::FILE.to_owned(), text.into_bytes());
        }
        Self::parse_for(&files, |problem| !problem.spares_kept)
    }

    /// What is dated later than `now` and cannot be meant so: [`Inputs::parse`] reads no clock. Of what cannot be read nothing is said.
    pub fn premature(files: &Files, now: UtcMillis) -> Vec<Problem> {
        let unreadable = &mut Vec::new();
        let epoch = read_optional(files, fold::FILE, unreadable).and_then(|text| fold::premature(text, now));
        let counted = read_optional(files, counts::FILE, unreadable).map(|text| counts::premature(text, now));
        epoch.into_iter().chain(counted.into_iter().flatten()).collect()
    }

    /// What names these files and this version of the fold for ever: SHA-256 in hex over the version and each
    /// [input](is_input)'s name and contents, with their lengths.
    pub fn hash(files: &Files, fold_version: u32) -> String {
        let mut hash = Sha256::new();
        hash.update(fold_version.to_le_bytes());
        for (name, contents) in files.iter().filter(|(name, _)| is_input(name)) {
            for part in [name.as_bytes(), contents] {
                hash.update((part.len() as u64).to_le_bytes());
                hash.update(part);
            }
        }
        hash.finalize().iter().fold(String::new(), |mut hex, byte| {
            write!(hex, "{byte:02x}").expect("a string takes all that is written");
            hex
        })
    }
}

/// The ids of the poles of kept files, and their zones, whose poles are indices of these; of files that are not sound what is.
pub fn poles_and_zones(files: &Files) -> (Vec<String>, Vec<Zone>) {
    let problems = &mut Vec::new();
    let rows = text::read(files, poles::FILE, problems).map(|text| poles::read(text, problems).0).unwrap_or_default();
    let drafts = text::read(files, zones::FILE, problems).map(|text| zones::read(text, problems)).unwrap_or_default();
    let mut poles: Vec<_> = rows.into_iter().filter_map(|row| row.pole).collect();
    let zones = zones::link(drafts, &mut poles);
    (poles.into_iter().map(|pole| pole.id).collect(), zones)
}

/// Whenever this reports nothing but what spares kept registries, what it returns is whole; else it is thrown away.
fn parse(files: &Files, problems: &mut Vec<Problem>) -> Inputs {
    let properties = match text::read(files, properties::FILE, problems) {
        Some(text) => properties::read(text, problems),
        None => Properties::unreadable(),
    };
    let profiles = read_profiles(files, &properties, problems);
    let (rows, pole_names) = match text::read(files, poles::FILE, problems) {
        Some(text) => poles::read(text, problems),
        None => (Vec::new(), Names::unreadable()),
    };
    let drafts = text::read(files, zones::FILE, problems).map(|text| zones::read(text, problems)).unwrap_or_default();
    zones::check_poles(&drafts, &pole_names, problems);
    areas::check(&drafts, problems);
    let gateways = read_optional(files, gateways::FILE, problems).map(|text| gateways::read(text, problems));
    let gateways = gateways.unwrap_or_default();
    check_places(&rows, &gateways, &drafts, problems);
    let (devices, device_names) = read_devices(files, &rows, &pole_names, &profiles, problems);
    let (pole_lines, mut poles): (_, Vec<_>) = rows.into_iter().filter_map(|row| Some((row.line, row.pole?))).unzip();
    let lines = Lines { poles: pole_lines, zones: drafts.iter().map(|draft| draft.line).collect() };
    let zones = zones::link(drafts, &mut poles);
    areas::check_poles(&poles, &zones, &lines, problems);
    problems.extend(foreign::check_zones(&zones, &poles, &devices, &profiles));
    let device_by_id = devices.iter().enumerate().map(|(index, device)| (device.id.clone(), index)).collect();
    let profiles = profiles.into_iter().map(|profile| (profile.id.clone(), profile)).collect();
    let gateway_by_eui = gateways.iter().enumerate().map(|(index, row)| (row.gateway.eui, index)).collect();
    let gateways = gateways.into_iter().map(|row| row.gateway).collect();
    let mut registry = Registry {
        properties: properties.catalogue.clone(),
        poles,
        devices,
        zones,
        profiles,
        gateways,
        rules: BTreeMap::new(),
        counts: Vec::new(),
        sunday_openings: SundayOpenings::default(),
        events: Vec::new(),
        alerts: alerts::defaults(&properties),
        device_by_id,
        gateway_by_eui,
    };
    registry.rules = match read_optional(files, rules::FILE, problems) {
        Some(text) => rules::read(text, &properties, &profile_names(files), problems),
        None => rules::defaults(&properties),
    };
    read_of_devices(files, &mut registry, &device_names, &properties, problems);
    if let Some(text) = read_optional(files, calendar::FILE, problems) {
        registry.sunday_openings = calendar::read(text, problems);
    }
    if let Some(text) = read_optional(files, events::FILE, problems) {
        registry.events = events::read(text, &registry, problems);
    }
    if let Some(text) = read_optional(files, alerts::FILE, problems) {
        registry.alerts = alerts::read(text, &properties, &registry.poles, problems);
    }
    let settings = read_optional(files, fold::FILE, problems).map(|text| fold::read(text, problems));
    Inputs { registry, settings: settings.unwrap_or_default() }
}

/// What may be said of devices that are there: their keys, calibrations, counts by hand.
fn read_of_devices(
    files: &Files,
    registry: &mut Registry,
    devices: &Names,
    properties: &Properties,
    problems: &mut Vec<Problem>,
) {
    if let Some(text) = read_optional(files, keys::FILE, problems) {
        keys::read(text, registry, devices, problems);
    }
    if let Some(text) = read_optional(files, calibrations::FILE, problems) {
        calibrations::read(text, registry, devices, properties, problems);
    }
    if let Some(text) = read_optional(files, counts::FILE, problems) {
        registry.counts = counts::read(text, registry, devices, problems);
    }
}

/// The text of a file that may be left out.
fn read_optional<'a>(files: &'a Files, name: &str, problems: &mut Vec<Problem>) -> Option<&'a str> {
    files.contains_key(name).then(|| text::read(files, name, problems)).flatten()
}

fn read_profiles(files: &Files, properties: &Properties, problems: &mut Vec<Problem>) -> Vec<Profile> {
    let mut profiles = Vec::new();
    for name in files.keys().filter(|name| is_profile(name)) {
        let text = text::read(files, name, problems);
        profiles.extend(text.and_then(|text| profiles::read(name, text, properties, problems)));
    }
    profiles
}

fn profile_names(files: &Files) -> Names {
    let stem = |name: &String| Some(name.strip_prefix(PROFILES)?.strip_suffix(".toml")?.to_owned());
    Names::new(files.keys().filter(|name| is_profile(name)).filter_map(stem))
}

fn read_devices(
    files: &Files,
    rows: &[PoleRow],
    poles: &Names,
    sound: &[Profile],
    problems: &mut Vec<Problem>,
) -> (Vec<Device>, Names) {
    let Some(text) = text::read(files, devices::FILE, problems) else { return (Vec::new(), Names::unreadable()) };
    let profiles = profile_names(files);
    devices::read(text, &Mount::new(rows, poles, &profiles, sound), problems)
}

/// Latitude and longitude are easily swapped, and both ways are somewhere on earth. A pole or gateway far from the zones
/// (without them: from the poles) that would be near if swapped gives it away.
fn check_places(rows: &[PoleRow], gateways: &[GatewayRow], drafts: &[ZoneDraft], problems: &mut Vec<Problem>) {
    let poles = rows.iter().filter_map(|row| Some((poles::FILE, row.line, row.pole.as_ref()?.position)));
    let among: Vec<Position> = poles.clone().map(|(.., place)| place).collect();
    let corners: Vec<Position> = zones::corners(drafts).collect();
    let Some(middle) = middle(if corners.is_empty() { &among } else { &corners }) else { return };
    let near = |place: Position| (place.lat - middle.lat).abs() < 2.0 && (place.lon - middle.lon).abs() < 2.0;
    let gateways = gateways.iter().filter_map(|row| Some((gateways::FILE, row.line, row.gateway.position?)));
    for (file, line, place) in poles.chain(gateways) {
        let swapped = Position { lat: place.lon, lon: place.lat };
        if !near(place) && near(swapped) {
            let message = format!("latitude {} and longitude {} seem swapped", place.lat, place.lon);
            let hint = format!("swap them; in GeoJSON the longitude comes first, in {file} the columns have names");
            problems.push(Problem::new(file, message, hint).at_line(line).in_field("lat"));
        }
    }
}

/// The median of both coordinates: a few wrong places do not move it.
fn middle(places: &[Position]) -> Option<Position> {
    let median = |degree: fn(&Position) -> f64| {
        let mut degrees: Vec<f64> = places.iter().map(degree).collect();
        degrees.sort_by(f64::total_cmp);
        degrees.get(degrees.len() / 2).copied()
    };
    Some(Position { lat: median(|place| place.lat)?, lon: median(|place| place.lon)? })
}
