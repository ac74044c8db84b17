//! What sources count for `/metrics`, each by the name of the source alone.

use metrics::Counter;

/// Counters of one source, from zero with the process.
pub(crate) struct Counters {
    /// Messages received, redelivered ones included.
    pub(crate) received: Counter,
    /// Messages acknowledged: the journal has them on disk.
    pub(crate) acknowledged: Counter,
    /// Messages of QoS 0 or by UDP, dropped because the journal had no room.
    pub(crate) dropped: Counter,
    /// Connections lost or not made.
    pub(crate) reconnects: Counter,
}

impl Counters {
    pub(crate) fn new(source: &str) -> Self {
        let counter = |name| metrics::counter!(name, "source" => source.to_owned());
        Self {
            received: counter("smartpole_messages_received_total"),
            acknowledged: counter("smartpole_messages_acknowledged_total"),
            dropped: counter("smartpole_messages_dropped_total"),
            reconnects: counter("smartpole_source_reconnects_total"),
        }
    }
}
