//! How everything is now: what the fold has in memory, and a few questions to the file.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::{Arc, PoisonError, RwLock},
};

use smartpole_alert::{Cause, DiskFacts, Facts, GatewayFacts, PoleFacts, SourceFacts, TargetFacts, Traffic};
use smartpole_model::{Outcome, Severity, UtcMillis};
use smartpole_pipeline::{Counts, Entry, Fold, NameKind};
use smartpole_source::{SourceState, SourceStatus};
use smartpole_store::{Error, LedgerRows, Queries};
use tokio::sync::watch;

use super::{devices::Seen, slow::Slow};

/// The fold is that far behind at most; if it is further, nobody can say who is silent.
const BEHIND_MS: i64 = 120_000;

/// Rows of the ledger that are looked at: hours of sources.
const MOST_ROWS: usize = 10_000;

/// Gathers facts, one evaluation after the other.
pub(super) struct Gather {
    queries: Queries,
    sources: Vec<watch::Receiver<SourceStatus>>,
    data: PathBuf,
    seen: Seen,
    slow: Slow,
}

/// Seconds for which a source has been connected, by its name; none that is not.
pub(super) type Connected = BTreeMap<String, i64>;

impl Gather {
    pub(super) fn new(queries: Queries, sources: Vec<watch::Receiver<SourceStatus>>, data: PathBuf) -> Self {
        Self { queries, sources, data, seen: Seen::default(), slow: Slow::default() }
    }

    pub(super) fn fold(&self) -> &Arc<RwLock<Fold>> {
        self.queries.fold()
    }

    /// How everything is.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub(super) fn facts(&mut self, now: UtcMillis, maintained: BTreeSet<Cause>) -> Result<Facts, Error> {
        let statuses: Vec<SourceStatus> = self.sources.iter().map(|source| source.borrow().clone()).collect();
        let connected: Connected = statuses.iter().filter_map(|status| connected(status, now)).collect();
        self.slow.look(&self.queries, now)?;
        let sources = self.source_facts(&statuses, now)?;
        let targets = self.queries.targets()?.into_iter().map(|target| TargetFacts {
            lag_s: target.lag_ms(now) / 1_000,
            pending_messages: i64::try_from(target.pending_messages).unwrap_or(i64::MAX),
            name: target.target,
        });
        let targets = targets.collect();
        let fold = self.queries.fold().read().unwrap_or_else(PoisonError::into_inner);
        let is_behind = now.since(fold.position().1) > BEHIND_MS;
        let connected = if is_behind { Connected::new() } else { connected };
        let all_s = if connected.len() == statuses.len() { connected.values().min().copied() } else { None };
        let devices = self.seen.devices(&fold, &connected, &self.slow, now);
        Ok(Facts {
            now,
            poles: poles(&fold, &self.slow),
            devices,
            gateways: gateways(&fold, all_s.unwrap_or(0)),
            sources,
            targets,
            disk: disk(&self.data),
            maintained,
        })
    }

    fn source_facts(&self, statuses: &[SourceStatus], now: UtcMillis) -> Result<Vec<SourceFacts>, Error> {
        let hour = now.utc_hour();
        let wanted = LedgerRows { span: hour - 1..hour + 1, of: None, after: None, limit: MOST_ROWS };
        let mut traffic: BTreeMap<u32, Traffic> = BTreeMap::new();
        for row in self.queries.ledger_by_source(&wanted)? {
            let sum = traffic.entry(row.of).or_default();
            let more = of_counts(&row.counts);
            (sum.messages, sum.refused) = (sum.messages + more.messages, sum.refused + more.refused);
        }
        let facts = statuses.iter().map(|status| SourceFacts {
            name: status.name.clone(),
            connected: status.state == SourceState::Connected,
            since: status.since,
            traffic: self
                .queries
                .number(NameKind::Source, &status.name)
                .and_then(|no| traffic.get(&no).copied())
                .unwrap_or_default(),
        });
        Ok(facts.collect())
    }
}

/// Noise and foreign frames are nobody's fault, so they count neither here nor there.
pub(super) fn of_counts(counts: &Counts) -> Traffic {
    let is_refused = |outcome| matches!(outcome, Outcome::Quarantined(_)) && !is_note(outcome);
    Traffic { messages: sum(counts, |outcome| !is_note(outcome)), refused: sum(counts, is_refused) }
}

/// What a device sent: what several gateways heard, or a broker delivered again, is one message.
pub(super) fn sent(counts: &Counts) -> i64 {
    sum(counts, |outcome| !is_note(outcome) && outcome != Outcome::Duplicate)
}

fn sum(counts: &Counts, which: impl Fn(Outcome) -> bool) -> i64 {
    let of_messages = |entry| matches!(entry, Entry::Message(outcome) if which(outcome));
    i64::try_from(counts.sum(of_messages)).unwrap_or(i64::MAX)
}

fn is_note(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Quarantined(reason) if reason.severity() == Severity::Note)
}

fn connected(status: &SourceStatus, now: UtcMillis) -> Option<(String, i64)> {
    let is_connected = status.state == SourceState::Connected;
    is_connected.then(|| (status.name.clone(), now.since(status.since).max(0) / 1_000))
}

/// All poles, so that places in the list are those of the registry.
fn poles(fold: &Fold, slow: &Slow) -> Vec<PoleFacts> {
    let facts = fold.inputs().registry.poles.iter().map(|pole| PoleFacts {
        id: pole.id.clone(),
        switch_point: pole.switch_point.clone(),
        position: Some(pole.position),
        drift: slow.drift(&pole.id),
        hours: slow.hours(&pole.id),
    });
    facts.collect()
}

fn gateways(fold: &Fold, connected_s: i64) -> Vec<GatewayFacts> {
    let facts = fold.inputs().registry.gateways.iter().map(|gateway| GatewayFacts {
        id: gateway.eui.to_string(),
        switch_point: gateway.switch_point.clone(),
        last_received_at: fold.gateway(gateway.eui).map(|known| known.last_received_at),
        connected_s,
    });
    facts.collect()
}

fn disk(data: &std::path::Path) -> Option<DiskFacts> {
    let stat = rustix::fs::statvfs(data).ok()?;
    Some(DiskFacts {
        free: stat.f_bavail.saturating_mul(stat.f_frsize),
        size: stat.f_blocks.saturating_mul(stat.f_frsize),
    })
}

#[cfg(test)]
mod tests {
    use smartpole_model::Reason;

    use super::*;

    #[test]
    fn what_many_gateways_hear_is_sent_once_and_noise_is_of_nobody() {
        let outcomes = [
            (Outcome::Uplink, 40),
            (Outcome::Duplicate, 80),
            (Outcome::Quarantined(Reason::WrongMic), 3),
            (Outcome::Quarantined(Reason::BadCrc), 7),
        ];
        let counts = Counts(outcomes.map(|(outcome, n)| (Entry::Message(outcome).number(), n)).into());
        assert_eq!(sent(&counts), 43);
        let Traffic { messages, refused } = of_counts(&counts);
        assert_eq!((messages, refused), (123, 3));
    }
}
