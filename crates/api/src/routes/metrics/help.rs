//! What each metric is, for Prometheus' `# HELP`. Whoever adds a metric anywhere adds its line here; a test by a parser that is not
//! ours finds one without.

use metrics::{describe_counter, describe_gauge};

/// Counters, which begin at 0 with the process or, of the ledger's targets, with the target.
const COUNTERS: [(&str, &str); 21] = [
    ("smartpole_messages_received_total", "Messages that a source received, redelivered ones included."),
    ("smartpole_messages_acknowledged_total", "Messages acknowledged to their sender: the journal has them on disk."),
    ("smartpole_messages_dropped_total", "Messages of QoS 0 or by UDP, dropped as the journal had no room."),
    (
        "smartpole_messages_forbidden_total",
        "Messages that a pole published elsewhere than it may; its connection was cut off.",
    ),
    ("smartpole_source_reconnects_total", "Connections of a source that were lost or not made."),
    ("smartpole_udp_refused_total", "Datagrams of gateways that were refused, by reason."),
    (
        "smartpole_udp_unknown_pulls_total",
        "Datagrams that ask for downlinks of gateways that gateways.csv does not name.",
    ),
    ("smartpole_udp_gateway_moves_total", "How often a gateway came from another address."),
    ("smartpole_downlinks_total", "Answers to LoRaWAN devices, by what became of them."),
    (
        "smartpole_counters_began_anew_total",
        "Quarters of an hour of counts that a total which began anew, or jumped by more than can pass, reaches into.",
    ),
    ("smartpole_replay_messages_total", "Messages that replays decoded again."),
    ("smartpole_quarantine_evicted_total", "Messages that left the quarantine as it was full."),
    (
        "smartpole_alert_messages_total",
        "Attempts to send alerts, by kind of target: sent, to be tried again, or given up.",
    ),
    ("smartpole_influx_requests_total", "Requests to a target."),
    ("smartpole_influx_retries_total", "Requests to a target that repeat one before."),
    ("smartpole_influx_sent_bytes_total", "Bytes sent to a target, as compressed."),
    (
        "smartpole_influx_readings_total",
        "Readings that a target does not wait for any more, by what became of them and why.",
    ),
    ("smartpole_logins_total", "Attempts to log in, by what came of them."),
    ("smartpole_openid_logins_total", "Log-ins by an OpenID provider, by what came of them."),
    ("smartpole_http_refused_total", "Requests refused for who asks or how often, by reason."),
    ("smartpole_influx_windows_total", "Windows that a target has."),
];

/// Gauges.
const GAUGES: [(&str, &str); 10] = [
    ("smartpole_journal_durable_seq", "Number of the newest record that is on disk."),
    ("smartpole_fold_seq", "Number of the newest record that is folded."),
    ("smartpole_fold_lag_messages", "Records on disk that are not folded yet."),
    (
        "smartpole_ledger",
        "What became of messages, readings and windows, by entry of the ledger and reason; a replay may lower one.",
    ),
    ("smartpole_ledger_balanced", "Whether all sums of the ledger go up, those of targets included: 1 or 0."),
    ("smartpole_source_connected", "Whether a source is connected: 1 or 0."),
    ("smartpole_influx_pending_readings", "Readings that a target has not got yet."),
    ("smartpole_influx_lag_seconds", "Age of the oldest reading that a target has not got yet."),
    (
        "smartpole_history_held_days",
        "Days of which readings stay here after their time, as the history is not known to have them.",
    ),
    ("smartpole_influx_circuit_open", "Whether a target is waited for: 1 or 0."),
];

/// Tells the recorder of the process.
pub(crate) fn describe() {
    for (name, words) in COUNTERS {
        describe_counter!(name, words);
    }
    for (name, words) in GAUGES {
        describe_gauge!(name, words);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_described_once_by_a_sentence_and_counters_are_totals() {
        let mut all: Vec<_> = COUNTERS.iter().chain(&GAUGES).collect();
        assert!(all.iter().all(|(_, words)| words.ends_with('.')));
        assert!(COUNTERS.iter().all(|(name, _)| name.ends_with("_total")));
        assert!(GAUGES.iter().all(|(name, _)| !name.ends_with("_total")));
        let count = all.len();
        all.sort_unstable();
        all.dedup_by_key(|(name, _)| *name);
        assert_eq!(all.len(), count);
    }
}
