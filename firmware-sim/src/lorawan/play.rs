//! Plays a fleet against a service: each gateway has a socket of its own, and sends a datagram again until it is acknowledged.

mod gateways;
mod outbox;
mod player;

use std::{collections::HashMap, io, net::SocketAddr, time::Duration};

use smartpole_model::{Eui, UtcMillis};

use super::{
    fleet::Fleet,
    frame::Copy,
    simulation::{Simulation, Start},
};
use crate::Pace;
use player::Player;

/// How a fleet is played.
#[derive(Clone, Debug)]
pub struct Play {
    /// Where the service listens for gateways.
    pub service: SocketAddr,
    /// When frames may be sent.
    pub pace: Pace,
    /// This machine's time: DevNonces begin at it.
    pub started_at: UtcMillis,
    /// Instant of the latest measurement that the service knows, by DevEUI as 16 hex digits; what is older is not sent again.
    pub reported: HashMap<String, UtcMillis>,
    /// Goes on for ever, and devices that join measure this often from [`Self::started_at`] on, in seconds. Without it the run
    /// ends with its spec.
    pub live_step_s: Option<u32>,
    /// Unacknowledged datagrams of all gateways at most. A socket's buffer holds some 200 KiB, and a frame takes 300 bytes of it.
    pub window: usize,
    /// Frames of a datagram at most.
    pub batch: usize,
    /// How long to wait for an acknowledgement before a datagram is sent again.
    pub resend_after: Duration,
    /// How long a device waits for its join accept, if its run is older than now.
    pub join_patience: Duration,
    /// How long to go on without any acknowledgement while one is due, in seconds.
    pub patience_s: u32,
    /// How often a gateway asks for downlinks.
    pub pull_every: Duration,
    /// How often it tells how it is.
    pub stat_every: Duration,
}

impl Play {
    /// As fast as the service takes it, with a packet forwarder's usual intervals.
    pub fn new(service: SocketAddr, started_at: UtcMillis) -> Self {
        Self {
            service,
            pace: Pace::Max,
            started_at,
            reported: HashMap::new(),
            live_step_s: None,
            window: 8,
            batch: 64,
            resend_after: Duration::from_secs(1),
            join_patience: Duration::from_secs(3),
            patience_s: 60,
            pull_every: Duration::from_secs(5),
            stat_every: Duration::from_secs(30),
        }
    }

    fn start(&self) -> Start {
        const NONCE_MS: i64 = 15_000;
        Start {
            nonce: self.started_at.0.div_euclid(NONCE_MS) as u16,
            reported: self.reported.clone(),
            live: self.live_step_s.map(|step| (self.started_at, i64::from(step.max(1)) * 1000)),
            now: self.started_at,
        }
    }
}

/// What a gateway sent, and the service has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Datagrams are numbered as they were sent first.
    pub number: u64,
    /// The gateway.
    pub gateway: Eui,
    /// What was in it.
    pub content: Content,
    /// How often it was sent: the service may have journalled it as often, and has at least once, but for a [`Content::TxAck`],
    /// which nobody acknowledges.
    pub sends: u32,
}

/// What was in a datagram.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// Frames, each a message.
    Frames(Vec<Copy>),
    /// How the gateway is: a message.
    Stat,
    /// What became of a downlink: a message, if it arrived.
    TxAck,
}

/// What was sent and heard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Played {
    /// Copies of frames acknowledged.
    pub copies: u64,
    /// Datagrams acknowledged.
    pub datagrams: u64,
    /// Datagrams sent again.
    pub resent: u64,
    /// Downlinks that a gateway sent.
    pub downlinks: u64,
    /// Downlinks that a gateway could not send.
    pub refused_downlinks: u64,
}

/// Why playing was given up.
#[derive(Debug, thiserror::Error)]
pub enum PlayError {
    /// A gateway has no socket.
    #[error("a gateway cannot reach {service}")]
    Socket {
        /// The service.
        service: SocketAddr,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Nothing was acknowledged for [`Play::patience_s`].
    #[error("nothing acknowledged for {seconds} s by {service}")]
    Silence {
        /// Seconds waited.
        seconds: u32,
        /// The service.
        service: SocketAddr,
    },
}

/// Plays a fleet until its run is over and everything is acknowledged; `acknowledged` is told of each datagram, roughly in
/// the order of their numbers. Dropping the future ends it; what was not acknowledged then may have been journalled.
///
/// # Errors
/// If there is no socket, or nothing is acknowledged for too long.
pub async fn play(fleet: &Fleet, play: &Play, acknowledged: impl FnMut(&Delivery)) -> Result<Played, PlayError> {
    if fleet.devices().is_empty() {
        return Ok(Played::default());
    }
    let simulation = Simulation::new(fleet, &play.start());
    Player::new(fleet, play, simulation, acknowledged).await?.run().await
}
