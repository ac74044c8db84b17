//! What a frame turned out to be.

use smartpole_model::{DevAddr, DeviceNo, Eui, Reason};

use crate::{
    answer::{AnswerId, Asked, Request},
    device::Slot,
    mac::MacCommands,
};

/// What a frame is to the network: exactly one of four.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hearing {
    /// An uplink, not heard before.
    Uplink(Uplink),
    /// An uplink or a join request that was heard before.
    Copy(Copied),
    /// A request to join that is granted.
    Join(Join),
    /// Nothing that counts.
    Refused(Refused),
}

impl Hearing {
    /// The device, if it is proven or at least the only one in question.
    pub fn device(&self) -> Option<DeviceNo> {
        match self {
            Self::Uplink(uplink) => Some(uplink.device),
            Self::Copy(copy) => Some(copy.id.device),
            Self::Join(join) => Some(join.device),
            Self::Refused(refused) => refused.device,
        }
    }
}

/// An uplink. `(DevEUI, dev_addr, f_cnt)` is its identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uplink {
    /// Whose it is, by its MIC.
    pub device: DeviceNo,
    /// The address of its session.
    pub dev_addr: DevAddr,
    /// The whole frame counter.
    pub f_cnt: u32,
    /// The payload's port; absent or 0: MAC commands alone.
    pub f_port: Option<u8>,
    /// The application's payload in clear; empty on port 0, and for events of another network server.
    pub payload: Vec<u8>,
    /// Whether it asks for an acknowledgement.
    pub confirmed: bool,
    /// Whether the device leaves its data rate to the network.
    pub adr: bool,
    /// MAC commands, in FOpts or on port 0.
    pub mac: MacCommands,
    pub(crate) slot: Slot,
    pub(crate) fingerprint: u32,
    pub(crate) begins_run: bool,
    pub(crate) asked: Asked,
}

impl Uplink {
    /// What an answer to it would be known by.
    pub fn id(&self) -> AnswerId {
        AnswerId { device: self.device, to: Request::Uplink(self.f_cnt) }
    }
}

/// A frame heard before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copied {
    /// Of which frame; an answer to that one may still gather receptions.
    pub id: AnswerId,
    /// Whether the device sent its latest confirmed uplink again, because it missed the answer: it needs another one.
    pub retransmission: bool,
    pub(crate) slot: Slot,
    pub(crate) asked: Asked,
}

/// A request to join that is granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Join {
    /// Who asks, by its MIC.
    pub device: DeviceNo,
    /// Its EUI.
    pub dev_eui: Eui,
    /// The join server it asks for.
    pub join_eui: Eui,
    /// The number that is used once.
    pub dev_nonce: u16,
}

/// Nothing that counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The device, if it is proven or the only one in question.
    pub device: Option<DeviceNo>,
    /// Why.
    pub reason: Reason,
    /// More of it, for people; at most 200 characters, never a key.
    pub detail: String,
    pub(crate) slot: Slot,
}

impl Refused {
    pub(crate) fn new(device: Option<DeviceNo>, reason: Reason, detail: String) -> Self {
        Self { device, reason, detail, slot: Slot::Current }
    }
}

/// An uplink that another network server received, proved and decrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventFrame {
    /// The address of its session.
    pub dev_addr: DevAddr,
    /// The whole frame counter, as that server tells it.
    pub f_cnt: u32,
    /// Equal for equal uplinks and else most probably not, e.g. the CRC-32C of counter, port and payload. Without the counter, a
    /// sensor that says the same again would seem to repeat a frame.
    pub fingerprint: u32,
}
