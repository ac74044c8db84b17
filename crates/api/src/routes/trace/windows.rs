//! The windows that a reading counts in.

use smartpole_model::{Flag, Flags, ObservedProperty, Series};
use smartpole_pipeline::Scope;

use super::{Asked, answer::TracedWindow};
use crate::{
    problem::Problem,
    scope::{ScopeKind, ScopeName},
    span::Step,
};

impl Asked<'_> {
    /// Whose windows it counts in: its device's and, where it is active, those of its pole and that pole's zones.
    fn scopes(&self) -> Vec<ScopeName> {
        let registry = &self.inputs.registry;
        let mut scopes = vec![ScopeName { kind: ScopeKind::Device, id: self.id.clone() }];
        let start = self.kept.row.event_time.quarter().start();
        if let Some(installation) = self.registered().and_then(|device| device.active_at(start)) {
            let pole = &registry.poles[installation.pole];
            scopes.push(ScopeName { kind: ScopeKind::Pole, id: pole.id.clone() });
            let zone = |index: &usize| ScopeName { kind: ScopeKind::Zone, id: registry.zones[*index].id.clone() };
            scopes.extend(pole.zones.iter().map(zone));
        }
        scopes
    }

    /// The properties whose windows it counts for.
    fn properties(&self) -> Vec<&ObservedProperty> {
        let catalogue = &self.inputs.registry.properties;
        let start = self.kept.row.event_time.quarter().start();
        let reversed = self.registered().is_some_and(|device| device.at(start).reversed.contains(&self.series.channel));
        let target = self.property.counts.and_then(|number| catalogue.get(number)).unwrap_or(&self.property);
        let opposite = target.opposite.filter(|_| reversed).and_then(|number| catalogue.get(number));
        let told = |number| {
            self.kept.row.values.iter().any(|value| value.series == Series { property: number, ..self.series })
        };
        let mass =
            self.property.converts.filter(|(number, _)| !told(*number)).and_then(|(number, _)| catalogue.get(number));
        std::iter::once(opposite.unwrap_or(target)).chain(mass).collect()
    }

    pub(super) fn windows(&self) -> Result<Vec<TracedWindow>, Problem> {
        let scopes = self.scopes();
        let numbers: Vec<Option<Scope>> = {
            let fold = self.parts.fold();
            scopes.iter().map(|name| name.number(&fold)).collect()
        };
        let mut windows = Vec::new();
        for (name, scope) in scopes.iter().zip(numbers) {
            let Some(scope) = scope else { continue };
            for property in self.properties() {
                for step in [Step::Quarter, Step::Hour, Step::Day] {
                    windows.extend(self.window(name, scope, property, step)?);
                }
            }
        }
        Ok(windows)
    }

    fn window(
        &self,
        name: &ScopeName,
        scope: Scope,
        property: &ObservedProperty,
        step: Step,
    ) -> Result<Option<TracedWindow>, Problem> {
        let Some(length) = step.windows() else { return Ok(None) };
        let (start, end) = length.around(property.theme == "air_quality", self.kept.row.event_time);
        let wanted = smartpole_store::Wanted {
            scope,
            property: property.number,
            channel: Some(self.series.channel),
            from: start,
            to: start.plus(1),
            step: length,
            as_of: None,
        };
        let windows = self.parts.queries.windows(&wanted)?;
        let excluded = Flag::ALL
            .into_iter()
            .filter(|flag| self.counted.flags.contains(*flag) && self.property.excluded_by.contains(*flag));
        let excluded: Flags = excluded.collect();
        Ok(windows.first().map(|window| TracedWindow {
            scope: name.clone(),
            property: property.id.clone(),
            step,
            start,
            end,
            counts: excluded.is_empty(),
            excluded_by: (!excluded.is_empty()).then_some(excluded),
            state: window.state.into(),
            revision: window.revision,
        }))
    }
}
