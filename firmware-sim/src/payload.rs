//! What a device says, as bytes.

use std::{fmt::Write, sync::Arc};

use prost::Message;
use smartpole_codec::v1;
use smartpole_model::{Decimal, UtcMillis};

/// What was measured at one instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Said {
    /// By the device's clock.
    pub(crate) time: UtcMillis,
    pub(crate) values: Vec<SaidValue>,
}

/// One value under the name it is sent with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SaidValue {
    pub(crate) property: Arc<str>,
    pub(crate) value: Decimal,
}

/// The bytes of a message.
pub(crate) fn encode(json: bool, samples: &[Said]) -> Vec<u8> {
    if json { encode_json(samples).into_bytes() } else { encode_protobuf(samples) }
}

fn encode_protobuf(samples: &[Said]) -> Vec<u8> {
    let value = |said: &SaidValue| v1::Value {
        property: said.property.as_ref().to_owned(),
        channel: 0,
        mantissa: said.value.mantissa,
        decimals: said.value.decimals.into(),
    };
    let sample =
        |said: &Said| v1::Sample { time_ms: Some(said.time.0), values: said.values.iter().map(value).collect() };
    v1::Uplink { samples: samples.iter().map(sample).collect() }.encode_to_vec()
}

fn encode_json(samples: &[Said]) -> String {
    let mut text = String::with_capacity(64 + samples.len() * 256);
    match samples {
        [one] => write_sample(&mut text, one),
        several => {
            text.push_str("{\"samples\":[");
            for (index, said) in several.iter().enumerate() {
                text.push_str(if index == 0 { "" } else { "," });
                write_sample(&mut text, said);
            }
            text.push_str("]}");
        }
    }
    text
}

fn write_sample(text: &mut String, said: &Said) {
    write!(text, "{{\"time\":\"{}\",\"values\":{{", said.time).expect("writing to a string succeeds");
    for (index, value) in said.values.iter().enumerate() {
        let comma = if index == 0 { "" } else { "," };
        write!(text, "{comma}\"{}\":{}", value.property, value.value).expect("writing to a string succeeds");
    }
    text.push_str("}}");
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    fn said() -> Said {
        let value = |property: &str, mantissa, decimals| SaidValue {
            property: property.into(),
            value: Decimal { mantissa, decimals },
        };
        Said { time: UtcMillis(1_795_600_800_000), values: vec![value("pm2_5", 730, 2), value("people_in", 4, 0)] }
    }

    #[test]
    fn json_is_as_the_contract_has_it() {
        let text = |samples: &[Said]| String::from_utf8(encode(true, samples)).unwrap();
        expect![[r#"{"time":"2026-11-25T10:00:00Z","values":{"pm2_5":7.3,"people_in":4}}"#]]
            .assert_eq(&text(&[said()]));
        expect![[r#"{"samples":[{"time":"2026-11-25T10:00:00Z","values":{"pm2_5":7.3,"people_in":4}},{"time":"2026-11-25T10:00:00Z","values":{"pm2_5":7.3,"people_in":4}}]}"#]]
            .assert_eq(&text(&[said(), said()]));
    }

    #[test]
    fn protobuf_is_smartpole_v1() {
        let uplink = v1::Uplink::decode(encode(false, &[said()]).as_slice()).unwrap();
        assert_eq!(uplink.samples[0].time_ms, Some(1_795_600_800_000));
        assert_eq!((uplink.samples[0].values[0].mantissa, uplink.samples[0].values[0].decimals), (730, 2));
    }
}
