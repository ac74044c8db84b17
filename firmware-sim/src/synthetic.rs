//! Registries of any size.

mod lorawan;

use std::fmt::Write;

use serde_json::json;
use smartpole_model::registry::Files;

use crate::dice::Dice;
pub use lorawan::synthetic_with_lorawan;

/// Poles of a district.
const DISTRICT: usize = 200;
const PLACES: [&str; 8] = [
    "Am Markt",
    "Lönsstraße",
    "Münsterplatz",
    "Europaplatz",
    "Ickerner Markt",
    "Lange Straße",
    "Neuroder Platz",
    "Wohnstraße",
];

/// A registry of that many poles, each with an air station and a people counter (totals and intervals by turns), in
/// districts of 200 within one city. The catalogue and the profiles are those of Castrop-Rauxel.
pub fn synthetic(poles: usize, seed: u64) -> Files {
    let mut files = Files::new();
    let mut put = |name: &str, text: String| files.insert(name.to_owned(), text.into_bytes());
    put("poles.csv", poles_csv(poles, seed));
    put("devices.csv", devices_csv(poles));
    put("zones.geojson", zones(poles));
    put("properties.toml", include_str!("../../deploy/castrop-rauxel/properties.toml").to_owned());
    put("profiles/air-station.toml", include_str!("../../deploy/castrop-rauxel/profiles/air-station.toml").to_owned());
    put(
        "profiles/people-counter.toml",
        include_str!("../../deploy/castrop-rauxel/profiles/people-counter.toml").to_owned(),
    );
    put(
        "profiles/people-counter-interval.toml",
        include_str!("../../deploy/castrop-rauxel/profiles/people-counter-interval.toml").to_owned(),
    );
    files
}

fn pole_id(pole: usize) -> String {
    format!("p{pole:06}")
}

/// South-west corner of a district: squares of 0.01°, a hundred in a row from Castrop-Rauxel's corner.
fn corner(district: usize) -> (f64, f64) {
    (51.52 + 0.01 * (district / 100) as f64, 7.25 + 0.01 * (district % 100) as f64)
}

fn poles_csv(poles: usize, seed: u64) -> String {
    let mut text = "id,name,place,lat,lon\n".to_owned();
    for pole in 0..poles {
        let mut dice = Dice::of(seed, &[50, pole as i64]);
        let (south, west) = corner(pole / DISTRICT);
        let (lat, lon) = (south + dice.between(0.001, 0.009), west + dice.between(0.001, 0.009));
        let (id, place) = (pole_id(pole), PLACES[pole % PLACES.len()]);
        writeln!(text, "{id},Mast {pole},{place},{lat:.6},{lon:.6}").expect("writing to a string succeeds");
    }
    text
}

fn devices_csv(poles: usize) -> String {
    let mut text = "id,pole,profile,from,line,direction\n".to_owned();
    (0..poles).for_each(|pole| text += &device_rows(pole));
    text
}

fn device_rows(pole: usize) -> String {
    let id = pole_id(pole);
    let counter = if pole.is_multiple_of(2) { "people-counter" } else { "people-counter-interval" };
    format!("{id}-air,{id},air-station,,,\n{id}-count,{id},{counter},,Gehweg,stadteinwärts\n")
}

fn zones(poles: usize) -> String {
    let rectangle = |(south, west): (f64, f64), (north, east): (f64, f64)| {
        let ring = [[west, south], [east, south], [east, north], [west, north], [west, south]];
        json!({"type": "Polygon", "coordinates": [ring]})
    };
    let district = |number: usize| {
        let (south, west) = corner(number);
        json!({
            "type": "Feature",
            "properties": {
                "id": format!("district-{number}"), "name": format!("Bezirk {number}"), "kind": "district",
                "parent": "city", "count": "cross_section"
            },
            "geometry": rectangle((south, west), (south + 0.01, west + 0.01))
        })
    };
    let city = json!({
        "type": "Feature",
        "properties": {"id": "city", "name": "Stadt", "kind": "city", "parent": null, "count": "none"},
        "geometry": rectangle((51.5, 7.2), (53.0, 8.3))
    });
    let districts = (0..poles.div_ceil(DISTRICT)).map(district);
    let features: Vec<_> = std::iter::once(city).chain(districts).collect();
    json!({"type": "FeatureCollection", "features": features}).to_string()
}
