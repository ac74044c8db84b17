//! Rows of the ledger and of the quarantine.

use smartpole_model::{DeviceNo, Reason, Seq, UtcMillis};

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
