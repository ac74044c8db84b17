//! The fold: what the service knows, as a deterministic function of the journal.
mod changes;
mod ledger;
mod recent;
mod restore;

pub use changes::{
    BlockRow, Changes, CheckpointRow, DeviceRow, LedgerDeviceRow, LedgerSourceKey, Name, NameKind, QuarantineRow, RevisionReason,
    RevisionRow, RollupDelta, Scope,
};
pub use ledger::{Counts, Entry};
pub use recent::{Latest, Live, LiveWindow, RecentBlock};
pub use restore::{LoadError, Restore, StoredBlock, StoredBlocks};

use std::sync::Arc;
use smartpole_model::{DeviceNo, Inputs, Quarter, Seq, UtcMillis};

/// SKELETON: being written; the methods below keep their signatures.
#[derive(Debug)]
pub struct Fold {}

impl Fold {
    /// In-memory blocks of a device with `from <= quarter < to`.
    pub fn recent(&self, _device: DeviceNo, _from: Quarter, _to: Quarter) -> Vec<RecentBlock> { Vec::new() }
    /// The newest reading of each series of a device.
    pub fn latest(&self, _device: DeviceNo) -> &[Latest] { &[] }
    /// When the device's last accepted reading was received.
    pub fn last_received_at(&self, _device: DeviceNo) -> Option<UtcMillis> { None }
    /// Registry and settings in force.
    pub fn inputs(&self) -> Option<&Arc<Inputs>> { None }
    /// The device's number.
    pub fn device_no(&self, _id: &str) -> Option<DeviceNo> { None }
    /// Name tables: id of a number and the reverse, for devices, poles, zones, sources.
    pub fn name(&self, _kind: NameKind, _number: u32) -> Option<&str> { None }
    /// Number of an id.
    pub fn number(&self, _kind: NameKind, _id: &str) -> Option<u32> { None }
    /// Ledger sums over all time, uncommitted ones included.
    pub fn ledger(&self) -> &Counts { unreachable!() }
    /// Last record folded and its receipt time.
    pub fn position(&self) -> (Seq, UtcMillis) { (Seq(0), UtcMillis(0)) }
}
