//! Poles asked about.

use smartpole_method::air::cet_year;
use smartpole_model::{PoleNo, PropertyNo, Registry, UtcMillis};
use smartpole_pipeline::{Fold, NameKind};
use smartpole_store::{PoleAir, PoleHours, WantedHours};

use crate::{
    Parts,
    list::Number,
    problem::Problem,
    scope::{self, ScopeKind, ScopeName},
    span::Span,
};

/// A pole, or a zone with its poles.
pub(super) struct Place {
    pub(super) name: ScopeName,
    /// Ids and numbers.
    pub(super) poles: Vec<(String, PoleNo)>,
}

impl Place {
    /// By a registry whose poles and zones the fold has met.
    pub(super) fn new(
        fold: &Fold,
        registry: &Registry,
        pole: Option<&str>,
        zone: Option<&str>,
    ) -> Result<Self, Problem> {
        let (kind, id, poles) = match (pole, zone) {
            (Some(id), None) => (ScopeKind::Pole, id, vec![scope::pole_named(registry, id)?]),
            (None, Some(id)) => {
                let zone = scope::zone_named(registry, id)?;
                (ScopeKind::Zone, id, registry.zones[zone].poles.clone())
            }
            _ => return Err(Problem::parameter("pole, zone: not exactly one is given", "give one of the two")),
        };
        let pole = |index: usize| {
            let id = &registry.poles[index].id;
            Some((id.clone(), PoleNo(fold.number(NameKind::Pole, id)?)))
        };
        let name = ScopeName { kind, id: id.to_owned() };
        Ok(Self { name, poles: poles.into_iter().filter_map(pole).collect() })
    }

    pub(super) fn is_zone(&self) -> bool {
        self.name.kind == ScopeKind::Zone
    }

    /// What `each` makes of the air of every pole, in their order.
    pub(super) fn air<'a, T>(
        &'a self,
        parts: &Parts,
        span: (UtcMillis, UtcMillis),
        as_of: Option<UtcMillis>,
        mut each: impl FnMut(&'a str, PoleAir) -> T,
    ) -> Result<Vec<T>, Problem> {
        let numbers: Vec<PoleNo> = self.poles.iter().map(|(_, number)| *number).collect();
        let mut ids = self.poles.iter().map(|(id, _)| id.as_str());
        Ok(parts.queries.air_hours(&numbers, span, as_of, |_, air| each(ids.next().unwrap_or_default(), air))?)
    }

    /// The hours of a property at every pole, in their order.
    pub(super) fn hours(
        &self,
        parts: &Parts,
        property: PropertyNo,
        (from, to): (UtcMillis, UtcMillis),
        as_of: Option<UtcMillis>,
    ) -> Result<Vec<(&str, PoleHours)>, Problem> {
        let poles: Vec<PoleNo> = self.poles.iter().map(|(_, number)| *number).collect();
        let wanted = WantedHours { poles: &poles, properties: &[property], from, to, as_of };
        let heard = parts.queries.pole_hours(&wanted, |_, hours| hours.into_iter().next().unwrap_or_default())?;
        Ok(self.poles.iter().map(|(id, _)| id.as_str()).zip(heard).collect())
    }
}

/// A year of CET, as asked for.
pub(super) type Year = Number<2000, 2200>;

/// From its first instant to the first after it.
pub(super) fn year_span(Number(year): Year) -> Result<Span, Problem> {
    let span = i16::try_from(year).ok().and_then(cet_year).map(|(from, to)| Span { from, to });
    span.ok_or_else(|| Problem::parameter(format!("year: the calendar has no {year}"), "give another year"))
}
