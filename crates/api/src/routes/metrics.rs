//! `GET /metrics`

use axum::{
    extract::State,
    http::{HeaderName, header},
};
use metrics::{counter, gauge};
use smartpole_pipeline::{Entry, Equation};

use crate::{
    ApiState, CircuitState, Health,
    problem::{Failed, Problem},
    routes::{Books, Target, targets},
};

mod help;

pub(crate) use help::describe;

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
        // A store that cannot be read is in the log; it must not hide what else is measured.
        let targets = targets(parts).unwrap_or_default();
        record(&books, parts.journal.durable().borrow().0, &parts.health.borrow(), &targets);
        Ok(parts.metrics.render())
    });
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text.await?))
}

/// Puts down what is known now.
fn record(books: &Books, durable: u64, health: &Health, targets: &[Target]) {
    gauge!("smartpole_journal_durable_seq").set(durable as f64);
    gauge!("smartpole_fold_seq").set(books.seq.0 as f64);
    gauge!("smartpole_fold_lag_messages").set(durable.saturating_sub(books.seq.0) as f64);
    let proven = books.balanced() && health.ledger_error.is_none();
    let balanced = proven && targets.iter().all(|target| target.balanced);
    gauge!("smartpole_ledger_balanced").set(f64::from(u8::from(balanced)));
    for source in &health.sources {
        let connected = f64::from(u8::from(source.connected));
        gauge!("smartpole_source_connected", "source" => source.name.clone()).set(connected);
    }
    for entry in Entry::all() {
        count(entry, books.get(entry));
    }
    targets.iter().for_each(record_target);
}

/// How far a target is, and what became of what is for it.
fn record_target(target: &Target) {
    let name = || target.name.clone();
    gauge!("smartpole_influx_pending_readings", "target" => name()).set(target.pending as f64);
    gauge!("smartpole_influx_lag_seconds", "target" => name()).set(target.lag_ms as f64 / 1_000.0);
    let open = target.circuit.state != CircuitState::Closed;
    gauge!("smartpole_influx_circuit_open", "target" => name()).set(f64::from(u8::from(open)));
    counter!("smartpole_influx_windows_total", "target" => name()).absolute(target.windows);
    let readings = |outcome: &'static str, reason: &str, n| {
        let labels = [("target", name()), ("outcome", outcome.to_owned()), ("reason", reason.to_owned())];
        counter!("smartpole_influx_readings_total", &labels).absolute(n);
    };
    readings("filtered", "", target.filtered);
    readings("forwarded", "", target.forwarded);
    target.refused.iter().for_each(|refused| readings("refused", &refused.reason, refused.value));
}

/// A gauge, as a replay takes from one entry what it gives another; all entries, so that none stays at what it was.
fn count(entry: Entry, n: u64) {
    let labels = [
        ("equation", entry.equation().map_or("", Equation::code)),
        ("entry", entry.code()),
        ("reason", entry.why().unwrap_or_default()),
    ];
    gauge!("smartpole_ledger", &labels).set(n as f64);
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use metrics_exporter_prometheus::PrometheusBuilder;
    use smartpole_model::{Flag, Outcome, Reason, Seq, UtcMillis};
    use smartpole_pipeline::Counts;
    use smartpole_store::Standing;

    use super::*;
    use crate::{SourceHealth, TargetHealth};

    #[test]
    fn sums_and_positions_are_put_down() {
        let mut counts = Counts::default();
        counts.add(Entry::Journalled, 3);
        counts.add(Entry::Message(Outcome::Uplink), 2);
        counts.add(Entry::Message(Outcome::Quarantined(Reason::UnknownDevice)), 1);
        counts.add(Entry::Excluded(Flag::OutOfRange), 5);
        let books = Books { seq: Seq(7), received_at: UtcMillis(0), counts };
        let source = SourceHealth { name: "broker".to_owned(), connected: true, refused: None };
        let health = Health { sources: vec![source], ..Health::default() };
        let recorder = PrometheusBuilder::new().build_recorder();
        metrics::with_local_recorder(&recorder, || record(&books, 9, &health, &[]));
        let text = recorder.handle().render();
        let occurred = text.lines().filter(|line| !line.starts_with("smartpole_ledger{") || !line.ends_with(" 0"));
        check(
            &occurred.collect::<Vec<_>>().join("\n"),
            &expect![[r#"
                smartpole_fold_lag_messages 2
                smartpole_fold_seq 7
                smartpole_journal_durable_seq 9
                smartpole_ledger_balanced 1
                smartpole_ledger{equation="",entry="excluded",reason="out_of_range"} 5
                smartpole_ledger{equation="messages",entry="journalled",reason=""} 3
                smartpole_ledger{equation="messages",entry="quarantined",reason="unknown_device"} 1
                smartpole_ledger{equation="messages",entry="uplink",reason=""} 2
                smartpole_source_connected{source="broker"} 1"#]],
        );
    }

    #[test]
    fn what_a_replay_takes_from_an_entry_is_gone_from_its_figure() {
        let recorder = PrometheusBuilder::new().build_recorder();
        let told = |entry| {
            let mut counts = Counts::default();
            counts.add(entry, 3);
            let books = Books { seq: Seq(7), received_at: UtcMillis(0), counts };
            metrics::with_local_recorder(&recorder, || record(&books, 7, &Health::default(), &[]));
            recorder.handle().render()
        };
        let refused = r#"smartpole_ledger{equation="messages",entry="quarantined",reason="unknown_device"}"#;
        assert!(told(Entry::Message(Outcome::Quarantined(Reason::UnknownDevice))).contains(&format!("{refused} 3\n")));
        assert!(told(Entry::Message(Outcome::Uplink)).contains(&format!("{refused} 0\n")));
    }

    #[test]
    fn each_target_has_its_figures_and_one_that_is_tried_is_not_yet_closed() {
        let standing = Standing {
            target: "city".to_owned(),
            filtered: 1,
            forwarded: 20,
            refused: vec![("rejected".to_owned(), 3, 2)],
            pending: 400,
            waiting_since: Some(UtcMillis(1_000)),
            windows: 7,
            ..Standing::default()
        };
        let away = TargetHealth { circuit: CircuitState::HalfOpen, ..TargetHealth::default() };
        let recorder = PrometheusBuilder::new().build_recorder();
        metrics::with_local_recorder(&recorder, || record_target(&Target::new(away, standing, UtcMillis(13_500))));
        check(
            &recorder.handle().render(),
            &expect![[r#"
            smartpole_influx_circuit_open{target="city"} 1
            smartpole_influx_lag_seconds{target="city"} 12.5
            smartpole_influx_pending_readings{target="city"} 400
            smartpole_influx_readings_total{target="city",outcome="filtered",reason=""} 1
            smartpole_influx_readings_total{target="city",outcome="forwarded",reason=""} 20
            smartpole_influx_readings_total{target="city",outcome="refused",reason="rejected"} 3
            smartpole_influx_windows_total{target="city"} 7"#]],
        );
    }

    #[test]
    fn each_entry_of_the_ledger_is_told_by_a_figure_of_its_own() {
        let mut counts = Counts::default();
        for (n, entry) in (1_001..).zip(Entry::all()) {
            counts.add(entry, n);
        }
        let books = Books { seq: Seq(7), received_at: UtcMillis(0), counts };
        let recorder = PrometheusBuilder::new().build_recorder();
        metrics::with_local_recorder(&recorder, || record(&books, 9, &Health::default(), &[]));
        let text = recorder.handle().render();
        for (n, entry) in (1_001..).zip(Entry::all()) {
            let told = text.lines().filter(|line| line.ends_with(&format!(" {n}"))).collect::<Vec<_>>();
            assert!(
                matches!(told[..], [line] if entry.why().is_none_or(|why| line.contains(why))),
                "{entry:?}: {told:?}"
            );
        }
    }

    #[test]
    fn a_ledger_whose_check_failed_is_not_balanced() {
        let books = Books { seq: Seq(0), received_at: UtcMillis(0), counts: Counts::default() };
        let balanced = |ledger_error: Option<&str>| {
            let health = Health { ledger_error: ledger_error.map(str::to_owned), ..Health::default() };
            let recorder = PrometheusBuilder::new().build_recorder();
            metrics::with_local_recorder(&recorder, || record(&books, 0, &health, &[]));
            recorder.handle().render().contains("\nsmartpole_ledger_balanced 1\n")
        };
        assert!(balanced(None) && !balanced(Some("one row too many")));
    }

    #[test]
    fn a_target_whose_sums_do_not_add_up_unbalances_the_ledger() {
        let target =
            Target::new(TargetHealth::default(), Standing { accepted: 1, ..Standing::default() }, UtcMillis(0));
        let books = Books { seq: Seq(0), received_at: UtcMillis(0), counts: Counts::default() };
        let recorder = PrometheusBuilder::new().build_recorder();
        metrics::with_local_recorder(&recorder, || record(&books, 0, &Health::default(), &[target]));
        assert!(recorder.handle().render().contains("\nsmartpole_ledger_balanced 0\n"));
    }

    /// The figures in order, without what describes them.
    fn check(text: &str, expect: &Expect) {
        let mut lines: Vec<_> = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
        lines.sort_unstable();
        expect.assert_eq(&lines.join("\n"));
    }
}
