//! Settings.

/// Settings of a journal.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Largest segment, in bytes; a single record that is larger has a segment of its own, and so has each UTC day.
    pub segment_bytes: u64,
    /// Below this much free disk space, in bytes, nothing is acknowledged: room to commit and to unlink is kept.
    pub min_free_bytes: u64,
    /// Most records made durable by one write.
    pub group_records: usize,
    /// Most bytes of records that wait for the writer; beyond, `append` waits.
    pub waiting_bytes: u32,
    /// How often a full disk is looked at again, in milliseconds.
    pub full_poll_ms: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            segment_bytes: 64 << 20,
            min_free_bytes: 512 << 20,
            group_records: 1_000,
            waiting_bytes: 16 << 20,
            full_poll_ms: 250,
        }
    }
}
