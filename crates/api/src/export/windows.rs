//! Windows, by their start, then by whose they are, then by property.

use smartpole_model::{ObservedProperty, UtcMillis};
use smartpole_pipeline::Scope;
use smartpole_store::Step;

use super::{Column, Encoder, Geometry, Place, Rows};
use crate::{
    Parts,
    asker::Published,
    csv::Cell,
    list::Number as Count,
    problem::Problem,
    routes::{
        peer_marks,
        window::{COLUMNS, Window},
    },
    scope::ScopeName,
    span::Span,
};

/// Most windows of a piece, or one of each series.
const PIECE: usize = 10_000;

/// Whose windows.
#[derive(Clone)]
pub(crate) struct Of {
    pub(crate) name: ScopeName,
    pub(crate) scope: Scope,
    /// Where it is, if it is a pole or stands at one.
    pub(crate) place: Option<Place>,
    pub(crate) published: Published,
}

/// Which windows.
pub(crate) struct Windows {
    pub(crate) of: Vec<Of>,
    pub(crate) properties: Vec<ObservedProperty>,
    pub(crate) channel: Option<u8>,
    pub(crate) step: Step,
    /// What is yet to be written.
    pub(crate) span: Span,
    pub(crate) as_of: Option<UtcMillis>,
}

impl Rows for Windows {
    fn columns(&self) -> &'static [Column] {
        &COLUMNS
    }

    fn piece(&mut self, parts: &Parts, out: &mut dyn Encoder) -> Result<bool, Problem> {
        let series = self.of.len() * self.properties.len();
        let (page, next) = self.span.page(self.step, Count((PIECE / series.max(1)).max(1)));
        let mut found = Vec::new();
        for of in &self.of {
            for property in &self.properties {
                let windows = self.windows(parts, of, property, page)?;
                found.extend(windows.into_iter().map(|window| (of, property, window)));
            }
        }
        found.sort_by_key(|(.., window)| window.start);
        found
            .iter()
            .try_for_each(|(of, property, window)| out.row(&row(of, property, window), of.place.map(Geometry::from)))?;
        self.span = Span { from: page.to, ..self.span };
        Ok(next.is_some())
    }
}

impl Windows {
    fn windows(
        &self,
        parts: &Parts,
        of: &Of,
        property: &ObservedProperty,
        Span { from, to }: Span,
    ) -> Result<Vec<Window>, Problem> {
        let Self { channel, step, as_of, .. } = *self;
        let scope = of.scope;
        let wanted = smartpole_store::Wanted { scope, property: property.number, channel, from, to, step, as_of };
        let windows = parts.queries.windows(&wanted)?;
        let windows = windows.iter().filter(|window| of.published.holds(window.start));
        let mut windows: Vec<_> = windows.map(|window| Window::new(property, window)).collect();
        peer_marks::mark(parts, &wanted, property, &mut windows)?;
        Ok(windows)
    }
}

fn row<'a>(of: &'a Of, property: &'a ObservedProperty, window: &Window) -> [Cell<'a>; COLUMNS.len()] {
    window.cells(&of.name, &property.id, &property.unit)
}
