//! How zones may lie to each other.

use expect_test::expect;

use smartpole_model::Inputs;

use crate::fixture::{POLES, check, files, parse};

/// A ring with these corners, in hundredths of a degree east of 7° and north of 51°: 700 m and 1,112 m.
fn ring(corners: &[[f64; 2]]) -> String {
    let corner = |[east, north]: &[f64; 2]| format!("[{},{}]", 7.0 + east / 100.0, 51.0 + north / 100.0);
    let ring: Vec<String> = corners.iter().chain(corners.first()).map(corner).collect();
    format!("[{}]", ring.join(","))
}

fn zone(id: &str, about: &str, rings: &[String]) -> String {
    let geometry = match rings {
        [] => "null".to_owned(),
        rings => format!(r#"{{"type":"Polygon","coordinates":[{}]}}"#, rings.join(",")),
    };
    format!(
        r#"{{"type":"Feature","properties":{{"id":"{id}","name":"-","count":"none",{about}}},"geometry":{geometry}}}"#
    )
}

fn place(id: &str, corners: &[[f64; 2]]) -> String {
    zone(id, r#""kind":"place""#, &[ring(corners)])
}

/// These zones, and a city that lists all poles.
fn zones(zones: &[String]) -> String {
    let city = zone("all", r#""kind":"city","poles":["AM-01","AM-02"]"#, &[]);
    format!("{{\"type\":\"FeatureCollection\",\"features\":[\n{},\n{city}\n]}}", zones.join(",\n"))
}

fn corners([east, north]: [f64; 2], side: f64) -> [[f64; 2]; 4] {
    [[east, north], [east + side, north], [east + side, north + side], [east, north + side]]
}

fn square(id: &str, south_west: [f64; 2], side: f64) -> String {
    place(id, &corners(south_west, side))
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
            zones.geojson:4: geometry: `b` overlaps the place `a` of line 2 by more than 1 m, at [7.11, 51.51]
              hint: draw one border for both: a pole cannot count in two zones of the kind place
        "#]],
    );
}

#[test]
fn neighbours_touch_without_crossing() {
    // a common edge, a common corner, a corner within an edge, and an overlap of 90 cm
    let places = [
        square("a", [10.0, 50.0], 2.0),
        square("b", [12.0, 50.0], 2.0),
        square("c", [8.0, 48.0], 2.0),
        square("d", [11.0, 52.0], 0.7),
        square("e", [12.5, 51.999_19], 0.5),
    ];
    assert_eq!(parse(&files(&[("zones.geojson", &zones(&places))])).registry.zones.len(), 6);
}

#[test]
fn an_overlap_just_beyond_what_touches_is_one() {
    let places = [square("b", [12.0, 50.0], 2.0), square("e", [12.5, 51.998_8], 0.5)];
    check(
        &[("zones.geojson", &zones(&places))],
        &expect![[r#"
            zones.geojson:3: geometry: `e` overlaps the place `b` of line 2 by more than 1 m, at [7.125, 51.519988]
              hint: draw one border for both: a pole cannot count in two zones of the kind place
        "#]],
    );
}

#[test]
fn one_place_in_another_and_the_same_place_twice_overlap_though_no_borders_cross() {
    let places = [
        square("outer", [10.0, 50.0], 4.0),
        square("inner", [11.0, 51.0], 1.0),
        square("a", [20.0, 50.0], 1.0),
        square("a-again", [20.0, 50.0], 1.0),
    ];
    check(
        &[("zones.geojson", &zones(&places))],
        &expect![[r#"
        zones.geojson:3: geometry: `inner` overlaps the place `outer` of line 2 by more than 1 m, at [7.11, 51.51]
          hint: draw one border for both: a pole cannot count in two zones of the kind place
        zones.geojson:5: geometry: `a-again` overlaps the place `a` of line 4 by more than 1 m, at [7.205, 51.500009]
          hint: draw one border for both: a pole cannot count in two zones of the kind place
    "#]],
    );
}

#[test]
fn areas_of_different_kinds_lie_over_each_other_and_a_place_fills_a_hole_of_another() {
    let district = zone("district", r#""kind":"district""#, &[ring(&corners([9.0, 49.0], 2.0))]);
    let holed = zone(
        "holed",
        r#""kind":"place""#,
        &[[10.0, 4.0], [11.0, 1.0]].map(|[at, side]| ring(&corners([at, at + 40.0], side))),
    );
    let zones = zones(&[district, holed, square("within", [11.0, 51.0], 1.0)]);
    assert_eq!(parse(&files(&[("zones.geojson", &zones)])).registry.zones.len(), 4);
}

#[test]
fn a_zone_that_leaves_the_one_around_it_is_named_with_the_corner_outside() {
    let inside = |id: &str, parent: &str, south_west: [f64; 2], side: f64| {
        zone(id, &format!(r#""kind":"place","parent":"{parent}""#), &[ring(&corners(south_west, side))])
    };
    let district = |id: &str, rings: &[String]| zone(id, r#""kind":"district""#, rings);
    let holed = [ring(&corners([20.0, 50.0], 4.0)), ring(&corners([21.0, 51.0], 0.5))];
    let all = [
        district("plain", &[ring(&corners([10.0, 50.0], 4.0))]),
        district("holed", &holed),
        inside("within", "plain", [10.0, 50.0], 1.0),
        inside("a-little-out", "plain", [11.0, 49.999_2], 1.0),
        inside("out", "plain", [13.5, 51.0], 1.0),
        inside("elsewhere", "plain", [30.0, 51.0], 1.0),
        inside("around-the-hole", "holed", [20.5, 50.5], 2.0),
        inside("in-the-hole", "holed", [21.0, 51.0], 0.5),
    ];
    check(
        &[("zones.geojson", &zones(&all[..6]))],
        &expect![[r#"
        zones.geojson:6: geometry: `out` is outside of the district `plain` around it by more than 1 m, at [7.145, 51.51]
          hint: draw it within, widen `plain` of line 2, or name another `parent`
        zones.geojson:7: geometry: `elsewhere` is outside of the district `plain` around it by more than 1 m, at [7.3, 51.51]
          hint: draw it within, widen `plain` of line 2, or name another `parent`
    "#]],
    );
    for place in &all[6..] {
        let zones = zones(&[all[1].clone(), place.clone()]);
        let problems = Inputs::parse(&files(&[("zones.geojson", &zones)])).unwrap_err();
        assert!(problems[0].message.contains("is outside of the district `holed` around it"), "{problems:?}");
    }
}

#[test]
fn parts_of_a_district_that_lie_side_by_side_are_one_area_to_the_places_in_it() {
    let parts = [[10.0, 50.0], [11.0, 50.0]].map(|at| format!("[{}]", ring(&corners(at, 1.0)))).join(",");
    let district = format!(
        r#"{{"type":"Feature","properties":{{"id":"d","name":"-","kind":"district","count":"none"}},"geometry":{{"type":"MultiPolygon","coordinates":[{parts}]}}}}"#
    );
    let across = zone("p", r#""kind":"place","parent":"d""#, &[ring(&corners([10.75, 50.25], 0.5))]);
    parse(&files(&[("zones.geojson", &zones(&[district, across]))]));
}

#[test]
fn a_pole_in_two_zones_of_a_kind_or_in_none_is_named() {
    let listing = |id: &str, kind: &str, poles: &str| zone(id, &format!(r#""kind":"{kind}","poles":[{poles}]"#), &[]);
    let all = [
        listing("stadt", "city", r#""AM-01","AM-02""#),
        listing("markt", "place", r#""AM-01","AM-02""#),
        listing("altstadt", "place", r#""AM-02","AM-01""#),
    ];
    let zones = format!("{{\"type\":\"FeatureCollection\",\"features\":[\n{}\n]}}", all.join(",\n"));
    let poles = format!("{POLES}AM-03,,Am Markt,51.5474,7.3110\n");
    check(
        &[("poles.csv", &poles), ("zones.geojson", &zones)],
        &expect![[r#"
        poles.csv:4: id: `AM-03` is in no zone, so in no figure of an area
          hint: let a border of zones.geojson go around it, or name it in the `poles` of a zone
        zones.geojson:4: poles: `altstadt` holds the pole `AM-01`, as the place `markt` of line 3 does
          hint: let one of them hold it: a pole cannot count in two zones of the kind place
    "#]],
    );
}

#[test]
fn a_registry_that_came_into_force_with_zones_that_overlap_stays_in_force() {
    let bow_tie = place("bow-tie", &[[30.0, 50.0], [31.0, 51.0], [31.0, 50.0], [30.0, 51.0]]);
    let out = zone("out", r#""kind":"district","parent":"city""#, &[ring(&corners([50.0, 50.0], 1.0))]);
    let city = zone("city", r#""kind":"city""#, &[ring(&corners([10.0, 50.0], 1.0))]);
    let all = [square("a", [10.0, 50.0], 2.0), square("b", [11.0, 51.0], 2.0), bow_tie, city, out];
    let text = format!("{{\"type\":\"FeatureCollection\",\"features\":[\n{}\n]}}", all.join(",\n"));
    let files = files(&[("zones.geojson", &text)]);
    assert_eq!(Inputs::parse_kept(files.clone()).unwrap().registry.zones.len(), 5);
    assert!(Inputs::parse(&files).is_err());
}
