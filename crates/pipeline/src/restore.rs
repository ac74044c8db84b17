//! The state at the cursor, as the store kept it.

use std::collections::BTreeMap;

use smartpole_model::{DeviceNo, RawMessage, Seq, UtcMillis};

use crate::{Counts, Cuts, DeviceRow, GatewayRow, LedgerDeviceRow, LorawanRow, MovedRow, Name, QuarantineRow, Replay};

/// Everything [`crate::Fold::restore`] needs to go on as if it had never stopped.
#[derive(Clone, Debug, Default)]
pub struct Restore {
    /// Number of the last committed batch.
    pub batch: u64,
    /// The last record folded.
    pub cursor: Seq,
    /// Receipt time of the last record that has one.
    pub received_at: UtcMillis,
    /// The hour in which the first message ever was received (UTC hours since 1970).
    pub began: Option<i32>,
    /// All names, by kind and number.
    pub names: Vec<Name>,
    /// Hash of the inputs in force.
    pub inputs: Option<String>,
    /// State of each device that has one.
    pub devices: Vec<DeviceRow>,
    /// LoRaWAN state of each device that has one.
    pub lorawan: Vec<LorawanRow>,
    /// Gateways that ever brought something.
    pub gateways: Vec<GatewayRow>,
    /// Ticks counted by source number.
    pub ticks: Vec<(u32, u64)>,
    /// Ledger rows by device of the receipt day of `received_at`.
    pub ledger_devices: Vec<LedgerDeviceRow>,
    /// Sums of the ledger over all time.
    pub ledger: Counts,
    /// Batch rows still needed, unpacked from compression: (batch number, bytes), in order.
    pub batch_rows: Vec<(u64, Vec<u8>)>,
    /// The newest replay.
    pub replay: Option<Replay>,
    /// What a registry changed for the past and is not settled yet, packed.
    pub resettling: Vec<u8>,
    /// Day of the last checkpoint (UTC days since 1970).
    pub checkpoint_day: Option<i32>,
    /// Before which quarters what was measured is gone.
    pub cuts: Cuts,
}

/// What was stored, for readings that come late and messages that are decoded again. What the fold has not handed over yet it finds
/// itself.
pub trait StoredBlocks {
    /// A stored block.
    ///
    /// # Errors
    /// If the store cannot be read; the fold stops before it counts wrongly.
    fn load(&self, device: DeviceNo, quarter: smartpole_model::Quarter) -> Result<Option<StoredBlock>, LoadError>;

    /// Messages as they were received, in the order asked for (ascending); `None` for what is no message or is not kept any more.
    /// Only a replay asks.
    ///
    /// # Errors
    /// If the journal or the store cannot be read, or none was given.
    fn messages(&self, _seqs: &[Seq]) -> Result<Vec<Option<RawMessage>>, LoadError> {
        Err(LoadError("there is no journal to read messages again from".into()))
    }

    /// The earliest block from a quarter on, if any. Only a registry that changes the past asks.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn first_quarter(&self, _from: smartpole_model::Quarter) -> Result<Option<smartpole_model::Quarter>, LoadError> {
        Ok(None)
    }

    /// The first move of a block in a minute of receipt, if there was one. Only a registry that changes the past asks.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn moved(
        &self,
        _device: DeviceNo,
        _quarter: smartpole_model::Quarter,
        _minute: i64,
    ) -> Result<Option<MovedRow>, LoadError> {
        Ok(None)
    }

    /// The quarantine's rows of those of the messages (ascending) that are in it. Only a replay asks.
    ///
    /// # Errors
    /// If the store cannot be read, or none was given.
    fn quarantined(&self, _seqs: &[Seq]) -> Result<BTreeMap<Seq, QuarantineRow>, LoadError> {
        Err(LoadError("there is no quarantine to look into".into()))
    }
}

/// A block as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredBlock {
    /// Its revision.
    pub revision: u32,
    /// Minute of receipt of the newest revision, 0 if none.
    pub revised_minute: i64,
    /// Minute of receipt in which it was closed, 0 if it came after its time.
    pub closed_minute: i64,
    /// Packed aggregates, as roll-ups hold them.
    pub aggregates: Vec<u8>,
    /// Packed aggregates before its newest revision, if it has one; empty if the block was not there.
    pub former: Option<Vec<u8>>,
    /// Packed rows; none of a block that was sealed.
    pub rows: Vec<u8>,
}

/// Something that was kept, a stored block or a registry, could not be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot load what was kept")]
pub struct LoadError(#[source] pub Box<dyn std::error::Error + Send + Sync>);
