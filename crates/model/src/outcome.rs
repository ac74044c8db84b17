//! What becomes of a message and of a reading: exactly one outcome each.

use serde::{Deserialize, Serialize};

/// Why a message or a reading is kept in quarantine instead of being counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Reason {
    /// No route fits the topic. Remedy: add a `[[route]]`, or stop the sender.
    UnknownTopic = 0,
    /// The topic or payload names a device that is not in `devices.csv`. Remedy: register it.
    UnknownDevice = 1,
    /// The bytes are not what the route's format or the profile's codec expects. Remedy: check profile and firmware.
    DecodeFailed = 2,
    /// Larger than the limit of its source. Remedy: raise `max_payload`, or mend the sender.
    Oversize = 3,
    /// A retained message, which says nothing about when it was measured. Remedy: publish without retain.
    Retained = 4,
    /// A value's name is neither in the catalogue nor in the profile's mapping. Remedy: map it.
    UnknownProperty = 5,
    /// A value is no finite decimal number. Remedy: mend the firmware.
    NotANumber = 6,
    /// A value has more digits than can be held. Remedy: mend the firmware.
    Overflow = 7,
    /// The same identity came with another value. Remedy: find the second sender.
    ConflictingValue = 8,
    /// The event time lies before the configured epoch (a clock of 1970). Remedy: set the device's clock.
    TimeBeforeEpoch = 9,
    /// The event time lies further ahead than the drift limit and nothing better is known. Remedy: set the device's clock.
    TimeInFuture = 10,
    /// The message carries no value. Remedy: check codec and profile.
    NoReadings = 11,
    /// Folding it failed by a fault of ours. Remedy: report it.
    FoldFailed = 12,
    /// The gateway is not in `gateways.csv`. Remedy: register it, or stop it.
    UnknownGateway = 13,
    /// The gateway heard noise: the radio checksum is wrong or missing. Remedy: none, the device sends on.
    BadCrc = 14,
    /// A LoRaWAN frame that is no uplink and no join request (proprietary, downlink, rejoin). Remedy: none.
    UnsupportedFrame = 15,
    /// No device of ours has this DevAddr. Remedy: register it; other networks' devices are heard as well.
    UnknownDevAddr = 16,
    /// No key of the devices in question signs this frame. Remedy: compare the keys in `keys.csv`.
    WrongMic = 17,
    /// A frame counter below the session's window. Remedy: find the gateway that keeps frames for so long.
    FCntTooOld = 18,
    /// The frame counter began again, which the device is not allowed. Remedy: let it join, or allow it in `keys.csv`.
    FCntReset = 19,
    /// A join request with a DevNonce that was used before: a replay. Remedy: find out who sends it.
    DevNonceUsed = 20,
}

impl Reason {
    /// All reasons, in the order of their numbers.
    pub const ALL: [Self; 21] = [
        Self::UnknownTopic,
        Self::UnknownDevice,
        Self::DecodeFailed,
        Self::Oversize,
        Self::Retained,
        Self::UnknownProperty,
        Self::NotANumber,
        Self::Overflow,
        Self::ConflictingValue,
        Self::TimeBeforeEpoch,
        Self::TimeInFuture,
        Self::NoReadings,
        Self::FoldFailed,
        Self::UnknownGateway,
        Self::BadCrc,
        Self::UnsupportedFrame,
        Self::UnknownDevAddr,
        Self::WrongMic,
        Self::FCntTooOld,
        Self::FCntReset,
        Self::DevNonceUsed,
    ];

    /// The word of interfaces and metrics.
    pub fn code(self) -> &'static str {
        match self {
            Self::UnknownTopic => "unknown_topic",
            Self::UnknownDevice => "unknown_device",
            Self::DecodeFailed => "decode_failed",
            Self::Oversize => "oversize",
            Self::Retained => "retained",
            Self::UnknownProperty => "unknown_property",
            Self::NotANumber => "not_a_number",
            Self::Overflow => "overflow",
            Self::ConflictingValue => "conflicting_value",
            Self::TimeBeforeEpoch => "time_before_epoch",
            Self::TimeInFuture => "time_in_future",
            Self::NoReadings => "no_readings",
            Self::FoldFailed => "fold_failed",
            Self::UnknownGateway => "unknown_gateway",
            Self::BadCrc => "bad_crc",
            Self::UnsupportedFrame => "unsupported_frame",
            Self::UnknownDevAddr => "unknown_dev_addr",
            Self::WrongMic => "wrong_mic",
            Self::FCntTooOld => "f_cnt_too_old",
            Self::FCntReset => "f_cnt_reset",
            Self::DevNonceUsed => "dev_nonce_used",
        }
    }
}

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// It brought at least one reading that counts.
    Uplink,
    /// It is no measurement (join, status, acknowledgement).
    Control,
    /// All its readings were known already.
    Duplicate,
    /// Nothing of it counts, for this reason.
    Quarantined(Reason),
}

/// What became of a reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// It counts.
    Accepted,
    /// It was known already.
    Duplicate,
    /// It does not count, for this reason.
    Quarantined(Reason),
}
