//! What the poles say, as a function of a number: message `n` is that of pole `n % poles` in minute `n / poles`.
//!
//! So every message has an identity of its own, the readings of a device come in order and fill quarters of an hour as in a
//! city, however fast they are sent; and from a reading follows which message brought it.

use std::fmt::Write;

use firmware_sim::synthetic;
use prost::Message as _;
use smartpole_codec::v1;
use smartpole_model::{Decimal, UtcMillis, registry::Files};

const MINUTE: i64 = 60_000;
/// Newest event times lie so far back that no clock's drift makes them future.
const BEFORE_NOW: i64 = 5 * MINUTE;

/// Property, decimals, level.
const VALUES: [(&str, u8, i64); 8] = [
    ("pm1", 1, 52),
    ("pm2_5", 1, 73),
    ("pm4", 1, 95),
    ("pm10", 1, 121),
    ("no2", 1, 184),
    ("temperature", 2, 2_130),
    ("relative_humidity", 1, 612),
    ("pressure", 1, 10_132),
];

/// Values of a message.
pub(crate) const READINGS: u64 = VALUES.len() as u64;

/// How a message is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Format {
    Json,
    Protobuf,
}

/// All messages of a run.
#[derive(Clone, Debug)]
pub(crate) struct Traffic {
    pub(crate) poles: u64,
    pub(crate) messages: u64,
    format: Format,
    /// Event time of minute 0.
    from: UtcMillis,
}

impl Traffic {
    pub(crate) fn new(poles: u64, messages: u64, format: Format, now: UtcMillis) -> Self {
        let minutes = messages.div_ceil(poles) as i64;
        Self { poles, messages, format, from: now.plus(-minutes * MINUTE - BEFORE_NOW) }
    }

    /// The registry: each pole with an air station that sends each minute.
    pub(crate) fn registry(&self) -> Files {
        let mut files = synthetic(self.poles as usize, 1);
        let mut edit = |name: &str, edited: fn(&str) -> String| {
            if let Some(bytes) = files.get_mut(name) {
                *bytes = edited(&String::from_utf8_lossy(bytes)).into_bytes();
            }
        };
        edit("devices.csv", |text| {
            text.lines().filter(|line| !line.contains("-count,")).map(|line| format!("{line}\n")).collect()
        });
        edit("profiles/air-station.toml", |text| text.replace("interval_s = 600", "interval_s = 60"));
        files
    }

    pub(crate) fn topic(&self, n: u64) -> String {
        let pole = n % self.poles;
        format!("smartpole/castrop-rauxel/p{pole:06}/p{pole:06}-air/up")
    }

    pub(crate) fn payload(&self, n: u64) -> Vec<u8> {
        let values: Vec<i64> =
            VALUES.iter().enumerate().map(|(at, (.., level))| level + noise(n, at, *level)).collect();
        match self.format {
            Format::Json => json(self.time(n), &values),
            Format::Protobuf => protobuf(self.time(n), &values),
        }
    }

    /// Event time; each pole has its own place in the minute.
    fn time(&self, n: u64) -> UtcMillis {
        self.from.plus((n / self.poles) as i64 * MINUTE + second(n % self.poles))
    }

    /// Which message of a pole's device has this event time.
    pub(crate) fn number(&self, device: &str, time: UtcMillis) -> Option<u64> {
        let pole: u64 = device.strip_prefix('p')?.get(..6)?.parse().ok()?;
        let minute = u64::try_from((time.0 - self.from.0 - second(pole)) / MINUTE).ok()?;
        Some(minute * self.poles + pole)
    }

    /// Which message has this topic and payload.
    pub(crate) fn recognize(&self, topic: &str, payload: &[u8]) -> Option<u64> {
        let time = match self.format {
            Format::Json => {
                let text = std::str::from_utf8(payload).ok()?.strip_prefix("{\"time\":\"")?;
                text.split('"').next()?.parse().ok()?
            }
            Format::Protobuf => UtcMillis(v1::Uplink::decode(payload).ok()?.samples.first()?.time_ms?),
        };
        self.number(topic.split('/').nth(3)?, time)
    }
}

/// A pole's place in the minute.
fn second(pole: u64) -> i64 {
    (pole * 7_919 % MINUTE as u64) as i64
}

/// Two percent around a level, the same for the same message.
fn noise(n: u64, value: usize, level: i64) -> i64 {
    let mixed = (n * 8 + value as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 33;
    let range = (level / 50).max(1);
    (mixed % (2 * range as u64 + 1)) as i64 - range
}

fn json(time: UtcMillis, values: &[i64]) -> Vec<u8> {
    let mut text = format!("{{\"time\":\"{time}\",\"values\":{{");
    for (at, ((id, decimals, _), value)) in VALUES.iter().zip(values).enumerate() {
        let comma = if at == 0 { "" } else { "," };
        let value = Decimal { mantissa: *value, decimals: *decimals };
        write!(text, "{comma}\"{id}\":{value}").unwrap_or_default(); // a string takes all
    }
    text.push_str("}}");
    text.into_bytes()
}

fn protobuf(time: UtcMillis, values: &[i64]) -> Vec<u8> {
    let value = |((property, decimals, _), value): (&(&str, u8, i64), &i64)| v1::Value {
        property: (*property).to_owned(),
        channel: 0,
        mantissa: *value,
        decimals: u32::from(*decimals),
    };
    let values = VALUES.iter().zip(values).map(value).collect();
    v1::Uplink { samples: vec![v1::Sample { time_ms: Some(time.0), values }] }.encode_to_vec()
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use smartpole_model::Inputs;

    use super::*;

    fn traffic(format: Format) -> Traffic {
        Traffic::new(40, 400, format, UtcMillis(1_795_600_800_000))
    }

    #[test]
    fn a_message_is_that_of_a_pole_and_a_minute() {
        let traffic = traffic(Format::Json);
        expect!["smartpole/castrop-rauxel/p000003/p000003-air/up"].assert_eq(&traffic.topic(43));
        expect![[r#"{"time":"2026-11-25T09:46:23.757Z","values":{"pm1":5.1,"pm2_5":7.2,"pm4":9.6,"pm10":11.9,"no2":18.1,"temperature":21.5,"relative_humidity":61.9,"pressure":1027.3}}"#]].assert_eq(&String::from_utf8(traffic.payload(43)).unwrap());
    }

    #[test]
    fn every_message_is_recognized_by_what_it_says() {
        for traffic in [traffic(Format::Json), traffic(Format::Protobuf)] {
            for n in 0..traffic.messages {
                assert_eq!(traffic.recognize(&traffic.topic(n), &traffic.payload(n)), Some(n));
            }
        }
    }

    #[test]
    fn the_registry_is_sound_and_has_a_device_a_pole() {
        let inputs = Inputs::parse(&traffic(Format::Json).registry()).unwrap();
        assert_eq!((inputs.registry.poles.len(), inputs.registry.devices.len()), (40, 40));
    }
}
