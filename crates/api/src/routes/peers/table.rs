//! Hours beside those of the poles around as a table.

use super::{HOUR_MS, PeerItem, PeersAnswer};
use crate::{
    citation::Stretch,
    csv::{Cell, Tabular, Writer},
    list::Cursor,
    routes::MethodName,
};

const COLUMNS: [&str; 13] = [
    "pole",
    "property",
    "unit",
    "start",
    "start_local",
    "end",
    "end_local",
    "value",
    "median",
    "mad",
    "poles",
    "deviation",
    "marked",
];

impl Tabular for PeersAnswer {
    fn write(&self, out: &mut Writer) -> csv::Result<()> {
        out.table(COLUMNS, self.items.iter().map(|item| self.row(item)))
    }

    fn next(&self) -> Option<&Cursor> {
        self.next.as_ref()
    }

    fn methods(&self) -> Vec<MethodName> {
        vec![self.method]
    }

    fn stretches(&self) -> Vec<Stretch> {
        let stretch = |item: &PeerItem| Stretch { start: item.start, end: item.start.plus(HOUR_MS), coverage: None };
        self.items.iter().map(stretch).collect()
    }
}

impl PeersAnswer {
    fn row<'a>(&'a self, item: &PeerItem) -> [Cell<'a>; COLUMNS.len()] {
        let [start, start_local] = Cell::instant(item.start);
        let [end, end_local] = Cell::instant(item.start.plus(HOUR_MS));
        [
            self.scope.id.as_str().into(),
            self.property.as_str().into(),
            self.unit.as_str().into(),
            start,
            start_local,
            end,
            end_local,
            item.value.into(),
            item.median.into(),
            item.mad.into(),
            i64::try_from(item.poles).unwrap_or(i64::MAX).into(),
            item.deviation.into(),
            item.marked.into(),
        ]
    }
}
