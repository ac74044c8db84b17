//! Mistakes in CSV and GeoJSON files, and in files as such.

use expect_test::expect;

use crate::fixture::{check, check_files, files};

#[test]
fn mistakes_in_poles_are_reported_with_their_lines() {
    let poles =
        "id,name,place,lat,lon\n\nAM-01,a,b,51.5,7.3\nAM-02,a,b,95,7.3\nAM-01,a,b,51.5,x\nÄM,a,b,7.3,51.5\nAM-04,a,b\n";
    check(
        &[("poles.csv", poles)],
        &expect![[r#"
        poles.csv:4: lat: 95 is no WGS 84 degree: lat lies between -90 and 90
          hint: write decimal degrees like 51.54759
        poles.csv:5: id: pole `AM-01` is on line 3 already
          hint: give each pole its own id
        poles.csv:5: lon: "x" is no number
          hint: write decimal degrees like 51.54759
        poles.csv:6: id: the id 'Ä' cannot stand in an id
          hint: ids are 1 to 64 letters a–z, A–Z, digits, -, _ and .
        poles.csv:6: lat: latitude 7.3 and longitude 51.5 seem swapped
          hint: swap them; in GeoJSON the longitude comes first, in poles.csv the columns have names
        poles.csv:7: the line has 3 cells, the first line 5
          hint: check the separators; a cell that holds one needs quotation marks
    "#]],
    );
}

#[test]
fn columns_are_named_by_the_first_line() {
    check(
        &[
            ("poles.csv", "id,name,place,lattitude,lon\nAM-01,a,b,51.5,7.3\n"),
            ("devices.csv", "id,pole,profile,form,id\na,AM-01,station,,\n"),
        ],
        &expect![[r#"
            devices.csv:1: form: unknown column `form`
              hint: did you mean `from`?
            devices.csv:1: id: column `id` is there twice
              hint: remove one of them
            poles.csv:1: lat: column `lat` is missing
              hint: add lat and lon, or easting and northing of EPSG:25832, to the first line
            poles.csv:1: lattitude: unknown column `lattitude`
              hint: remove it, or use one of id, name, place, lat, lon, easting, northing, site, provider, lamp, switch_point
            zones.geojson:4: poles: unknown pole `AM-02`
              hint: did you mean `AM-01`?
        "#]],
    );
}

#[test]
fn an_unknown_site_is_said_with_the_word_there_is() {
    check(
        &[("poles.csv", "id,name,place,lat,lon,site\nAM-01,a,b,51.5476,7.3115,street\nAM-02,a,b,51.5478,7.3118,\n")],
        &expect![[r#"
            poles.csv:2: site: unknown site `street`
              hint: write traffic for a pole close to one major road, or leave it empty
        "#]],
    );
}

#[test]
fn a_quotation_mark_left_open_is_found_where_it_opens() {
    check(
        &[("poles.csv", "id,name,place,lat,lon\nAM-01,a,b,51.5,7.3\nAM-02,\"a,b,51.5,7.3\nAM-03,a,b,51.5,7.3\n")],
        &expect![[r#"
            poles.csv:3: a cell goes over several lines
              hint: close the quotation mark that is open here
        "#]],
    );
}

#[test]
fn mistakes_in_devices_are_reported_with_what_was_meant() {
    let devices = "id,pole,profile,from\na,AM-1,statoin,\nb,AM-01,counter,31.01.2026\nc,AM-01,counter,\nc,AM-02,counter,\n70b3d5cd00011fb,AM-01,counter,2026-01-31T08:00\n";
    check(
        &[("devices.csv", devices)],
        &expect![[r#"
        devices.csv:2: pole: unknown pole `AM-1`
          hint: did you mean `AM-01`?
        devices.csv:2: profile: unknown profile `statoin`
          hint: did you mean `station`?
        devices.csv:3: from: "31.01.2026" is no date
          hint: write a date like 2026-01-31 or a time like 2026-01-31T08:00:00Z, or leave it empty for "always"
        devices.csv:5: id: device `c` is on line 4 already, with the same `from`
          hint: remove one line, or say in `from` when the device moved
        devices.csv:6: from: "2026-01-31T08:00" is no date
          hint: write a date like 2026-01-31 or a time like 2026-01-31T08:00:00Z, or leave it empty for "always"
        devices.csv:6: id: `70b3d5cd00011fb` looks like a DevEUI but has 15 digits
          hint: a DevEUI has 16 hex digits: compare with the label
    "#]],
    );
}

#[test]
fn mistakes_in_zones_are_reported_with_the_line_of_their_feature() {
    let zones = r#"{"type":"FeatureCollection","features":[
{"type":"Feature","properties":{"id":"a","name":"A","kind":"place","parent":"b","count":"cordon","poles":["AM-9"]},"geometry":null},
{"type":"Feature","properties":{"id":"b","name":"B","kind":"place","parent":"a","count":"none","fid":7},
 "geometry":{"type":"Polygon","coordinates":[[[7.2,51.5],[7.4,51.5],[7.4,51.6],[7.2,51.6]]]}},
{"type":"Feature","properties":{"id":"c","name":"C","kind":"place","parent":"z","count":"none"},"geometry":{"type":"Point","coordinates":[7,51]}},
{"type":"Feature","properties":{"id":"d","name":"D","kind":"city","count":"none"},"geometry":{"type":"MultiPolygon","coordinates":[[[[700,51],[7,52],[8,52],[700,51]]]]}},
{"type":"Feature","properties":{"id":"e","name":"E","kind":"place","parent":"f","count":"none","poles":[]},"geometry":null},
{"type":"Feature","properties":{"id":"f","name":"F","kind":"place","parent":"e","count":"none","poles":[]},"geometry":null},
{"type":"Feature","properties":{"id":"f","nme":"F"},"geometry":{"type":"Polygon","coordinates":[[[1,2]]]}},
7
]}"#;
    check(
        &[("zones.geojson", zones)],
        &expect![[r#"
            zones.geojson:2: count: unknown count `cordon`
              hint: use one of cordon_in, cross_section, none
            zones.geojson:2: parent: `b` is a place and cannot hold the place `a`
              hint: a place lies in a district or city, a district in a city
            zones.geojson:2: poles: unknown pole `AM-9`
              hint: add it to poles.csv, or correct the id
            zones.geojson:3: geometry: a ring is not closed
              hint: repeat its first position as its last
            zones.geojson:3: parent: `a` is a place and cannot hold the place `b`
              hint: a place lies in a district or city, a district in a city
            zones.geojson:5: geometry: expected a Polygon or MultiPolygon, found Point
              hint: draw the zone as an area
            zones.geojson:5: parent: unknown zone `z`
              hint: did you mean `a`?
            zones.geojson:6: geometry: [700, 51] lies outside WGS 84
              hint: write [longitude, latitude] in degrees
            zones.geojson:7: parent: `f` is a place and cannot hold the place `e`
              hint: a place lies in a district or city, a district in a city
            zones.geojson:8: parent: `e` is a place and cannot hold the place `f`
              hint: a place lies in a district or city, a district in a city
            zones.geojson:9: count: `count` is missing or no text
              hint: add "count": "…" to its properties
            zones.geojson:9: geometry: a ring has 1 positions
              hint: an area needs at least 4
            zones.geojson:9: id: zone `f` is on line 8 already
              hint: give each zone its own id
            zones.geojson:9: kind: `kind` is missing or no text
              hint: add "kind": "…" to its properties
            zones.geojson:9: name: `name` is missing or no text
              hint: add "name": "…" to its properties
            zones.geojson:9: nme: unknown property `nme`
              hint: did you mean `name`?
            zones.geojson:10: features: no GeoJSON Feature: invalid type: integer `7`, expected a map
              hint: export it again as GeoJSON
        "#]],
    );
}

#[test]
fn coordinates_the_wrong_way_round_are_noticed() {
    check(
        &[("poles.csv", "id,name,place,lat,lon\nAM-01,,,7.3115,51.5476\nAM-02,,,51.5478,7.3118\n")],
        &expect![[r#"
        poles.csv:2: lat: latitude 7.3115 and longitude 51.5476 seem swapped
          hint: swap them; in GeoJSON the longitude comes first, in poles.csv the columns have names
    "#]],
    );
}

#[test]
fn files_that_are_missing_empty_or_not_text_are_named() {
    let mut files = files(&[("zones.geojson", "[1,2"), ("devices.csv", " \n")]);
    files.remove("properties.toml");
    files.insert("poles.csv".to_owned(), b"id,name\nA,Stra\xDFe\n".to_vec());
    files.insert("profiles/Zähler 1.toml".to_owned(), Vec::new());
    check_files(
        &files,
        &expect![[r#"
            devices.csv: the file is empty
              hint: restore it, or remove it if it is optional
            poles.csv:2: the text is not UTF-8
              hint: save the file as UTF-8 (in Excel: "CSV UTF-8")
            profiles/Zähler 1.toml: the file is empty
              hint: restore it, or remove it if it is optional
            properties.toml: the file is missing
              hint: put it beside the other registry files
            zones.geojson:1: no GeoJSON: invalid type: integer `1`, expected a sequence
              hint: export it again as a GeoJSON FeatureCollection (RFC 7946)
        "#]],
    );
}
