//! A frame as one gateway heard it, whatever protocol told us.

use smartpole_model::{Eui, UtcMillis};

/// A frame that one gateway heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// The frame (PHYPayload).
    pub phy_payload: Vec<u8>,
    /// What the radio's checksum says of it.
    pub crc: Crc,
    /// How it was heard.
    pub reception: Reception,
}

/// The radio's checksum of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crc {
    /// It fits.
    Ok,
    /// It does not.
    Bad,
    /// The frame has none.
    Missing,
}

/// How one gateway heard a frame, and what an answer through it needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reception {
    /// Who heard it.
    pub gateway: Eui,
    /// Signal strength, dBm.
    pub rssi: i16,
    /// Signal-to-noise ratio, tenths of a dB; `None` for FSK.
    pub snr: Option<i16>,
    /// Carrier, Hz.
    pub frequency: u32,
    /// Modulation.
    pub data_rate: Option<DataRate>,
    /// The gateway's GPS time of the frame.
    pub time: Option<UtcMillis>,
    /// The gateway's own clock at the end of the frame, to be given back with an answer.
    pub context: Context,
}

/// A modulation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DataRate {
    /// LoRa.
    Lora {
        /// 5 to 12.
        spreading_factor: u8,
        /// kHz.
        bandwidth: u16,
    },
    /// FSK at 50 kbit/s.
    Fsk,
}

/// A gateway's clock at the end of a frame, as its protocol tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Context {
    /// Semtech UDP: microseconds of a counter that wraps after 71.6 minutes.
    Tmst(u32),
    /// Gateway Bridge: opaque bytes.
    Opaque(Vec<u8>),
}
