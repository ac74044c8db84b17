//! What a batch changed: all that the store has to write, in one transaction with the cursor.

mod ledger;
mod windows;

use smartpole_model::{DeviceNo, Eui, PackError, Quarter, Seq, Series, UtcMillis};

pub use self::{
    ledger::{LedgerDeviceRow, LedgerMove, LedgerSourceKey, QuarantineRow},
    windows::{AirProperties, Anew, BlockRow, BlockSpan, Parts, RevisionReason, RevisionRow, RollupDelta, Scope},
};
use crate::{Cuts, Latest, MovedRow, Replay, device::Device};

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
    /// Blocks that count for other poles and zones than before, by (quarter, device, minute), each once.
    pub moved: Vec<MovedRow>,
    /// Devices whose state at the cursor changed, by number.
    pub devices: Vec<DeviceRow>,
    /// What devices are heard of from now on, or not any more, by (device, series, minute).
    pub heard: Vec<HeardRow>,
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
    /// Counts of closed quarters that a total which began anew, or jumped by more than can pass, reaches into; nothing to be kept.
    pub began_anew: Vec<(DeviceNo, Quarter, Series)>,
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

impl DeviceRow {
    /// The newest reading of each series that the device is heard of.
    ///
    /// # Errors
    /// If the state is not that of a device.
    pub fn latest(&self) -> Result<Vec<Latest>, PackError> {
        Device::restore(self).map(|device| device.latest)
    }
}

/// What a device says of a series since a minute of receipt: something that counts, or nothing any more, as all of it was superseded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeardRow {
    /// Who.
    pub device: DeviceNo,
    /// Of what.
    pub series: Series,
    /// Since when (minutes since 1970).
    pub minute: i64,
    /// Whether something counts.
    pub is_heard: bool,
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

/// The state at a journal position: folding can begin there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckpointRow {
    /// The day it begins (UTC days since 1970).
    pub day: i32,
    /// The last record it includes.
    pub seq: Seq,
    /// What may go.
    pub cuts: Cuts,
    /// Devices that measure persons, ascending.
    pub persons: Vec<DeviceNo>,
    /// Packed [`crate::Restore`].
    pub state: Vec<u8>,
}
