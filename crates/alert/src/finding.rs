//! What a rule finds.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use smartpole_model::{
    UtcMillis,
    registry::{AlertRule, AlertSeverity},
};

use crate::{AlertKind, Cause, DeviceFacts, Facts, NextStep};

/// What an alert is known by while it is open.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Key {
    /// The rule.
    pub rule: AlertKind,
    /// What it is about.
    pub cause: Cause,
    /// The property, of rules that look at several of one cause; else empty.
    pub property: String,
}

/// Numbers that say how bad it is, by name.
pub type Figures = BTreeMap<String, Figure>;

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Figure {
    /// A whole number.
    Whole(i64),
    /// A value with this many digits after the point.
    Decimal(i64, u8),
    /// An instant.
    Time(UtcMillis),
    /// A word, like the property's id.
    Word(String),
}

/// Whether a rule holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It does.
    Bad,
    /// Nobody can tell, or it is close to its limit: nothing opens and nothing closes.
    Unclear,
}

/// What a rule says of a cause; of a cause without one all is well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Rule and cause.
    pub key: Key,
    /// Whether it holds.
    pub standing: Standing,
    /// How urgent it is.
    pub severity: AlertSeverity,
    /// Evaluations in a row before an alert opens.
    pub open_after: u16,
    /// Evaluations in a row before it closes.
    pub close_after: u16,
    /// Since when, if the facts tell; else since it was found.
    pub since: Option<UtcMillis>,
    /// Ids of the devices concerned, in order.
    pub devices: Vec<String>,
    /// Ids of the poles concerned, in order.
    pub poles: Vec<String>,
    /// How bad it is.
    pub figures: Figures,
    /// What to do.
    pub next_step: NextStep,
}

impl Key {
    fn of(rule: AlertKind, cause: Cause) -> Self {
        Self { rule, cause, property: String::new() }
    }
}

impl Finding {
    /// What a rule says of a cause, without figures yet.
    pub(crate) fn new<T>(
        rule: &AlertRule<T>,
        kind: AlertKind,
        cause: Cause,
        standing: Standing,
        next_step: NextStep,
    ) -> Self {
        Self {
            key: Key::of(kind, cause),
            standing,
            severity: rule.severity,
            open_after: rule.open_after,
            close_after: rule.close_after,
            since: None,
            devices: Vec::new(),
            poles: Vec::new(),
            figures: Figures::new(),
            next_step,
        }
    }

    /// The same, of these devices and their poles.
    pub(crate) fn of_devices<'a>(mut self, facts: &Facts, devices: impl IntoIterator<Item = &'a DeviceFacts>) -> Self {
        let (mut ids, mut poles) = (BTreeSet::new(), BTreeSet::new());
        for device in devices {
            ids.insert(device.id.clone());
            poles.extend(facts.poles.get(device.pole).map(|pole| pole.id.clone()));
        }
        (self.devices, self.poles) = (ids.into_iter().collect(), poles.into_iter().collect());
        self
    }
}
