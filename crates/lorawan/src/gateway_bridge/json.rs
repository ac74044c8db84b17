//! ProtoJSON where it differs from what serde writes of generated types: `#[serde(with = …)]` modules, named in `build.rs`.

/// Base64, standard or URL-safe, padded or not; written standard and padded.
pub(crate) mod bytes {
    use std::borrow::Cow;

    use base64::{Engine, engine::general_purpose::STANDARD};
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(crate) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(bytes))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        crate::base64::decode(&text).ok_or_else(|| D::Error::custom("not base64"))
    }
}

/// RFC 3339.
pub(crate) mod timestamp {
    use prost_types::Timestamp;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use smartpole_model::UtcMillis;

    pub(crate) fn serialize<S: Serializer>(time: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
        time.as_ref().and_then(super::super::up::instant).serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
        let time = Option::<UtcMillis>::deserialize(deserializer)?;
        Ok(time.map(|UtcMillis(millis)| Timestamp {
            seconds: millis.div_euclid(1_000),
            nanos: millis.rem_euclid(1_000) as i32 * 1_000_000,
        }))
    }
}

/// Decimal seconds with `s` behind: `"1.500s"`.
pub(crate) mod duration {
    use std::borrow::Cow;

    use prost_types::Duration;
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
    use smartpole_model::Decimal;

    pub(crate) fn serialize<S: Serializer>(duration: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
        let text = duration.as_ref().map(|duration| format!("{}.{:09}s", duration.seconds, duration.nanos));
        text.serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
        let text = Option::<Cow<'de, str>>::deserialize(deserializer)?;
        let read = |text: &str| Decimal::parse(text.strip_suffix('s')?).ok()?.at(9).ok();
        let Some(text) = text else { return Ok(None) };
        let nanos = read(&text).ok_or_else(|| D::Error::custom("not a duration"))?;
        Ok(Some(Duration { seconds: nanos / 1_000_000_000, nanos: (nanos % 1_000_000_000) as i32 }))
    }
}

/// A value's name or its number; written as name.
macro_rules! enumeration {
    ($module:ident, $type:ident) => {
        pub(crate) mod $module {
            use serde::{Deserialize, Deserializer, Serializer, de::Error};

            use crate::gw::$type;

            #[derive(Deserialize)]
            #[serde(untagged)]
            enum Value<'a> {
                Number(i32),
                Name(std::borrow::Cow<'a, str>),
            }

            #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
            pub(crate) fn serialize<S: Serializer>(value: &i32, serializer: S) -> Result<S::Ok, S::Error> {
                match $type::try_from(*value) {
                    Ok(known) => serializer.serialize_str(known.as_str_name()),
                    Err(_) => serializer.serialize_i32(*value),
                }
            }

            pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i32, D::Error> {
                match Value::deserialize(deserializer)? {
                    Value::Number(number) => Ok(number),
                    Value::Name(name) => {
                        let known = $type::from_str_name(&name).ok_or_else(|| D::Error::custom("unknown name"))?;
                        Ok(known.into())
                    }
                }
            }
        }
    };
}

enumeration!(crc_status, CrcStatus);
enumeration!(tx_ack_status, TxAckStatus);
