//! LoRaWAN's names and keys as the registry holds them. On paper and in files they are written most significant byte first;
//! on the air they travel the other way round (LoRaWAN 1.0.4, 3).

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::Position;

/// Text that is no number of so many hex digits. It does not quote the text, which may be a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected {digits} hex digits")]
pub struct HexError {
    /// How many there must be.
    pub digits: usize,
}

/// The bytes of `2 × N` hex digits; labels print them with `-`, `:` or spaces between.
fn hex<const N: usize>(text: &str) -> Result<[u8; N], HexError> {
    let wrong = HexError { digits: 2 * N };
    let mut digits = text.chars().filter(|c| !matches!(c, '-' | ':' | ' ')).map(|c| c.to_digit(16));
    let mut bytes = [0; N];
    for byte in &mut bytes {
        let (high, low) = (digits.next().flatten().ok_or(wrong)?, digits.next().flatten().ok_or(wrong)?);
        *byte = (high << 4 | low) as u8;
    }
    if digits.next().is_some() { Err(wrong) } else { Ok(bytes) }
}

/// An EUI-64: of a device (DevEUI), a join server (JoinEUI) or a gateway.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Eui(pub u64);

/// The address of a device within its network.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DevAddr(pub u32);

/// The identifier of a network, 24 bits: assigned by the LoRa Alliance, or 000000 and 000001 for private networks
/// (LoRaWAN Back-End Interfaces 1.0, 19.2). In files it is a text of 6 hex digits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct NetId(pub u32);

impl fmt::Display for NetId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:06x}", self.0)
    }
}

impl FromStr for NetId {
    type Err = HexError;

    fn from_str(text: &str) -> Result<Self, HexError> {
        hex(text).map(|[high, middle, low]| Self(u32::from_be_bytes([0, high, middle, low])))
    }
}

impl TryFrom<String> for NetId {
    type Error = HexError;

    fn try_from(text: String) -> Result<Self, HexError> {
        text.parse()
    }
}

impl From<NetId> for String {
    fn from(id: NetId) -> Self {
        id.to_string()
    }
}

impl fmt::Display for Eui {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl fmt::Debug for Eui {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Eui {
    type Err = HexError;

    fn from_str(text: &str) -> Result<Self, HexError> {
        hex(text).map(|bytes| Self(u64::from_be_bytes(bytes)))
    }
}

impl fmt::Display for DevAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", self.0)
    }
}

impl fmt::Debug for DevAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for DevAddr {
    type Err = HexError;

    fn from_str(text: &str) -> Result<Self, HexError> {
        hex(text).map(|bytes| Self(u32::from_be_bytes(bytes)))
    }
}

/// An AES-128 key. It never shows itself.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Key([u8; 16]);

impl Key {
    /// A key of these bytes.
    pub const fn new(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// For the cipher alone.
    pub const fn bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(hidden)")
    }
}

impl FromStr for Key {
    type Err = HexError;

    fn from_str(text: &str) -> Result<Self, HexError> {
        hex(text).map(Self)
    }
}

/// What becomes of a device whose frame counter begins again without a join.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FCntReset {
    /// Its frames are quarantined: they could be recorded ones.
    #[default]
    Refuse,
    /// It goes on from there; recorded frames of a former run could be passed off as new.
    Accept,
}

/// How a device comes by its session (LoRaWAN 1.0.4, 6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
    /// Over the air: it asks to join.
    Otaa {
        /// The join server it asks for; not checked when absent.
        join_eui: Option<Eui>,
        /// Its root key.
        app_key: Key,
    },
    /// By personalization: its one session is written into it.
    Abp {
        /// Its address, which other devices may share.
        dev_addr: DevAddr,
        /// Signs its frames and encrypts MAC commands.
        nwk_s_key: Key,
        /// Encrypts its payloads.
        app_s_key: Key,
    },
}

/// What the registry knows of a LoRaWAN device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Credentials {
    /// How it comes by its session.
    pub activation: Activation,
    /// Whether its frame counter may begin again.
    pub f_cnt_reset: FCntReset,
}

/// A gateway that may bring frames.
#[derive(Clone, Debug, PartialEq)]
pub struct Gateway {
    /// Its EUI.
    pub eui: Eui,
    /// Its name on the page.
    pub name: String,
    /// Where it stands, if that is known.
    pub position: Option<Position>,
    /// The cabinet that switches its power, if it hangs on the street lighting.
    pub switch_point: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_written_most_significant_byte_first() {
        let addr: DevAddr = "26011BDA".parse().unwrap();
        assert_eq!((addr.0, addr.to_string().as_str()), (0x2601_1bda, "26011bda"));
        let eui: Eui = "70-B3-D5-7B-A0-00-11-56".parse().unwrap();
        assert_eq!(eui.to_string(), "70b3d57ba0001156");
        assert_eq!("2601".parse::<DevAddr>(), Err(HexError { digits: 8 }));
        assert_eq!("26011bdaff".parse::<DevAddr>(), Err(HexError { digits: 8 }));
    }

    #[test]
    fn a_key_never_shows_itself() {
        let text = "2b7e151628aed2a6abf7158809cf4f3c";
        let key: Key = text.parse().unwrap();
        assert_eq!(key.bytes()[0], 0x2b);
        assert!(!format!("{key:?}").contains("2b"));
        let wrong = text[1..].parse::<Key>().unwrap_err().to_string();
        assert_eq!(wrong, "expected 32 hex digits");
    }
}
