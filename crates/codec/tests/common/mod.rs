//! A catalogue and profiles, and decoded messages as text.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used, reason = "each test file uses its part")]

use std::fmt::Write;

use smartpole_codec::{Decoded, Refusal, Sample, decode};
use smartpole_model::{
    Catalogue, Decimal, Flags, Format, Kind, ObservedProperty, Profile, PropertyNo, UtcMillis,
    registry::{Codec, Counter, Mapping},
};

/// Id and decimals; the number is the place from 1.
const PROPERTIES: [(&str, u8); 14] = [
    ("pm1", 2),
    ("pm2_5", 2),
    ("pm4", 2),
    ("pm10", 2),
    ("temperature", 2),
    ("relative_humidity", 1),
    ("pressure", 1),
    ("battery_voltage", 3),
    ("people_in", 0),
    ("people_out", 0),
    ("people_in_total", 0),
    ("people_out_total", 0),
    ("occupancy", 0),
    ("power_up", 0),
];

pub fn catalogue() -> Catalogue {
    Catalogue::new((1..).zip(PROPERTIES).map(|(number, (id, decimals))| ObservedProperty {
        number: PropertyNo(number),
        id: id.to_owned(),
        name_de: String::new(),
        name_en: String::new(),
        unit: String::new(),
        kind: Kind::Gauge,
        decimals,
        min: i64::MIN,
        max: i64::MAX,
        sentinels: Vec::new(),
        theme: String::new(),
        counts: None,
        opposite: None,
        converts: None,
        mean: smartpole_model::Mean::Arithmetic,
        personal: false,
        public: true,
        excluded_by: Flags::NONE,
    }))
}

/// A profile of `path property scale channel` a line.
pub fn profile(mapping: &str) -> Profile {
    let catalogue = catalogue();
    let row = |line: &str| {
        let [path, property, scale, channel] = line.split_whitespace().collect::<Vec<_>>()[..] else { unreachable!() };
        Mapping {
            path: path.to_owned(),
            property: catalogue.by_id(property).unwrap().number,
            scale: Decimal::parse(scale).unwrap(),
            channel: channel.parse().unwrap(),
        }
    };
    Profile {
        humidity: None,
        sensing: smartpole_model::registry::Sensing::None,
        spare_part: None,
        dpia: None,
        id: "test".to_owned(),
        name: "Test".to_owned(),
        codec: if mapping.is_empty() { Codec::Smartpole } else { Codec::Object },
        interval_s: 600,
        payload_time: true,
        counter: Counter::new(32, 600),
        mapping: mapping.lines().map(str::trim).filter(|line| !line.is_empty()).map(row).collect(),
        expected: Vec::new(),
    }
}

/// A profile of a sensor's codec, with the ids of properties it expects.
pub fn sensor(codec: Codec, expected: &[&str]) -> Profile {
    let number = |id: &&str| catalogue().by_id(id).unwrap().number;
    Profile { codec, expected: expected.iter().map(number).collect(), ..profile("") }
}

pub const POLE: &str = "smartpole/castrop-rauxel/p1/d1/up";

pub fn smartpole(payload: &[u8]) -> String {
    describe(decode(Format::Smartpole, &profile(""), &catalogue(), POLE, payload))
}

/// One line a sample, or the outcome.
pub fn describe(decoded: Result<Decoded, Refusal>) -> String {
    match decoded {
        Ok(Decoded::Samples(samples)) => samples.iter().map(sample_line).collect::<Vec<_>>().join("\n"),
        Ok(Decoded::Control(kind)) => format!("control: {kind}"),
        Err(refusal) => format!("{}: {refusal}", refusal.reason.code()),
    }
}

fn sample_line(sample: &Sample) -> String {
    let catalogue = catalogue();
    let mut line = String::new();
    for (clock, time) in [("payload", sample.time), ("gateway", sample.gateway_time), ("network", sample.network_time)]
    {
        if let Some(UtcMillis(_)) = time {
            write!(line, "{clock} {}; ", time.unwrap()).unwrap();
        }
    }
    for value in &sample.values {
        let property = catalogue.get(value.series.property).unwrap();
        write!(line, "{}/{}={} ", property.id, value.series.channel, value.value).unwrap();
    }
    for fault in &sample.faults {
        write!(line, "{:?}: {} ", fault.name, fault.reason.code()).unwrap();
    }
    line.trim_end().to_owned()
}
