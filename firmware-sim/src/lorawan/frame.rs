//! What is on the air, and what gateways make of it.

use std::sync::Arc;

use smartpole_model::{DevAddr, UtcMillis};

/// What a frame says, by who sent it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// A device asks to join.
    Join {
        /// Its nonce.
        dev_nonce: u16,
    },
    /// A device's measurement.
    Data {
        /// Which of the device's sessions, from 1; of a personalized one, which run of its counter.
        session: u32,
        /// The session's address.
        dev_addr: DevAddr,
        /// The full counter.
        f_cnt: u32,
        /// FPort.
        port: u8,
        /// The payload before encryption.
        payload: Vec<u8>,
    },
    /// Somebody makes up a frame.
    Forged {
        /// Whether it gives the address of the device's session; else it gives one that nobody has.
        known_address: bool,
    },
}

/// One transmission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Transmissions are numbered as they begin.
    pub number: u64,
    /// Index in [`super::Fleet::devices`] of the device that sends it or is imitated.
    pub device: usize,
    /// What it says; a retransmission or a replay says the same again.
    pub said: Said,
    /// PHYPayload.
    pub bytes: Vec<u8>,
    /// Carrier, Hz.
    pub frequency: u32,
    /// 7 to 12, at 125 kHz.
    pub spreading_factor: u8,
    /// When it begins.
    pub start: UtcMillis,
    /// When it has ended, to the next full millisecond.
    pub end: UtcMillis,
    /// Whether its outcome depends on what came before, so that it is delivered alone.
    pub ordered: bool,
}

/// A frame as one gateway heard it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copy {
    /// What was sent.
    pub frame: Arc<Frame>,
    /// GPS time of its end, the same at each gateway that has GPS and whose clock does not drift.
    pub time: Option<UtcMillis>,
    /// Whether it arrived undamaged.
    pub crc_ok: bool,
}
