//! An alert as it is shown.

use serde::Serialize;
use serde_json::{Map, Value};
use smartpole_alert::{AlertKind, Cause, CauseKind, NextStep};
use smartpole_alerting::{Alert, Delivery, Word};
use smartpole_model::{Registry, UtcMillis, registry::AlertSeverity};
use utoipa::ToSchema;

use super::{delivery::DeliveryItem, said::Names};

/// What is wrong with one cause.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Alert)]
pub(crate) struct AlertItem {
    /// Names it for ever.
    #[schema(example = "17")]
    pub(super) id: String,
    /// `silent`, `gateway_silent`, `switch_point_silent`, `source_lost`, `battery`, `drift`, `stuck`, `counter_jump`, `flood`,
    /// `clock`, `quarantine_share`, `target_lag`, `disk` or `limit_value`.
    #[schema(value_type = String, example = "gateway_silent")]
    pub(super) rule: AlertKind,
    /// `act`, `watch` or `note`.
    #[schema(value_type = String, example = "act")]
    pub(super) severity: AlertSeverity,
    /// Whether it is open.
    pub(super) state: AlertState,
    /// What it is about.
    pub(super) cause: CauseItem,
    /// The cause that it turned out to be part of; null of most.
    pub(super) part_of: Option<CauseItem>,
    /// Ids of the devices concerned.
    pub(super) devices: Vec<String>,
    /// The poles concerned.
    pub(super) poles: Vec<PoleItem>,
    /// Since when it is like this.
    #[schema(value_type = String, format = DateTime)]
    pub(super) since: UtcMillis,
    /// When it was closed; null while it is open.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(super) until: Option<UtcMillis>,
    /// How bad it is, by rule: numbers, times, and the property's id.
    #[schema(value_type = Object, example = json!({"last_received_at": "2026-11-29T15:04:00Z"}))]
    figures: Map<String, Value>,
    /// What to do.
    pub(super) next_step: StepItem,
    /// Who has taken note of it; null if nobody.
    pub(super) acknowledged: Option<WordItem>,
    /// Until when it is muted; null if it is not.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(super) muted_until: Option<UtcMillis>,
    /// Who is told of it, and what came of that: that it opened first, then that it closed.
    pub(super) deliveries: Vec<DeliveryItem>,
}

/// Whether an alert is open.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AlertState {
    /// It is.
    Active,
    /// It is over.
    Closed,
}

/// What an alert is about.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AlertCause)]
pub(super) struct CauseItem {
    /// `device`, `pole`, `gateway`, `switch_point`, `target`, `source` or `service`.
    #[schema(value_type = String, example = "gateway")]
    pub(super) kind: CauseKind,
    /// Its id or name.
    pub(super) id: String,
    /// Its name for people.
    pub(super) name: String,
}

/// Where to go.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AlertPole)]
pub(super) struct PoleItem {
    /// Its id.
    #[schema(example = "AM-01")]
    pub(super) id: String,
    /// Its name.
    name: String,
    /// Its number in the street lighting.
    pub(super) lamp: Option<String>,
    /// The cabinet that switches it.
    switch_point: Option<String>,
    /// Latitude, WGS 84 degrees.
    lat: f64,
    /// Longitude, WGS 84 degrees.
    lon: f64,
}

/// What to do.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NextStep)]
pub(super) struct StepItem {
    /// `check_power`, `visit`, `clean`, `replace_battery`, `replace_sensor`, `fix_mapping`, `check_counter`, `fix_clock`,
    /// `check_network`, `make_room`, `watch` or `none`.
    #[schema(value_type = String, example = "check_power")]
    pub(super) code: smartpole_alert::StepCode,
    /// What to take along.
    pub(super) part: Option<String>,
    /// Whether it is worth a trip of its own.
    pub(super) trip: bool,
}

/// What somebody said to it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Acknowledged)]
pub(super) struct WordItem {
    /// Who: an account's name, its pseudonym once it is deleted, or an address.
    pub(super) by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub(super) at: UtcMillis,
    /// What.
    pub(super) note: String,
}

impl AlertItem {
    pub(super) fn new(registry: &Registry, names: &Names, alert: Alert, deliveries: Vec<Delivery>) -> Self {
        let Alert { id, rule, cause, since, until, part_of, said, acknowledged, muted_until } = alert;
        let NextStep { code, part, trip } = said.next_step;
        let word = |Word { by, at, note }| WordItem { by: names.of(by), at, note };
        Self {
            id: id.to_string(),
            rule,
            severity: said.severity,
            state: if until.is_none() { AlertState::Active } else { AlertState::Closed },
            cause: CauseItem::new(registry, cause),
            part_of: part_of.map(|cause| CauseItem::new(registry, cause)),
            devices: said.devices,
            poles: said.poles.iter().filter_map(|id| PoleItem::new(registry, id)).collect(),
            since,
            until,
            figures: said.figures,
            next_step: StepItem { code, part, trip },
            acknowledged: acknowledged.map(word),
            muted_until,
            deliveries: deliveries.into_iter().map(DeliveryItem::from).collect(),
        }
    }
}

impl CauseItem {
    pub(super) fn new(registry: &Registry, Cause { kind, id }: Cause) -> Self {
        let pole = |id: &String| registry.poles.iter().find(|pole| pole.id == *id).map(|pole| pole.name.clone());
        let gateway = |id: &String| Some(registry.gateway(id.parse().ok()?)?.name.clone());
        let name = match kind {
            CauseKind::Pole => pole(&id),
            CauseKind::Gateway => gateway(&id),
            _ => None,
        };
        Self { kind, name: name.unwrap_or_else(|| id.clone()), id }
    }
}

impl PoleItem {
    /// None of a pole that is in the registry no more.
    fn new(registry: &Registry, id: &str) -> Option<Self> {
        let pole = registry.poles.iter().find(|pole| pole.id == id)?;
        Some(Self {
            id: pole.id.clone(),
            name: pole.name.clone(),
            lamp: pole.lamp.clone(),
            switch_point: pole.switch_point.clone(),
            lat: pole.position.lat,
            lon: pole.position.lon,
        })
    }
}
