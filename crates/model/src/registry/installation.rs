//! A device, and where and how it is mounted: dated facts.

use super::Calibration;
use crate::{Credentials, Series, UtcMillis};

/// Index of a device in [`Registry::devices`].
pub type DeviceIndex = usize;

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
