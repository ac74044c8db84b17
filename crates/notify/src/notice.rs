//! What is told, before it is words.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::{Map, Value};
use smartpole_alert::{AlertKind, Cause, CauseKind, NextStep};
use smartpole_alerting::{Event, Message, Told, Word};
use smartpole_model::{
    Registry, UtcMillis,
    registry::{AlertSeverity, Pole},
};

/// What goes out at once.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// The same whenever it is sent again.
    pub id: String,
    /// When it was put together.
    pub formed_at: UtcMillis,
    /// The alerts, the most urgent open ones first; none of a test.
    pub entries: Vec<Entry>,
    /// Where the page is, without a slash at the end.
    pub page: String,
}

/// What is told of one alert, with the names it goes by.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Entry {
    /// Names it for ever.
    pub id: String,
    /// What happened: it opened, it closed, or both.
    pub events: BTreeSet<Event>,
    /// The rule.
    pub rule: AlertKind,
    /// How urgent it is.
    pub severity: AlertSeverity,
    /// What it is about.
    pub cause: Named,
    /// The cause that it turned out to be part of.
    pub part_of: Option<Named>,
    /// Ids of the devices concerned.
    pub devices: Vec<String>,
    /// The poles concerned.
    pub poles: Vec<Lamp>,
    /// Since when it is like this.
    pub since: UtcMillis,
    /// When it was closed; none while it is open.
    pub until: Option<UtcMillis>,
    /// How bad it is, by rule.
    pub figures: Map<String, Value>,
    /// What to do.
    pub next_step: NextStep,
    /// Who has taken note of it.
    pub acknowledged: Option<Word>,
    /// Where the page tells of it.
    pub link: String,
}

/// A cause and its name for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Named {
    /// Kind and id.
    #[serde(flatten)]
    pub cause: Cause,
    /// Its name; the id if it has none.
    pub name: String,
}

/// Where to go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Lamp {
    /// Id of the pole.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its number in the street lighting.
    pub lamp: Option<String>,
    /// The cabinet that switches it.
    pub switch_point: Option<String>,
}

impl Notice {
    /// A message with names of the registry. `page` is where everybody reaches the page.
    pub fn new(message: Message, registry: &Registry, page: &str) -> Self {
        let Message { id, formed_at, told, .. } = message;
        let mut entries: Vec<Entry> = told.into_iter().map(|told| Entry::new(told, registry, page)).collect();
        entries.sort_by_key(|entry| (entry.until.is_some(), entry.severity));
        Self { id: format!("smartpole.{}.{id}", formed_at.0), formed_at, entries, page: page.to_owned() }
    }

    /// One that says that it is a test.
    pub fn test(now: UtcMillis, page: &str) -> Self {
        Self { id: format!("smartpole.{}.test", now.0), formed_at: now, entries: Vec::new(), page: page.to_owned() }
    }
}

impl Entry {
    fn new(Told { events, alert }: Told, registry: &Registry, page: &str) -> Self {
        let pole = |id: &String| registry.poles.iter().find(|pole| pole.id == *id);
        Self {
            id: alert.id.to_string(),
            events,
            rule: alert.rule,
            severity: alert.said.severity,
            cause: Named::new(alert.cause, registry),
            part_of: alert.part_of.map(|cause| Named::new(cause, registry)),
            poles: alert.said.poles.iter().filter_map(pole).map(Lamp::new).collect(),
            devices: alert.said.devices,
            since: alert.since,
            until: alert.until,
            figures: alert.said.figures,
            next_step: alert.said.next_step,
            acknowledged: alert.acknowledged,
            link: format!("{page}/#alert={}", alert.id),
        }
    }
}

impl Named {
    fn new(cause: Cause, registry: &Registry) -> Self {
        let pole = || registry.poles.iter().find(|pole| pole.id == cause.id).map(|pole| pole.name.clone());
        let gateway = || Some(registry.gateway(cause.id.parse().ok()?)?.name.clone());
        let name = match cause.kind {
            CauseKind::Pole => pole(),
            CauseKind::Gateway => gateway(),
            _ => None,
        };
        Self { name: name.filter(|name| !name.is_empty()).unwrap_or_else(|| cause.id.clone()), cause }
    }
}

impl Lamp {
    fn new(pole: &Pole) -> Self {
        Self {
            id: pole.id.clone(),
            name: pole.name.clone(),
            lamp: pole.lamp.clone(),
            switch_point: pole.switch_point.clone(),
        }
    }

    /// What it is known by in the street: its lamp's number, else its id.
    pub(crate) fn number(&self) -> &str {
        self.lamp.as_deref().unwrap_or(&self.id)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use smartpole_alert::StepCode;

    use super::*;

    const SINCE: UtcMillis = UtcMillis(1_796_050_800_000);

    /// A silent gateway with so many poles.
    pub(crate) fn open(poles: usize) -> Entry {
        let lamp = |at| Lamp {
            id: format!("AM-{at}"),
            name: format!("Am Markt {at}"),
            lamp: Some(format!("04{}", 10 + at)),
            switch_point: Some("118".to_owned()),
        };
        Entry {
            id: "17".to_owned(),
            events: [Event::Opened].into(),
            rule: AlertKind::GatewaySilent,
            severity: AlertSeverity::Act,
            cause: Named { cause: Cause::new(CauseKind::Gateway, "0016c001f153a14c"), name: "Rathaus".to_owned() },
            part_of: None,
            devices: (0..poles).map(|at| format!("am-{at}-air")).collect(),
            poles: (0..poles).map(lamp).collect(),
            since: SINCE,
            until: None,
            figures: Map::new(),
            next_step: NextStep { code: StepCode::CheckPower, part: Some("SPS30".to_owned()), trip: true },
            acknowledged: Some(Word::new("10.0.0.9", SINCE, "Stadtwerke angerufen")),
            link: "https://luft.example.org/#alert=17".to_owned(),
        }
    }

    /// The same, over, as it is part of a larger cause.
    pub(crate) fn closed(poles: usize) -> Entry {
        let part_of = Named { cause: Cause::new(CauseKind::SwitchPoint, "118"), name: "118".to_owned() };
        Entry {
            events: [Event::Opened, Event::Closed].into(),
            until: Some(SINCE.plus(3_600_000)),
            part_of: Some(part_of),
            ..open(poles)
        }
    }

    pub(crate) fn notice(entries: Vec<Entry>) -> Notice {
        let page = "https://luft.example.org".to_owned();
        Notice { id: "smartpole.1796050860000.3".to_owned(), formed_at: SINCE.plus(60_000), entries, page }
    }
}
