//! Reads the fleet's own messages.

use std::fmt;

use prost::Message as _;
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;
use smartpole_codec::v1;
use smartpole_model::{Catalogue, Decimal, Reason, Series, UtcMillis};

/// What was measured at one instant; a value that is none has its reason.
#[derive(Debug)]
pub(crate) struct Sample {
    pub(crate) time: UtcMillis,
    pub(crate) readings: Vec<Result<(Series, i64), Reason>>,
}

/// The samples of a message, or why it has none.
pub(crate) fn read(catalogue: &Catalogue, payload: &[u8]) -> Result<Vec<Sample>, Reason> {
    let samples =
        if payload.starts_with(b"{") { read_json(catalogue, payload) } else { read_protobuf(catalogue, payload) };
    let samples = samples.ok_or(Reason::DecodeFailed)?;
    if samples.iter().all(|sample| sample.readings.is_empty()) { Err(Reason::NoReadings) } else { Ok(samples) }
}

fn read_protobuf(catalogue: &Catalogue, payload: &[u8]) -> Option<Vec<Sample>> {
    let reading = |value: &v1::Value| {
        let number = Decimal { mantissa: value.mantissa, decimals: value.decimals as u8 };
        reading(catalogue, &value.property, value.channel as u8, Some(number))
    };
    let sample = |sample: &v1::Sample| {
        Some(Sample { time: UtcMillis(sample.time_ms?), readings: sample.values.iter().map(reading).collect() })
    };
    v1::Uplink::decode(payload).ok()?.samples.iter().map(sample).collect()
}

/// One sample, or several.
#[derive(Deserialize)]
struct JsonMessage {
    samples: Option<Vec<JsonSample>>,
    time: Option<UtcMillis>,
    values: Option<Values>,
}

#[derive(Deserialize)]
struct JsonSample {
    time: UtcMillis,
    values: Values,
}

/// Members in the order of the text.
struct Values(Vec<(String, Box<RawValue>)>);

fn read_json(catalogue: &Catalogue, payload: &[u8]) -> Option<Vec<Sample>> {
    let reading = |(name, number): &(String, Box<RawValue>)| {
        let (property, channel) = name.split_once('/').unwrap_or((name, "0"));
        reading(catalogue, property, channel.parse().unwrap_or(0), Decimal::parse(number.get()).ok())
    };
    let sample =
        |sample: &JsonSample| Sample { time: sample.time, readings: sample.values.0.iter().map(reading).collect() };
    let samples = match serde_json::from_slice(payload).ok()? {
        JsonMessage { samples: Some(samples), .. } => samples,
        JsonMessage { time, values, .. } => vec![JsonSample { time: time?, values: values? }],
    };
    Some(samples.iter().map(sample).collect())
}

fn reading(catalogue: &Catalogue, id: &str, channel: u8, number: Option<Decimal>) -> Result<(Series, i64), Reason> {
    let property = catalogue.by_id(id).ok_or(Reason::UnknownProperty)?;
    let value = number.ok_or(Reason::NotANumber)?.at(property.decimals).map_err(|_| Reason::Overflow)?;
    Ok((Series { property: property.number, channel }, value))
}

impl<'de> Deserialize<'de> for Values {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Values;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of numbers")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Values, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Values(members))
            }
        }
        deserializer.deserialize_map(Members)
    }
}
