//! `GET /api/v1/poles`

use axum::{extract::State, response::Response};
use serde::Serialize;
use smartpole_method::{air::Pollutant, index::Index};
use smartpole_model::{Device, PoleNo, Registry, UtcMillis, registry::Sensing};
use smartpole_pipeline::{Fold, NameKind};
use utoipa::ToSchema;

use crate::{
    ApiState, Parts,
    asker::Asker,
    list::List,
    number::{self, Exact},
    problem::{Bare, Problem},
    query::Nothing,
    representation::Question,
};

mod table;

/// A street lamp that measures, or a place whose series are somebody else's.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Pole {
    /// Its id.
    #[schema(example = "AM-01")]
    pub(super) id: String,
    /// Its name.
    pub(super) name: String,
    /// The place it stands at.
    #[schema(example = "Am Markt")]
    pub(super) place: String,
    /// Latitude, WGS 84 degrees.
    lat: f64,
    /// Longitude, WGS 84 degrees.
    lon: f64,
    /// Whose numbers these are, to be named beside each of them; null for the city's own poles.
    #[schema(example = "hystreet.com")]
    pub(super) provider: Option<String>,
    /// Ids of the zones that hold it.
    zones: Vec<String>,
    /// What hangs on it now.
    devices: Vec<PoleDevice>,
    /// Whether it is heard.
    pub(super) state: PoleState,
    /// When the newest accepted reading was received; to the public, of devices that do not count persons.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_received_at: Option<UtcMillis>,
    /// The air in the newest hour that has an index.
    pub(super) air: Air,
}

/// The air-quality index of the Umweltbundesamt, applied to sensors: not official.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Air {
    /// Method and version.
    #[schema(value_type = String, example = "uba_lqi_2025")]
    index: &'static str,
    /// The version of the method.
    #[schema(value_type = String, example = "2025")]
    version: &'static str,
    /// 0 sehr gut, 1 gut, 2 mäßig, 3 schlecht, 4 sehr schlecht; null if no hour has an index.
    pub(super) class: Option<u8>,
    /// Id of the pollutant that sets the class.
    #[schema(value_type = Option<String>, example = "pm2_5")]
    pub(super) worst: Option<&'static str>,
    /// First instant of the hour.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(super) hour: Option<UtcMillis>,
    /// Whether all five pollutants have a class.
    complete: bool,
    /// Ids of the pollutants without a class, of the five; a class says nothing of these.
    #[schema(value_type = Vec<String>)]
    pub(super) missing: Vec<&'static str>,
    /// Part of the readings that came, of what a full hour should bring of the pollutants with a class, 0 to 1.
    #[schema(value_type = f64, minimum = 0, maximum = 1)]
    coverage: Exact,
}

/// A device on a pole.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PoleDevice {
    /// Its id.
    id: String,
    /// Id of its profile.
    profile: String,
    /// What it works by: `none`, `laser`, `tof`, `infrared`, `radar`, `camera`, `wifi_ble`, `loop`, `magnetic`, `meter`, and
    /// of foreign series `manual` or `reference_station`; `none` of what senses no persons.
    #[schema(value_type = String, example = "laser")]
    sensing: Sensing,
    /// When its newest accepted reading was received; null to the public if it counts persons.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_received_at: Option<UtcMillis>,
}

/// Whether a pole is heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PoleState {
    /// Nothing was ever heard.
    Never,
    /// Every device is overdue: by the lateness bound and two missed reports.
    Silent,
    /// A device reports.
    Reporting,
}

impl PoleState {
    /// The state of what was heard last then, and reports so often.
    pub(super) fn of(heard: Option<UtcMillis>, patience: i64, now: UtcMillis) -> Self {
        match heard {
            None => Self::Never,
            Some(at) if now.since(at) > patience => Self::Silent,
            Some(_) => Self::Reporting,
        }
    }
}

/// The poles of the city, with their devices and the state of the air.
#[utoipa::path(get, path = "/api/v1/poles", tag = "city", responses(
    (status = 200, description = "All of them, in the registry's order.", body = List<Pole>),
    Bare,
))]
pub(crate) async fn poles(
    State(state): State<ApiState>,
    asker: Asker,
    Question(Nothing {}, form): Question<Nothing>,
) -> Result<Response, Problem> {
    state.ask(move |parts| form.give(parts, &List::whole(answer(parts, &asker)?))).await
}

/// All of them, as one may see them.
pub(super) fn answer(parts: &Parts, asker: &Asker) -> Result<Vec<Pole>, Problem> {
    // The store takes the fold's lock itself: it must not be held here any more.
    let (numbers, mut poles): (Vec<PoleNo>, Vec<Pole>) = items(&parts.fold(), asker).into_iter().unzip();
    for (pole, air) in poles.iter_mut().zip(parts.queries.air(&numbers)?) {
        pole.air = air.as_ref().map_or_else(Air::unknown, Air::of);
    }
    Ok(poles)
}

impl Air {
    const INDEX: Index = smartpole_store::Air::INDEX;

    fn unknown() -> Self {
        Self {
            index: Self::INDEX.id(),
            version: Self::INDEX.version(),
            class: None,
            worst: None,
            hour: None,
            complete: false,
            missing: Self::INDEX.pollutants().map(Pollutant::id).collect(),
            coverage: number::share(0, 0),
        }
    }

    fn of(air: &smartpole_store::Air) -> Self {
        Self {
            class: Some(air.class),
            worst: Some(air.worst),
            hour: Some(air.hour),
            complete: air.missing.is_empty(),
            missing: air.missing.clone(),
            coverage: number::share(air.count, air.expected),
            ..Self::unknown()
        }
    }
}

/// The poles with their numbers, without their air. The fold gave each pole of the registry a number.
fn items(fold: &Fold, asker: &Asker) -> Vec<(PoleNo, Pole)> {
    let registry = &fold.inputs().registry;
    let now = fold.position().1;
    let mut hanging: Vec<Vec<&Device>> = vec![Vec::new(); registry.poles.len()];
    for device in registry.devices.iter().filter(|device| asker.is_shown(registry, device, now)) {
        hanging[device.at(now).pole].push(device);
    }
    let item = |(pole, devices): (&smartpole_model::Pole, Vec<&Device>)| {
        let number = fold.number(NameKind::Pole, &pole.id)?;
        Some((PoleNo(number), item(fold, asker, pole, &devices)))
    };
    registry.poles.iter().zip(hanging).filter_map(item).collect()
}

fn item(fold: &Fold, asker: &Asker, pole: &smartpole_model::Pole, devices: &[&Device]) -> Pole {
    let (registry, now) = (&fold.inputs().registry, fold.position().1);
    let heard = |device: &Device| fold.last_received_at(fold.device_no(&device.id)?);
    let told = |device: &Device| heard(device).filter(|_| asker.may_watch(fold, device));
    let state = |device: &&Device| PoleState::of(heard(device), patience(fold, device, now), now);
    Pole {
        id: pole.id.clone(),
        name: pole.name.clone(),
        place: pole.place.clone(),
        lat: pole.position.lat,
        lon: pole.position.lon,
        provider: pole.provider.clone(),
        zones: zones(registry, pole),
        state: devices.iter().map(state).max().unwrap_or(PoleState::Never),
        last_received_at: devices.iter().filter_map(|device| told(device)).max(),
        devices: devices.iter().map(|device| pole_device(registry, device, now, told(device))).collect(),
        air: Air::unknown(),
    }
}

fn zones(registry: &Registry, pole: &smartpole_model::Pole) -> Vec<String> {
    pole.zones.iter().map(|zone| registry.zones[*zone].id.clone()).collect()
}

fn pole_device(registry: &Registry, device: &Device, now: UtcMillis, heard: Option<UtcMillis>) -> PoleDevice {
    let profile = device.at(now).profile.clone();
    let sensing = registry.profiles.get(&profile).map_or(Sensing::None, |profile| profile.sensing);
    PoleDevice { id: device.id.clone(), profile, sensing, last_received_at: heard }
}

/// Milliseconds of silence after which a device counts as silent; its windows close by ticks after the same.
pub(super) fn patience(fold: &Fold, device: &Device, now: UtcMillis) -> i64 {
    let inputs = fold.inputs();
    let profile = inputs.registry.profiles.get(&device.at(now).profile);
    let interval = profile.map_or(0, |profile| i64::from(profile.interval_s));
    (i64::from(inputs.settings.lateness_s) + 2 * interval) * 1_000
}
