//! Days of heat as a table.

use super::{HeatAnswer, HeatDay, UNIT};
use crate::{
    citation::Stretch,
    csv::{Cell, Tabular, Writer},
    list::Cursor,
    routes::MethodName,
};

impl Tabular for HeatAnswer {
    fn write(&self, out: &mut Writer) -> csv::Result<()> {
        let columns = [
            "pole",
            "date",
            "hot_day",
            "tropical_night",
            "max",
            "night_min",
            "unit",
            "day_coverage",
            "night_coverage",
            "state",
            "revision",
        ];
        let rows = self.items.iter().map(|day| {
            [
                self.scope.id.as_str().into(),
                Cell::Date(&day.date),
                day.hot_day.into(),
                day.tropical_night.into(),
                day.max.into(),
                day.night_min.into(),
                UNIT.into(),
                day.day_coverage.into(),
                day.night_coverage.into(),
                Cell::word(&day.state),
                day.revision.into(),
            ]
        });
        out.table(columns, rows)
    }

    fn next(&self) -> Option<&Cursor> {
        self.next.as_ref()
    }

    fn methods(&self) -> Vec<MethodName> {
        self.methods.to_vec()
    }

    fn stretches(&self) -> Vec<Stretch> {
        let stretch = |of: &HeatDay| Stretch { start: of.span.from, end: of.span.to, coverage: Some(of.day_coverage) };
        self.items.iter().map(stretch).collect()
    }
}
