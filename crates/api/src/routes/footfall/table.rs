//! Footfall as a table.

use smartpole_model::UtcMillis;

use super::{
    Footfall, FootfallItem, Totals,
    beside::{Beside, Partner, Why},
};
use crate::{
    citation::Stretch,
    csv::{Cell, Tabular, Writer},
    list::Cursor,
    number::Exact,
    routes::MethodName,
};

const COLUMNS: [&str; 31] = [
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
    "events",
    "partner_events",
    "windows",
    "row",
];

impl Tabular for Footfall {
    fn write(&self, out: &mut Writer) -> csv::Result<()> {
        let totals = self.totals.iter().flatten().flat_map(|totals| self.totals(totals));
        out.table(COLUMNS, self.items.iter().map(|item| self.row(item)).chain(totals))
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

    fn coverage(&self) -> Option<Exact> {
        self.covered
    }

    /// All of it: days at its end without data are days of it, too.
    fn left_open(&self) -> Vec<(&'static str, String)> {
        let open = |(from, to): (UtcMillis, UtcMillis)| vec![("from", from.to_string()), ("to", to.to_string())];
        self.asked.or_else(|| self.span()).map_or_else(Vec::new, open)
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
            words(&item.events),
            other.map_or(Cell::Empty, |other| words(&other.events)),
            1_i64.into(),
            "window".into(),
        ]
    }

    /// The last rows, which the column `row` tells from windows: all others added up, with their partners if all are comparable; else those that are, with theirs.
    fn totals(&self, totals: &Totals) -> Vec<[Cell<'_>; COLUMNS.len()]> {
        let [start, start_local] = Cell::instant(self.items.first().map(|item| item.start));
        let [end, end_local] = Cell::instant(self.items.last().map(|item| item.end));
        let own = [
            ("zone", self.zone.as_str().into()),
            ("rule", Cell::word(&self.rule)),
            ("rounded_to", self.rounded_to.into()),
            ("made_of", Cell::word(&self.made_of)),
            ("start", start),
            ("start_local", start_local),
            ("end", end),
            ("end_local", end_local),
        ];
        let all = [
            ("in", totals.r#in.into()),
            ("out", totals.out.into()),
            ("crossings", totals.crossings.into()),
            ("coverage", totals.coverage.into()),
            ("windows", (totals.windows as i64).into()),
        ];
        let (total, comparable) = ([("row", "total".into())], [("row", "compared".into())]);
        let all = all.into_iter().chain(total);
        let Some(compared) = &totals.compared else { return vec![row(own.into_iter().chain(all))] };
        let partners = [
            ("crossings", compared.crossings.into()),
            ("partner_crossings", compared.partner_crossings.into()),
            ("change_permille", compared.change_permille.into()),
            ("windows", (compared.windows as i64).into()),
        ];
        match compared.not_comparable {
            0 => vec![row(own.into_iter().chain(all).chain(partners))],
            _ => vec![row(own.clone().into_iter().chain(all)), row(own.into_iter().chain(partners).chain(comparable))],
        }
    }
}

/// A row of which these columns are known.
fn row<'a>(columns: impl Iterator<Item = (&'static str, Cell<'a>)>) -> [Cell<'a>; COLUMNS.len()] {
    let mut row = [const { Cell::Empty }; COLUMNS.len()];
    for (name, cell) in columns {
        if let Some(at) = COLUMNS.iter().position(|column| *column == name) {
            row[at] = cell;
        }
    }
    row
}

/// Empty if there are none.
fn words(words: &[String]) -> Cell<'_> {
    if words.is_empty() { Cell::Empty } else { Cell::words(words) }
}

/// The word of it, whose meaning JSON tells.
fn reason(why: Option<&Why>) -> Cell<'static> {
    why.map(|why| why.reason).into()
}
