//! Where readings are of which the store keeps the sums alone.

mod missing;
mod rows;

use smartpole_model::{DeviceNo, ObservedProperty, Reading, UtcMillis};

pub(crate) use missing::{Missing, Sought};
pub(crate) use rows::{Gone, Rows, is_known};

/// Reads them.
pub trait History: Send + Sync {
    /// The name of the target that has them.
    fn name(&self) -> &str;

    /// Readings by event time, device and channel, each once. It is asked on a thread that may block, and answers within a bounded
    /// time.
    ///
    /// # Errors
    /// [`HistoryAway`].
    fn readings(&self, wanted: &HistoryWanted<'_>) -> Result<Vec<Reading>, HistoryAway>;
}

/// Which readings are wanted.
#[derive(Clone, Debug)]
pub struct HistoryWanted<'a> {
    /// Devices by the ids that they were sent with.
    pub devices: &'a [(String, DeviceNo)],
    /// What they measured.
    pub property: &'a ObservedProperty,
    /// One channel; all if it is none.
    pub channel: Option<u8>,
    /// First instant.
    pub from: UtcMillis,
    /// First instant after.
    pub to: UtcMillis,
    /// Most readings, and then all of the last one's instant; `usize::MAX` is no limit.
    pub limit: usize,
    /// Whether it waits while others ask.
    pub patient: bool,
}

/// There is no answer, and why, without any secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct HistoryAway(pub String);
