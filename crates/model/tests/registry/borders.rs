//! Zones whose borders cross.

use expect_test::expect;

use crate::fixture::{check, files, parse};

/// A place whose only ring has these corners, in hundredths of a degree east of 7° and north of 51°.
fn place(id: &str, corners: &[[f64; 2]]) -> String {
    let corner = |[east, north]: &[f64; 2]| format!("[{},{}]", 7.0 + east / 100.0, 51.0 + north / 100.0);
    let ring: Vec<String> = corners.iter().chain(corners.first()).map(corner).collect();
    format!(
        r#"{{"type":"Feature","properties":{{"id":"{id}","name":"-","kind":"place","count":"none"}},"geometry":{{"type":"Polygon","coordinates":[[{}]]}}}}"#,
        ring.join(",")
    )
}

fn zones(places: &[String]) -> String {
    format!("{{\"type\":\"FeatureCollection\",\"features\":[\n{}\n]}}", places.join(",\n"))
}

fn square(id: &str, [east, north]: [f64; 2], side: f64) -> String {
    place(id, &[[east, north], [east + side, north], [east + side, north + side], [east, north + side]])
}

#[test]
fn a_border_that_crosses_itself_and_places_that_overlap_are_named() {
    let bow_tie = place("bow-tie", &[[30.0, 50.0], [31.0, 51.0], [31.0, 50.0], [30.0, 51.0]]);
    let places = [square("a", [10.0, 50.0], 2.0), bow_tie, square("b", [11.0, 51.0], 2.0)];
    check(
        &[("zones.geojson", &zones(&places))],
        &expect![[r#"
        zones.geojson:3: geometry: its border crosses itself near [7.3, 51.5]
          hint: draw the area again, with corners in their order
        zones.geojson:4: geometry: it overlaps the place `a` of line 2 near [7.12, 51.5]
          hint: draw one border for both: a pole cannot count in two zones of the kind place
    "#]],
    );
}

#[test]
fn neighbours_touch_without_crossing() {
    // a common edge, a common corner, a corner within an edge, and an overlap of 5 cm
    let places = [
        square("a", [10.0, 50.0], 2.0),
        square("b", [12.0, 50.0], 2.0),
        square("c", [8.0, 48.0], 2.0),
        square("d", [11.0, 52.0], 0.7),
        square("e", [12.5, 51.999_95], 0.5),
    ];
    assert_eq!(parse(&files(&[("zones.geojson", &zones(&places))])).registry.zones.len(), 5);
}

#[test]
fn an_overlap_just_beyond_what_touches_is_one() {
    let places = [square("b", [12.0, 50.0], 2.0), square("e", [12.5, 51.999_8], 0.5)];
    check(
        &[("zones.geojson", &zones(&places))],
        &expect![[r#"
        zones.geojson:3: geometry: it overlaps the place `b` of line 2 near [7.13, 51.519998]
          hint: draw one border for both: a pole cannot count in two zones of the kind place
    "#]],
    );
}
