//! The guard: any bytes become a frame or an error, never a panic. Sizes and combinations are checked here before the `lorawan`
//! crate sees them; byte order is turned here and nowhere else (LoRaWAN 1.0.4, 3: least significant byte first on the air).
//!
//! ```text
//! PHYPayload  = MHDR(1) | MACPayload | MIC(4)                          MHDR = MType << 5 | Major
//! data        : DevAddr(4) | FCtrl(1) | FCnt(2) | FOpts(0..15) | [FPort(1) | FRMPayload]
//! join request: JoinEUI(8) | DevEUI(8) | DevNonce(2)
//! ```

use lorawan::parser::{DataHeader, EncryptedDataPayload, JoinRequestPayload, MHDR, MICAble, MType, Major};
use smartpole_model::{DevAddr, Eui, Reason};

/// Longest PHYPayload: LoRa's length is one byte.
pub const MAX_FRAME: usize = 255;

/// Bytes around an empty FRMPayload: MHDR, DevAddr, FCtrl, FCnt and MIC.
const DATA_OVERHEAD: usize = 12;

/// Why bytes are no frame of use here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// More than [`MAX_FRAME`] bytes.
    #[error("a frame of {0} bytes, more than radio carries")]
    TooLong(usize),
    /// Fewer bytes than its type needs, or FOpts beyond its end; a join request also if longer.
    #[error("{0} bytes are no {1}")]
    Length(usize, &'static str),
    /// A major version that is not LoRaWAN R1.
    #[error("unknown major version {0}")]
    Major(u8),
    /// MAC commands both in FOpts and on port 0 (LoRaWAN 1.0.4, 4.3.1.6).
    #[error("mac commands both in FOpts and on port 0")]
    FOptsAndPort0,
    /// A frame that no LoRaWAN 1.0.x device sends to a network.
    #[error("a {0}")]
    Unsupported(&'static str),
}

impl FrameError {
    /// The reason of quarantine.
    pub fn reason(self) -> Reason {
        match self {
            Self::Unsupported(_) => Reason::UnsupportedFrame,
            Self::TooLong(_) | Self::Length(..) | Self::Major(_) | Self::FOptsAndPort0 => Reason::DecodeFailed,
        }
    }
}

/// A frame that a device sends; nothing of it is proven before its MIC is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frame<'a> {
    /// A request to join.
    Join(JoinRequest<'a>),
    /// An uplink.
    Data(DataFrame<'a>),
}

/// A request to join (LoRaWAN 1.0.4, 6.2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JoinRequest<'a> {
    /// The join server it asks for.
    pub join_eui: Eui,
    /// Who asks.
    pub dev_eui: Eui,
    /// The number that is used once.
    pub dev_nonce: u16,
    pub(crate) bytes: &'a [u8],
}

/// An uplink, encrypted (LoRaWAN 1.0.4, 4.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DataFrame<'a> {
    /// Who sends, as far as an address tells.
    pub dev_addr: DevAddr,
    /// The lower half of the frame counter.
    pub f_cnt: u16,
    /// Whether it asks for an acknowledgement.
    pub confirmed: bool,
    /// Whether the device leaves its data rate to the network.
    pub adr: bool,
    /// Whether it asks for any downlink, to know that it is heard.
    pub adr_ack_req: bool,
    /// MAC commands in clear.
    pub f_opts: &'a [u8],
    /// 0 for MAC commands, absent without payload.
    pub f_port: Option<u8>,
    /// The signature.
    pub mic: u32,
    pub(crate) bytes: &'a [u8],
}

impl<'a> Frame<'a> {
    /// Reads any bytes.
    ///
    /// # Errors
    /// If they are no uplink and no join request.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, FrameError> {
        if bytes.len() > MAX_FRAME {
            return Err(FrameError::TooLong(bytes.len()));
        }
        let first = *bytes.first().ok_or(FrameError::Length(0, "frame"))?;
        let mhdr = MHDR::new(first);
        match (mhdr.mtype(), mhdr.major()) {
            (MType::JoinAccept, _) => Err(FrameError::Unsupported("join accept")),
            (MType::UnconfirmedDataDown | MType::ConfirmedDataDown, _) => Err(FrameError::Unsupported("downlink")),
            (MType::RFU, _) => Err(FrameError::Unsupported("rejoin request")),
            (MType::Proprietary, _) => Err(FrameError::Unsupported("proprietary frame")),
            (_, Major::RFU) => Err(FrameError::Major(first & 3)),
            (MType::JoinRequest, _) => JoinRequest::parse(bytes).map(Self::Join),
            (MType::UnconfirmedDataUp | MType::ConfirmedDataUp, _) => DataFrame::parse(bytes).map(Self::Data),
        }
    }
}

impl<'a> JoinRequest<'a> {
    fn parse(bytes: &'a [u8]) -> Result<Self, FrameError> {
        let wrong = FrameError::Length(bytes.len(), "join request");
        let frame = JoinRequestPayload::new(bytes).map_err(|_| wrong)?;
        let nonce = frame.dev_nonce().to_owned();
        Ok(Self {
            join_eui: eui(frame.app_eui().to_owned().as_ref()),
            dev_eui: eui(frame.dev_eui().to_owned().as_ref()),
            dev_nonce: nonce.as_ref().iter().rev().fold(0, |value, byte| value << 8 | u16::from(*byte)),
            bytes,
        })
    }
}

impl<'a> DataFrame<'a> {
    fn parse(bytes: &'a [u8]) -> Result<Self, FrameError> {
        let wrong = FrameError::Length(bytes.len(), "data frame");
        let frame = EncryptedDataPayload::new(bytes).map_err(|_| wrong)?;
        let (header, control) = (frame.fhdr(), frame.fhdr().fctrl());
        let port_at = DATA_OVERHEAD - 4 + usize::from(control.f_opts_len());
        let f_port = bytes[port_at..bytes.len() - 4].first().copied();
        if f_port == Some(0) && control.f_opts_len() > 0 {
            return Err(FrameError::FOptsAndPort0);
        }
        Ok(Self {
            dev_addr: dev_addr(header.dev_addr().as_ref()),
            f_cnt: header.fcnt(),
            confirmed: frame.is_confirmed(),
            adr: control.adr(),
            adr_ack_req: control.adr_ack_req(),
            f_opts: &bytes[DATA_OVERHEAD - 4..port_at],
            f_port,
            mic: u32::from_be_bytes(frame.mic().0),
            bytes,
        })
    }

    /// Where FRMPayload lies; empty without FPort.
    pub(crate) fn payload_range(&self) -> std::ops::Range<usize> {
        let end = self.bytes.len() - 4;
        let start = DATA_OVERHEAD - 4 + self.f_opts.len() + usize::from(self.f_port.is_some());
        start..end
    }
}

fn eui(wire: &[u8]) -> Eui {
    Eui(wire.iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte)))
}

fn dev_addr(wire: &[u8]) -> DevAddr {
    DevAddr(wire.iter().rev().fold(0, |value, byte| value << 8 | u32::from(*byte)))
}

#[cfg(test)]
mod tests;
