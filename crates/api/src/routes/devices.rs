//! `GET /api/v1/devices` and `GET /api/v1/devices/{id}`

use axum::{
    Json,
    extract::{Path, State},
};
use serde::{Deserialize, Serialize};
use smartpole_lorawan::{Activated, Link, mac_command_name};
use smartpole_model::{Device, DeviceNo, TimeSource, UtcMillis};
use smartpole_pipeline::Fold;
use utoipa::{IntoParams, ToSchema};

use super::{
    device_facts::{CalibrationItem, InstallationItem, calibrations, installations},
    poles::{PoleState, patience},
};
use crate::{
    ApiState,
    list::List,
    number::{self, Exact},
    problem::{Named, Problem, Refused},
    query::Params,
};

/// Which devices.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// Those of one pole; all if left out.
    #[param(example = "AM-01")]
    pole: Option<String>,
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

/// A LoRaWAN device's session and receptions.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Radio {
    /// How it comes by its session.
    activation: Activation,
    /// The address of its session.
    #[schema(value_type = Option<String>, example = "26011bda")]
    dev_addr: Option<String>,
    /// When the session was joined, or first heard.
    #[schema(value_type = Option<String>, format = DateTime)]
    since: Option<UtcMillis>,
    /// The highest frame counter received.
    f_cnt_up: Option<u32>,
    /// The last frame counter sent.
    f_cnt_down: Option<u32>,
    /// Frames of the session that were received, each once.
    received: u64,
    /// Frames of the session that are missing.
    lost: u64,
    /// Their share of the frames sent, 0 to 1.
    #[schema(value_type = f64, minimum = 0, maximum = 1)]
    loss: Exact,
    /// Frames received again: by further gateways, retransmissions, replays.
    copies: u64,
    /// Whether the frame counter began again and is refused.
    reset: bool,
    /// Joins granted.
    joins: u32,
    /// When the last one was.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_join: Option<UtcMillis>,
    /// Whether that join waits for the device's first frame.
    join_pending: bool,
    /// Join requests refused because they were heard before.
    joins_refused: u64,
    /// MAC commands that it sent.
    mac_commands: Vec<MacCommand>,
    /// Gateways that hear it, best signal first.
    gateways: Vec<RadioGateway>,
}

/// How often a device sent a MAC command.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MacCommand {
    /// Its name, as LoRaWAN's standard writes it.
    #[schema(value_type = String, example = "LinkCheckReq")]
    name: &'static str,
    /// How often.
    n: u32,
}

/// How one gateway hears a device.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RadioGateway {
    /// Its EUI.
    id: String,
    /// Its name, if it is in the registry.
    name: Option<String>,
    /// Signal strength of the latest frame, dBm.
    rssi: i16,
    /// Signal-to-noise ratio of the latest frame, dB.
    #[schema(value_type = Option<f64>)]
    snr: Option<Exact>,
    /// Spreading factor of the latest frame.
    spreading_factor: Option<u8>,
    /// Frames it brought.
    frames: u64,
    /// When the latest came.
    #[schema(value_type = String, format = DateTime)]
    last_heard_at: UtcMillis,
}

/// How a device comes by its session.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Activation {
    /// It joins, over the air.
    Otaa,
    /// Its session is written into it.
    Abp,
    /// It belongs to a network server that tells us of its frames.
    NetworkServer,
}

/// The devices of the city, and how they are heard.
#[utoipa::path(get, path = "/api/v1/devices", tag = "operation", params(Wanted), responses(
    (status = 200, description = "In the registry's order.", body = List<DeviceItem>),
    Refused,
))]
pub(crate) async fn devices(
    State(state): State<ApiState>,
    Params(wanted): Params<Wanted>,
) -> Result<Json<List<DeviceItem>>, Problem> {
    Ok(Json(List::whole(state.ask(move |parts| of_pole(&parts.fold(), wanted.pole.as_deref())).await?)))
}

/// One device, how it is heard, and how far its clock is off.
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
        Ok(detail)
    });
    Ok(Json(answer.await?))
}

fn of_pole(fold: &Fold, pole: Option<&str>) -> Result<Vec<DeviceItem>, Problem> {
    let registry = &fold.inputs().registry;
    let ids = || registry.poles.iter().map(|pole| pole.id.as_str());
    if let Some(unknown) = pole.filter(|wanted| !ids().any(|id| id == *wanted)) {
        return Err(Problem::unknown(&Named::POLE, unknown, ids()));
    }
    let items = registry.devices.iter().map(|device| item(fold, device));
    Ok(items.filter(|item| pole.is_none_or(|pole| item.pole == pole)).collect())
}

fn one(fold: &Fold, id: &str) -> Result<(DeviceDetail, Option<DeviceNo>), Problem> {
    let registry = &fold.inputs().registry;
    let unknown = || Problem::unknown(&Named::DEVICE, id, registry.devices.iter().map(|device| device.id.as_str()));
    let index = registry.device_index(id).ok_or_else(unknown)?;
    let device = &registry.devices[index];
    let (installations, calibrations) = (installations(registry, device), calibrations(registry, device));
    let detail = DeviceDetail { device: item(fold, device), clock: None, installations, calibrations };
    Ok((detail, fold.device_no(id)))
}

fn item(fold: &Fold, device: &Device) -> DeviceItem {
    let now = fold.position().1;
    let no = fold.device_no(&device.id);
    let heard = no.and_then(|no| fold.last_received_at(no));
    let (at, registry) = (device.at(now), &fold.inputs().registry);
    DeviceItem {
        id: device.id.clone(),
        pole: registry.poles[at.pole].id.clone(),
        profile: at.profile.clone(),
        state: PoleState::of(heard, patience(fold, device, now), now),
        last_received_at: heard,
        lorawan: no.and_then(|no| fold.link(no)).map(|link| Radio::of(fold, &link)),
    }
}

impl From<smartpole_store::Clock> for Clock {
    fn from(clock: smartpole_store::Clock) -> Self {
        let smartpole_store::Clock { source, offset_ms, n } = clock;
        Self { source, offset_s: offset_ms.map(|millis| number::decimal(millis, 3)), n }
    }
}

impl Radio {
    fn of(fold: &Fold, link: &Link) -> Self {
        let session = link.session;
        let (received, lost) = session.map_or((0, 0), |session| (session.received, session.lost));
        let mut gateways: Vec<_> = link.gateways.iter().map(|heard| RadioGateway::of(fold, heard)).collect();
        gateways.sort_by_key(|gateway| std::cmp::Reverse(gateway.rssi));
        let commands =
            link.mac_commands.iter().filter_map(|(cid, n)| Some(MacCommand { name: mac_command_name(*cid)?, n: *n }));
        Self {
            activation: match link.activated {
                Activated::Otaa => Activation::Otaa,
                Activated::Abp => Activation::Abp,
                Activated::Elsewhere => Activation::NetworkServer,
            },
            dev_addr: session.map(|session| session.dev_addr.to_string()),
            since: session.and_then(|session| session.since),
            f_cnt_up: session.and_then(|session| session.f_cnt_up),
            f_cnt_down: session.and_then(|session| session.f_cnt_down),
            received,
            lost,
            loss: number::fraction(lost as f64 / (received + lost).max(1) as f64),
            copies: session.map_or(0, |session| session.copies),
            reset: session.is_some_and(|session| session.reset_seen),
            joins: link.joins,
            last_join: link.last_join,
            join_pending: link.join_pending,
            joins_refused: link.joins_refused,
            mac_commands: commands.collect(),
            gateways,
        }
    }
}

impl RadioGateway {
    fn of(fold: &Fold, heard: &smartpole_lorawan::GatewayLink) -> Self {
        let registered = fold.inputs().registry.gateway(heard.gateway);
        Self {
            id: heard.gateway.to_string(),
            name: registered.map(|gateway| gateway.name.clone()),
            rssi: heard.rssi,
            snr: heard.snr.map(|snr| number::decimal(snr.into(), 1)),
            spreading_factor: heard.spreading_factor,
            frames: heard.frames,
            last_heard_at: heard.last_heard,
        }
    }
}
