//! Sites as a table: a row a figure.

use super::{SiteFigure, SiteItem, Sites};
use crate::{
    csv::{Cell, Tabular, Writer},
    routes::MethodName,
};

const COLUMNS: [&str; 13] = [
    "site",
    "kind",
    "name",
    "rule",
    "provider",
    "theme",
    "figure",
    "unit",
    "value",
    "of",
    "coverage",
    "missing",
    "not_comparable",
];

impl Tabular for Sites {
    fn write(&self, out: &mut Writer) -> csv::Result<()> {
        let figures = |site| move |figure| self.row(site, figure);
        out.table(COLUMNS, self.items.iter().flat_map(|site| site.figures.iter().map(figures(site))))
    }

    fn methods(&self) -> Vec<MethodName> {
        vec![self.method]
    }
}

impl Sites {
    fn row<'a>(&'a self, site: &'a SiteItem, figure: &'a SiteFigure) -> [Cell<'a>; COLUMNS.len()] {
        let comparable = self.comparable.iter().find(|comparable| comparable.figure == figure.figure);
        [
            site.site.as_str().into(),
            Cell::word(&site.kind),
            site.name.as_str().into(),
            Cell::word(&site.rule),
            site.provider.as_deref().into(),
            figure.theme.into(),
            figure.figure.into(),
            figure.unit.into(),
            figure.value.into(),
            figure.of.into(),
            figure.coverage.into(),
            figure.missing.map(|why| why.reason).into(),
            comparable.and_then(|comparable| comparable.not_comparable).map(|why| why.reason).into(),
        ]
    }
}
