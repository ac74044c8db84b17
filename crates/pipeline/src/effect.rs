//! A replay as it is known to those who ask, and what it changed.

use smartpole_model::{Seq, UtcMillis};

/// A replay: messages decoded again by the registry in force, and what that changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Replay {
    /// The record that ordered it; messages before it are concerned.
    pub id: Seq,
    /// When it was ordered.
    pub ordered_at: UtcMillis,
    /// Which messages, in the words of the order.
    pub order: String,
    /// Messages below are done.
    pub next: Seq,
    /// Whether all are.
    pub done: bool,
    /// What came of it so far.
    pub effect: Effect,
}

/// What a replay changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Effect {
    /// Messages decoded again.
    pub messages: u64,
    /// Messages of which the journal has no bytes any more.
    pub missing: u64,
    /// Messages that left the quarantine.
    pub recovered: u64,
    /// New readings.
    pub readings: u64,
    /// Readings that have another value now.
    pub replaced: u64,
    /// Readings refused, as another message says something else of their instant.
    pub conflicts: u64,
    /// Closed windows with a new revision.
    pub windows: u64,
    /// Readings that the messages gave before and give no longer: they stay, and count no more.
    pub superseded: u64,
    /// Messages that would have superseded readings, and were left alone: one of theirs is past raw retention, where nothing could take
    /// its place.
    pub expired: u64,
}

impl Effect {
    /// All numbers, in the order of the fields.
    pub fn numbers(&self) -> [u64; 9] {
        let Self { messages, missing, recovered, readings, replaced, conflicts, windows, superseded, expired } = *self;
        [messages, missing, recovered, readings, replaced, conflicts, windows, superseded, expired]
    }

    /// The effect of [`Effect::numbers`].
    pub fn of_numbers(numbers: [u64; 9]) -> Self {
        let [messages, missing, recovered, readings, replaced, conflicts, windows, superseded, expired] = numbers;
        Self { messages, missing, recovered, readings, replaced, conflicts, windows, superseded, expired }
    }
}
