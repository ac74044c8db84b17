//! A small sound registry, and what is said about it when files of it are replaced.

use expect_test::Expect;
use smartpole_model::{Inputs, Problem, registry::Files};

pub(crate) const PROPERTIES: &str = r#"
[[property]]
id = "pm2_5"
number = 2
name_de = "Feinstaub"
name_en = "Particles"
unit = "ug/m3"
kind = "gauge"
decimals = 2
min = 0
max = 1000
sentinels = [-1, 6553.5]
theme = "air_quality"

[[property]]
id = "people_in"
number = 101
name_de = "Hinein"
name_en = "In"
unit = "1"
kind = "interval_count"
decimals = 0
min = 0
max = 15000
theme = "footfall"

[[property]]
id = "people_in_total"
number = 103
name_de = "Hinein, gesamt"
name_en = "In, total"
unit = "1"
kind = "total_count"
decimals = 0
min = 0
max = 4294967295
theme = "footfall"
counts = "people_in"
"#;

pub(crate) const STATION: &str = r#"
name = "Station"
codec = "smartpole"
interval_s = 600
payload_time = true
expected = ["pm2_5"]
"#;

pub(crate) const COUNTER: &str = r#"
name = "Zähler"
codec = "object"
interval_s = 600
payload_time = false

[counter]
width_bits = 16

[[mapping]]
path = "line.0.total"
property = "people_in_total"
unit = "1"
"#;

pub(crate) const POLES: &str =
    "id,name,place,lat,lon\nAM-01,Am Markt 1,Am Markt,51.5476,7.3115\nAM-02,,Am Markt,51.5478,7.3118\n";

pub(crate) const DEVICES: &str =
    "id,pole,profile,from,line,direction\nam-01-air,AM-01,station,,,\n70B3D5CD00011FB1,AM-02,counter,2026-03-01,,\n";

pub(crate) const ZONES: &str = r#"{"type":"FeatureCollection","features":[
{"type":"Feature","properties":{"id":"city","name":"Stadt","kind":"city","parent":null,"count":"none"},
 "geometry":{"type":"Polygon","coordinates":[[[7.2,51.5],[7.4,51.5],[7.4,51.6],[7.2,51.6],[7.2,51.5]],[[7.3117,51.5477],[7.3119,51.5477],[7.3119,51.5479],[7.3117,51.5479],[7.3117,51.5477]]]}},
{"type":"Feature","properties":{"id":"markt","name":"Am Markt","kind":"place","parent":"city","count":"cross_section","poles":["AM-02"]},"geometry":null}
]}"#;

/// A sound registry in which some files are replaced.
pub(crate) fn files(replaced: &[(&str, &str)]) -> Files {
    let sound = [
        ("properties.toml", PROPERTIES),
        ("profiles/station.toml", STATION),
        ("profiles/counter.toml", COUNTER),
        ("poles.csv", POLES),
        ("devices.csv", DEVICES),
        ("zones.geojson", ZONES),
    ];
    let all = sound.iter().chain(replaced);
    all.map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect()
}

pub(crate) fn listed(problems: &[Problem]) -> String {
    problems.iter().map(|problem| format!("{problem}\n")).collect()
}

#[track_caller]
pub(crate) fn check_files(files: &Files, expected: &Expect) {
    match Inputs::parse(files) {
        Ok(_) => panic!("no problem found"),
        Err(problems) => expected.assert_eq(&listed(&problems)),
    }
}

#[track_caller]
pub(crate) fn check(replaced: &[(&str, &str)], expected: &Expect) {
    check_files(&files(replaced), expected);
}

#[track_caller]
pub(crate) fn parse(files: &Files) -> Inputs {
    Inputs::parse(files).unwrap_or_else(|problems| panic!("{}", listed(&problems)))
}
