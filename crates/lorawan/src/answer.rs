//! What the fold wants a device to be told. The frame is built at the last moment, because one answer says how many gateways
//! heard the device.

use std::collections::BTreeSet;

use smartpole_model::{DevAddr, DeviceNo, Key, UtcMillis};

use crate::{
    crypto,
    gps::to_gps_millis,
    heard::{DataRate, Reception},
    mac::{DEVICE_TIME_REQ, LINK_CHECK_REQ, MacCommands},
};

/// RX1 opens so long after an uplink (Regional Parameters RP002, 2.4: RECEIVE_DELAY1).
const RECEIVE_DELAY1_MS: u32 = 1_000;
/// RX1 opens so long after a join request (JOIN_ACCEPT_DELAY1).
const JOIN_ACCEPT_DELAY1_MS: u32 = 5_000;
/// A frame that its gateway heard so long before it reached us was stored there: its windows are past.
const STORED_MS: i64 = 2_000;

/// What an answer answers; copies of the same frame carry the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AnswerId {
    /// Whom it is for.
    pub device: DeviceNo,
    /// To what.
    pub to: Request,
}

/// The frame that is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Request {
    /// A join request with this DevNonce.
    Join(u16),
    /// An uplink with this counter.
    Uplink(u32),
}

/// What a device shall be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Whom, and to what.
    pub id: AnswerId,
    /// When the frame reached us.
    pub received_at: UtcMillis,
    /// RX1 opens so many milliseconds after the frame's end; RX2 a second later.
    pub rx1_delay_ms: u32,
    /// How the frame was heard first; copies may bring more.
    pub receptions: Vec<Reception>,
    content: Content,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Content {
    JoinAccept(Vec<u8>),
    Downlink { dev_addr: DevAddr, f_cnt: u32, nwk_s_key: Key, asked: Asked },
}

/// What an uplink asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Asked {
    /// An acknowledgement.
    pub ack: bool,
    /// Any downlink.
    pub adr_ack: bool,
    /// How well it is heard.
    pub link_check: bool,
    /// The time.
    pub device_time: bool,
}

impl Asked {
    pub(crate) fn of(confirmed: bool, adr_ack: bool, mac: &MacCommands) -> Self {
        let (link_check, device_time) = (mac.contains(LINK_CHECK_REQ), mac.contains(DEVICE_TIME_REQ));
        Self { ack: confirmed, adr_ack, link_check, device_time }
    }

    pub(crate) fn anything(self) -> bool {
        self.ack || self.adr_ack || self.link_check || self.device_time
    }
}

/// Whether an answer can still reach the device through one of the gateways.
pub(crate) fn in_time(receptions: &[Reception], received_at: UtcMillis) -> bool {
    receptions.iter().any(|reception| reception.time.is_none_or(|time| received_at.since(time) <= STORED_MS))
}

impl Answer {
    /// A join accept.
    pub(crate) fn join(id: AnswerId, received_at: UtcMillis, receptions: &[Reception], frame: Vec<u8>) -> Self {
        let content = Content::JoinAccept(frame);
        Self { id, received_at, rx1_delay_ms: JOIN_ACCEPT_DELAY1_MS, receptions: receptions.to_vec(), content }
    }

    /// A downlink in a session.
    pub(crate) fn downlink(
        (id, asked): (AnswerId, Asked),
        received_at: UtcMillis,
        receptions: &[Reception],
        (dev_addr, f_cnt, nwk_s_key): (DevAddr, u32, Key),
    ) -> Self {
        let content = Content::Downlink { dev_addr, f_cnt, nwk_s_key, asked };
        Self { id, received_at, rx1_delay_ms: RECEIVE_DELAY1_MS, receptions: receptions.to_vec(), content }
    }

    /// The frame, given all receptions known by now.
    pub fn phy_payload(&self, receptions: &[Reception]) -> Vec<u8> {
        match &self.content {
            Content::JoinAccept(frame) => frame.clone(),
            Content::Downlink { dev_addr, f_cnt, nwk_s_key, asked } => {
                let mut f_opts = Vec::new();
                if asked.link_check {
                    f_opts.extend(link_check_ans(receptions));
                }
                if asked.device_time {
                    f_opts.extend(device_time_ans(self.uplink_end(receptions)));
                }
                crypto::downlink(nwk_s_key, *dev_addr, *f_cnt, asked.ack, &f_opts)
            }
        }
    }

    /// When the uplink ended: by a gateway's GPS if that is believable, else when it reached us.
    fn uplink_end(&self, receptions: &[Reception]) -> UtcMillis {
        let believable = |time: &UtcMillis| self.received_at.since(*time).abs() <= STORED_MS;
        receptions.iter().filter_map(|reception| reception.time).find(believable).unwrap_or(self.received_at)
    }
}

/// Margin of the best gateway above what its spreading factor needs, dB, and the number of gateways (LoRaWAN 1.0.4, 5.1).
fn link_check_ans(receptions: &[Reception]) -> [u8; 3] {
    let margin = receptions.iter().filter_map(margin_tenths).max().unwrap_or(0) / 10;
    let gateways = receptions.iter().map(|reception| reception.gateway).collect::<BTreeSet<_>>().len();
    [LINK_CHECK_REQ, margin.clamp(0, 254) as u8, gateways.min(255) as u8]
}

/// A LoRa receiver demodulates SF7 down to −7.5 dB, and 2.5 dB less for each step (Semtech SX1276 data sheet, table 13).
fn margin_tenths(reception: &Reception) -> Option<i32> {
    let Some(DataRate::Lora { spreading_factor, .. }) = reception.data_rate else { return None };
    Some(i32::from(reception.snr?) + 25 * i32::from(spreading_factor) - 100)
}

/// GPS time at the uplink's end, seconds (modulo 2³²) and 1/256 s (LoRaWAN 1.0.4, 5.10).
fn device_time_ans(time: UtcMillis) -> [u8; 6] {
    let millis = to_gps_millis(time);
    let [a, b, c, d, ..] = millis.div_euclid(1_000).to_le_bytes();
    [DEVICE_TIME_REQ, a, b, c, d, (millis.rem_euclid(1_000) * 256 / 1_000) as u8]
}

#[cfg(test)]
mod tests;
