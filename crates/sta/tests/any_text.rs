//! Any text is understood or refused, and never more than within bounds.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod street;

use proptest::prelude::*;
use smartpole_sta::Answer;
use street::{Street, ask};

/// Pieces of which filters are made, so that many of what is put together is nearly right.
const PIECES: [&str; 40] = [
    "result",
    "phenomenonTime",
    "name",
    "id",
    "Datastream/id",
    "Datastreams/name",
    "location",
    "null",
    "true",
    "1",
    "-1",
    "2.5",
    "'x'",
    "'",
    "(",
    ")",
    ",",
    " and ",
    " or ",
    "not ",
    " eq ",
    " gt ",
    " add ",
    " div ",
    " mod ",
    "now()",
    "length(",
    "date(",
    "st_within(",
    "geo.distance(",
    "st_relate(",
    "substring(",
    "geography'POINT(7.31 51.55)'",
    "geography'POLYGON((0 0,0 1,1 1,0 0))'",
    "geography'LINESTRING(0 0,0 0)'",
    "duration'P1D'",
    "2026-11-29T10:00:00Z",
    "2026-11-29",
    "10:00",
    "9223372036854775807",
];

fn ends(uri: &str) {
    let street = Street::default();
    if let Ok(Answer::Json(value)) = ask(&street, uri) {
        serde_json::to_string(&value).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_a_filter_or_refused(kind in "(Things|Locations|Datastreams|Observations)", text in ".{0,80}") {
        ends(&format!("{kind}?$filter={text}"));
        ends(&format!("{kind}?$orderby={text}"));
        ends(&format!("{kind}?$expand={text}"));
        ends(&format!("{kind}?$select={text}"));
        ends(&format!("{kind}?$skiptoken={text}"));
    }

    #[test]
    fn what_is_nearly_a_filter_is_one_or_refused(
        kind in "(Things|Locations|Datastreams|Observations)",
        pieces in prop::collection::vec(prop::sample::select(&PIECES[..]), 0..20),
    ) {
        let text = pieces.concat();
        ends(&format!("{kind}?$filter={text}"));
        ends(&format!("{kind}?$orderby={text}"));
        ends(&format!("Things?$expand=Datastreams($filter={text})"));
    }

    #[test]
    fn any_path_leads_somewhere_or_nowhere(path in "(/|\\(|\\)|[0-9]{1,20}|Things|Datastreams|Observations|Thing|name|\\$ref|\\$value|.){0,12}") {
        ends(&path);
    }

    #[test]
    fn any_shape_relates_to_a_point_or_is_refused(
        corners in prop::collection::vec((-3_i32..3, -3_i32..3), 0..8),
        shape in "(POINT|LINESTRING|POLYGON|MULTIPOINT|MULTIPOLYGON)",
        function in "(st_within|st_touches|st_crosses|st_overlaps|st_equals|st_contains|st_disjoint|geo.distance|geo.intersects)",
    ) {
        let corners: Vec<String> = corners.iter().map(|(x, y)| format!("{x} {y}")).collect();
        let (open, close) = match shape.as_str() {
            "POLYGON" => ("((", "))"),
            "MULTIPOLYGON" => ("(((", ")))"),
            _ => ("(", ")"),
        };
        let written = format!("geography'{shape}{open}{}{close}'", corners.join(","));
        for other in ["location", "geography'POLYGON((0 0,2 0,2 2,0 2,0 0))'", "geography'LINESTRING(0 0,1 1)'", &written] {
            ends(&format!("Locations?$filter={function}({written}, {other}) eq true"));
        }
    }
}
