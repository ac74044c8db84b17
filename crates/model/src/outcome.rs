//! What becomes of a message and of a reading: exactly one outcome each.

use serde::{Deserialize, Serialize};

/// Whose the matter is when something does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Nobody's: noise, foreign frames. Nothing is to be done.
    Note,
    /// A sender's, a gateway's or the registry's: readings of the city may be missing until somebody mends it.
    Warning,
    /// Ours.
    Fault,
}

/// Makes [`Reason`] out of one table, so that code, documentation and interface say the same.
macro_rules! reasons {
    ($($name:ident = $number:literal $code:literal $severity:ident replayable $replayable:literal
        $meaning:literal $remedy:literal)*) => {
        /// Why a message or a reading is kept in quarantine instead of being counted.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[repr(u8)]
        pub enum Reason {
            $(
                #[doc = $meaning]
                #[doc = concat!("Remedy: ", $remedy)]
                $name = $number,
            )*
        }

        impl Reason {
            /// All reasons, in the order of their numbers.
            pub const ALL: [Self; [$($number),*].len()] = [$(Self::$name),*];

            /// The word of interfaces and metrics.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// Whose the matter is.
            pub fn severity(self) -> Severity {
                match self { $(Self::$name => Severity::$severity,)* }
            }

            /// What happened, as a sentence.
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$name => $meaning,)* }
            }

            /// What to do about it, as a sentence.
            pub fn remedy(self) -> &'static str {
                match self { $(Self::$name => $remedy,)* }
            }

            /// Whether a message refused for it may count once registry, profile or program are mended, so that folding it
            /// again is worth while. Not so where the bytes themselves are at fault, or a counter has gone on since.
            pub fn replayable(self) -> bool {
                match self { $(Self::$name => $replayable,)* }
            }
        }
    };
}

reasons! {
    UnknownTopic = 0 "unknown_topic" Warning replayable true
        "No route fits the topic." "Add one under `[[routes]]` in fold.toml, or stop the sender."
    UnknownDevice = 1 "unknown_device" Warning replayable true
        "The topic or payload names a device that is not in `devices.csv`." "Register it."
    DecodeFailed = 2 "decode_failed" Warning replayable true
        "The bytes are not what the route's format or the profile's codec expects." "Check profile and firmware."
    Oversize = 3 "oversize" Warning replayable true
        "It is larger than the limit of its source." "Raise `max_payload`, or mend the sender."
    Retained = 4 "retained" Warning replayable false
        "A retained message says nothing about when it was measured." "Publish without retain."
    UnknownProperty = 5 "unknown_property" Warning replayable true
        "A value's name is neither in the catalogue nor in the profile's mapping." "Map it."
    NotANumber = 6 "not_a_number" Warning replayable false
        "A value is no finite decimal number." "Mend the firmware."
    Overflow = 7 "overflow" Warning replayable false
        "A value has more digits than can be held." "Mend the firmware."
    ConflictingValue = 8 "conflicting_value" Warning replayable false
        "The same device, property, channel and time came before with another value." "Find the second sender."
    TimeBeforeEpoch = 9 "time_before_epoch" Warning replayable true
        "The event time lies before the configured epoch, as of a clock that began at 1970."
        "Set the device's clock, or say `payload_time = false` in its profile."
    TimeInFuture = 10 "time_in_future" Warning replayable true
        "The event time lies further ahead than the drift limit, and no better clock is known."
        "Set the device's clock, or say `payload_time = false` in its profile."
    NoReadings = 11 "no_readings" Warning replayable true
        "The message carries no value." "Check codec and profile."
    FoldFailed = 12 "fold_failed" Fault replayable true
        "Folding it failed by a fault of this program." "Report it with the bytes; replay it after the update."
    UnknownGateway = 13 "unknown_gateway" Warning replayable true
        "The gateway is not in `gateways.csv`." "Register it, or stop it."
    BadCrc = 14 "bad_crc" Note replayable false
        "The gateway heard noise: the radio checksum is wrong or missing." "None: the device sends on."
    UnsupportedFrame = 15 "unsupported_frame" Note replayable false
        "A LoRaWAN frame that is no uplink and no join request: proprietary, downlink or rejoin." "None."
    UnknownDevAddr = 16 "unknown_dev_addr" Note replayable true
        "No device of the city has this DevAddr." "Register it if it is yours: devices of other networks are heard as well."
    WrongMic = 17 "wrong_mic" Warning replayable true
        "No key of the devices in question signs this frame." "Compare the keys in `keys.csv`."
    FCntTooOld = 18 "f_cnt_too_old" Warning replayable false
        "The frame counter lies below the session's window." "Find the gateway that keeps frames for so long."
    FCntReset = 19 "f_cnt_reset" Warning replayable false
        "The frame counter began again, which the device is not allowed." "Let it join, or allow it in `keys.csv`."
    DevNonceUsed = 20 "dev_nonce_used" Warning replayable false
        "A join request has a DevNonce that was used before, as in a replay." "Find out who sends it."
    NoSensing = 21 "no_sensing" Warning replayable true
        "The value can be of single persons, and the device's profile does not say by what it senses them."
        "Write `sensing` into the profile, with `dpia` for cameras and radio, or let the device not send it."
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn reasons_stand_at_their_numbers_and_are_named_alike_everywhere() {
        for (number, reason) in Reason::ALL.into_iter().enumerate() {
            assert_eq!(usize::from(reason as u8), number, "{reason:?}");
            let quoted = format!("\"{}\"", reason.code());
            assert_eq!(serde_json::to_string(&reason).unwrap(), quoted);
            assert_eq!(serde_json::from_str::<Reason>(&quoted).unwrap(), reason);
        }
    }

    #[test]
    fn every_reason_has_a_sentence_of_its_own_and_what_to_do() {
        let meanings: BTreeSet<_> = Reason::ALL.iter().map(|reason| reason.meaning()).collect();
        assert_eq!(meanings.len(), Reason::ALL.len());
        for text in Reason::ALL.iter().flat_map(|reason| [reason.meaning(), reason.remedy()]) {
            assert!(text.ends_with('.') && text.starts_with(char::is_uppercase), "{text}");
        }
    }

    #[test]
    fn only_what_is_ours_is_a_fault_and_only_what_nobody_can_mend_is_a_note() {
        let of = |severity| Reason::ALL.into_iter().filter(move |reason| reason.severity() == severity);
        assert!(of(Severity::Fault).eq([Reason::FoldFailed]));
        assert!(of(Severity::Note).eq([Reason::BadCrc, Reason::UnsupportedFrame, Reason::UnknownDevAddr]));
    }
}
