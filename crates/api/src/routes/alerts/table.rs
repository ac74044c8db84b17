//! Alerts as a table: a row an alert.

use smartpole_alerting::DeliveryState;

use super::{AlertsAnswer, item::AlertItem};
use crate::{
    csv::{Cell, Tabular, Writer},
    list::Cursor,
};

const COLUMNS: [&str; 26] = [
    "id",
    "rule",
    "severity",
    "state",
    "cause_kind",
    "cause",
    "cause_name",
    "part_of",
    "poles",
    "lamps",
    "devices",
    "since",
    "since_local",
    "until",
    "until_local",
    "next_step",
    "part",
    "trip",
    "acknowledged_by",
    "acknowledged_at",
    "acknowledged_at_local",
    "note",
    "muted_until",
    "muted_until_local",
    "told",
    "not_told",
];

impl Tabular for AlertsAnswer {
    fn write(&self, out: &mut Writer) -> csv::Result<()> {
        out.table(COLUMNS, self.items.iter().map(row))
    }

    fn next(&self) -> Option<&Cursor> {
        self.next.as_ref()
    }

    fn is_as_of(&self) -> bool {
        false
    }
}

fn row(alert: &AlertItem) -> [Cell<'_>; COLUMNS.len()] {
    let poles: Vec<&str> = alert.poles.iter().map(|pole| pole.id.as_str()).collect();
    let lamps: Vec<&str> = alert.poles.iter().filter_map(|pole| pole.lamp.as_deref()).collect();
    let word = alert.acknowledged.as_ref();
    let [since, since_local] = Cell::instant(alert.since);
    let [until, until_local] = Cell::instant(alert.until);
    let [seen, seen_local] = Cell::instant(word.map(|word| word.at));
    let [muted, muted_local] = Cell::instant(alert.muted_until);
    let told = |sent: bool| {
        let told = alert.deliveries.iter().filter(|delivery| (delivery.state == DeliveryState::Sent) == sent);
        let mut names: Vec<&str> = told.map(|delivery| delivery.target.name.as_str()).collect();
        names.dedup();
        Cell::words(&names)
    };
    [
        alert.id.as_str().into(),
        Cell::word(&alert.rule),
        Cell::word(&alert.severity),
        Cell::word(&alert.state),
        Cell::word(&alert.cause.kind),
        alert.cause.id.as_str().into(),
        alert.cause.name.as_str().into(),
        alert.part_of.as_ref().map(|cause| cause.id.as_str()).into(),
        Cell::words(&poles),
        Cell::words(&lamps),
        Cell::words(&alert.devices),
        since,
        since_local,
        until,
        until_local,
        Cell::word(&alert.next_step.code),
        alert.next_step.part.as_deref().into(),
        Cell::Bool(alert.next_step.trip),
        word.map(|word| word.by.as_str()).into(),
        seen,
        seen_local,
        word.map(|word| word.note.as_str()).into(),
        muted,
        muted_local,
        told(true),
        told(false),
    ]
}
