//! What a batch changed: all that the store has to write, in one transaction with the cursor.

use smartpole_model::{DeviceNo, Eui, PoleNo, Quarter, Reason, Seq, UtcMillis, ZoneNo};
use smartpole_window::{Aggregates, Level};

use crate::{MovedRow, Replay};

/// Changes from one commit to the next.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// Number of this batch, from 1.
    pub batch: u64,
    /// The last record folded.
    pub cursor: Seq,
    /// Receipt time of the last record that has one.
    pub received_at: UtcMillis,
    /// Packed accepted readings ([`crate::accepted_rows`]), not compressed; empty if none.
    pub batch_row: Vec<u8>,
    /// Batch rows below this number are in stored blocks entirely.
    pub replay_from: u64,
    /// Things met for the first time, with the numbers they got, in order of number.
    pub names: Vec<Name>,
    /// Hash of the inputs in force at the cursor, if it changed.
    pub inputs: Option<String>,
    /// Blocks that were closed or changed after closing, by (quarter, device).
    pub blocks: Vec<BlockRow>,
    /// What the hours and days gain, by (level, start, scope).
    pub rollups: Vec<RollupDelta>,
    /// Changes of closed blocks, in order.
    pub revisions: Vec<RevisionRow>,
    /// Blocks that count for other poles and zones than before, in order.
    pub moved: Vec<MovedRow>,
    /// Devices whose state at the cursor changed, by number.
    pub devices: Vec<DeviceRow>,
    /// LoRaWAN state of devices that changed, by number.
    pub lorawan: Vec<LorawanRow>,
    /// Gateways that changed, by EUI.
    pub gateways: Vec<GatewayRow>,
    /// Ticks counted so far, by source number; only those that changed.
    pub ticks: Vec<(u32, u64)>,
    /// Ledger by receipt hour, source and outcome: what is to be added.
    pub ledger_sources: Vec<(LedgerSourceKey, i64)>,
    /// Ledger by receipt day and device: the whole row (packed [`crate::Counts`]), replacing the former.
    pub ledger_devices: Vec<LedgerDeviceRow>,
    /// What replays moved in rows of earlier days, to be applied after `ledger_devices`.
    pub ledger_moves: Vec<LedgerMove>,
    /// Rows of the quarantine, new or in place of former ones.
    pub quarantine: Vec<QuarantineRow>,
    /// Messages that left the quarantine.
    pub released: Vec<Seq>,
    /// What a registry changed for the past and is not settled yet, packed, if that changed; empty if all is.
    pub resettling: Option<Vec<u8>>,
    /// Replays that began, went on or ended.
    pub replays: Vec<Replay>,
    /// The state at a journal position, once a day ([`crate::Restore::pack`]).
    pub checkpoint: Option<CheckpointRow>,
}

/// A name and its number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// What it names.
    pub kind: NameKind,
    /// The number, from 0 in each kind, without gaps.
    pub number: u32,
    /// The id of registry or configuration.
    pub id: String,
}

/// What a [`Name`] names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum NameKind {
    /// A device.
    Device = 1,
    /// A pole.
    Pole = 2,
    /// A zone.
    Zone = 3,
    /// A source.
    Source = 4,
}

impl NameKind {
    /// The kind of a stored number.
    pub fn from_number(number: u8) -> Option<Self> {
        [Self::Device, Self::Pole, Self::Zone, Self::Source].into_iter().find(|kind| *kind as u8 == number)
    }
}

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
    /// Minute of receipt in which it was closed, 0 if it never was open.
    pub closed_minute: i64,
    /// Packed [`Aggregates`].
    pub aggregates: Vec<u8>,
    /// Packed [`smartpole_window::Block`].
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

/// What an hour or a day is summed up of: a change that took extremes or remarks away cannot be merged. Rows come in an order in
/// which what is summed up stands before its sum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Anew {
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
    /// What to add to its revision: the revisions of its blocks are its own.
    pub revisions: u32,
    /// What to sum up instead of merging, once the batch's blocks are written.
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
}

impl RevisionReason {
    /// The reason of a stored number.
    pub fn from_number(number: u8) -> Option<Self> {
        [Self::Late, Self::Total, Self::Quality, Self::Replay, Self::Registry]
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

/// State of a device at the cursor, beside its open blocks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceRow {
    /// Whose.
    pub device: DeviceNo,
    /// Its last closed quarter.
    pub last_closed: Quarter,
    /// Packed rest (newest totals, latest readings, newest event time): the fold reads it back.
    pub state: Vec<u8>,
}

/// Sessions, counters and receptions of a LoRaWAN device; without keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LorawanRow {
    /// Whose.
    pub device: DeviceNo,
    /// Packed by `smartpole_lorawan::Network`.
    pub state: Vec<u8>,
}

/// What a gateway has told so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GatewayRow {
    /// Which.
    pub gateway: Eui,
    /// Packed [`crate::GatewayState`].
    pub state: Vec<u8>,
}

/// Key of the ledger's rows by source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LedgerSourceKey {
    /// Receipt hour (UTC hours since 1970).
    pub hour: i32,
    /// Number of the source.
    pub source: u32,
    /// Number of the entry ([`crate::Entry::number`]).
    pub entry: u16,
}

/// A ledger row by device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerDeviceRow {
    /// Receipt day (UTC days since 1970).
    pub day: i32,
    /// Whose.
    pub device: DeviceNo,
    /// Packed [`crate::Counts`].
    pub counts: Vec<u8>,
}

/// What a replay moved in a ledger row by device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LedgerMove {
    /// Receipt day of the message (UTC days since 1970).
    pub day: i32,
    /// Whose.
    pub device: DeviceNo,
    /// Number of the entry.
    pub entry: u16,
    /// How many came or, if negative, went.
    pub n: i64,
}

/// A message, or a part of it, that does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuarantineRow {
    /// The message; its bytes are in the journal.
    pub seq: Seq,
    /// When it was received.
    pub received_at: UtcMillis,
    /// Number of its source.
    pub source: u32,
    /// Its device, if known.
    pub device: Option<DeviceNo>,
    /// Why; of several readings of one message the first.
    pub reason: Reason,
    /// What, where; bounded.
    pub detail: String,
    /// Readings of the message that are in quarantine; 0 if it was not understood at all.
    pub readings: u32,
    /// Whether the message's outcome is `quarantined`: none of its readings counts.
    pub whole: bool,
    /// Readings in quarantine by reason.
    pub reasons: Vec<(Reason, u64)>,
}

/// The state at a journal position: folding can begin there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckpointRow {
    /// The day it begins (UTC days since 1970).
    pub day: i32,
    /// The last record it includes.
    pub seq: Seq,
    /// Blocks before this quarter have passed retention: no reading changes them any more, and they may go.
    pub keep_from: Quarter,
    /// Packed [`crate::Restore`].
    pub state: Vec<u8>,
}
