//! One value, and the numbers that name what it belongs to inside the store.

use serde::{Deserialize, Serialize};

use crate::{Flags, PropertyNo, UtcMillis};

macro_rules! number {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        /// Assigned in journal order, never reused.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name(pub u32);

        impl $name {
            /// As an index into a table ordered by number.
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }
    };
}

number!(
    /// A device's number.
    DeviceNo
);
number!(
    /// A pole's number.
    PoleNo
);
number!(
    /// A zone's number.
    ZoneNo
);

/// What one device measures: a property on one channel (line of a counter, 0 where there is one only).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Series {
    /// The property's number in the catalogue.
    pub property: PropertyNo,
    /// The channel.
    pub channel: u8,
}

/// Whose clock gave the event time, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum TimeSource {
    /// The payload's own time.
    Payload = 0,
    /// A gateway's GPS.
    Gateway = 1,
    /// The network server.
    Network = 2,
    /// Our receipt: the message has no identity of its own.
    Receipt = 3,
}

impl TimeSource {
    /// The source of a stored number.
    pub fn from_number(number: u8) -> Option<Self> {
        [Self::Payload, Self::Gateway, Self::Network, Self::Receipt].get(usize::from(number)).copied()
    }
}

/// One value. Its identity is (device, series, event time).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Who measured.
    pub device: DeviceNo,
    /// What was measured.
    pub series: Series,
    /// When it was measured.
    pub event_time: UtcMillis,
    /// When we had it.
    pub received_at: UtcMillis,
    /// The value, at the property's resolution.
    pub value: i64,
    /// Remarks.
    pub flags: Flags,
    /// Whose clock `event_time` is.
    pub time_source: TimeSource,
}
