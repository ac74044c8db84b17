//! What devices of one kind have in common.

use std::collections::BTreeSet;

use super::Codec;
use crate::{Decimal, ObservedProperty, PropertyNo, Series};

/// How a total counter behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counter {
    /// Bits after which it wraps.
    pub width_bits: u8,
    /// More than this a minute cannot pass one line.
    pub max_per_minute: u32,
    /// Whether the firmware begins at 0 when it is switched on (a Parametric PCR2 counts "since power-up").
    pub resets_at_power_up: bool,
    /// The minute of the day in Europe/Berlin at which the firmware begins at 0, if it does daily (a Milesight VS133's "cumulative
    /// reset schedule").
    pub resets_at: Option<u16>,
}

impl Counter {
    /// A counter that nobody says begins at 0 now and then.
    pub const fn new(width_bits: u8, max_per_minute: u32) -> Self {
        Self { width_bits, max_per_minute, resets_at_power_up: false, resets_at: None }
    }

    /// How many numbers its totals can show.
    pub fn modulus(&self) -> i64 {
        1 << self.width_bits.min(62)
    }

    /// More than this cannot pass in so many seconds, of which each minute that begins counts whole.
    pub fn most_within(&self, seconds: u32) -> i64 {
        i64::from(self.max_per_minute) * i64::from(seconds.div_ceil(60))
    }
}

/// How optical particle masses are freed of water: κ-Köhler (Crilley et al. 2018, AMT 11, 709, doi 10.5194/amt-11-709-2018).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Humidity {
    /// κ in thousandths, 0 to 2000; urban Europe 300 to 400.
    pub kappa_milli: u32,
    /// Relative humidity in whole percent above which a mass is excluded, 50 to 99.
    pub cap_percent: u32,
}

/// What a profile's sensor works by.
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
    /// Persons who count.
    Manual,
    /// Loops in the ground.
    Loop,
    /// The field of the earth, which a vehicle above bends.
    Magnetic,
    /// The meter or the controller of a charging point.
    Meter,
    /// A station by the reference methods of Directive (EU) 2024/2881, annex VI.
    ReferenceStation,
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
    /// How particle masses are freed of water.
    pub humidity: Option<Humidity>,
    /// What it works by.
    pub sensing: Sensing,
    /// Where the data-protection impact assessment is to be found; needed by cameras and radio.
    pub dpia: Option<String>,
    /// What whoever drives out to replace such a device takes along, free text.
    pub spare_part: Option<String>,
    /// Values of a decoded object.
    pub mapping: Vec<Mapping>,
    /// Properties it is expected to report (coverage, missing values).
    pub expected: Vec<PropertyNo>,
}

impl Profile {
    /// What it says that its devices measure: what is mapped, and what is expected; some may be in it twice.
    pub fn measured(&self) -> impl Iterator<Item = PropertyNo> + '_ {
        self.mapping.iter().map(|mapping| mapping.property).chain(self.expected.iter().copied())
    }

    /// Whether values of a property count, if the profile says by what it senses what can be of single persons. Whoever counted for a
    /// foreign series answers for how; a profile of before that was asked may say that it measures them, and no more.
    pub fn may_measure(&self, property: &ObservedProperty) -> bool {
        let is_said =
            || !matches!(self.sensing, Sensing::None | Sensing::ReferenceStation) || self.codec == Codec::Foreign;
        let is_meant = || self.codec.counts_persons() || self.measured().any(|known| known == property.number);
        !property.personal || is_said() || is_meant()
    }

    /// Whether its mapping gives a series.
    pub(super) fn maps(&self, series: Series) -> bool {
        self.mapping.iter().any(|mapping| Series { property: mapping.property, channel: mapping.channel } == series)
    }

    /// The channels that lines of its counters may have, if it is known: by the mapping, or by the codec.
    pub(super) fn lines(&self) -> Option<BTreeSet<u8>> {
        match self.codec.needs_mapping() {
            true => Some(self.mapping.iter().map(|mapping| mapping.channel).collect()),
            false => self.codec.lines().map(|lines| (0..lines).collect()),
        }
    }
}
