//! What hangs where: files a city already knows how to edit.

use std::collections::{BTreeMap, HashMap};

use crate::{Catalogue, Credentials, Decimal, Eui, FoldSettings, Gateway, Position, PropertyNo, Series, UtcMillis};

mod codec;
mod devices;
mod gateways;
mod keys;
mod load;
mod names;
mod poles;
mod polygon;
mod problem;
mod profiles;
mod properties;
mod table;
mod text;
mod toml_section;
mod zones;

pub use codec::Codec;
pub use keys::FILE as KEYS;
pub use load::{FOLD, PROFILES, is_input};
pub use names::did_you_mean;
pub use problem::Problem;

/// Index of a device in [`Registry::devices`].
pub type DeviceIndex = usize;

/// A street lamp that measures.
#[derive(Clone, Debug, PartialEq)]
pub struct Pole {
    /// Its id.
    pub id: String,
    /// Its name on the page.
    pub name: String,
    /// The place it stands at, free text.
    pub place: String,
    /// Where it stands.
    pub position: Position,
    /// Indices of the zones that hold it, in file order.
    pub zones: Vec<usize>,
}

/// A device at a pole: a dated fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installation {
    /// First instant; the smallest instant means "always".
    pub from: UtcMillis,
    /// First instant after it; the largest means "still". Where the next installation begins it ends at the latest.
    pub to: UtcMillis,
    /// Index in [`Registry::poles`].
    pub pole: usize,
    /// Id in [`Registry::profiles`].
    pub profile: String,
    /// Whether its readings are published.
    pub state: InstallationState,
    /// What channel 0 of a counter counts, free text.
    pub line: String,
    /// Which way "in" is, free text.
    pub direction: String,
    /// Channels of a counter that is mounted the wrong way round: what it calls in is out.
    pub reversed: Vec<u8>,
    /// Height above ground in centimetres, if known.
    pub height_cm: Option<u32>,
    /// Width of a counter's line in centimetres, if known: it bounds what can pass.
    pub width_cm: Option<u32>,
}

/// What an installation is for at a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InstallationState {
    /// On a shelf, though it may send.
    Stock,
    /// Mounted, being tried.
    Commissioning,
    /// At work: only these count for poles and zones and are published.
    #[default]
    Active,
    /// Being repaired.
    Maintenance,
    /// Taken out of service.
    Retired,
}

/// A sensor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// DevEUI (16 lowercase hex digits) or client name.
    pub id: String,
    /// Ordered by `from`, none over another; never empty.
    pub installations: Vec<Installation>,
    /// Corrections of its values, ordered by series and `from`, none over another of its series.
    pub calibrations: Vec<Calibration>,
    /// What its LoRaWAN frames are read with, unless a network server of its own reads them.
    pub credentials: Option<Credentials>,
}

impl Device {
    /// The installation that is or was in force at `time`; the first one before that.
    pub fn at(&self, time: UtcMillis) -> &Installation {
        let after = self.installations.partition_point(|installation| installation.from <= time);
        &self.installations[after.saturating_sub(1)]
    }

    /// The installation that publishes what the device measures at `time`, if any.
    pub fn active_at(&self, time: UtcMillis) -> Option<&Installation> {
        let installation = self.at(time);
        let holds = installation.from <= time && time < installation.to;
        (holds && installation.state == InstallationState::Active).then_some(installation)
    }

    /// The calibration of a series at `time`, if any.
    pub fn calibration(&self, series: Series, time: UtcMillis) -> Option<&Calibration> {
        let holds = |known: &&Calibration| known.series == series && known.from <= time && time < known.to;
        self.calibrations.iter().find(holds)
    }
}

/// What a zone's counts may be summed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CountRule {
    /// Its counters form a cordon: people in, people out.
    CordonIn,
    /// Its counters are cross-sections: crossings in both directions.
    CrossSection,
    /// Nothing is summed.
    None,
}

/// An area of the city; zones nest (place ⊂ district ⊂ city).
#[derive(Clone, Debug, PartialEq)]
pub struct Zone {
    /// Its id.
    pub id: String,
    /// Its name on the page.
    pub name: String,
    /// `place`, `district` or `city`.
    pub kind: String,
    /// Id of the zone around it.
    pub parent: Option<String>,
    /// What its counts may be summed to.
    pub count: CountRule,
    /// Indices of its poles, in file order.
    pub poles: Vec<usize>,
    /// GeoJSON geometry, as in the file.
    pub geometry: serde_json::Value,
}

/// How a total counter behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counter {
    /// Bits after which it wraps.
    pub width_bits: u8,
    /// More than this a minute cannot pass one line.
    pub max_per_minute: u32,
}

/// How optical particle masses are freed of water: κ-Köhler (Crilley et al. 2018, AMT 11, 709, doi 10.5194/amt-11-709-2018).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Humidity {
    /// κ in thousandths, 0 to 2000; urban Europe 300 to 400.
    pub kappa_milli: u32,
    /// Relative humidity in whole percent above which a mass is excluded, 50 to 99.
    pub cap_percent: u32,
}

/// What a profile's sensor works by; shown to the public.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sensing {
    /// Nothing of persons is sensed.
    #[default]
    None,
    /// A beam or ring of laser light.
    Laser,
    /// Time of flight.
    Tof,
    /// Passive infrared.
    Infrared,
    /// Radar.
    Radar,
    /// A camera that counts within itself: needs a data-protection impact assessment.
    Camera,
    /// Radio of telephones: needs a data-protection impact assessment.
    WifiBle,
}

/// A device's linear correction: value = offset + gain × raw, humidity taken out before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calibration {
    /// Of what.
    pub series: Series,
    /// First instant; the smallest means "always".
    pub from: UtcMillis,
    /// First instant after it; the largest means "still".
    pub to: UtcMillis,
    /// In the property's unit.
    pub offset: Decimal,
    /// Factor, above 0.
    pub gain: Decimal,
    /// The comparison that it rests on; without one that meets its targets values stay `uncalibrated`.
    pub collocation: Option<Collocation>,
}

/// A device beside a reference for some weeks, after correction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collocation {
    /// The reference, free text (station and instrument).
    pub reference: String,
    /// First instant of the comparison.
    pub from: UtcMillis,
    /// First instant after it.
    pub to: UtcMillis,
    /// Slope of the regression of device on reference.
    pub slope: Decimal,
    /// Its intercept, in the property's unit.
    pub intercept: Decimal,
    /// Coefficient of determination, 0 to 1.
    pub r2: Decimal,
    /// Root mean square error, in the property's unit.
    pub rmse: Decimal,
}

/// Quality rules for one property of devices of one profile; what is `None` or 0 is not asked. Stateful rules look at the
/// readings of the series before the one judged, in order of event time, that are neither sentinels nor out of range.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QualityRules {
    /// `stuck`: this one and the ones before it, so many together, are identical (2 to 16). Zero counts never are.
    pub stuck: Option<u8>,
    /// `spike`: far from the median of the ones before it.
    pub spike: Option<Spike>,
    /// `step`: further than this from the one before it, at the property's resolution.
    pub step: Option<i64>,
    /// `warming_up`: so soon after power-up, in seconds.
    pub warming_up_s: u32,
    /// `uncalibrated`: without a calibration whose collocation meets its targets.
    pub uncalibrated: bool,
    /// `peer`: far from the poles around.
    pub peer: Option<Peer>,
}

/// A Hampel identifier over the values before one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spike {
    /// How many of them, 3 to 15, odd; with fewer nothing is judged.
    pub neighbours: u8,
    /// How many scaled median absolute deviations (1.4826 × MAD) away, in thousandths.
    pub deviations_milli: u32,
    /// At least so far away, at the property's resolution.
    pub least: i64,
}

/// A robust z-score among the poles around.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer {
    /// Poles no further than this, in metres.
    pub radius_m: u32,
    /// With fewer of them nothing is judged, at least 3.
    pub least_poles: u8,
    /// How many scaled median absolute deviations away, in thousandths.
    pub deviations_milli: u32,
    /// At least so far away, at the property's resolution.
    pub least: i64,
}

/// How far back stateful rules look, in whole seconds of event time.
pub const RULES_LOOK_BACK_S: i64 = 3 * 3_600;

/// One value of a decoded object and what it means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// Dotted path in the object (`air.pm2_5`, `lines.0.total_in`).
    pub path: String,
    /// What it measures.
    pub property: PropertyNo,
    /// Factor to the property's unit.
    pub scale: Decimal,
    /// Channel of the reading.
    pub channel: u8,
}

/// How devices of one kind speak.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Its id: the file's name without `.toml`.
    pub id: String,
    /// Its name on the page.
    pub name: String,
    /// How payloads are decoded.
    pub codec: Codec,
    /// Reporting interval in seconds.
    pub interval_s: u32,
    /// Whether the payload's own time is trusted first.
    pub payload_time: bool,
    /// How its totals behave.
    pub counter: Counter,
    /// How particle masses are freed of water.
    pub humidity: Option<Humidity>,
    /// What it works by.
    pub sensing: Sensing,
    /// Where the data-protection impact assessment is to be found; needed by cameras and radio.
    pub dpia: Option<String>,
    /// Values of a decoded object.
    pub mapping: Vec<Mapping>,
    /// Properties it is expected to report (coverage, missing values).
    pub expected: Vec<PropertyNo>,
}

/// All of it, loaded and consistent.
#[derive(Clone, Debug, Default)]
pub struct Registry {
    /// The catalogue.
    pub properties: Catalogue,
    /// Poles in file order.
    pub poles: Vec<Pole>,
    /// Devices in order of first appearance.
    pub devices: Vec<Device>,
    /// Zones in file order.
    pub zones: Vec<Zone>,
    /// Profiles by id.
    pub profiles: BTreeMap<String, Profile>,
    /// Gateways in file order.
    pub gateways: Vec<Gateway>,
    /// Quality rules by property and profile; those without a profile hold for all others.
    pub rules: BTreeMap<(PropertyNo, Option<String>), QualityRules>,
    device_by_id: HashMap<String, DeviceIndex>,
    gateway_by_eui: HashMap<Eui, usize>,
}

impl Registry {
    /// The index of a device's id.
    pub fn device_index(&self, id: &str) -> Option<DeviceIndex> {
        self.device_by_id.get(id).copied()
    }

    /// The quality rules for a property of devices of a profile.
    pub fn quality_rules(&self, property: PropertyNo, profile: &str) -> QualityRules {
        let own = self.rules.get(&(property, Some(profile.to_owned())));
        own.or_else(|| self.rules.get(&(property, None))).copied().unwrap_or_default()
    }

    /// The gateway of an EUI.
    pub fn gateway(&self, eui: Eui) -> Option<&Gateway> {
        self.gateway_by_eui.get(&eui).map(|index| &self.gateways[*index])
    }
}

/// What the fold's result depends on beside the messages: the registry and the fold's settings.
#[derive(Clone, Debug, Default)]
pub struct Inputs {
    /// What hangs where.
    pub registry: Registry,
    /// How messages are read and windows closed.
    pub settings: FoldSettings,
}

/// Files by name: `poles.csv`, `profiles/x.toml`, …, and `fold.toml` for the [`FoldSettings`].
pub type Files = BTreeMap<String, Vec<u8>>;
