//! How finely a target gets what is measured.

use smartpole_store::Grain;
use smartpole_window::Level;

use super::Options;

/// How finely.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Resolution {
    /// Readings, at their event time.
    #[serde(rename = "raw")]
    Raw,
    /// Windows of a quarter of an hour, of devices.
    #[serde(rename = "15m")]
    Quarter,
    /// Windows of an hour, of devices, poles and zones.
    #[serde(rename = "1h")]
    Hour,
    /// Windows of a day, of devices, poles and zones.
    #[serde(rename = "1d")]
    Day,
}

impl From<Grain> for Resolution {
    fn from(grain: Grain) -> Self {
        match grain {
            Grain::Quarter => Self::Quarter,
            Grain::Level(Level::Hour) => Self::Hour,
            Grain::Level(Level::Day | Level::CetDay) => Self::Day,
        }
    }
}

impl Options {
    /// Whether the target is sent each reading that is accepted.
    pub fn gets_all_readings(&self) -> bool {
        let all = self.themes.is_empty() && self.properties.is_empty() && self.zones.is_empty();
        all && self.wants(Resolution::Raw)
    }

    /// Whether the target is sent what is measured this finely.
    pub fn wants(&self, resolution: Resolution) -> bool {
        self.resolution.is_empty() || self.resolution.contains(&resolution)
    }
}
