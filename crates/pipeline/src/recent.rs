//! What the fold holds in memory, for questions about now.

use smartpole_model::{DeviceNo, Flags, Quarter, Reading, Series, TimeSource, UtcMillis};
use smartpole_window::{Aggregates, Block};

/// A block that is open, or closed and not yet known to be committed.
#[derive(Clone, Debug)]
pub struct RecentBlock {
    /// When.
    pub quarter: Quarter,
    /// Whose.
    pub device: DeviceNo,
    /// Whether it takes readings without a revision.
    pub open: bool,
    /// The batch that carries it to the store; `None` until it is handed over. If the snapshot you read has this batch, it has the block.
    pub batch: Option<u64>,
    /// Its readings.
    pub block: Block,
    /// Its aggregates.
    pub aggregates: Aggregates,
    /// What stored roll-ups gain by it: `stored.merge(gain)` is the hour or day with it.
    pub gain: Aggregates,
}

/// The newest reading of a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Latest {
    /// What was measured.
    pub series: Series,
    /// When it was measured.
    pub event_time: UtcMillis,
    /// When we had it.
    pub received_at: UtcMillis,
    /// The value at the property's resolution.
    pub value: i64,
    /// Remarks.
    pub flags: Flags,
    /// Whose clock `event_time` is.
    pub time_source: TimeSource,
}

/// What one folding step showed to those who watch, before it is committed.
#[derive(Clone, Debug, Default)]
pub struct Live {
    /// Accepted readings, in order.
    pub readings: Vec<Reading>,
    /// Blocks touched, each once, with their aggregates after the step.
    pub windows: Vec<LiveWindow>,
}

/// A 15-minute window as it is now.
#[derive(Clone, Debug)]
pub struct LiveWindow {
    /// Whose.
    pub device: DeviceNo,
    /// When.
    pub quarter: Quarter,
    /// Whether readings may still come without making a revision.
    pub open: bool,
    /// What it says.
    pub aggregates: Aggregates,
}
