//! What hangs where: files a city already knows how to edit.

use std::collections::{BTreeMap, HashMap};

use crate::{Catalogue, Credentials, Decimal, Eui, FoldSettings, Gateway, Position, PropertyNo, UtcMillis};

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

/// From when a device hangs where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// First instant; the smallest instant means "always".
    pub from: UtcMillis,
    /// Index in [`Registry::poles`].
    pub pole: usize,
    /// Id in [`Registry::profiles`].
    pub profile: String,
    /// What channel 0 of a counter counts, free text.
    pub line: String,
    /// Which way "in" is, free text.
    pub direction: String,
}

/// A sensor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// DevEUI (16 lowercase hex digits) or client name.
    pub id: String,
    /// Ordered by `from`; never empty.
    pub assignments: Vec<Assignment>,
    /// What its LoRaWAN frames are read with, unless a network server of its own reads them.
    pub credentials: Option<Credentials>,
}

impl Device {
    /// The assignment in force at `time`; the first one before that.
    pub fn at(&self, time: UtcMillis) -> &Assignment {
        let after = self.assignments.partition_point(|assignment| assignment.from <= time);
        &self.assignments[after.saturating_sub(1)]
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
    device_by_id: HashMap<String, DeviceIndex>,
    gateway_by_eui: HashMap<Eui, usize>,
}

impl Registry {
    /// The index of a device's id.
    pub fn device_index(&self, id: &str) -> Option<DeviceIndex> {
        self.device_by_id.get(id).copied()
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
