//! What leaves a device.

use std::sync::Arc;

use smartpole_model::UtcMillis;

/// Why a message is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// It carries measurements for the first time.
    Data,
    /// It repeats a message at once.
    Duplicate,
    /// It repeats a message later.
    Redelivery,
    /// It repeats a message with another value.
    Conflict,
    /// It repeats a message and asks the broker to retain it.
    Retained,
    /// It carries no value, or is no message at all.
    Garbage,
    /// Its device is not in the registry.
    UnknownDevice,
}

/// One message on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transmission {
    /// When it is sent.
    pub at: UtcMillis,
    /// Index in [`crate::Fleet::devices`] of the device that sends it.
    pub device: usize,
    /// MQTT topic.
    pub topic: Arc<str>,
    /// The bytes.
    pub payload: Vec<u8>,
    /// Why it is sent.
    pub kind: Kind,
}

impl Transmission {
    /// Whether it is published with MQTT's retain flag.
    pub fn retain(&self) -> bool {
        self.kind == Kind::Retained
    }
}
