//! A profile as a table.

use super::Profile;
use smartpole_model::UtcMillis;

use crate::{
    citation::Stretch,
    csv::{Cell, Tabular, Writer},
    routes::MethodName,
};

const COLUMNS: [&str; 12] =
    ["zone", "rule", "rounded_to", "made_of", "day", "hour", "in", "out", "crossings", "hours", "of", "coverage"];

impl Tabular for Profile {
    fn write(&self, out: &mut Writer) -> csv::Result<()> {
        let rows = self.items.iter().map(|item| {
            [
                self.zone.as_str().into(),
                Cell::word(&self.rule),
                self.rounded_to.into(),
                Cell::word(&self.made_of),
                item.day.into(),
                i64::from(item.hour).into(),
                item.r#in.into(),
                item.out.into(),
                item.crossings.into(),
                item.hours.into(),
                item.of.into(),
                item.coverage.into(),
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
        self.methods.to_vec()
    }
}
