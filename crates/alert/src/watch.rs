//! Alerts that come and go: what a rule found so many times in a row opens, what it did not closes.

use std::collections::BTreeMap;

use smartpole_model::{UtcMillis, registry::AlertRules};

use crate::{
    Cause, CauseKind, Facts, Finding, Key, Standing,
    evaluate::findings,
    silence::{Ended, Silence},
};

/// What happened to an alert in one evaluation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// It is new. What it says is boxed, as it is the largest of these.
    Opened(Box<Finding>),
    /// It goes on, and says this now.
    GoesOn(Box<Finding>),
    /// It is over.
    Closed {
        /// Which one.
        key: Key,
        /// The cause that it turned out to be part of, and is told of from now on; none if all is well again.
        part_of: Option<Cause>,
    },
}

/// What former evaluations found. What is lost by a restart is only how often in a row something was found that is no alert yet.
#[derive(Clone, Debug, Default)]
pub struct Watch {
    tracked: BTreeMap<Key, Tracked>,
    ended: Ended,
}

#[derive(Clone, Debug, Default)]
struct Tracked {
    is_open: bool,
    /// When it was found first, while it is not open.
    found_at: UtcMillis,
    bad: u16,
    good: u16,
    close_after: u16,
}

impl Watch {
    /// Goes on with alerts that are open (with their `close_after`), and with gateways and switch points that were silent until some instant.
    pub fn resume(
        open: impl IntoIterator<Item = (Key, u16)>,
        ended: impl IntoIterator<Item = (Cause, UtcMillis)>,
    ) -> Self {
        let tracked = |(key, close_after)| (key, Tracked { is_open: true, close_after, ..Tracked::default() });
        Self { tracked: open.into_iter().map(tracked).collect(), ended: ended.into_iter().collect() }
    }

    pub(crate) fn ended(&self) -> &Ended {
        &self.ended
    }

    /// Evaluates the rules once; what changed, in the order of rule and cause.
    pub fn step(&mut self, facts: &Facts, rules: &AlertRules) -> Vec<Change> {
        let Silence { findings, explained } = findings(facts, rules, &self.ended);
        self.note_ends(facts, &findings);
        let mut changes = Vec::new();
        let found: BTreeMap<Key, Finding> =
            findings.into_iter().map(|finding| (finding.key.clone(), finding)).collect();
        let absent: Vec<Key> = self.tracked.keys().filter(|key| !found.contains_key(*key)).cloned().collect();
        for key in absent {
            changes.extend(self.absent(key, &explained));
        }
        for (_, finding) in found {
            changes.extend(self.found(finding, facts.now));
        }
        changes
    }

    /// What hangs on a gateway or switch point gets its patience from when that was silent last.
    fn note_ends(&mut self, facts: &Facts, findings: &[Finding]) {
        let causes =
            findings.iter().filter(|finding| finding.standing == Standing::Bad).map(|finding| &finding.key.cause);
        for cause in causes.filter(|cause| matches!(cause.kind, CauseKind::Gateway | CauseKind::SwitchPoint)) {
            self.ended.insert(cause.clone(), facts.now);
        }
    }

    fn found(&mut self, finding: Finding, now: UtcMillis) -> Option<Change> {
        let known = self.tracked.entry(finding.key.clone()).or_default();
        known.close_after = finding.close_after;
        if finding.standing == Standing::Unclear {
            return known.is_open.then(|| Change::GoesOn(Box::new(finding)));
        }
        if known.bad == 0 && !known.is_open {
            known.found_at = now;
        }
        (known.bad, known.good) = (known.bad.saturating_add(1), 0);
        if known.is_open {
            return Some(Change::GoesOn(Box::new(finding)));
        }
        known.is_open = known.bad >= finding.open_after;
        let since = finding.since.unwrap_or(known.found_at);
        known.is_open.then(|| Change::Opened(Box::new(Finding { since: Some(since), ..finding })))
    }

    fn absent(&mut self, key: Key, explained: &BTreeMap<Cause, Cause>) -> Option<Change> {
        let known = self.tracked.get_mut(&key)?;
        (known.bad, known.good) = (0, known.good.saturating_add(1));
        let is_silence = matches!(key.rule, crate::AlertKind::Silent | crate::AlertKind::GatewaySilent);
        let part_of = explained.get(&key.cause).filter(|_| is_silence).cloned();
        if known.is_open && known.good < known.close_after && part_of.is_none() {
            return None;
        }
        let was_open = known.is_open;
        self.tracked.remove(&key);
        was_open.then_some(Change::Closed { key, part_of })
    }
}
