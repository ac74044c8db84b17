//! Hours of devices, and a street of six poles that measures noise, temperature and nitrogen dioxide.

use std::fmt::Write as _;

use smartpole_api::Options;

use crate::fixture::{City, parsed};

/// Number, id, unit, theme, what else the catalogue says.
const PROPERTIES: [(u16, &str, &str, &str, &str); 3] = [
    (1, "noise_laeq", "dB", "noise", "mean = \"energy\""),
    (2, "temperature", "Cel", "weather", ""),
    (3, "no2", "ug/m3", "air_quality", ""),
];
/// A to E stand within 500 m, F beyond 1,500 m.
const POLES: &str = "id,name,place,lat,lon\nA,A,Markt,51.55,7.31\nB,B,Markt,51.551,7.31\nC,C,Markt,51.552,7.31\n\
                     D,D,Markt,51.553,7.31\nE,E,Markt,51.554,7.31\nF,F,Weg,51.57,7.31\n";
const DEVICES: &str = "id,pole,profile\na,A,box\nb,B,box\nc,C,box\nd,D,box\ne,E,box\nf,F,box\n";
const ZONES: &str = r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"id":"markt","name":"Markt","kind":"place","parent":null,"count":"none"},"geometry":{"type":"Polygon","coordinates":[[[7.30,51.54],[7.32,51.54],[7.32,51.56],[7.30,51.56],[7.30,51.54]]]}},
{"type":"Feature","properties":{"id":"weg","name":"Weg","kind":"place","parent":null,"count":"none"},"geometry":{"type":"Polygon","coordinates":[[[7.30,51.56],[7.32,51.56],[7.32,51.58],[7.30,51.58],[7.30,51.56]]]}}]}"#;
const PROFILE: &str = "name = \"Box\"\ncodec = \"smartpole\"\ninterval_s = 600\npayload_time = true\n";

/// The street, which has heard nothing.
pub(crate) async fn street() -> City {
    street_with(|properties| properties).await
}

/// The street with another catalogue.
pub(crate) async fn street_with(catalogue: impl Fn(String) -> String) -> City {
    let mut properties = String::new();
    for (number, id, unit, theme, more) in PROPERTIES {
        let (min, max) = if more.contains("energy") { (0, 140) } else { (-40, 1000) };
        write!(
            properties,
            "[[property]]\nid = \"{id}\"\nnumber = {number}\nname_de = \"{id}\"\nname_en = \"{id}\"\nunit = \"{unit}\"\n\
             kind = \"gauge\"\ndecimals = 1\nmin = {min}\nmax = {max}\ntheme = \"{theme}\"\n{more}\n"
        )
        .unwrap();
    }
    let files = [
        ("poles.csv", POLES),
        ("devices.csv", DEVICES),
        ("zones.geojson", ZONES),
        ("properties.toml", &catalogue(properties)),
        ("profiles/box.toml", PROFILE),
    ];
    City::over(parsed(&files), Options::default()).await
}

/// An hour of a device from a minute after the start of the fixture on, in a message for each half, so that no quarter of it comes late.
pub(crate) async fn hour(city: &City, device: &str, from: i64, every: i64, values: &str) {
    let (first, second): (Vec<_>, Vec<_>) = minutes(from, every).partition(|at| *at < from + 30);
    samples(city, device, &first, values, from + 29).await;
    samples(city, device, &second, values, from + 59).await;
}

/// The same in one message, received in another minute.
pub(crate) async fn hour_received(city: &City, device: &str, from: i64, every: i64, values: &str, received: i64) {
    samples(city, device, &minutes(from, every).collect::<Vec<_>>(), values, received).await;
}

fn minutes(from: i64, every: i64) -> impl Iterator<Item = i64> {
    (from..from + 60).step_by(every as usize)
}

async fn samples(city: &City, device: &str, minutes: &[i64], values: &str, received: i64) {
    let time = |minute: i64| {
        let (days, minute) = ((minute + 600) / 1_440, (minute + 600) % 1_440);
        format!("2026-11-{:02}T{:02}:{:02}:00Z", 25 + days, minute / 60, minute % 60)
    };
    let sample = |at: &i64| format!(r#"{{"time":"{}","values":{{{values}}}}}"#, time(*at));
    let samples: Vec<_> = minutes.iter().map(sample).collect();
    city.message(device, received, &format!(r#"{{"samples":[{}]}}"#, samples.join(","))).await;
}
