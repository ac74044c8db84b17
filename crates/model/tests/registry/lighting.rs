//! Lamps, switch points, and places in metres of the official map.

use expect_test::expect;
use smartpole_model::registry::Pole;

use crate::fixture::{check, files, parse};

fn pole(row: &str) -> Pole {
    let poles =
        format!("id,name,place,lat,lon,easting,northing,lamp,switch_point\n{row}\nAM-02,,,,,383000,5712100,,\n");
    let zones = r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"id":"city","name":"-","kind":"city",
        "count":"none","poles":["AM-01","AM-02"]},"geometry":null}]}"#;
    parse(&files(&[("poles.csv", &poles), ("zones.geojson", zones)])).registry.poles.remove(0)
}

#[test]
fn places_in_utm_are_those_of_proj() {
    // forward by PROJ 9.5.1 from EPSG:4258 to EPSG:25832; the first two also in PROJ's own documentation and tests (12° E, 55° and 56° N)
    for (easting, northing, lat, lon) in [
        ("691875.6321", "6098907.8250", 55.0, 12.0),
        ("687071.4391", "6210141.3267", 56.0, 12.0),
        ("382888.8441", "5712092.6892", 51.547_760, 7.311_008),
        ("382777.8241", "5713966.3623", 51.564_577, 7.308_783),
        ("500000", "5712000", 51.559_082_846, 9.0),
        ("280000", "5600000", 50.510_567_161, 5.896_978_233),
    ] {
        let place = pole(&format!("AM-01,,,,,{easting},{northing},,")).position;
        // a decimetre is 9e-7 degrees of latitude; three tenths of one here
        assert!((place.lat - lat).abs() < 3e-7 && (place.lon - lon).abs() < 3e-7, "{place:?} for {lat}, {lon}");
    }
}

#[test]
fn a_pole_has_its_number_and_switch_point_of_the_street_lighting() {
    let pole = pole("AM-01,,,51.5476,7.3115,,,01-0103,S 0101/2");
    assert_eq!((pole.lamp.as_deref(), pole.switch_point.as_deref()), (Some("01-0103"), Some("S 0101/2")));
}

#[test]
fn places_that_are_none_are_said() {
    let poles = "id,name,place,lat,lon,easting,northing,lamp\nA,,,51.5,7.3,383000,5712100,\nB,,,,,32383000,5712100,\nC,,,,,383000,,\nD,,,,,,,\nE,,,51.5,7.3,,,12345678901234567890123456789012345678901\n";
    check(
        &[
            ("poles.csv", poles),
            ("devices.csv", "id,pole,profile\n"),
            ("zones.geojson", r#"{"type":"FeatureCollection","features":[]}"#),
        ],
        &expect![[r#"
            poles.csv:2: easting: the place is given twice
              hint: leave either lat and lon or easting and northing empty
            poles.csv:3: easting: 32383000 is no easting of EPSG:25832: those here lie between 100000 and 900000
              hint: write metres of ETRS89 / UTM zone 32N like 382950.27 and 5712089.19, without the leading 32 of the zone
            poles.csv:4: northing: "" is no number
              hint: write metres of ETRS89 / UTM zone 32N like 382950.27 and 5712089.19, without the leading 32 of the zone
            poles.csv:5: lat: the place is missing
              hint: give lat and lon in degrees, or easting and northing in metres
            poles.csv:6: lamp: no name of at most 40 characters
              hint: write it as it stands on mast or cabinet
        "#]],
    );
}

#[test]
fn gateways_hang_on_switch_points_and_stand_in_metres_too() {
    let gateways = "id,name,easting,northing,switch_point\n0016c001f153a14c,Rathaus,383000,5712100,S-7\n";
    let gateway = parse(&files(&[("gateways.csv", gateways)])).registry.gateways.remove(0);
    assert_eq!(gateway.switch_point.as_deref(), Some("S-7"));
    assert!((gateway.position.unwrap().lat - 51.547_848_767).abs() < 3e-7);
}

#[test]
fn a_profile_names_its_spare_part() {
    let station = format!("spare_part = \"Sensor 5, Li 3.6 V\"\n{}", crate::fixture::STATION);
    let profiles = parse(&files(&[("profiles/station.toml", &station)])).registry.profiles;
    assert_eq!(profiles["station"].spare_part.as_deref(), Some("Sensor 5, Li 3.6 V"));
}
