//! Rows of blocks, hours and days.

use smartpole_model::{DeviceNo, PoleNo, Quarter, UtcMillis, ZoneNo};
use smartpole_window::{Aggregates, Level, Lost};

/// A block as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockRow {
    /// When.
    pub quarter: Quarter,
    /// Whose.
    pub device: DeviceNo,
    /// 0 when first closed, +1 for each minute of receipt in which it was changed after that.
    pub revision: u32,
    /// Minute of receipt of the newest revision (minutes since 1970), 0 if none.
    pub revised_minute: i64,
    /// Minute of receipt in which it was closed, 0 if it came after its time.
    pub closed_minute: i64,
    /// Packed [`Aggregates`].
    pub aggregates: Vec<u8>,
    /// Packed [`smartpole_window::Block`]. Where rows have passed retention the store lets go of them, as it may have to wait for others.
    pub rows: Vec<u8>,
}

/// Whom a roll-up is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// One device.
    Device(DeviceNo),
    /// All devices of a pole.
    Pole(PoleNo),
    /// All devices of a zone's poles.
    Zone(ZoneNo),
}

/// Blocks of a device with `from <= quarter < to`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "said above")]
pub struct BlockSpan {
    pub device: DeviceNo,
    pub from: Quarter,
    pub to: Quarter,
}

/// An hour or a day that is summed up anew: a change that took extremes or remarks away cannot be merged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anew {
    /// Of what.
    pub parts: Parts,
    /// What its parts lost, so that it is merged as others are where it has that of other parts, too; none: it is summed up whatever it has.
    pub lost: Option<Lost>,
}

/// What an hour or a day is the sum of. Rows come in an order in which parts stand before their sum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Parts {
    /// An hour of a device or pole, of blocks.
    Blocks(Vec<BlockSpan>),
    /// A day of a device or pole, of its own hours; days hold their kind of properties only.
    Hours(AirProperties),
    /// An hour or day of a zone, of those of poles.
    Poles(Vec<PoleNo>),
}

/// Whether the days of properties are CET days, by property number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AirProperties(pub std::sync::Arc<[bool]>);

/// What an hour or a day gains: `stored.merge(delta)`, made if absent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RollupDelta {
    /// Hour or day.
    pub level: Level,
    /// First instant.
    pub start: UtcMillis,
    /// Whose.
    pub scope: Scope,
    /// What to merge.
    pub aggregates: Aggregates,
    /// What to sum up instead of merging, once the batch's blocks are written; revisions are merged all the same, as those of blocks
    /// that counted for it before are still its own.
    pub anew: Option<Anew>,
    /// Newest minute of receipt in which a block of it was closed or changed (minutes since 1970).
    pub minute: i64,
}

impl AirProperties {
    /// Whether aggregates of a property belong into rows of this level.
    pub fn belongs(&self, level: Level, property: smartpole_model::PropertyNo) -> bool {
        let air = self.0.get(usize::from(property.0)).copied().unwrap_or(false);
        match level {
            Level::Hour => true,
            Level::Day => !air,
            Level::CetDay => air,
        }
    }
}

/// Why a closed block changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum RevisionReason {
    /// A reading came behind the watermark.
    Late = 1,
    /// A total next to it came or changed.
    Total = 2,
    /// Remarks on its readings changed, as another reading came near them.
    Quality = 3,
    /// A message was decoded again.
    Replay = 4,
    /// The registry changed for the past: installation, line, calibration, rules.
    Registry = 5,
    /// Another program took over, which judges or sums up by other rules.
    Rules = 6,
}

impl RevisionReason {
    /// The reason of a stored number.
    pub fn from_number(number: u8) -> Option<Self> {
        [Self::Late, Self::Total, Self::Quality, Self::Replay, Self::Registry, Self::Rules]
            .into_iter()
            .find(|reason| *reason as u8 == number)
    }

    /// The word of interfaces.
    pub fn code(self) -> &'static str {
        match self {
            Self::Late => "late",
            Self::Total => "total",
            Self::Quality => "quality",
            Self::Replay => "replay",
            Self::Registry => "registry",
            Self::Rules => "rules",
        }
    }
}

/// A former state of a closed block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevisionRow {
    /// When the block is of.
    pub quarter: Quarter,
    /// Whose it is.
    pub device: DeviceNo,
    /// The revision that this change made.
    pub revision: u32,
    /// Minute of receipt of what changed it (minutes since 1970).
    pub minute: i64,
    /// Why.
    pub reason: RevisionReason,
    /// Packed [`Aggregates`] before the change; of a block that was not there, none.
    pub former: Vec<u8>,
}
