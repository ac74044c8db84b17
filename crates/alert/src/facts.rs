//! How everything is at one instant, as far as rules ask.

use std::collections::BTreeSet;

use smartpole_model::{Position, PropertyNo, UtcMillis};

use crate::Cause;

/// A snapshot. Lists are in any order; places in them (`pole`, `gateway`) are indices.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Now.
    pub now: UtcMillis,
    /// Poles of our own.
    pub poles: Vec<PoleFacts>,
    /// Devices that should report.
    pub devices: Vec<DeviceFacts>,
    /// Gateways.
    pub gateways: Vec<GatewayFacts>,
    /// Sources.
    pub sources: Vec<SourceFacts>,
    /// Targets.
    pub targets: Vec<TargetFacts>,
    /// The data folder's disk, if it tells.
    pub disk: Option<DiskFacts>,
    /// Devices, poles, gateways and switch points at which somebody works.
    pub maintained: BTreeSet<Cause>,
}

/// A pole.
#[derive(Clone, Debug, Default)]
pub struct PoleFacts {
    /// Its id.
    pub id: String,
    /// The cabinet that switches it.
    pub switch_point: Option<String>,
    /// Where it stands; none for a test of anything but the sun.
    pub position: Option<Position>,
    /// How often the peer check marked it.
    pub drift: Vec<DriftFacts>,
    /// Its newest valid hours.
    pub hours: Vec<HourFacts>,
}

/// Marks of a pole's newest valid hours.
#[derive(Clone, Debug)]
pub struct DriftFacts {
    /// Id of the property.
    pub property: String,
    /// Valid hours.
    pub valid: i64,
    /// Of them, those that lie apart.
    pub marked: i64,
}

/// A pole's newest valid hour of a property.
#[derive(Clone, Debug)]
pub struct HourFacts {
    /// The property.
    pub property: PropertyNo,
    /// Its id.
    pub id: String,
    /// First instant.
    pub start: UtcMillis,
    /// The mean, at the property's resolution.
    pub value: i64,
    /// Digits of that.
    pub decimals: u8,
}

/// A device that should report.
#[derive(Clone, Debug, Default)]
pub struct DeviceFacts {
    /// Its id.
    pub id: String,
    /// Its pole.
    pub pole: usize,
    /// Its interval in seconds.
    pub interval_s: i64,
    /// When its newest reading was received; none: never, so it has not fallen silent.
    pub last_received_at: Option<UtcMillis>,
    /// Seconds in which its source was connected and brought nothing of it.
    pub silent_s: i64,
    /// Seconds for which its source has been connected without a break; 0 if it is not.
    pub connected_s: i64,
    /// The gateway that hears it best, if it is a LoRaWAN device.
    pub gateway: Option<usize>,
    /// Ids of properties whose newest value is stuck.
    pub stuck: Vec<String>,
    /// Its totals that went on by more than can have passed.
    pub jumps: Vec<JumpFacts>,
    /// Messages of ten minutes; none until ten minutes were seen.
    pub messages: Option<i64>,
    /// Receipt minus its own time in seconds, of its newest reading; none if it tells no time.
    pub clock_offset_s: Option<i64>,
    /// What it sent today.
    pub today: Traffic,
    /// Its batteries.
    pub batteries: Vec<BatteryFacts>,
    /// What to take along to replace it.
    pub spare_part: Option<String>,
}

/// Messages, and how many of them were refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// All that have an outcome.
    pub messages: i64,
    /// Those in quarantine.
    pub refused: i64,
}

/// Jumps of a counter.
#[derive(Clone, Debug)]
pub struct JumpFacts {
    /// Id of the total.
    pub property: String,
    /// When the newest total that jumped was read.
    pub at: UtcMillis,
    /// How many did.
    pub jumps: i64,
    /// Crossings that they say and that are counted nowhere.
    pub left_out: i64,
}

/// How long a battery lasts.
#[derive(Clone, Debug)]
pub struct BatteryFacts {
    /// What tells it.
    pub property: PropertyNo,
    /// Its id.
    pub id: String,
    /// Its newest daily mean, at the property's resolution.
    pub level: i64,
    /// Digits of that.
    pub decimals: u8,
    /// Days left by the line through the days.
    pub days_left: i64,
}

/// A gateway.
#[derive(Clone, Debug, Default)]
pub struct GatewayFacts {
    /// Its EUI.
    pub id: String,
    /// The cabinet that switches it.
    pub switch_point: Option<String>,
    /// When something of it was received last; none: never.
    pub last_received_at: Option<UtcMillis>,
    /// Seconds for which all sources that may bring it have been connected.
    pub connected_s: i64,
}

/// A source.
#[derive(Clone, Debug, Default)]
pub struct SourceFacts {
    /// Its name.
    pub name: String,
    /// Whether it is connected.
    pub connected: bool,
    /// Since when it is like this.
    pub since: UtcMillis,
    /// What it brought in this hour and the one before.
    pub traffic: Traffic,
}

/// A target.
#[derive(Clone, Debug, Default)]
pub struct TargetFacts {
    /// Its name.
    pub name: String,
    /// Seconds that the oldest thing for it has waited.
    pub lag_s: i64,
    /// Messages that wait.
    pub pending_messages: i64,
}

/// A disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DiskFacts {
    /// Free for the service, in bytes.
    pub free: u64,
    /// Of so many.
    pub size: u64,
}
