//! How the journal is.

use smartpole_model::Seq;

/// Whether the journal acknowledges.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum State {
    /// It does.
    #[default]
    Running,
    /// The disk is full: records wait, and go on by themselves when there is room.
    Full,
    /// A write or fdatasync failed: nothing more until a restart.
    Poisoned,
    /// It was closed.
    Closed,
}

/// The journal at a glance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// Whether it acknowledges.
    pub state: State,
    /// Segment files.
    pub segments: usize,
    /// Their size in bytes.
    pub bytes: u64,
    /// The oldest record kept; the next to come if there is none.
    pub oldest: Seq,
    /// The newest durable record; `Seq(0)` if there was never one.
    pub durable: Seq,
}
