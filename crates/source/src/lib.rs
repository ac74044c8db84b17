//! Sources: where messages come in, and where they are acknowledged — only once the journal has them on disk.
//!
//! ```text
//!  broker ──► MqttClient ───► Journal::lane ────────► durable tokens, a group at a time ──► PUBACKs, one write a group
//!  pole ────► MqttListener ─► Journal::append_durable ──► PUBACK
//!  gateway ─► UdpServer ────► Journal::lane ────────► all messages of a datagram durable ──► PUSH_ACK
//! ```
//!
//! A source understands nothing of what it passes on: topic and bytes are journalled as they came, retained messages
//! with their flag, and the fold decides. Each source is `Options → Service → run(shutdown)` and tells how it is by a
//! [`SourceStatus`] to watch.
//!
//! # Invariants
//! - No QoS 1 message is acknowledged that the journal does not have on disk. Messages that were not acknowledged come
//!   again; so a message may be journalled twice, and identity decides in the fold (MQTT's DUP flag proves nothing).
//! - Acknowledgements go out in the order in which the messages came (MQTT 3.1.1 and 5, §4.6), and only on the
//!   connection that brought them.
//! - What waits for the journal is bounded. Back-pressure is not acknowledging; QoS 0 and UDP, which know none, are dropped
//!   and counted when there is no room.
//! - What is sent out is sent at once or not at all: a downlink waits for nothing.
//! - No clock is read but the one that was passed in, and timers.

mod backoff;
mod counters;
mod error;
pub mod mqtt_client;
#[cfg_attr(not(feature = "listener"), path = "mqtt_listener_off.rs")]
pub mod mqtt_listener;
mod status;
mod throttle;
pub mod udp;

pub use error::{Error, NotSent};
pub use mqtt_client::MqttClient;
pub use mqtt_listener::MqttListener;
pub use status::{SourceState, SourceStatus};
pub use udp::UdpServer;

/// Tells the time; only the binary knows a real one.
pub type Clock = fn() -> smartpole_model::UtcMillis;
