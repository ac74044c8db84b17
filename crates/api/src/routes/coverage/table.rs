//! Coverage as a table.

use super::{Coverage, CoverageItem, Silence};
use smartpole_model::UtcMillis;

use crate::{
    citation::Stretch,
    csv::{Cell, Tabular, Writer},
    routes::MethodName,
};

const COLUMNS: [&str; 10] =
    ["pole", "property", "start", "start_local", "end", "end_local", "count", "expected", "coverage", "gaps"];

impl Tabular for Coverage {
    fn write(&self, out: &mut Writer) -> csv::Result<()> {
        out.table(COLUMNS, self.items.iter().map(row))
    }

    fn stretches(&self) -> Vec<Stretch> {
        let stretch = |of: &CoverageItem| Stretch { start: of.start, end: of.end, coverage: Some(of.coverage) };
        self.items.iter().map(stretch).collect()
    }

    fn span(&self) -> Option<(UtcMillis, UtcMillis)> {
        Some((self.from, self.to))
    }

    fn methods(&self) -> Vec<MethodName> {
        vec![self.method]
    }
}

fn row(item: &CoverageItem) -> [Cell<'_>; COLUMNS.len()] {
    let ([start, start_local], [end, end_local]) = (Cell::instant(item.start), Cell::instant(item.end));
    [
        item.pole.as_str().into(),
        item.property.as_str().into(),
        start,
        start_local,
        end,
        end_local,
        item.count.into(),
        item.expected.into(),
        item.coverage.into(),
        gaps(&item.gaps),
    ]
}

/// Time intervals by ISO 8601, 4.4.4.1, with spaces between.
fn gaps(gaps: &[Silence]) -> Cell<'static> {
    let interval = |gap: &Silence| format!("{}/{}", gap.from, gap.to);
    let intervals: Vec<String> = gaps.iter().map(interval).collect();
    if intervals.is_empty() { Cell::Empty } else { Cell::Text(intervals.join(" ").into()) }
}
