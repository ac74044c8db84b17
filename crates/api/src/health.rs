//! Whether the service can do its work.

use serde::Serialize;
use smartpole_journal::{State, Status};
use smartpole_model::{ObservedProperty, UtcMillis};
use utoipa::ToSchema;

/// What the binary knows about its parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// Why the fold stands still, if it does.
    pub fold_error: Option<String>,
    /// Why files of the registry are not in force, if so. The former ones are: the service is ready all the same.
    pub registry_error: Option<String>,
    /// What the ledger's check of itself found, if anything. Messages are acknowledged and folded all the same.
    pub ledger_error: Option<String>,
    /// The configured sources.
    pub sources: Vec<SourceHealth>,
    /// The configured targets. One that is away is no reason not to be ready: what is for it is kept.
    pub targets: Vec<TargetHealth>,
}

/// One source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceHealth {
    /// Its name in the configuration.
    pub name: String,
    /// Whether it is connected, or listens.
    pub connected: bool,
    /// Why the other side refuses us, if it does: nothing that waiting mends.
    pub refused: Option<String>,
}

/// The connection to one target.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TargetHealth {
    /// Its name in the configuration.
    pub name: String,
    /// Which readings it gets.
    pub filter: TargetFilter,
    /// Whether it is sent to.
    pub circuit: CircuitState,
    /// What kind of trouble it is, as a code (`token`, `bucket`, `server`, `network`, …); empty while closed.
    pub kind: &'static str,
    /// What is in the way, in the server's words or in ours.
    pub reason: Option<String>,
    /// Since when it is like this.
    pub since: Option<UtcMillis>,
    /// When it is tried again.
    pub retry_at: Option<UtcMillis>,
}

/// Which readings a target gets: those that pass all of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TargetFilter {
    /// Whether it gets windows only.
    pub windows_only: bool,
    /// Themes; none stands for all.
    pub themes: Vec<String>,
    /// Ids of properties; none stands for all.
    pub properties: Vec<String>,
    /// Ids of zones; none stands for all.
    pub zones: Vec<String>,
}

impl TargetFilter {
    /// Whether it lets a reading pass, which was measured within these zones.
    pub(crate) fn passes(&self, property: &ObservedProperty, zones: &[&str]) -> bool {
        let one = |wanted: &[String], ids: &[&str]| {
            wanted.is_empty() || ids.iter().any(|id| wanted.iter().any(|wanted| wanted == id))
        };
        let Self { windows_only, themes, properties, zones: wanted } = self;
        !windows_only && one(themes, &[&property.theme]) && one(properties, &[&property.id]) && one(wanted, zones)
    }
}

/// Whether a target is sent to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CircuitState {
    /// It takes what is sent.
    #[default]
    Closed,
    /// It does not; the next attempt waits.
    Open,
    /// It is being tried, with little.
    HalfOpen,
}

/// Why the service is not ready; nothing if it is.
pub(crate) fn reasons(health: &Health, journal: &Status, lag: u64, max_lag: u64) -> Vec<String> {
    let journal = match journal.state {
        State::Running => None,
        State::Full => Some("the journal has no room on its disk: nothing is acknowledged until there is".to_owned()),
        State::Poisoned => Some("a write of the journal failed: nothing is acknowledged until a restart".to_owned()),
        State::Closed => Some("the journal is closed: the service is stopping".to_owned()),
    };
    let lag = (lag > max_lag).then(|| format!("{lag} messages are still to be folded, more than {max_lag}"));
    let fold = health.fold_error.as_ref().map(|error| format!("folding stands still: {error}"));
    let refused = |source: &SourceHealth| {
        let reason = source.refused.as_ref()?;
        Some(format!("source {}: {reason}", source.name))
    };
    journal.into_iter().chain(fold).chain(lag).chain(health.sources.iter().filter_map(refused)).collect()
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn every_reason_is_named_and_a_lost_connection_or_target_is_none() {
        let source = |name: &str, refused: Option<&str>| SourceHealth {
            name: name.to_owned(),
            connected: false,
            refused: refused.map(str::to_owned),
        };
        let health = Health {
            fold_error: Some("cannot load what was kept".to_owned()),
            registry_error: Some("poles.csv line 3".to_owned()),
            ledger_error: Some("one row too many".to_owned()),
            sources: vec![source("broker", Some("bad user name or password")), source("listener", None)],
            targets: vec![TargetHealth { circuit: CircuitState::Open, ..TargetHealth::default() }],
        };
        let full = Status { state: State::Full, ..Status::default() };
        let expected = expect![[r#"
            the journal has no room on its disk: nothing is acknowledged until there is
            folding stands still: cannot load what was kept
            11 messages are still to be folded, more than 10
            source broker: bad user name or password"#]];
        expected.assert_eq(&reasons(&health, &full, 11, 10).join("\n"));
        assert!(reasons(&Health::default(), &Status::default(), 10, 10).is_empty());
    }
}
