//! The remark `peer` of hours that are shown: it hangs on the poles around and is never stored.

use std::collections::{BTreeMap, BTreeSet};

use smartpole_method::air::Pollutant;
use smartpole_model::{Flag, Flags, ObservedProperty, PoleNo, PropertyNo, UtcMillis};
use smartpole_pipeline::Scope;
use smartpole_store::{Step, Wanted};

use super::{place::Place, window::Window};
use crate::{Parts, problem::Problem, span::Span};

/// Hours of a pole that lie far from those of the poles around, by the property's id.
#[derive(Debug, Default)]
pub(super) struct Marks(BTreeMap<String, BTreeSet<UtcMillis>>);

impl Marks {
    /// Of some properties, by id and number.
    fn new(
        parts: &Parts,
        pole: PoleNo,
        properties: Vec<(String, PropertyNo)>,
        (from, to): (UtcMillis, UtcMillis),
        as_of: Option<UtcMillis>,
    ) -> Result<Self, Problem> {
        let numbers: Vec<PropertyNo> = properties.iter().map(|(_, number)| *number).collect();
        let asked = parts.queries.peers(pole, &numbers, (from, to), as_of)?;
        let marked = properties.into_iter().zip(asked).filter_map(|((id, _), peers)| {
            let hours = peers?.hours.into_iter().filter(|hour| hour.is_marked);
            Some((id, hours.map(|hour| hour.start).collect()))
        });
        Ok(Self(marked.collect()))
    }

    /// Of the pollutants of a pole.
    pub(super) fn of_air(parts: &Parts, place: &Place, span: Span, as_of: Option<UtcMillis>) -> Result<Self, Problem> {
        let Some((_, pole)) = place.poles.first() else { return Ok(Self::default()) };
        let number = |pollutant: Pollutant| {
            let property = parts.fold().inputs().registry.properties.by_id(pollutant.id())?.number;
            Some((pollutant.id().to_owned(), property))
        };
        let pollutants = Pollutant::ALL.into_iter().filter_map(number).collect();
        Self::new(parts, *pole, pollutants, (span.from, span.to), as_of)
    }

    /// The remarks of an hour, with `peer` where it is marked.
    pub(super) fn add(&self, property: &str, start: UtcMillis, flags: Flags) -> Flags {
        let marked = self.0.get(property).is_some_and(|hours| hours.contains(&start));
        if marked { flags.with(Flag::Peer) } else { flags }
    }
}

/// Adds the remark to windows that were asked for: only hours of poles, all channels together, have it.
pub(crate) fn mark(
    parts: &Parts,
    wanted: &Wanted,
    property: &ObservedProperty,
    windows: &mut [Window],
) -> Result<(), Problem> {
    let Wanted { scope: Scope::Pole(pole), channel: None, step: Step::Hour, from, to, as_of, .. } = *wanted else {
        return Ok(());
    };
    let marks = Marks::new(parts, pole, vec![(property.id.clone(), property.number)], (from, to), as_of)?;
    for window in windows {
        window.flags = marks.add(&property.id, window.start, window.flags);
    }
    Ok(())
}
