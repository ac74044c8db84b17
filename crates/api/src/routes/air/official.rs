//! The nearest official station beside a pole: its hours by the same methods and index versions, never mixed with ours.

use serde::Serialize;
use smartpole_method::peer::metres;
use smartpole_model::{PoleNo, Registry, UtcMillis, registry::Sensing};
use smartpole_pipeline::{Fold, NameKind};
use smartpole_store::PoleAir;
use utoipa::ToSchema;

use super::{
    BEFORE_MS,
    hour::{IndexHour, PoleHour, PollutantHour},
};
use crate::{
    Parts,
    problem::Problem,
    routes::{peer_marks::Marks, place::Place},
    span::Span,
};

/// Farther away a station says little about the air at a pole; our choice: the area that an urban background station stands for reaches
/// some kilometres (Directive (EU) 2024/2881, annex IV), and a small town has none of its own.
const MOST_M: f64 = 30_000.0;
/// Stations that are looked into, the nearest ones.
const MOST: usize = 8;
/// What is said of every hour of a station: networks validate a year after its end.
const STATUS: &str = "amtlich, vorläufig";

/// The same hour at the nearest official station that has one.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Official {
    /// Id of its place.
    #[schema(example = "DENW008")]
    pub(super) station: String,
    /// Its name.
    #[schema(example = "Dortmund-Eving")]
    pub(super) name: String,
    /// Whose numbers these are.
    #[schema(example = "Umweltbundesamt")]
    pub(super) provider: String,
    /// How far it is from the pole, in metres.
    pub(super) distance_m: u32,
    /// How final it is.
    #[schema(value_type = String, example = "amtlich, vorläufig")]
    pub(super) status: &'static str,
    /// What it measured.
    pub(super) pollutants: Vec<PollutantHour>,
    /// By the methods that the pole's hour has.
    pub(super) indices: Vec<IndexHour>,
}

/// A station near a pole.
struct Near {
    id: String,
    name: String,
    provider: String,
    distance_m: u32,
    number: PoleNo,
}

/// A station and what it measured.
pub(super) struct Station {
    near: Near,
    air: PoleAir,
}

impl Station {
    /// The nearest that has an hour in the span.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub(super) fn nearest(
        parts: &Parts,
        place: &Place,
        span: Span,
        as_of: Option<UtcMillis>,
    ) -> Result<Option<Self>, Problem> {
        let near = near(&parts.fold(), &place.name.id);
        for near in near {
            let span_of_air = (span.from.plus(-BEFORE_MS), span.to);
            let mut heard = parts.queries.air_hours(&[near.number], span_of_air, as_of, |_, air| air)?;
            let has_hour = |air: &PoleAir| air.hours().into_iter().any(|hour| (span.from..span.to).contains(&hour));
            if let Some(air) = heard.pop().filter(has_hour) {
                return Ok(Some(Self { near, air }));
            }
        }
        Ok(None)
    }

    /// What it says of an hour.
    pub(super) fn hour(&self, start: UtcMillis) -> Option<Official> {
        let PoleHour { pollutants, indices, .. } = PoleHour::new(&self.air, &Marks::default(), start, None);
        let Near { id, name, provider, distance_m, .. } = &self.near;
        (!pollutants.is_empty()).then(|| Official {
            station: id.clone(),
            name: name.clone(),
            provider: provider.clone(),
            distance_m: *distance_m,
            status: STATUS,
            pollutants,
            indices,
        })
    }
}

/// Official stations around a pole of ours, nearest first.
fn near(fold: &Fold, pole: &str) -> Vec<Near> {
    let registry = &fold.inputs().registry;
    let here = registry.poles.iter().find(|known| known.id == pole && known.provider.is_none());
    let Some(here) = here.map(|pole| pole.position) else { return Vec::new() };
    let station = |(index, place): (usize, &smartpole_model::Pole)| {
        let away = metres(here, place.position);
        let provider = place.provider.clone().filter(|_| away <= MOST_M && is_station(registry, index))?;
        let number = PoleNo(fold.number(NameKind::Pole, &place.id)?);
        let (id, name) = (place.id.clone(), place.name.clone());
        Some(Near { id, name, provider, distance_m: away.round() as u32, number })
    };
    let mut near: Vec<Near> = registry.poles.iter().enumerate().filter_map(station).collect();
    near.sort_by_key(|near| near.distance_m);
    near.truncate(MOST);
    near
}

/// Whether reference methods measure at a place.
fn is_station(registry: &Registry, pole: usize) -> bool {
    let installations = registry.devices.iter().flat_map(|device| &device.installations);
    let mut profiles = installations.filter(|there| there.pole == pole).map(|there| &there.profile);
    profiles.any(|id| registry.profiles.get(id).is_some_and(|known| known.sensing == Sensing::ReferenceStation))
}
