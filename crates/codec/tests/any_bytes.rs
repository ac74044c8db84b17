//! What is written is read back, and no bytes panic.
#![allow(clippy::unwrap_used)]

mod common;

use common::{POLE, catalogue, profile};
use proptest::prelude::*;
use prost::Message;
use smartpole_codec::{Decoded, Router, decode, v1};
use smartpole_model::{Format, Inputs, Series};

const UP: &str = "application/a/device/0101010101010101/event/up";

/// Samples of values that the catalogue knows: (time, [(property id, channel, mantissa, decimals)]).
type Samples = Vec<(Option<i64>, Vec<(String, u8, i64, u32)>)>;

fn samples() -> impl Strategy<Value = Samples> {
    let id = prop::sample::select(vec!["pm1", "temperature", "relative_humidity", "people_in"]).prop_map(str::to_owned);
    let value = (id, any::<u8>(), -1_000_000_000_000i64..1_000_000_000_000, 0u32..6);
    let values = prop::collection::btree_map("[a-z]", value, 1..8).prop_map(|values| values.into_values().collect());
    prop::collection::vec((prop::option::of(0i64..4_000_000_000_000), values), 1..6).prop_filter(
        "a series once a sample",
        |samples: &Samples| {
            samples.iter().all(|(_, values)| {
                let mut names: Vec<_> = values.iter().map(|(id, channel, ..)| (id, channel)).collect();
                names.sort();
                names.windows(2).all(|pair| pair[0] != pair[1])
            })
        },
    )
}

/// Mantissa at `to` decimals, half away from zero: the rule, spelt once more.
fn rescaled(mantissa: i64, from: u32, to: u8) -> i64 {
    let to = u32::from(to);
    if from <= to {
        return mantissa * 10i64.pow(to - from);
    }
    let power = 10i64.pow(from - to);
    (mantissa.abs() + power / 2) / power * mantissa.signum()
}

fn assert_read(payload: &[u8], samples: &Samples) -> Result<(), TestCaseError> {
    let catalogue = catalogue();
    let decoded = decode(Format::Smartpole, &profile(""), &catalogue, POLE, payload);
    let Ok(Decoded::Samples(read)) = decoded else { return Err(TestCaseError::fail(format!("{decoded:?}"))) };
    prop_assert_eq!(read.len(), samples.len());
    for (read, (time, values)) in read.iter().zip(samples) {
        prop_assert_eq!(read.time.map(|time| time.0), *time);
        prop_assert!(read.faults.is_empty());
        let got: Vec<_> = read.values.iter().map(|value| (value.series, value.value)).collect();
        let expected: Vec<_> = values
            .iter()
            .map(|(id, channel, mantissa, decimals)| {
                let property = catalogue.by_id(id).unwrap();
                let series = Series { property: property.number, channel: *channel };
                (series, rescaled(*mantissa, *decimals, property.decimals))
            })
            .collect();
        prop_assert_eq!(got, expected);
    }
    Ok(())
}

fn protobuf(samples: &Samples) -> Vec<u8> {
    let value = |(property, channel, mantissa, decimals): &(String, u8, i64, u32)| v1::Value {
        property: property.clone(),
        channel: u32::from(*channel),
        mantissa: *mantissa,
        decimals: *decimals,
    };
    let sample = |(time_ms, values): &(Option<i64>, Vec<_>)| v1::Sample {
        time_ms: *time_ms,
        values: values.iter().map(value).collect(),
    };
    v1::Uplink { samples: samples.iter().map(sample).collect() }.encode_to_vec()
}

fn json(samples: &Samples) -> String {
    let value = |(id, channel, mantissa, decimals): &(String, u8, i64, u32)| {
        format!("\"{id}/{channel}\":{mantissa}e-{decimals}")
    };
    let sample = |(time, values): &(Option<i64>, Vec<_>)| {
        let time = time.map_or("null".to_owned(), |time| time.to_string());
        format!("{{\"time_ms\":{time},\"values\":{{{}}}}}", values.iter().map(value).collect::<Vec<_>>().join(","))
    };
    format!("{{\"samples\":[{}]}}", samples.iter().map(sample).collect::<Vec<_>>().join(","))
}

fn decode_all(payload: &[u8]) {
    let (catalogue, profile) = (catalogue(), profile("t temperature 0.1 0\n a.0.b pm1 1 0"));
    for (format, topic) in [(Format::Smartpole, POLE), (Format::Chirpstack, UP), (Format::Chirpstack, "x")] {
        if let Err(refusal) = decode(format, &profile, &catalogue, topic, payload) {
            assert!(refusal.detail.chars().count() <= 200);
        }
    }
}

proptest! {
    #[test]
    fn samples_written_as_protobuf_are_read_back(samples in samples()) {
        assert_read(&protobuf(&samples), &samples)?;
    }

    #[test]
    fn samples_written_as_json_are_read_back(samples in samples()) {
        assert_read(json(&samples).as_bytes(), &samples)?;
    }

    #[test]
    fn no_bytes_panic(payload in prop::collection::vec(any::<u8>(), 0..200)) {
        decode_all(&payload);
    }

    #[test]
    fn no_text_like_json_panics(payload in "\\{(\"(values|samples|time|time_ms|object|rxInfo|t|a|nsTime)\":|[\\[\\]{},:\"\\\\0-9.eE+-]|NaN|null|true|ä|Infinity){0,30}\\}?") {
        decode_all(payload.as_bytes());
    }

    #[test]
    fn no_damaged_message_panics(samples in samples(), at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<prop::sample::Index>()) {
        for mut payload in [protobuf(&samples), json(&samples).into_bytes()] {
            let at = at.index(payload.len());
            payload[at] = byte;
            decode_all(&payload);
            payload.truncate(cut.index(payload.len() + 1));
            decode_all(&payload);
        }
    }

    #[test]
    fn no_topic_panics(topic in "[a$/+#ä]{0,20}", payload in prop::collection::vec(any::<u8>(), 0..20)) {
        let router = Router::new(&Inputs::default());
        prop_assert!(router.route(&topic, &payload).is_err());
    }
}
