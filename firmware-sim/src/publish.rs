//! Sends transmissions to a broker by MQTT 3.1.1, QoS 1.
//!
//! The outbox is ours: a message has been sent when its PUBACK is here. When a connection breaks, a new one is made and
//! everything unacknowledged is sent again, oldest first, so of each device the first copies arrive in order. Between them a
//! broker may have had a message twice: a redelivery, which the truth allows for, as it changes no window.
//!
//! Dropping a future closes its connection; what was not acknowledged then was not sent.

mod connection;

use std::time::Duration;

use rumqttc::{ConnectReturnCode, ConnectionError};
use smartpole_model::UtcMillis;
use tokio::task::JoinSet;

use crate::{Fleet, Transmission, dice::Dice};
use connection::Outbox;

/// Where to publish, and how patiently.
#[derive(Clone, Debug)]
pub struct Broker {
    /// Host name or address.
    pub host: String,
    /// Port of MQTT without TLS.
    pub port: u16,
    /// Client ids are this, a dash and the connection's number.
    pub client: String,
    /// User and password, if any.
    pub credentials: Option<(String, String)>,
    /// Unacknowledged messages of a connection at most.
    pub window: u16,
    /// How long to go on without any acknowledgement while one is due, in seconds.
    pub patience_s: u32,
}

impl Broker {
    /// A broker with 100 messages in flight a connection and a minute of patience.
    pub fn new(host: &str, port: u16) -> Self {
        let (host, client) = (host.to_owned(), "firmware-sim".to_owned());
        Self { host, port, client, credentials: None, window: 100, patience_s: 60 }
    }
}

/// When a message may be sent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pace {
    /// At once.
    Max,
    /// That many a second, of all connections together.
    PerSecond(f64),
    /// At its own time by this machine's clock; at once if that has passed.
    OnTime,
}

/// What was sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// Messages acknowledged.
    pub acknowledged: u64,
    /// Messages that went over the network again, as their connection broke before the acknowledgement: at most so many
    /// redeliveries were seen.
    pub resent: u64,
    /// Connections that broke, or were not made.
    pub broken: u64,
}

/// Why publishing was given up.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The broker does not want this client; trying again would not help.
    #[error("the broker refused the connection of {client}: {code:?}")]
    Refused {
        /// The client's id.
        client: String,
        /// What the broker said.
        code: ConnectReturnCode,
    },
    /// Nothing was acknowledged for [`Broker::patience_s`].
    #[error("nothing acknowledged for {seconds} s by {host}:{port}")]
    Silence {
        /// Seconds waited.
        seconds: u32,
        /// The broker's host.
        host: String,
        /// The broker's port.
        port: u16,
        /// Why the last connection broke, if it did.
        #[source]
        source: Option<Box<ConnectionError>>,
    },
    /// A connection's task ended by a panic.
    #[error("a connection failed")]
    Task(#[from] tokio::task::JoinError),
}

/// Publishes what some devices send over one connection, the `number`th of its broker; `acknowledged` is told of each message.
///
/// # Errors
/// If the broker refuses the client, or acknowledges nothing for too long.
pub async fn publish(
    broker: &Broker,
    number: usize,
    pace: Pace,
    transmissions: impl Iterator<Item = Transmission>,
    mut acknowledged: impl FnMut(&Transmission),
) -> Result<Sent, PublishError> {
    let client = format!("{}-{number}", broker.client);
    let mut outbox = Outbox::new(transmissions, pace, broker.window);
    let mut jitter = Dice::of(0, &[60, number as i64]);
    let mut failures = 0;
    loop {
        let before = outbox.sent.acknowledged;
        let Err(broken) = connection::run(broker, &client, &mut outbox, &mut acknowledged).await else {
            return Ok(outbox.sent);
        };
        outbox.sent.broken += 1;
        failures = if outbox.sent.acknowledged > before { 0 } else { failures + 1 };
        if let Some(given_up) = given_up(broker, &client, &outbox, broken) {
            return Err(given_up);
        }
        tokio::time::sleep(backoff(failures, jitter.unit())).await;
    }
}

/// Why it makes no sense to connect again, if so.
fn given_up<I>(
    broker: &Broker,
    client: &str,
    outbox: &Outbox<I>,
    broken: Option<ConnectionError>,
) -> Option<PublishError> {
    let source = match broken {
        Some(ConnectionError::ConnectionRefused(code)) if code != ConnectReturnCode::ServiceUnavailable => {
            return Some(PublishError::Refused { client: client.to_owned(), code });
        }
        broken => broken.map(Box::new),
    };
    let Broker { host, port, patience_s: seconds, .. } = broker.clone();
    (outbox.silence() >= Duration::from_secs(seconds.into())).then_some(PublishError::Silence {
        seconds,
        host,
        port,
        source,
    })
}

/// 0.1 s to 5 s, with jitter so that a fleet does not come back all at once.
fn backoff(failures: u32, jitter: f64) -> Duration {
    let full = Duration::from_millis(100 << failures.min(6)).min(Duration::from_secs(5));
    full.mul_f64(0.5 + jitter / 2.0)
}

/// Publishes all that a fleet sends over that many connections (one a device at most), each with its share of the devices;
/// `acknowledged` is told of each message.
///
/// # Errors
/// As [`publish`]; the other connections are closed then.
pub async fn publish_fleet(
    fleet: &Fleet,
    broker: &Broker,
    connections: usize,
    pace: Pace,
    acknowledged: impl Fn(&Transmission) + Clone + Send + 'static,
) -> Result<Sent, PublishError> {
    let devices = fleet.devices().len();
    let connections = connections.clamp(1, devices.max(1));
    let pace = match pace {
        Pace::PerSecond(rate) => Pace::PerSecond(rate / connections as f64),
        Pace::Max | Pace::OnTime => pace,
    };
    let mut tasks = JoinSet::new();
    for number in 0..connections {
        let (fleet, broker, acknowledged) = (fleet.clone(), broker.clone(), acknowledged.clone());
        tasks.spawn(async move {
            let transmissions = fleet.merged((number..devices).step_by(connections));
            publish(&broker, number, pace, transmissions, acknowledged).await
        });
    }
    let mut all = Sent::default();
    while let Some(sent) = tasks.join_next().await {
        all.add(sent??);
    }
    Ok(all)
}

impl Sent {
    fn add(&mut self, other: Self) {
        self.acknowledged += other.acknowledged;
        self.resent += other.resent;
        self.broken += other.broken;
    }
}

/// This machine's clock.
pub(crate) fn now() -> UtcMillis {
    let since_1970 = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    UtcMillis(since_1970.as_millis() as i64)
}
