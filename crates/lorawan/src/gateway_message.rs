//! What gateways say, whatever protocol they say it in.

use smartpole_model::UtcMillis;

use crate::Heard;

/// Longest frame of a radio (SX1276 and SX1301 have one byte for the length).
pub(crate) const MAX_PHY_PAYLOAD: usize = 255;

/// One message of a gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GatewayMessage {
    /// It heard a frame.
    Uplink(Heard),
    /// It tells how it is.
    Stat(Stat),
    /// It tells what became of a frame it should send.
    TxAck(TxAck),
    /// Anything else that the protocol knows and we have no use for.
    Other,
}

/// How a gateway is, as far as it tells; the counts are since its last such message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stat {
    /// Its clock.
    pub time: Option<UtcMillis>,
    /// Frames heard.
    pub received: Option<u32>,
    /// Frames heard whose checksum fits.
    pub received_ok: Option<u32>,
    /// Frames it was asked to send.
    pub asked: Option<u32>,
    /// Frames it sent.
    pub sent: Option<u32>,
}

/// What became of a frame that a gateway should send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TxAck {
    /// The number given with the frame: the token of a PULL_RESP, least significant byte first, or the id of a DownlinkFrame.
    pub id: u32,
    /// Why it was not sent.
    pub error: Option<TxError>,
}

/// Why a gateway did not send a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TxError {
    /// It came after its time.
    TooLate,
    /// It came too long before its time.
    TooEarly,
    /// Another frame is to be sent at that time.
    CollisionPacket,
    /// A beacon is to be sent at that time.
    CollisionBeacon,
    /// The radio cannot send at that frequency.
    TxFreq,
    /// The radio cannot send at that power.
    TxPower,
    /// It has no GPS time.
    GpsUnlocked,
    /// Too many frames wait.
    QueueFull,
    /// A fault of its own.
    InternalError,
    /// It has used up its airtime.
    DutyCycleOverflow,
    /// A reason unknown to us.
    Unknown,
}

impl TxError {
    /// The error of its name in Semtech's protocol and in `gw.TxAckStatus`.
    pub(crate) fn named(name: &str) -> Self {
        match name {
            "TOO_LATE" => Self::TooLate,
            "TOO_EARLY" => Self::TooEarly,
            "COLLISION_PACKET" => Self::CollisionPacket,
            "COLLISION_BEACON" => Self::CollisionBeacon,
            "TX_FREQ" => Self::TxFreq,
            "TX_POWER" => Self::TxPower,
            "GPS_UNLOCKED" => Self::GpsUnlocked,
            "QUEUE_FULL" => Self::QueueFull,
            "INTERNAL_ERROR" => Self::InternalError,
            "DUTY_CYCLE_OVERFLOW" => Self::DutyCycleOverflow,
            _ => Self::Unknown,
        }
    }
}
