//! Days of noise as a table: a row is a period of a day at a pole, with the figure of the day on each.

use super::{NoiseAnswer, NoiseDay, PeriodNoise, PoleNoise};
use crate::{
    citation::Stretch,
    csv::{Cell, Tabular, Writer},
    list::Cursor,
    routes::MethodName,
};

/// UCUM code of levels.
const UNIT: &str = "dB";
const COLUMNS: [&str; 15] = [
    "pole",
    "date",
    "period",
    "start",
    "start_local",
    "end",
    "end_local",
    "laeq",
    "unit",
    "coverage",
    "state",
    "revision",
    "day_figure",
    "day_state",
    "day_revision",
];

impl Tabular for NoiseAnswer {
    fn write(&self, out: &mut Writer) -> csv::Result<()> {
        let poles = self.items.iter().flat_map(|day| day.poles.iter().map(move |pole| (day, pole)));
        out.table(COLUMNS, poles.flat_map(|(day, pole)| pole.periods.iter().map(move |period| row(day, pole, period))))
    }

    fn next(&self) -> Option<&Cursor> {
        self.next.as_ref()
    }

    fn methods(&self) -> Vec<MethodName> {
        self.methods.to_vec()
    }

    fn stretches(&self) -> Vec<Stretch> {
        let periods = self.items.iter().flat_map(|day| &day.poles).flat_map(|pole| &pole.periods);
        periods.map(|of| Stretch { start: of.start, end: of.end, coverage: Some(of.coverage) }).collect()
    }
}

fn row<'a>(day: &'a NoiseDay, pole: &'a PoleNoise, period: &PeriodNoise) -> [Cell<'a>; COLUMNS.len()] {
    let ([start, start_local], [end, end_local]) = (Cell::instant(period.start), Cell::instant(period.end));
    [
        pole.pole.as_str().into(),
        Cell::Date(&day.date),
        period.period.into(),
        start,
        start_local,
        end,
        end_local,
        period.laeq.into(),
        UNIT.into(),
        period.coverage.into(),
        Cell::word(&period.state),
        period.revision.into(),
        pole.day_figure.into(),
        Cell::word(&pole.state),
        pole.revision.into(),
    ]
}
