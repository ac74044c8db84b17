//! `GET /api/v1/facts`: dated facts by which readings of devices become counts and means; with them an export can be recomputed.
//!
//! Nothing in it tells how a device is, or when it was heard: that is for operators ([`super::devices`]).

use axum::{extract::State, response::Response};
use serde::{Deserialize, Serialize};
use smartpole_model::{
    Device, Registry, UtcMillis,
    registry::{Counter, Humidity, Installation, Profile, Sensing},
};
use utoipa::{IntoParams, ToSchema};

use super::{
    device_facts::{CalibrationItem, InstallationItem, calibrations},
    series::scope_name,
};
use crate::{
    ApiState, Parts,
    asker::{Asker, is_in},
    list::{Cursor, Limit, List},
    number::{self, Exact},
    problem::{Problem, Refused},
    representation::Question,
    scope,
};

mod table;

/// Whose devices: at most one of `device`, `pole` and `zone`; the city's if none is given.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// Id of a device.
    device: Option<String>,
    /// Id of a pole: devices that ever hung there.
    #[param(example = "AM-01")]
    pole: Option<String>,
    /// Id of a zone: devices that ever hung there.
    zone: Option<String>,
    /// By the registry that was in force at this minute; by that of now if left out.
    #[param(value_type = Option<String>, format = DateTime)]
    as_of: Option<UtcMillis>,
    /// Most items of the answer.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 10000)]
    limit: Option<Limit>,
    /// The `next` of the answer before.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor>,
}

/// By what the readings of a device count.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DeviceFacts)]
pub(crate) struct Facts {
    /// Its DevEUI, or its client's name.
    #[schema(example = "am-01-people")]
    device: String,
    /// Where it was mounted, in the order of time: at poles that whoever asks sees.
    installations: Vec<Mounted>,
    /// How its values are corrected, by series and time.
    calibrations: Vec<CalibrationItem>,
}

/// A device at a pole, from–to, with what its profile says.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Mounted {
    #[serde(flatten)]
    installation: InstallationItem,
    #[serde(flatten)]
    profile: ProfileFacts,
}

/// What devices of a profile have in common.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProfileFacts {
    /// Seconds between two messages; null if it says none.
    interval_s: Option<u32>,
    /// What it works by.
    #[schema(value_type = String, example = "laser")]
    sensing: Sensing,
    /// Ids of the properties that it is expected to report; empty if it says none.
    #[schema(example = json!(["people_in", "people_out"]))]
    expected: Vec<String>,
    /// How its totals behave, if it sends any.
    counter: CounterFacts,
    /// How its particle masses are freed of water; null if they are not.
    humidity: Option<HumidityFacts>,
}

/// How totals become counts (`counter.difference`).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CounterFacts {
    /// Bits after which a total wraps.
    width_bits: u8,
    /// More than this a minute cannot pass one line; `width_m` may say less.
    max_per_minute: u32,
    /// The time of day in Europe/Berlin at which totals begin at 0; null if they do not daily.
    #[schema(example = "03:00")]
    resets_at: Option<String>,
    /// Whether totals begin at 0 when the device is switched on.
    resets_at_power_up: bool,
}

/// κ-Köhler.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HumidityFacts {
    /// κ.
    #[schema(value_type = f64, example = 0.4)]
    kappa: Exact,
    /// Relative humidity in percent above which a mass does not count.
    cap_percent: u32,
}

/// Dated facts about devices: what an export of readings is recomputed with.
#[utoipa::path(get, path = "/api/v1/facts", tag = "values", params(Wanted), responses(
    (status = 200, description = "In the registry's order.", body = List<Facts>),
    Refused,
))]
pub(crate) async fn facts(
    State(state): State<ApiState>,
    asker: Asker,
    Question(wanted, form): Question<Wanted>,
) -> Result<Response, Problem> {
    state.ask(move |parts| form.give(parts, &answer(parts, &asker, &wanted)?)).await
}

fn answer(parts: &Parts, asker: &Asker, wanted: &Wanted) -> Result<List<Facts>, Problem> {
    let inputs = parts.queries.inputs(wanted.as_of)?;
    let registry = &inputs.registry;
    let place = [&wanted.device, &wanted.pole, &wanted.zone];
    let is_of_place = place.iter().any(|id| id.is_some());
    let place = is_of_place.then(|| scope_name(registry, place)).transpose()?;
    let first = wanted.cursor.as_ref().map(|cursor| scope::device_named(registry, &cursor.0)).transpose()?;
    let devices = registry.devices.iter().skip(first.unwrap_or(0));
    let there = devices.filter(|device| place.as_ref().is_none_or(|place| is_in(registry, device, place)));
    let mut facts = there.filter_map(|device| Facts::new(registry, device, asker));
    let items = facts.by_ref().take(wanted.limit.unwrap_or_default().0).collect();
    let next = facts.next().map(|facts| Cursor(facts.device));
    Ok(List { items, next })
}

impl Facts {
    /// None of a device that never hung where whoever asks sees.
    fn new(registry: &Registry, device: &Device, asker: &Asker) -> Option<Self> {
        let seen = device.installations.iter().filter(|at| asker.sees_pole(registry, &registry.poles[at.pole]));
        let installations: Vec<Mounted> = seen.filter_map(|at| Mounted::new(registry, at)).collect();
        let calibrations = calibrations(registry, device);
        (!installations.is_empty()).then(|| Self { device: device.id.clone(), installations, calibrations })
    }
}

impl Mounted {
    /// None of a profile that there is not; the registry refuses such a device.
    fn new(registry: &Registry, at: &Installation) -> Option<Self> {
        let profile = ProfileFacts::new(registry, registry.profiles.get(&at.profile)?);
        Some(Self { installation: InstallationItem::new(registry, at), profile })
    }
}

impl ProfileFacts {
    fn new(registry: &Registry, profile: &Profile) -> Self {
        let expected = profile.expected.iter().filter_map(|number| registry.properties.get(*number));
        Self {
            interval_s: Some(profile.interval_s).filter(|seconds| *seconds > 0),
            sensing: profile.sensing,
            expected: expected.map(|property| property.id.clone()).collect(),
            counter: profile.counter.into(),
            humidity: profile.humidity.map(HumidityFacts::from),
        }
    }
}

impl From<Counter> for CounterFacts {
    fn from(Counter { width_bits, max_per_minute, resets_at_power_up, resets_at }: Counter) -> Self {
        let resets_at = resets_at.map(|minute| format!("{:02}:{:02}", minute / 60, minute % 60));
        Self { width_bits, max_per_minute, resets_at, resets_at_power_up }
    }
}

impl From<Humidity> for HumidityFacts {
    fn from(Humidity { kappa_milli, cap_percent }: Humidity) -> Self {
        Self { kappa: number::decimal(kappa_milli.into(), 3), cap_percent }
    }
}
