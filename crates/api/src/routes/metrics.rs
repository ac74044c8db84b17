//! `GET /metrics`

use axum::{
    extract::State,
    http::{HeaderName, header},
};
use metrics::{counter, gauge};
use smartpole_model::{Outcome, Verdict};
use smartpole_pipeline::Entry;

use crate::{
    ApiState, Health,
    problem::{Failed, Problem},
    routes::Books,
};

/// What the service measures about itself, for Prometheus.
#[utoipa::path(get, path = "/metrics", tag = "operation", responses(
    (status = 200, description = "Text exposition format 0.0.4.", body = String, content_type = "text/plain"),
    Failed,
))]
pub(crate) async fn metrics(
    State(state): State<ApiState>,
) -> Result<([(HeaderName, &'static str); 1], String), Problem> {
    let text = state.ask(|parts| {
        let books = Books::of(&parts.fold());
        record(&books, parts.journal.durable().borrow().0, &parts.health.borrow());
        Ok(parts.metrics.render())
    });
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text.await?))
}

/// Puts down what is known now; the sums of the ledger are counters, as they only grow.
fn record(books: &Books, durable: u64, health: &Health) {
    gauge!("smartpole_journal_durable_seq").set(durable as f64);
    gauge!("smartpole_fold_seq").set(books.seq.0 as f64);
    gauge!("smartpole_fold_lag_messages").set(durable.saturating_sub(books.seq.0) as f64);
    gauge!("smartpole_ledger_balanced").set(f64::from(u8::from(books.balanced())));
    for source in &health.sources {
        let connected = f64::from(u8::from(source.connected));
        gauge!("smartpole_source_connected", "source" => source.name.clone()).set(connected);
    }
    for entry in Entry::all() {
        count(entry, books.get(entry));
    }
}

/// Reasons and flags that never occurred are left out.
fn count(entry: Entry, n: u64) {
    match entry {
        Entry::Journalled => counter!("smartpole_messages_journalled_total").absolute(n),
        Entry::Decoded => counter!("smartpole_readings_decoded_total").absolute(n),
        Entry::Aggregatable => counter!("smartpole_windows_aggregatable_total").absolute(n),
        Entry::Message(Outcome::Uplink) => message("uplink", "", n),
        Entry::Message(Outcome::Control) => message("control", "", n),
        Entry::Message(Outcome::Duplicate) => message("duplicate", "", n),
        Entry::Message(Outcome::Quarantined(_)) | Entry::Reading(Verdict::Quarantined(_)) | Entry::Excluded(_)
            if n == 0 => {}
        Entry::Message(Outcome::Quarantined(reason)) => message("quarantined", reason.code(), n),
        Entry::Reading(Verdict::Accepted) => reading("accepted", "", n),
        Entry::Reading(Verdict::Duplicate) => reading("duplicate", "", n),
        Entry::Reading(Verdict::Quarantined(reason)) => reading("quarantined", reason.code(), n),
        Entry::OnTime => window("on_time", n),
        Entry::Late => window("late", n),
        Entry::Expired => window("expired", n),
        Entry::Excluded(flag) => counter!("smartpole_readings_excluded_total", "flag" => flag.code()).absolute(n),
    }
}

fn message(outcome: &'static str, reason: &'static str, n: u64) {
    counter!("smartpole_messages_total", "outcome" => outcome, "reason" => reason).absolute(n);
}

fn reading(verdict: &'static str, reason: &'static str, n: u64) {
    counter!("smartpole_readings_total", "verdict" => verdict, "reason" => reason).absolute(n);
}

fn window(arrival: &'static str, n: u64) {
    counter!("smartpole_windows_total", "arrival" => arrival).absolute(n);
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use metrics_exporter_prometheus::PrometheusBuilder;
    use smartpole_model::{Flag, Reason, Seq, UtcMillis};
    use smartpole_pipeline::Counts;

    use super::*;
    use crate::SourceHealth;

    #[test]
    fn sums_and_positions_are_put_down_and_what_never_occurred_is_left_out() {
        let mut counts = Counts::default();
        counts.add(Entry::Journalled, 3);
        counts.add(Entry::Message(Outcome::Uplink), 2);
        counts.add(Entry::Message(Outcome::Quarantined(Reason::UnknownDevice)), 1);
        counts.add(Entry::Excluded(Flag::OutOfRange), 5);
        let books = Books { seq: Seq(7), received_at: UtcMillis(0), counts };
        let source = SourceHealth { name: "broker".to_owned(), connected: true, refused: None };
        let health = Health { sources: vec![source], ..Health::default() };
        let recorder = PrometheusBuilder::new().build_recorder();
        metrics::with_local_recorder(&recorder, || record(&books, 9, &health));
        let text = recorder.handle().render();
        let mut lines: Vec<_> = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
        lines.sort_unstable();
        expect![[r#"
            smartpole_fold_lag_messages 2
            smartpole_fold_seq 7
            smartpole_journal_durable_seq 9
            smartpole_ledger_balanced 1
            smartpole_messages_journalled_total 3
            smartpole_messages_total{outcome="control",reason=""} 0
            smartpole_messages_total{outcome="duplicate",reason=""} 0
            smartpole_messages_total{outcome="quarantined",reason="unknown_device"} 1
            smartpole_messages_total{outcome="uplink",reason=""} 2
            smartpole_readings_decoded_total 0
            smartpole_readings_excluded_total{flag="out_of_range"} 5
            smartpole_readings_total{verdict="accepted",reason=""} 0
            smartpole_readings_total{verdict="duplicate",reason=""} 0
            smartpole_source_connected{source="broker"} 1
            smartpole_windows_aggregatable_total 0
            smartpole_windows_total{arrival="expired"} 0
            smartpole_windows_total{arrival="late"} 0
            smartpole_windows_total{arrival="on_time"} 0"#]]
        .assert_eq(&lines.join("\n"));
    }
}
