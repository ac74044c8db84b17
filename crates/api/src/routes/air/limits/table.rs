//! Numbers and years as a table: a row is a number and a pole; a number without poles is a row of its own.

use super::{AirLimits, LimitItem, PoleAbove};
use crate::{
    csv::{Cell, Tabular, Writer},
    routes::MethodName,
};

const COLUMNS: [&str; 25] = [
    "scope_kind",
    "scope",
    "year",
    "regime",
    "kind",
    "pollutant",
    "averaging",
    "number",
    "unit",
    "allowed",
    "years",
    "in_force_from",
    "in_force_to",
    "uncertainty_percent",
    "pole",
    "above",
    "valid",
    "of",
    "complete",
    "uncorrected",
    "year_mean",
    "year_valid_hours",
    "year_needed_hours",
    "year_hours",
    "source",
];

impl Tabular for AirLimits {
    fn write(&self, out: &mut Writer) -> csv::Result<()> {
        let rows = self.items.iter().flat_map(|item| {
            let poles = item.poles.iter().map(Some);
            let none = item.poles.is_empty().then_some(None);
            poles.chain(none).map(|pole| self.row(item, pole))
        });
        out.table(COLUMNS, rows)
    }

    fn methods(&self) -> Vec<MethodName> {
        vec![self.method]
    }

    fn left_open(&self) -> Vec<(&'static str, String)> {
        vec![("year", self.year.to_string())]
    }
}

impl AirLimits {
    fn row<'a>(&'a self, item: &'a LimitItem, pole: Option<&'a PoleAbove>) -> [Cell<'a>; COLUMNS.len()] {
        let year = pole.and_then(|pole| pole.year_mean.as_ref());
        [
            Cell::word(&self.scope.kind),
            self.scope.id.as_str().into(),
            i64::from(self.year).into(),
            item.regime.into(),
            item.kind.into(),
            item.pollutant.into(),
            item.averaging.into(),
            item.number.into(),
            item.unit.into(),
            u32::from(item.allowed).into(),
            u32::from(item.years).into(),
            Cell::Date(&item.in_force_from),
            Cell::date(item.in_force_to.as_deref()),
            u32::from(item.uncertainty_percent).into(),
            pole.map(|pole| pole.pole.as_str()).into(),
            pole.and_then(|pole| pole.above).into(),
            pole.map(|pole| pole.valid).into(),
            pole.map(|pole| pole.of).into(),
            pole.map(|pole| pole.complete).into(),
            pole.map(|pole| pole.uncorrected).into(),
            year.and_then(|year| year.mean).into(),
            year.map(|year| year.valid_hours).into(),
            year.map(|year| year.needed_hours).into(),
            year.map(|year| year.hours).into(),
            item.source.into(),
        ]
    }
}
