//! What a page of devices shows.

use smartpole_model::{Activation, DevAddr, UtcMillis};

use crate::{
    device::{Device, Slot},
    gateways::GatewayLink,
};

/// How a device comes by its sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activated {
    /// It joins us over the air.
    Otaa,
    /// By personalization.
    Abp,
    /// At another network server, or no longer in the registry of keys.
    Elsewhere,
}

/// A device's radio link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// How it comes by its sessions.
    pub activated: Activated,
    /// Its session, if it has one.
    pub session: Option<SessionLink>,
    /// Joins granted.
    pub joins: u32,
    /// Join requests refused because their DevNonce was used before.
    pub joins_refused: u64,
    /// When the latest join was granted.
    pub last_join: Option<UtcMillis>,
    /// Whether that join waits for its first uplink.
    pub join_pending: bool,
    /// MAC commands heard: identifier and number, ascending.
    pub mac_commands: Vec<(u8, u32)>,
    /// Gateways that hear it, at most 8.
    pub gateways: Vec<GatewayLink>,
}

/// The session in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionLink {
    /// Its address.
    pub dev_addr: DevAddr,
    /// When it was joined, or first heard.
    pub since: Option<UtcMillis>,
    /// The highest counter received.
    pub f_cnt_up: Option<u32>,
    /// The latest counter sent.
    pub f_cnt_down: Option<u32>,
    /// Distinct uplinks received since the counter began.
    pub received: u64,
    /// Uplinks missing among them.
    pub lost: u64,
    /// Copies: by further gateways, sent again, or replayed.
    pub copies: u64,
    /// Whether the counter began again and is refused until it exceeds the highest.
    pub reset_seen: bool,
}

impl Device {
    pub(crate) fn link(&self) -> Link {
        Link {
            activated: match &self.credentials {
                Some((_, credentials)) if matches!(credentials.activation, Activation::Otaa { .. }) => Activated::Otaa,
                Some(_) => Activated::Abp,
                None => Activated::Elsewhere,
            },
            session: self.session_link(),
            joins: self.joins.count,
            joins_refused: self.joins.refused,
            last_join: self.joins.last,
            join_pending: self.session(Slot::Pending).is_some(),
            mac_commands: self.mac.list(),
            gateways: self.gateways.list(),
        }
    }

    fn session_link(&self) -> Option<SessionLink> {
        let session = self.session(Slot::Current).or_else(|| self.session(Slot::Elsewhere))?;
        Some(SessionLink {
            dev_addr: session.dev_addr,
            since: session.since,
            f_cnt_up: session.counters.highest(),
            f_cnt_down: session.f_cnt_down.checked_sub(1),
            received: session.counters.received(),
            lost: session.counters.lost(),
            copies: session.counters.copies(),
            reset_seen: session.counters.reset_seen(),
        })
    }
}
