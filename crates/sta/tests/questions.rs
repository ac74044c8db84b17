//! Questions to a small street: three poles, two instruments each, an observation a minute.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod street;

use expect_test::{Expect, expect};
use smartpole_sta::{Answer, Refusal};
use street::{Street, ask};

/// The answer, one entity a line.
fn said(uri: &str) -> String {
    match ask(&Street::default(), uri) {
        Ok(Answer::Json(value)) => serde_json::to_string(&value).unwrap().replace("},{", "},\n{"),
        Ok(Answer::Text(text)) => format!("text {text}"),
        Ok(Answer::Nothing) => "nothing".to_owned(),
        Err(Refusal::Invalid { detail, remedy }) => format!("400 {detail} | {remedy}"),
        Err(Refusal::Nothing(path)) => format!("404 {path}"),
        Err(Refusal::Source(error)) => format!("500 {error}"),
    }
}

#[track_caller]
fn check(uri: &str, expect: &Expect) {
    expect.assert_eq(&said(uri));
}

/// The numbers of the entities in an answer.
fn ids(uri: &str) -> Vec<i64> {
    let said = said(uri);
    let known: serde_json::Value =
        serde_json::from_str(&said.replace("},\n{", "},{")).unwrap_or_else(|_| panic!("{said}"));
    known["value"].as_array().unwrap().iter().map(|entity| entity["@iot.id"].as_i64().unwrap()).collect()
}

#[test]
fn an_entity_says_what_it_is_and_where_its_relations_are() {
    check(
        "Things(1)",
        &expect![[
            r#"{"@iot.id":1,"@iot.selfLink":"http://sta/Things(1)","name":"lamp 1","description":"a test","properties":{"pole":"P1","zones":["all","north"]},"Locations@iot.navigationLink":"http://sta/Things(1)/Locations","HistoricalLocations@iot.navigationLink":"http://sta/Things(1)/HistoricalLocations","Datastreams@iot.navigationLink":"http://sta/Things(1)/Datastreams"}"#
        ]],
    );
    check(
        "Datastreams(11)?$select=name,unitOfMeasurement,Thing",
        &expect![[
            r#"{"name":"pm2_5 of 1","unitOfMeasurement":{"name":"ug/m3"},"Thing@iot.navigationLink":"http://sta/Datastreams(11)/Thing"}"#
        ]],
    );
    check(
        "Observations(110003)",
        &expect![[
            r#"{"@iot.id":110003,"@iot.selfLink":"http://sta/Observations(110003)","phenomenonTime":"2026-11-29T10:03:00Z","resultTime":"2026-11-29T10:03:00Z","result":3,"Datastream@iot.navigationLink":"http://sta/Observations(110003)/Datastream","FeatureOfInterest@iot.navigationLink":"http://sta/Observations(110003)/FeatureOfInterest"}"#
        ]],
    );
}

#[test]
fn paths_go_along_relations_to_entities_properties_and_values() {
    check("Things(1)/name", &expect![[r#"{"name":"lamp 1"}"#]]);
    check("Things(1)/name/$value", &expect!["text lamp 1"]);
    check("Things(1)/properties/pole", &expect![[r#"{"pole":"P1"}"#]]);
    check("Locations(2)/location/$value", &expect![[r#"{"type":"Point","coordinates":[7.319999999999999,51.55]}"#]]);
    check(
        "Observations(110003)/Datastream/Thing/Locations/$ref",
        &expect![[r#"{"value":[{"@iot.selfLink":"http://sta/Locations(1)"}]}"#]],
    );
    check("Observations(110003)/Datastream/$ref", &expect![[r#"{"@iot.selfLink":"http://sta/Datastreams(11)"}"#]]);
    check("Observations(110005)/result", &expect!["nothing"]);
    assert_eq!(ids("Things(2)/Datastreams(21)/Observations?$top=2"), [210_000, 210_001]);
    for nowhere in [
        "Things(9)",
        "Things(x)",
        "Things(1)(2)",
        "Thing(1)",
        "Things/name",
        "Things(1)/Datastreams(21)",
        "Things(1)/Datastreams/name",
        "Datastreams(11)/Observations(210000)",
        "Datastreams(11)/Thing(1)",
        "Things(1)/nothing",
        "Things(1)/properties/nothing",
        "Observations(9223372036854775807)",
        "Things(9223372036854775808)",
        "",
    ] {
        assert_eq!(said(nowhere), format!("404 {nowhere}"));
    }
}

#[test]
fn pages_follow_each_other_until_all_was_given() {
    check(
        "Things?$top=2&$count=true&$select=id,name",
        &expect![[r#"
        {"@iot.count":3,"@iot.nextLink":"http://sta/Things?$top=2&$select=id,name&$skiptoken=0_2","value":[{"@iot.id":1,"@iot.selfLink":"http://sta/Things(1)","name":"lamp 1"},
        {"@iot.id":2,"@iot.selfLink":"http://sta/Things(2)","name":"lamp 2"}]}"#]],
    );
    check(
        "Things?$top=2&$skip=2&$select=id",
        &expect![[r#"{"value":[{"@iot.id":3,"@iot.selfLink":"http://sta/Things(3)"}]}"#]],
    );
    check("Things?$top=0&$count=true", &expect![[r#"{"@iot.count":3,"value":[]}"#]]);
    check(
        "Datastreams(11)/Observations?$top=2&$skip=1&$count=true&$select=id",
        &expect![[r#"
        {"@iot.count":60,"@iot.nextLink":"http://sta/Datastreams(11)/Observations?$top=2&$select=id&$skiptoken=1795946520000_110002","value":[{"@iot.id":110001,"@iot.selfLink":"http://sta/Observations(110001)"},
        {"@iot.id":110002,"@iot.selfLink":"http://sta/Observations(110002)"}]}"#]],
    );
    for order in ["", "&$orderby=phenomenonTime%20desc", "&$orderby=result,id%20desc"] {
        let (mut uri, mut all) = (format!("Observations?$top=7&$filter=result%20ge%202{order}"), Vec::new());
        let whole = ids(&uri.replace("$top=7", "$top=1000"));
        loop {
            all.extend(ids(&uri));
            let page = said(&uri);
            let Some((_, rest)) = page.split_once(r#""@iot.nextLink":"http://sta/"#) else { break };
            uri = rest.split('"').next().unwrap().to_owned();
        }
        assert_eq!((all.len(), &all), (whole.len(), &whole), "{order}");
        assert!(whole.len() > 20, "{order}");
    }
}

#[test]
fn what_is_expanded_has_options_of_its_own() {
    check(
        "Things?$top=1&$select=name&$expand=Datastreams($select=name;$top=1;$count=true;$expand=ObservedProperty($select=name)),Locations/HistoricalLocations($select=time)",
        &expect![[
            r#"{"@iot.nextLink":"http://sta/Things?$top=1&$select=name&$expand=Datastreams($select%3Dname;$top%3D1;$count%3Dtrue;$expand%3DObservedProperty($select%3Dname)),Locations/HistoricalLocations($select%3Dtime)&$skiptoken=0_1","value":[{"name":"lamp 1","Locations":[{"@iot.id":1,"@iot.selfLink":"http://sta/Locations(1)","description":"a test","location":{"type":"Point","coordinates":[7.31,51.55]},"Things@iot.navigationLink":"http://sta/Locations(1)/Things","HistoricalLocations":[{"time":"2026-11-01T10:00:00Z"}]}],"Datastreams@iot.count":2,"Datastreams@iot.nextLink":"http://sta/Things(1)/Datastreams?$select=name&$top=1&$expand=ObservedProperty($select%3Dname)&$skiptoken=0_11","Datastreams":[{"name":"pm2_5 of 1","ObservedProperty":{"name":"pm2_5"}}]}]}"#
        ]],
    );
    check(
        "Datastreams?$filter=id eq 11&$select=id&$expand=Observations($select=result;$orderby=phenomenonTime desc;$top=2;$filter=result lt 5)",
        &expect![[r#"
            {"value":[{"@iot.id":11,"@iot.selfLink":"http://sta/Datastreams(11)","Observations@iot.nextLink":"http://sta/Datastreams(11)/Observations?$select=result&$orderby=phenomenonTime%20desc&$top=2&$filter=result%20lt%205&$skiptoken=1795949880000_110058","Observations":[{"result":4},
            {"result":3}]}]}"#]],
    );
}

#[test]
fn observations_come_as_tables_a_datastream_each() {
    check(
        "Observations?$resultFormat=dataArray&$top=3&$select=id,result,phenomenonTime",
        &expect![[r#"
        {"@iot.nextLink":"http://sta/Observations?$resultFormat=dataArray&$top=3&$select=id,result,phenomenonTime&$skiptoken=1795946400000_210000","value":[{"Datastream@iot.navigationLink":"http://sta/Datastreams(11)","components":["id","phenomenonTime","result"],"dataArray@iot.count":1,"dataArray":[[110000,"2026-11-29T10:00:00Z",0]]},
        {"Datastream@iot.navigationLink":"http://sta/Datastreams(12)","components":["id","phenomenonTime","result"],"dataArray@iot.count":1,"dataArray":[[120000,"2026-11-29T10:00:00Z",0]]},
        {"Datastream@iot.navigationLink":"http://sta/Datastreams(21)","components":["id","phenomenonTime","result"],"dataArray@iot.count":1,"dataArray":[[210000,"2026-11-29T10:00:00Z",0]]}]}"#]],
    );
}

#[test]
fn a_filter_chooses_by_any_property_of_the_entity_or_of_related_ones() {
    for (filter, expected) in [
        ("name eq 'lamp 2'", vec![2]),
        ("name ne 'lamp 2'", vec![1, 3]),
        ("id gt 1", vec![2, 3]),
        ("@iot.id le 1", vec![1]),
        ("not (name eq 'lamp 2' or id eq 3)", vec![1]),
        ("not name eq 'lamp 2' and id lt 3", vec![1]),
        ("properties/pole eq 'P3'", vec![3]),
        ("properties/zones eq 'south'", vec![2, 3]),
        ("properties/nothing eq null", vec![1, 2, 3]),
        ("Datastreams/ObservedProperty/name eq 'noise'", vec![1, 2, 3]),
        ("Datastreams/id eq 21", vec![2]),
        ("substringof('2', name)", vec![2]),
        ("startswith(name, 'lamp') and endswith(name, '3')", vec![3]),
        ("length(name) eq 6", vec![1, 2, 3]),
        ("indexof(name, '2') eq 5 and indexof(name, 'x') eq -1", vec![2]),
        ("substring(name, 5) eq '1' or substring(name, 0, 1) eq 'x'", vec![1]),
        ("toupper(name) eq 'LAMP 1' and tolower('ABC') eq 'abc' and trim(' x ') eq 'x'", vec![1]),
        ("concat(concat(name, ', '), properties/pole) eq 'lamp 1, P1'", vec![1]),
        ("id add 1 eq 3", vec![2]),
        ("2 sub id eq 1", vec![1]),
        ("id mul 2 add 1 eq 7", vec![3]),
        ("id div 2 eq 1.5", vec![3]),
        ("id mod 2 eq 0", vec![2]),
        ("-id eq -2", vec![2]),
        ("id div 0 eq null", vec![1, 2, 3]),
        ("round(2.5) eq 3 and floor(-0.5) eq -1 and ceiling(1.1) eq 2 and id eq 1", vec![1]),
        ("HistoricalLocations/time lt 2026-11-02T00:00:00Z", vec![1]),
        ("year(HistoricalLocations/time) eq 2026 and day(HistoricalLocations/time) ge 2", vec![2, 3]),
        ("date(HistoricalLocations/time) eq 2026-11-03", vec![3]),
        ("time(HistoricalLocations/time) eq 10:00:00 and hour(HistoricalLocations/time) eq 10", vec![1, 2, 3]),
        ("HistoricalLocations/time add duration'P1D' gt 2026-11-03T12:00:00+02:00", vec![3]),
        ("now() sub HistoricalLocations/time le duration'P26DT2H'", vec![3]),
        ("HistoricalLocations/time gt mindatetime() and HistoricalLocations/time lt maxdatetime()", vec![1, 2, 3]),
        ("month(2026-11-28T23:30:00-01:00) eq 11 and day(2026-11-28T23:30:00-01:00) eq 29", vec![1, 2, 3]),
        ("minute(now()) eq 0 and second(now()) eq 0 and fractionalseconds(now()) eq 0", vec![1, 2, 3]),
        ("totaloffsetminutes(now()) eq 0", vec![1, 2, 3]),
        ("name eq 'it''s'", vec![]),
        ("name gt 5", vec![]),
        ("name", vec![]),
        ("true", vec![1, 2, 3]),
    ] {
        let expected: Vec<i64> = expected;
        assert_eq!(ids(&format!("Things?$filter={filter}")), expected, "{filter}");
    }
}

#[test]
fn a_filter_chooses_by_place() {
    let box_of_1_and_2 = "geography'POLYGON((7.305 51.5, 7.325 51.5, 7.325 51.6, 7.305 51.6, 7.305 51.5))'";
    for (filter, expected) in [
        (format!("st_within(location, {box_of_1_and_2})"), vec![1, 2]),
        (format!("geo.intersects(location, {box_of_1_and_2})"), vec![1, 2]),
        (format!("st_intersects(location, {box_of_1_and_2})"), vec![1, 2]),
        (format!("st_disjoint(location, {box_of_1_and_2})"), vec![3]),
        (format!("st_contains({box_of_1_and_2}, location)"), vec![1, 2]),
        (format!("st_relate(location, {box_of_1_and_2}, 'T********')"), vec![1, 2]),
        ("st_equals(location, geography'SRID=4326;POINT(7.31 51.55)')".to_owned(), vec![1]),
        ("st_touches(location, geography'LINESTRING(7.31 51.55, 8 52)')".to_owned(), vec![1]),
        (format!("st_overlaps(location, {box_of_1_and_2}) or st_crosses(location, {box_of_1_and_2})"), vec![]),
        ("geo.distance(location, geography'POINT(7.31 51.55)') lt 0.015".to_owned(), vec![1, 2]),
        ("geo.length(geography'LINESTRING(0 0, 3 4)') eq 5 and id eq 1".to_owned(), vec![1]),
    ] {
        let expected: Vec<i64> = expected;
        assert_eq!(ids(&format!("Locations?$filter={filter}")), expected, "{filter}");
    }
}

#[test]
fn of_observations_time_and_datastream_are_asked_of_the_source_and_the_rest_one_by_one() {
    let minute = |minute: u32| format!("2026-11-29T10:{minute:02}:00Z");
    for (filter, expected, walked) in [
        (format!("phenomenonTime eq {}", minute(3)), vec![110_003, 120_003, 210_003, 220_003, 310_003, 320_003], 6),
        (format!("Datastream/id eq 21 and resultTime lt {}", minute(2)), vec![210_000, 210_001], 2),
        (format!("Datastream/id eq 21 and {} gt phenomenonTime", minute(2)), vec![210_000, 210_001], 2),
        (
            format!(
                "phenomenonTime ge {} sub duration'PT1M' and phenomenonTime le {} and Datastream/Thing/id eq 3",
                minute(2),
                minute(1)
            ),
            vec![310_001, 320_001],
            2,
        ),
        (
            "Datastream/ObservedProperty/name eq 'noise' and result ge 9.5 and Datastream/Thing/name eq 'lamp 1'"
                .to_owned(),
            vec![120_010, 120_021, 120_032, 120_043, 120_054],
            60,
        ),
        (
            "Datastream/id eq 11 and result gt '8'".to_owned(),
            vec![110_009, 110_010, 110_020, 110_021, 110_031, 110_032, 110_042, 110_043, 110_053, 110_054],
            60,
        ),
        ("phenomenonTime lt 2026-11-29".to_owned(), vec![], 0),
        (
            "id eq 220007 and phenomenonTime ge 2026-11-29T10:07:00Z and phenomenonTime lt 2026-11-29T10:08:00Z"
                .to_owned(),
            vec![220_007],
            6,
        ),
    ] {
        let street = Street::default();
        let Ok(Answer::Json(value)) = ask(&street, &format!("Observations?$filter={filter}")) else {
            panic!("{filter}")
        };
        let known: serde_json::Value = serde_json::to_value(&value).unwrap();
        let found: Vec<i64> =
            known["value"].as_array().unwrap().iter().map(|entity| entity["@iot.id"].as_i64().unwrap()).collect();
        let expected: Vec<i64> = expected;
        assert_eq!((found, street.walked.get()), (expected, walked), "{filter}");
    }
}

#[test]
fn a_filter_that_cannot_be_understood_is_refused_with_what_to_do() {
    check(
        "Things?$filter=nam eq 'x'",
        &expect![[
            r#"400 $filter: there is no property of Things "nam" | did you mean name? there are id, name, description, properties, Locations, HistoricalLocations, Datastreams"#
        ]],
    );
    for filter in ["phenomenonTime ge '2026-11-28T00:00:00Z'", "'2026-11-28T00:00:00Z' le phenomenonTime"] {
        let written = said(&format!("Observations?$filter={filter}"));
        assert_eq!(
            written,
            "400 $filter: phenomenonTime is a time, and '2026-11-28T00:00:00Z' a text | write the time without '…': phenomenonTime ge \
             2026-11-29T10:00:00Z; a + in it is written %2B"
        );
    }
    check(
        "Datastreams?$filter=name eq 'x'&$expand=Observations($filter=resultTime eq 5)",
        &expect![
            "400 $filter: resultTime is a time, and what it is compared with is none | write the time without '…': resultTime ge 2026-11-29T10:00:00Z; a + in it is written %2B"
        ],
    );
    check(
        "Things?$filter=name eq 'x",
        &expect!["400 $filter: a text has no end | close it with '; a ' within it is written ''"],
    );
    check(
        "Things?$filter=name eq",
        &expect![
            "400 $filter: the expression ends too early | write it like: result gt 5 and phenomenonTime ge 2026-11-29T10:00:00Z; texts stand in '…', a + in a time of an address is written %2B"
        ],
    );
    check(
        "Things?$filter=lenght(name) eq 3",
        &expect![[
            r#"400 $filter: there is no function "lenght" | did you mean length? there are substringof, endswith, startswith, length, indexof, substring, tolower, toupper, trim, concat, year, month, day, hour, minute, second, fractionalseconds, date, time, totaloffsetminutes, now, mindatetime, maxdatetime, round, floor, ceiling, geo.distance, geo.length, geo.intersects, st_equals, st_disjoint, st_touches, st_within, st_overlaps, st_crosses, st_intersects, st_contains, st_relate"#
        ]],
    );
    check(
        "Things?$filter=length(name, 1) eq 3",
        &expect!["400 $filter: length has 2 arguments, it takes 1 | give as many as it takes"],
    );
    check(
        "Things?$filter=Datastreams/Observations/result gt 5",
        &expect![
            "400 $filter: no filter or order looks through all observations | ask for Observations, and filter them by what is said of their Datastream"
        ],
    );
    check(
        "Locations?$filter=st_within(location, geography'POLYGON((0 0,1 1,0 1,1 0,0 0))')",
        &expect![
            "400 $filter: not a valid geometry: exterior ring has a self-intersection | write it like geography'POINT(7.31 51.55)', longitude first"
        ],
    );
    check(
        "Locations?$filter=st_relate(location, geography'POINT(0 0)', 'x')",
        &expect![
            "400 st_relate: the third argument is no pattern of nine of T, F, *, 0, 1, 2 | write it like st_relate(location, geography'POINT(7.31 51.55)', 'T********')"
        ],
    );
}

#[test]
fn an_option_that_cannot_be_used_is_refused_with_what_to_do() {
    check(
        "Things?$expand=Datastream",
        &expect![[
            r#"400 $expand: there is no relation of Things "Datastream" | did you mean Datastreams? there are Locations, HistoricalLocations, Datastreams"#
        ]],
    );
    check(
        "Things?$expand=Datastreams($top=1",
        &expect![[r#"400 $expand: a parenthesis or a text is not closed in "Datastreams($top=1" | close it"#]],
    );
    check(
        "Things?$select=nam",
        &expect![[
            r#"400 $select: there is no property of Things "nam" | did you mean name? there are id, name, description, properties, Locations, HistoricalLocations, Datastreams"#
        ]],
    );
    check("Things?$top=-1", &expect!["400 $top: not a whole number from 0 on | write it like $top=100"]);
    check(
        "Things?top=1",
        &expect![[
            r#"400 top: there is no option "top" | did you mean $top? there are $filter, $count, $orderby, $skip, $top, $expand, $select, $resultFormat, $skiptoken"#
        ]],
    );
    check("Things?$top=1&$top=2", &expect!["400 $top is given twice | give it once"]);
    check(
        "Things?$resultFormat=dataArray",
        &expect!["400 $resultFormat: only lists of Observations have this option | leave it out"],
    );
    check("Things(1)?$top=1", &expect!["400 $top has no meaning for this address | leave it out"]);
    check("Observations?$skiptoken=x", &expect!["400 $skiptoken: not one of a next link | follow the link as it is"]);
}

#[test]
fn what_would_cost_too_much_is_refused() {
    let deep = format!("Things?$filter={}true{}", "(".repeat(33), ")".repeat(33));
    check(&deep, &expect!["400 $filter: an expression is nested more than 32 deep | ask something simpler"]);
    let nots = format!("Things?$filter={}true", "not ".repeat(33));
    check(&nots, &expect!["400 $filter: an expression is nested more than 32 deep | ask something simpler"]);
    let long = format!("Things?$filter={}true", "true or ".repeat(200));
    check(&long, &expect!["400 $filter: an expression has more than 256 parts | ask something shorter"]);
    let wide = format!("Things?$filter=name eq '{}'", "x".repeat(5_000));
    check(&wide, &expect!["400 $filter: an expression has more than 256 parts | ask something shorter"]);
    check(
        "Things?$expand=Datastreams/Thing/Datastreams/Thing/Datastreams",
        &expect![
            "400 $expand: more than 24 relations, or 4 within one another | expand fewer, and follow links for the rest"
        ],
    );
    check(
        "Observations?$filter=Datastream/Thing/Datastreams/Thing/Datastreams/id eq 1",
        &expect![[
            r#"400 $filter: more than 4 relations in "Datastream/Thing/Datastreams/Thing/Datastreams/id" | ask nearer by"#
        ]],
    );
    let endless = Street { blocks_an_observation: 1_000, ..Street::default() };
    let refused = |uri: &str| match ask(&endless, uri) {
        Err(Refusal::Invalid { detail, .. }) => detail,
        other => panic!("{uri}: {other:?}"),
    };
    expect!["$count: counting would look at more than 100000 quarters of an hour of devices"]
        .assert_eq(&refused("Observations?$count=true"));
    expect!["finding the first one would look at more than 100000 quarters of an hour of devices"]
        .assert_eq(&refused("Observations?$filter=result gt 1000"));
    expect!["$orderby: more than 20000 observations to order, or too long a time to look through"]
        .assert_eq(&refused("Observations?$orderby=result"));
    let Ok(Answer::Json(value)) = ask(&endless, "Observations?$top=1000&$select=id") else { panic!() };
    let text = serde_json::to_string(&value).unwrap();
    assert!(
        text.contains("$skiptoken") && text.contains("110000"),
        "what was found before is given, with the way on: {text}"
    );
}
