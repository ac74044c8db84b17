//! Published payloads through the profiles that come with the project.
#![allow(clippy::unwrap_used)]

use std::{fs, path::Path};

use expect_test::expect;
use smartpole_codec::{Decoded, decode};
use smartpole_model::{Format, Inputs, Registry, registry::Files};

fn shipped() -> Registry {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/castrop-rauxel");
    let names =
        |folder: &Path| -> Vec<_> { fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect() };
    let paths = names(&folder).into_iter().chain(names(&folder.join("profiles"))).filter(|path| path.is_file());
    let name = |path: &Path| path.strip_prefix(&folder).unwrap().to_str().unwrap().replace('\\', "/");
    let files: Files = paths.map(|path| (name(&path), fs::read(&path).unwrap())).collect();
    Inputs::parse(&files).unwrap().registry
}

/// Each value of an event, in its property's unit.
fn values(registry: &Registry, profile: &str, event: &str) -> String {
    let decoded =
        decode(Format::Chirpstack, &registry.profiles[profile], &registry.properties, "event", event.as_bytes());
    let Ok(Decoded::Samples(samples)) = decoded else { return format!("{profile}: {decoded:?}") };
    assert!(samples.iter().all(|sample| sample.faults.is_empty()), "{samples:?}");
    let line = |value: &smartpole_codec::Value| {
        let property = registry.properties.get(value.series.property).unwrap();
        format!("{}/{} {} {}", property.id, value.series.channel, property.decimal(value.value), property.unit)
    };
    let lines: Vec<_> = samples.iter().flat_map(|sample| &sample.values).map(line).collect();
    format!("{profile}: {}", lines.join(", "))
}

#[test]
fn real_events_are_readings_with_the_shipped_profiles() {
    let registry = shipped();
    let table = [
        values(&registry, "decentlab-dl-pm", include_str!("fixtures/decentlab-dl-pm.json")),
        values(&registry, "milesight-vs133", include_str!("fixtures/milesight-vs133.json")),
        values(&registry, "imbuildings-people-counter", include_str!("fixtures/imbuildings-people-counter.json")),
    ]
    .join("\n");
    expect![[r#"
        decentlab-dl-pm: battery_voltage/0 3.109 V, pm1/0 3.7 ug/m3, pm2_5/0 3.9 ug/m3, pm4/0 3.9 ug/m3, pm10/0 3.9 ug/m3, temperature/0 24.36 Cel, relative_humidity/0 41.6 %, pressure/0 968 hPa
        milesight-vs133: people_in_total/0 72 1, people_out_total/0 200 1, people_in_total/3 5300 1, people_out_total/3 6797 1
        imbuildings-people-counter: battery_voltage/0 3 V, people_in_total/0 4000 1, people_out_total/0 4001 1"#]].assert_eq(&table);
}
