//! Footfall as a table.

use super::{
    Footfall, FootfallItem,
    beside::{Beside, Partner, Why},
};
use crate::{
    citation::Stretch,
    csv::{Cell, Tabular, Writer},
    list::Cursor,
    routes::MethodName,
};

const COLUMNS: [&str; 27] = [
    "zone",
    "rule",
    "rounded_to",
    "made_of",
    "start",
    "start_local",
    "end",
    "end_local",
    "in",
    "out",
    "crossings",
    "coverage",
    "state",
    "revision",
    "partner_start",
    "partner_start_local",
    "partner_end",
    "partner_end_local",
    "partner_days",
    "partner_in",
    "partner_out",
    "partner_crossings",
    "partner_coverage",
    "change_permille",
    "not_comparable",
    "estimate",
    "not_estimated",
];

impl Tabular for Footfall {
    fn write(&self, out: &mut Writer) -> csv::Result<()> {
        out.table(COLUMNS, self.items.iter().map(|item| self.row(item)))
    }

    fn next(&self) -> Option<&Cursor> {
        self.next.as_ref()
    }

    fn methods(&self) -> Vec<MethodName> {
        [Some(self.method), self.compared_by, self.estimated_by].into_iter().flatten().collect()
    }

    fn stretches(&self) -> Vec<Stretch> {
        let stretch = |item: &FootfallItem| Stretch { start: item.start, end: item.end, coverage: Some(item.coverage) };
        self.items.iter().map(stretch).collect()
    }

    fn is_as_of(&self) -> bool {
        self.rounded_to == 1
    }
}

impl Footfall {
    fn row<'a>(&'a self, item: &'a FootfallItem) -> [Cell<'a>; COLUMNS.len()] {
        let ([start, start_local], [end, end_local]) = (Cell::instant(item.start), Cell::instant(item.end));
        let Beside { partner, change_permille, not_comparable, estimate, not_estimated } = &item.beside;
        let other = partner.as_ref();
        let [partner_start, partner_start_local] = Cell::instant(other.and_then(|other| other.start));
        let [partner_end, partner_end_local] = Cell::instant(other.and_then(|other| other.end));
        [
            self.zone.as_str().into(),
            Cell::word(&self.rule),
            self.rounded_to.into(),
            Cell::word(&self.made_of),
            start,
            start_local,
            end,
            end_local,
            item.r#in.into(),
            item.out.into(),
            item.crossings.into(),
            item.coverage.into(),
            Cell::word(&item.state),
            item.revision.into(),
            partner_start,
            partner_start_local,
            partner_end,
            partner_end_local,
            other.map_or(Cell::Empty, |other| Cell::words(&other.days)),
            other.and_then(|other| other.r#in).into(),
            other.and_then(|other| other.out).into(),
            other.map(|Partner { crossings, .. }| *crossings).into(),
            other.map(|other| other.coverage).into(),
            (*change_permille).into(),
            reason(not_comparable.as_ref()),
            estimate.as_ref().map(|estimate| estimate.crossings).into(),
            reason(not_estimated.as_ref()),
        ]
    }
}

/// The word of it, whose meaning JSON tells.
fn reason(why: Option<&Why>) -> Cell<'static> {
    why.map(|why| why.reason).into()
}
