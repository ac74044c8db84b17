//! What the first words speak of.

use smartpole_method::air::Pollutant;
use smartpole_model::UtcMillis;
use smartpole_store::Air;

use crate::routes::poles::{Pole, PoleState};

/// What is known of poles and their air.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Facts {
    /// The worst class of each place that has one, 0 to 4, in the registry's order.
    pub(super) air: Vec<(String, u8)>,
    /// Poles of the city that are heard …
    pub(super) reporting: usize,
    /// … of so many.
    pub(super) total: usize,
    /// Pollutants that set a class somewhere.
    pub(super) measured: Vec<&'static str>,
    /// First instant of the newest hour with a class, and whether it is not over yet.
    pub(super) hour: Option<(UtcMillis, bool)>,
}

const HOUR: i64 = 3_600_000;

impl Facts {
    /// Those of the city's own poles.
    pub(super) fn of(poles: &[Pole], now: UtcMillis) -> Self {
        let own = || poles.iter().filter(|pole| pole.provider.is_none());
        let mut facts = Self {
            total: own().count(),
            reporting: own().filter(|pole| pole.state == PoleState::Reporting).count(),
            hour: own().filter_map(|pole| pole.air.hour).max().map(|start| (start, now.since(start) < HOUR)),
            ..Self::default()
        };
        for pole in own() {
            facts.breathe(pole);
        }
        facts
    }

    fn breathe(&mut self, pole: &Pole) {
        let Some(class) = pole.air.class else { return };
        match self.air.iter_mut().find(|(place, _)| *place == pole.place) {
            Some((_, worst)) => *worst = class.max(*worst),
            None => self.air.push((pole.place.clone(), class)),
        }
        for id in Air::INDEX.pollutants().map(Pollutant::id) {
            if !pole.air.missing.contains(&id) && !self.measured.contains(&id) {
                self.measured.push(id);
            }
        }
    }
}
