//! `GET /api/v1/devices` and `GET /api/v1/devices/{id}`

use std::collections::BTreeSet;

use axum::{
    Json,
    extract::{Path, State},
    response::Response,
};
use serde::{Deserialize, Serialize};
use smartpole_model::{Device, DeviceNo, Flags, TimeSource, UtcMillis};
use smartpole_pipeline::Fold;
use utoipa::{IntoParams, ToSchema};

use super::{
    device_facts::{CalibrationItem, InstallationItem, calibrations, installations},
    poles::{PoleState, patience},
};
use crate::{
    ApiState, Parts,
    list::{Cursor, Limit, List},
    number::{self, Exact},
    problem::{Named, Problem, Refused},
    representation::Question,
    scope,
};

mod condition;
mod radio;
mod table;

use condition::{Battery, Outcomes, battery, clock_offset, flags};
use radio::Radio;

/// Which devices.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// Those of one pole; all if left out.
    #[param(example = "AM-01")]
    pole: Option<String>,
    /// Most items of the answer.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 10000)]
    limit: Option<Limit>,
    /// The `next` of the answer before.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor>,
}

/// A sensor, and how it is heard.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Device)]
pub(crate) struct DeviceItem {
    /// Its DevEUI, or its client's name.
    #[schema(example = "70b3d57ba0001156")]
    id: String,
    /// The pole it hangs on now.
    pole: String,
    /// Id of its profile.
    profile: String,
    /// Whether it is heard.
    state: PoleState,
    /// When its newest accepted reading was received.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_received_at: Option<UtcMillis>,
    /// Seconds between two of its messages, by its profile; null if that says none.
    interval_s: Option<u32>,
    /// Its newest reading of a battery; null if it told none.
    battery: Option<Battery>,
    /// Receipt − event time in seconds of its newest reading with the payload's own time: positive if its clock is slow or the way
    /// takes long. Null if it tells no time. `clock` of one device has the median.
    #[schema(value_type = Option<f64>, example = 1.5)]
    clock_offset_s: Option<Exact>,
    /// Remarks on the newest readings of its series.
    #[schema(value_type = Vec<String>, example = json!(["humid"]))]
    flags: Flags,
    /// What became of its messages of late.
    outcomes: Outcomes,
    /// Its radio link; null if it never spoke LoRaWAN and has no keys.
    lorawan: Option<Radio>,
}

/// A sensor, its clock, and dated facts about it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeviceDetail {
    #[serde(flatten)]
    device: DeviceItem,
    /// Its clock; null before its first reading.
    clock: Option<Clock>,
    /// Where it was mounted, in the order of time.
    installations: Vec<InstallationItem>,
    /// How its values are corrected.
    calibrations: Vec<CalibrationItem>,
    /// Ids of the properties that its profile expects it to report; empty if that says none.
    #[schema(example = json!(["pm2_5", "pm10"]))]
    expected: Vec<String>,
    /// Ids of the properties whose hours can be laid beside those of the poles around, by `/api/v1/peers`.
    #[schema(example = json!(["pm2_5"]))]
    compared: Vec<String>,
}

/// Whose clock gives a device's event times, and how far its own is off.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Clock {
    /// Whose clock gave the newest event time: `payload`, `gateway`, `network` or `receipt`.
    #[schema(value_type = String, example = "payload")]
    source: TimeSource,
    /// Median of receipt − event time in seconds over the newest readings with the payload's own time, at most 31 and of seven
    /// days: positive if it is slow or the way takes long. Null if it tells no time.
    #[schema(value_type = Option<f64>, example = 1.5)]
    offset_s: Option<Exact>,
    /// Over how many.
    n: usize,
}

/// The devices of the city, and how they are.
#[utoipa::path(get, path = "/api/v1/devices", tag = "operation", params(Wanted), responses(
    (status = 200, description = "In the registry's order.", body = List<DeviceItem>),
    Refused,
))]
pub(crate) async fn devices(
    State(state): State<ApiState>,
    Question(wanted, form): Question<Wanted>,
) -> Result<Response, Problem> {
    state.ask(move |parts| form.give(parts, &answer(parts, &wanted)?)).await
}

/// One device, how it is, and how far its clock is off.
#[utoipa::path(get, path = "/api/v1/devices/{id}", tag = "operation",
    params(("id" = String, Path, description = "Its DevEUI or name.", example = "am-01-air")),
    responses((status = 200, description = "The device.", body = DeviceDetail), Refused))]
pub(crate) async fn device(
    State(state): State<ApiState>,
    Path(id): Path<String>,
) -> Result<Json<DeviceDetail>, Problem> {
    let answer = state.ask(move |parts| {
        let (mut detail, no) = one(&parts.fold(), &id)?;
        let clock = no.map(|no| parts.queries.clock(no)).transpose()?.flatten();
        detail.clock = clock.map(Clock::from);
        detail.device.outcomes.count(parts, no)?;
        Ok(detail)
    });
    Ok(Json(answer.await?))
}

fn answer(parts: &Parts, wanted: &Wanted) -> Result<List<DeviceItem>, Problem> {
    let (mut items, numbers, next) = page(&parts.fold(), wanted)?;
    for (item, number) in items.iter_mut().zip(numbers) {
        item.outcomes.count(parts, number)?;
    }
    Ok(List { items, next })
}

/// A page of devices, their numbers, and where the next one begins.
type Page = (Vec<DeviceItem>, Vec<Option<DeviceNo>>, Option<Cursor>);

fn page(fold: &Fold, wanted: &Wanted) -> Result<Page, Problem> {
    let registry = &fold.inputs().registry;
    let pole = wanted.pole.as_ref().map(|id| scope::pole_named(registry, id)).transpose()?;
    let first = wanted.cursor.as_ref().map(|cursor| scope::device_named(registry, &cursor.0)).transpose()?;
    let now = fold.position().1;
    let devices = registry.devices.iter().skip(first.unwrap_or(0));
    let mut devices = devices.filter(|device| pole.is_none_or(|pole| device.at(now).pole == pole));
    let limit = wanted.limit.unwrap_or_default().0;
    let chosen: Vec<&Device> = devices.by_ref().take(limit).collect();
    let next = devices.next().map(|device| Cursor(device.id.clone()));
    let numbers = chosen.iter().map(|device| fold.device_no(&device.id)).collect();
    Ok((chosen.into_iter().map(|device| item(fold, device)).collect(), numbers, next))
}

fn one(fold: &Fold, id: &str) -> Result<(DeviceDetail, Option<DeviceNo>), Problem> {
    let registry = &fold.inputs().registry;
    let unknown = || Problem::unknown(&Named::DEVICE, id, registry.devices.iter().map(|device| device.id.as_str()));
    let index = registry.device_index(id).ok_or_else(unknown)?;
    let device = &registry.devices[index];
    let (installations, calibrations) = (installations(registry, device), calibrations(registry, device));
    let (expected, compared) = (expected(fold, device), compared(fold, device));
    let device = item(fold, device);
    Ok((DeviceDetail { device, clock: None, installations, calibrations, expected, compared }, fold.device_no(id)))
}

/// What its profile expects it to report.
fn expected(fold: &Fold, device: &Device) -> Vec<String> {
    let profile = fold.inputs().registry.profiles.get(&device.at(fold.position().1).profile);
    let expected = profile.map_or(&[][..], |profile| &profile.expected);
    expected.iter().filter_map(|number| Some(scope::property(fold, *number)?.id.clone())).collect()
}

/// The properties of its newest readings for which a rule compares its pole with those around.
fn compared(fold: &Fold, device: &Device) -> Vec<String> {
    let registry = &fold.inputs().registry;
    let profile = &device.at(fold.position().1).profile;
    let latest = fold.device_no(&device.id).map_or(&[][..], |no| fold.latest(no));
    let properties = latest.iter().filter_map(|latest| scope::property(fold, latest.series.property));
    let ruled = properties.filter(|property| registry.quality_rules(property.number, profile).peer.is_some());
    let ids: BTreeSet<&str> = ruled.map(|property| property.id.as_str()).collect();
    ids.into_iter().map(str::to_owned).collect()
}

fn item(fold: &Fold, device: &Device) -> DeviceItem {
    let now = fold.position().1;
    let no = fold.device_no(&device.id);
    let heard = no.and_then(|no| fold.last_received_at(no));
    let (at, registry) = (device.at(now), &fold.inputs().registry);
    let latest = no.map_or(&[][..], |no| fold.latest(no));
    let interval = registry.profiles.get(&at.profile).map(|profile| profile.interval_s);
    DeviceItem {
        id: device.id.clone(),
        pole: registry.poles[at.pole].id.clone(),
        profile: at.profile.clone(),
        state: PoleState::of(heard, patience(fold, device, now), now),
        last_received_at: heard,
        interval_s: interval.filter(|seconds| *seconds > 0),
        battery: battery(fold, latest),
        clock_offset_s: clock_offset(latest),
        flags: flags(latest),
        outcomes: Outcomes::since_yesterday(now),
        lorawan: no.and_then(|no| fold.link(no)).map(|link| Radio::of(fold, &link)),
    }
}

impl From<smartpole_store::Clock> for Clock {
    fn from(clock: smartpole_store::Clock) -> Self {
        let smartpole_store::Clock { source, offset_ms, n } = clock;
        Self { source, offset_s: offset_ms.map(|millis| number::decimal(millis, 3)), n }
    }
}
