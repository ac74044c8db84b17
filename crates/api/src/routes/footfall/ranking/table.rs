//! A ranking as a table.

use super::Ranking;
use smartpole_model::UtcMillis;

use crate::{
    citation::Stretch,
    csv::{Cell, Tabular, Writer},
    routes::MethodName,
};

const COLUMNS: [&str; 13] = [
    "rank",
    "zone",
    "name",
    "kind",
    "parent",
    "rule",
    "counters",
    "crossings_per_day",
    "crossings",
    "days",
    "of",
    "coverage",
    "not_comparable",
];

impl Tabular for Ranking {
    fn write(&self, out: &mut Writer) -> csv::Result<()> {
        let rows = self.items.iter().map(|item| {
            [
                item.rank.map(|rank| rank as i64).into(),
                item.zone.as_str().into(),
                item.name.as_str().into(),
                item.kind.as_str().into(),
                item.parent.as_deref().into(),
                Cell::word(&item.rule),
                (item.counters as i64).into(),
                item.crossings_per_day.into(),
                item.crossings.into(),
                item.days.into(),
                item.of.into(),
                item.coverage.into(),
                item.not_comparable.map(|why| why.reason).into(),
            ]
        });
        out.table(COLUMNS, rows)
    }

    /// All are of the same time, so each weighs the same.
    fn stretches(&self) -> Vec<Stretch> {
        let stretch = |coverage| Stretch { start: self.from, end: self.to, coverage: Some(coverage) };
        self.items.iter().map(|item| stretch(item.coverage)).collect()
    }

    fn span(&self) -> Option<(UtcMillis, UtcMillis)> {
        Some((self.from, self.to))
    }

    fn methods(&self) -> Vec<MethodName> {
        vec![self.method]
    }
}
