//! `GET /api/v1/gateways`

use axum::{Json, extract::State};
use serde::Serialize;
use smartpole_model::{Gateway, UtcMillis};
use smartpole_pipeline::{Fold, GatewayState};
use utoipa::ToSchema;

use crate::{
    ApiState,
    list::List,
    problem::{Bare, Problem},
    query::{Nothing, Params},
};

/// Packet forwarders tell how they are every 30 seconds; after ten of these without a word something is wrong.
const PATIENCE_MS: i64 = 300_000;

/// What hears the frames of devices.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Gateway)]
pub(crate) struct GatewayItem {
    /// Its EUI.
    #[schema(example = "0016c001f153a14c")]
    id: String,
    /// Its name.
    name: String,
    /// Latitude, WGS 84 degrees.
    lat: Option<f64>,
    /// Longitude, WGS 84 degrees.
    lon: Option<f64>,
    /// Whether it is heard.
    state: Heard,
    /// When something of it was received last, a status at least.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_received_at: Option<UtcMillis>,
    /// When a frame of it was received last.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_frame_at: Option<UtcMillis>,
    /// Frames it brought, copies and noise included.
    frames: u64,
    /// Of them, noise: the radio checksum is wrong or missing.
    bad_crc: u64,
    /// Answers to devices that it put on the air.
    sent: u64,
    /// Answers that it could not.
    not_sent: u64,
}

/// Whether a gateway is heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = GatewayState)]
pub(crate) enum Heard {
    /// Nothing was ever heard.
    Never,
    /// Nothing for five minutes.
    Offline,
    /// Something in the last five minutes.
    Online,
}

/// The gateways of the city and how they are.
#[utoipa::path(get, path = "/api/v1/gateways", tag = "operation", responses(
    (status = 200, description = "All of them, in the registry's order.", body = List<GatewayItem>),
    Bare,
))]
pub(crate) async fn gateways(
    State(state): State<ApiState>,
    Params(Nothing {}): Params<Nothing>,
) -> Result<Json<List<GatewayItem>>, Problem> {
    Ok(Json(List::whole(state.ask(|parts| Ok(items(&parts.fold()))).await?)))
}

fn items(fold: &Fold) -> Vec<GatewayItem> {
    let now = fold.position().1;
    fold.inputs().registry.gateways.iter().map(|gateway| item(gateway, fold.gateway(gateway.eui), now)).collect()
}

fn item(gateway: &Gateway, known: Option<&GatewayState>, now: UtcMillis) -> GatewayItem {
    let told = known.copied().unwrap_or_default();
    GatewayItem {
        id: gateway.eui.to_string(),
        name: gateway.name.clone(),
        lat: gateway.position.map(|position| position.lat),
        lon: gateway.position.map(|position| position.lon),
        state: match known {
            None => Heard::Never,
            Some(told) if now.since(told.last_received_at) > PATIENCE_MS => Heard::Offline,
            Some(_) => Heard::Online,
        },
        last_received_at: known.map(|told| told.last_received_at),
        last_frame_at: known.map(|told| told.last_frame_at).filter(|at| at.0 > i64::MIN),
        frames: told.frames,
        bad_crc: told.bad_crc,
        sent: told.sent,
        not_sent: told.not_sent,
    }
}
