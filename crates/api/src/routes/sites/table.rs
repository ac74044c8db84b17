//! Sites as a table: a row a figure.

use super::{SiteItem, Sites, figure::SiteFigure};
use smartpole_model::{UtcMillis, registry::Sensing};

use crate::{
    csv::{Cell, Tabular, Writer},
    routes::MethodName,
};

const COLUMNS: [&str; 15] = [
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
    "method",
    "sensing",
];

impl Tabular for Sites {
    fn write(&self, out: &mut Writer) -> csv::Result<()> {
        let figures = |site| move |figure| self.row(site, figure);
        out.table(COLUMNS, self.items.iter().flat_map(|site| site.figures.iter().map(figures(site))))
    }

    fn span(&self) -> Option<(UtcMillis, UtcMillis)> {
        Some((self.from, self.to))
    }

    fn methods(&self) -> Vec<MethodName> {
        let figures = self.items.iter().flat_map(|site| &site.figures).filter(|figure| figure.missing.is_none());
        figures.fold(vec![self.method], |mut all, figure| {
            if !all.contains(&figure.method) {
                all.push(figure.method);
            }
            all
        })
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
            Cell::Text(figure.method.to_string().into()),
            sensing(&figure.sensing),
        ]
    }
}

/// Words with spaces between.
fn sensing(of: &[Sensing]) -> Cell<'static> {
    let words = of.iter().filter_map(|of| match Cell::word(of) {
        Cell::Text(word) => Some(word),
        _ => None,
    });
    Cell::words(&words.collect::<Vec<_>>())
}
