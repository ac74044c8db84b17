//! The radio link of a LoRaWAN device.

use serde::Serialize;
use smartpole_lorawan::{Activated, GatewayLink, Link, mac_command_name};
use smartpole_model::UtcMillis;
use smartpole_pipeline::Fold;
use utoipa::ToSchema;

use crate::number::{self, Exact};

/// A LoRaWAN device's session and receptions.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Radio {
    /// How it comes by its session.
    pub(super) activation: Activation,
    /// The address of its session.
    #[schema(value_type = Option<String>, example = "26011bda")]
    pub(super) dev_addr: Option<String>,
    /// When the session was joined, or first heard.
    #[schema(value_type = Option<String>, format = DateTime)]
    since: Option<UtcMillis>,
    /// The highest frame counter received.
    f_cnt_up: Option<u32>,
    /// The last frame counter sent.
    f_cnt_down: Option<u32>,
    /// Frames of the session that were received, each once.
    pub(super) received: u64,
    /// Frames of the session that are missing.
    pub(super) lost: u64,
    /// Their share of the frames sent, 0 to 1.
    #[schema(value_type = f64, minimum = 0, maximum = 1)]
    pub(super) loss: Exact,
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
    pub(super) gateways: Vec<RadioGateway>,
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
    pub(super) id: String,
    /// Its name, if it is in the registry.
    name: Option<String>,
    /// Signal strength of the latest frame, dBm.
    pub(super) rssi: i16,
    /// Signal-to-noise ratio of the latest frame, dB.
    #[schema(value_type = Option<f64>)]
    pub(super) snr: Option<Exact>,
    /// Spreading factor of the latest frame.
    pub(super) spreading_factor: Option<u8>,
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

impl Radio {
    pub(super) fn of(fold: &Fold, link: &Link) -> Self {
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
    fn of(fold: &Fold, heard: &GatewayLink) -> Self {
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
