//! What a planner asks: the Saturday before Advent beside others, opening hours, gaps, counts by hand, weeks.

use expect_test::expect;
use smartpole_api::Options;
use smartpole_model::UtcMillis;

use crate::fixture::{City, parsed};

pub(crate) const PROPERTIES: &str = r#"
[[property]]
id = "people_in"
number = 30
name_de = "Querungen hinein"
name_en = "Crossings in"
unit = "1"
kind = "interval_count"
decimals = 0
min = 0
max = 10000
theme = "footfall"

[[property]]
id = "people_out"
number = 31
name_de = "Querungen hinaus"
name_en = "Crossings out"
unit = "1"
kind = "interval_count"
decimals = 0
min = 0
max = 10000
theme = "footfall"

[[property]]
id = "people_in_total"
number = 32
name_de = "Zählerstand hinein"
name_en = "Counter reading in"
unit = "1"
kind = "total_count"
decimals = 0
min = 0
max = 4294967295
theme = "footfall"
counts = "people_in"
"#;
pub(crate) const ZONES: &str = r#"{"type":"FeatureCollection","features":[
{"type":"Feature","properties":{"id":"stadt","name":"Stadt","kind":"city","parent":null,"count":"cross_section"},"geometry":{"type":"Polygon","coordinates":[[[7.2,51.4],[7.5,51.4],[7.5,51.7],[7.2,51.7],[7.2,51.4]]]}},
{"type":"Feature","properties":{"id":"markt","name":"Markt","kind":"place","parent":"stadt","count":"cordon_in"},"geometry":{"type":"Polygon","coordinates":[[[7.30,51.54],[7.32,51.54],[7.32,51.55],[7.30,51.55],[7.30,51.54]]]}},
{"type":"Feature","properties":{"id":"rand","name":"Rand","kind":"place","parent":"stadt","count":"none"},"geometry":{"type":"Polygon","coordinates":[[[7.33,51.54],[7.34,51.54],[7.34,51.55],[7.33,51.55],[7.33,51.54]]]}}]}"#;
pub(crate) const PROFILE: &str = "name = \"A\"\ncodec = \"smartpole\"\ninterval_s = 3600\npayload_time = true\nexpected = [\"people_in\", \"people_out\"]\nsensing = \"laser\"\n";

/// Minutes from the first minute of the fixture.
fn minute(time: UtcMillis) -> i64 {
    time.since("2026-11-25T10:00:00Z".parse().unwrap()) / 60_000
}

/// Reports a day: so many in and out each hour, received an hour later, but in the hours (UTC) that are left out.
pub(crate) async fn day(
    city: &City,
    device: &str,
    midnight: &str,
    (passed_in, passed_out): (i64, i64),
    left_out: &[i64],
) {
    let first: UtcMillis = midnight.parse().unwrap();
    let hours = (0..24).map(|n| first.plus(n * 3_600_000));
    for time in hours.filter(|time| !left_out.contains(&(time.0.div_euclid(3_600_000) % 24))) {
        let sample = format!(r#"{{"time":"{time}","values":{{"people_in":{passed_in},"people_out":{passed_out}}}}}"#);
        city.message(device, minute(time) + 60, &sample).await;
    }
}

/// A square of which a few Saturdays are known: those before Advent of 2026 and 2027, and the comparable ones of autumn 2027.
pub(crate) async fn square() -> City {
    square_with(&[]).await
}

/// The same with more files.
pub(crate) async fn square_with(more: &[(&str, &str)]) -> City {
    let mut files = vec![
        ("poles.csv", "id,name,place,lat,lon\nM-1,M 1,Markt,51.545,7.31\nR-1,R 1,Rand,51.545,7.335\n"),
        (
            "devices.csv",
            "id,pole,profile,from,to,line,direction\np1,M-1,people,,,Platzrand,zum Platz\np2,R-1,people,,,,\n",
        ),
        ("zones.geojson", ZONES),
        ("properties.toml", PROPERTIES),
        ("profiles/people.toml", PROFILE),
        ("calendar.toml", "sunday_openings = [\"2027-11-28\"]\n"),
        (
            "counts.csv",
            "device,from,to,in,out,counted_by\np1,2026-11-28T09:00:00Z,2026-11-28T11:00:00Z,22,10,Amt\n\
             p1,2027-11-27T14:00:00Z,2027-11-27T15:00:00Z,9,9,Amt\n",
        ),
    ];
    files.extend(more);
    let city = City::over(parsed(&files), Options::default()).await;
    day(&city, "p1", "2026-11-27T23:00:00Z", (10, 5), &[]).await;
    day(&city, "p1", "2027-10-08T22:00:00Z", (6, 4), &[]).await;
    day(&city, "p1", "2027-10-15T22:00:00Z", (8, 4), &[]).await;
    day(&city, "p1", "2027-11-12T23:00:00Z", (9, 4), &[]).await;
    day(&city, "p1", "2027-11-19T23:00:00Z", (10, 4), &[]).await;
    day(&city, "p1", "2027-11-26T23:00:00Z", (12, 6), &[14]).await;
    day(&city, "p1", "2027-11-27T23:00:00Z", (7, 0), &[]).await;
    city.commit();
    city
}

const SATURDAY: &str = "/api/v1/footfall?zone=markt&step=1d&from=2027-11-26T23:00:00Z&to=2027-11-27T00:00:00Z";

#[tokio::test]
async fn the_saturday_before_advent_is_compared_by_the_distance_from_advent() {
    let city = square().await;
    city.check(&format!("{SATURDAY}&compare=advent"), &expect![[r#"
        200 OK application/json
        {"zone":"markt","rule":"cordon_in","method":{"id":"footfall.cordon_in","version":1},"no_sum":null,"rounded_to":1,"made_of":"exact","compared_by":{"id":"compare.advent","version":1},"estimated_by":null,"control":{"device":"p1","date":"2026-11-28","deviation_permille":-63},"items":[{"start":"2027-11-26T23:00:00Z","end":"2027-11-27T23:00:00Z","in":276,"out":138,"crossings":414,"coverage":0.958,"state":"provisional","revision":0,"partner":{"start":"2026-11-27T23:00:00Z","end":"2026-11-28T23:00:00Z","days":[],"in":240,"out":120,"crossings":360,"coverage":1},"change_permille":150}],"next":null}"#]]).await;
    city.check(&format!("{SATURDAY}&compare=previous_year"), &expect![[r#"
        200 OK application/json
        {"zone":"markt","rule":"cordon_in","method":{"id":"footfall.cordon_in","version":1},"no_sum":null,"rounded_to":1,"made_of":"exact","compared_by":{"id":"compare.previous_year","version":1},"estimated_by":null,"control":{"device":"p1","date":"2026-11-28","deviation_permille":-63},"items":[{"start":"2027-11-26T23:00:00Z","end":"2027-11-27T23:00:00Z","in":276,"out":138,"crossings":414,"coverage":0.958,"state":"provisional","revision":0,"not_comparable":{"reason":"no_data","meaning":"there is nothing to compare with: one of the two times has no counts"}}],"next":null}"#]]).await;
}

#[tokio::test]
async fn it_is_compared_with_the_week_before_and_with_the_last_four_comparable_days() {
    let city = square().await;
    city.check(&format!("{SATURDAY}&compare=previous_week"), &expect![[r#"
        200 OK application/json
        {"zone":"markt","rule":"cordon_in","method":{"id":"footfall.cordon_in","version":1},"no_sum":null,"rounded_to":1,"made_of":"exact","compared_by":{"id":"compare.previous_week","version":1},"estimated_by":null,"control":{"device":"p1","date":"2026-11-28","deviation_permille":-63},"items":[{"start":"2027-11-26T23:00:00Z","end":"2027-11-27T23:00:00Z","in":276,"out":138,"crossings":414,"coverage":0.958,"state":"provisional","revision":0,"partner":{"start":"2027-11-19T23:00:00Z","end":"2027-11-20T23:00:00Z","days":[],"in":240,"out":96,"crossings":336,"coverage":1},"change_permille":232}],"next":null}"#]]).await;
    // Saturdays before it: 6 November, 30 and 23 October are in the school holidays of North Rhine-Westphalia
    city.check(&format!("{SATURDAY}&compare=baseline"), &expect![[r#"
        200 OK application/json
        {"zone":"markt","rule":"cordon_in","method":{"id":"footfall.cordon_in","version":1},"no_sum":null,"rounded_to":1,"made_of":"exact","compared_by":{"id":"compare.baseline","version":2},"estimated_by":null,"control":{"device":"p1","date":"2026-11-28","deviation_permille":-63},"items":[{"start":"2027-11-26T23:00:00Z","end":"2027-11-27T23:00:00Z","in":276,"out":138,"crossings":414,"coverage":0.958,"state":"provisional","revision":0,"partner":{"start":null,"end":null,"days":["2027-11-20","2027-11-13","2027-10-16","2027-10-09"],"in":198,"out":96,"crossings":294,"coverage":1},"change_permille":408}],"next":null}"#]]).await;
    let first = SATURDAY.replace("11-26T23", "10-15T22").replace("11-27T00", "10-16T00");
    city.check(&format!("{first}&compare=baseline"), &expect![[r#"
        200 OK application/json
        {"zone":"markt","rule":"cordon_in","method":{"id":"footfall.cordon_in","version":1},"no_sum":null,"rounded_to":1,"made_of":"exact","compared_by":{"id":"compare.baseline","version":2},"estimated_by":null,"control":{"device":"p1","date":"2026-11-28","deviation_permille":-63},"items":[{"start":"2027-10-15T22:00:00Z","end":"2027-10-16T22:00:00Z","in":192,"out":96,"crossings":288,"coverage":1,"state":"final","revision":0,"not_comparable":{"reason":"too_few_days","meaning":"fewer than four comparable days of the last 26 weeks were covered well enough"}}],"next":null}"#]]).await;
    let sunday = SATURDAY.replace("26T23", "27T23").replace("27T00", "28T00");
    city.check(&format!("{sunday}&compare=baseline"), &expect![[r#"
        200 OK application/json
        {"zone":"markt","rule":"cordon_in","method":{"id":"footfall.cordon_in","version":1},"no_sum":null,"rounded_to":1,"made_of":"exact","compared_by":{"id":"compare.baseline","version":2},"estimated_by":null,"control":{"device":"p1","date":"2026-11-28","deviation_permille":-63},"items":[{"start":"2027-11-27T23:00:00Z","end":"2027-11-28T23:00:00Z","in":168,"out":0,"crossings":168,"coverage":1,"state":"open","revision":0,"not_comparable":{"reason":"unfinished","meaning":"one of the two times is not over yet"}}],"next":null}"#]]).await;
}

#[tokio::test]
async fn shops_are_open_from_10_to_20_and_on_the_sunday_that_the_town_opens() {
    let city = square().await;
    let days = "from=2027-11-26T23:00:00Z&to=2027-11-28T23:00:00Z";
    city.check(&format!("/api/v1/footfall?zone=markt&hours=open&step=1d&{days}"), &expect![[r#"
        200 OK application/json
        {"zone":"markt","rule":"cordon_in","method":{"id":"footfall.cordon_in","version":1},"no_sum":null,"rounded_to":1,"made_of":"exact","compared_by":null,"estimated_by":null,"control":{"device":"p1","date":"2026-11-28","deviation_permille":-63},"items":[{"start":"2027-11-26T23:00:00Z","end":"2027-11-27T23:00:00Z","in":108,"out":54,"crossings":162,"coverage":0.9,"state":"final","revision":0},
        {"start":"2027-11-27T23:00:00Z","end":"2027-11-28T23:00:00Z","in":35,"out":0,"crossings":35,"coverage":1,"state":"provisional","revision":0}],"next":null}"#]]).await;
    let week = "from=2027-11-21T23:00:00Z&to=2027-11-22T23:00:00Z";
    city.check(&format!("/api/v1/footfall?zone=markt&hours=open&step=1w&{week}"), &expect![[r#"
        200 OK application/json
        {"zone":"markt","rule":"cordon_in","method":{"id":"footfall.cordon_in","version":1},"no_sum":null,"rounded_to":1,"made_of":"exact","compared_by":null,"estimated_by":null,"control":{"device":"p1","date":"2026-11-28","deviation_permille":-63},"items":[{"start":"2027-11-21T23:00:00Z","end":"2027-11-28T23:00:00Z","in":143,"out":54,"crossings":197,"coverage":0.215,"state":"provisional","revision":0}],"next":null}"#]]).await;
}

#[tokio::test]
async fn opening_hours_are_compared_with_those_of_another_day() {
    let city = square().await;
    // ten hours of 10 and 4 against ten of 9 and 4; the span ends as soon as the day has begun
    let day = "from=2027-11-19T23:00:00Z&to=2027-11-19T23:00:00.001Z";
    let answer = city.get(&format!("/api/v1/footfall?zone=markt&hours=open&step=1d&compare=previous_week&{day}")).await;
    let (_, items) = answer.split_once("\"items\":").unwrap();
    expect![[r#"[{"start":"2027-11-19T23:00:00Z","end":"2027-11-20T23:00:00Z","in":100,"out":40,"crossings":140,"coverage":1,"state":"final","revision":0,"partner":{"start":"2027-11-12T23:00:00Z","end":"2027-11-13T23:00:00Z","days":[],"in":90,"out":40,"crossings":130,"coverage":1},"change_permille":77}],"next":null}"#]].assert_eq(items);
}

#[tokio::test]
async fn a_missing_hour_is_estimated_beside_and_never_within_a_sum() {
    let city = square().await;
    let hours = "from=2027-11-27T13:00:00Z&to=2027-11-27T16:00:00Z";
    city.check(&format!("/api/v1/footfall?zone=markt&step=1h&estimate=true&{hours}"), &expect![[r#"
        200 OK application/json
        {"zone":"markt","rule":"cordon_in","method":{"id":"footfall.cordon_in","version":1},"no_sum":null,"rounded_to":1,"made_of":"exact","compared_by":null,"estimated_by":{"id":"estimate.gap","version":2},"control":{"device":"p1","date":"2026-11-28","deviation_permille":-63},"items":[{"start":"2027-11-27T13:00:00Z","end":"2027-11-27T14:00:00Z","in":12,"out":6,"crossings":18,"coverage":1,"state":"final","revision":0},
        {"start":"2027-11-27T14:00:00Z","end":"2027-11-27T15:00:00Z","in":null,"out":null,"crossings":null,"coverage":0,"state":null,"revision":null,"estimate":{"crossings":12,"days":["2027-11-20","2027-11-13","2027-10-16","2027-10-09"]}},
        {"start":"2027-11-27T15:00:00Z","end":"2027-11-27T16:00:00Z","in":12,"out":6,"crossings":18,"coverage":1,"state":"final","revision":0}],"next":null}"#]]).await;
    let unlike = "from=2026-12-25T10:00:00Z&to=2026-12-25T11:00:00Z";
    city.check(&format!("/api/v1/footfall?zone=markt&step=1h&estimate=true&{unlike}"), &expect![[r#"
        200 OK application/json
        {"zone":"markt","rule":"cordon_in","method":{"id":"footfall.cordon_in","version":1},"no_sum":null,"rounded_to":1,"made_of":"exact","compared_by":null,"estimated_by":{"id":"estimate.gap","version":2},"control":{"device":"p1","date":"2026-11-28","deviation_permille":-63},"items":[{"start":"2026-12-25T10:00:00Z","end":"2026-12-25T11:00:00Z","in":null,"out":null,"crossings":null,"coverage":0,"state":null,"revision":null,"not_estimated":{"reason":"unlike_others","meaning":"the day is a public holiday or a special day: no other is like it"}}],"next":null}"#]]).await;
}

#[tokio::test]
async fn a_city_has_no_sum_nor_has_a_zone_that_says_none() {
    let city = square().await;
    city.check("/api/v1/footfall?zone=stadt&step=1d", &expect![[r#"
        200 OK application/json
        {"zone":"stadt","rule":"cross_section","method":{"id":"footfall.none","version":1},"no_sum":{"reason":"city","meaning":"a city has no sum: whoever crosses several of its squares would count several times"},"rounded_to":1,"made_of":"exact","compared_by":null,"estimated_by":null,"control":{"device":"p1","date":"2026-11-28","deviation_permille":-63},"items":[],"next":null}"#]]).await;
    city.check("/api/v1/footfall?zone=rand&step=1d", &expect![[r#"
        200 OK application/json
        {"zone":"rand","rule":"none","method":{"id":"footfall.none","version":1},"no_sum":{"reason":"none","meaning":"the counters of this zone may not be added up: zones.geojson says count = none"},"rounded_to":1,"made_of":"exact","compared_by":null,"estimated_by":null,"control":null,"items":[],"next":null}"#]]).await;
}

#[tokio::test]
async fn counts_by_hand_stand_beside_those_of_the_counter() {
    let city = square().await;
    city.check("/api/v1/counts?zone=markt", &expect![[r#"
        200 OK application/json
        {"items":[{"device":"p1","channel":0,"from":"2027-11-27T14:00:00Z","to":"2027-11-27T15:00:00Z","counted_by":"Amt","manual":{"in":9,"out":9},"counted":{"in":null,"out":null},"coverage":0,"deviation_permille":null},
        {"device":"p1","channel":0,"from":"2026-11-28T09:00:00Z","to":"2026-11-28T11:00:00Z","counted_by":"Amt","manual":{"in":22,"out":10},"counted":{"in":20,"out":10},"coverage":1,"deviation_permille":-63}],"next":null}"#]]).await;
    city.check(
        "/api/v1/counts?pole=R-1",
        &expect![[r#"
        200 OK application/json
        {"items":[],"next":null}"#]],
    )
    .await;
    let series = "/api/v1/series?pole=M-1&property=people_in&step=1w&from=2027-11-21T23:00:00Z&to=2027-11-22T00:00:00Z";
    city.check(series, &expect![[r#"
        200 OK application/json
        {"scope":{"kind":"pole","id":"M-1"},"property":"people_in","unit":"1","step":"1w","method":{"id":"window.count","version":1},"control":{"device":"p1","date":"2026-11-28","deviation_permille":-63},"items":[{"start":"2027-11-21T23:00:00Z","end":"2027-11-28T23:00:00Z","mean":null,"min":null,"max":null,"sum":444,"count":47,"expected":168,"coverage":0.28,"state":"open","revision":0,"flags":[]}],"next":null}"#]]).await;
}

#[tokio::test]
async fn totals_are_the_truth_and_interval_counts_are_held_against_them() {
    let city = square().await;
    let first: UtcMillis = "2027-11-28T23:00:00Z".parse().unwrap();
    // the interval count of 05:00 UTC was lost, the total of the next hour knows
    let sample = |n: i64| {
        let (time, total) = (first.plus(n * 3_600_000), 100 + 10 * n);
        let interval = if n == 6 { String::new() } else { r#""people_in":10,"#.to_owned() };
        format!(r#"{{"time":"{time}","values":{{{interval}"people_in_total":{total}}}}}"#)
    };
    let samples: Vec<String> = (0..=24).map(sample).collect();
    city.message("p2", minute(first) + 24 * 60, &format!(r#"{{"samples":[{}]}}"#, samples.join(","))).await;
    let days = "from=2027-11-28T00:00:00Z&to=2027-11-29T00:00:00Z";
    city.check(&format!("/api/v1/counts/reconciled?device=p2&{days}"), &expect![[r#"
        200 OK application/json
        {"device":"p2","method":{"id":"counter.reconciled","version":1},"items":[{"date":"2027-11-29","property":"people_in","channel":0,"by_totals":240,"by_intervals":230,"difference":-10}]}"#]]).await;
    city.check(
        &format!("/api/v1/counts/reconciled?device=p2&{days}&as_of=2027-11-29T22:00:00Z"),
        &expect![[r#"
            200 OK application/json
            {"device":"p2","method":{"id":"counter.reconciled","version":1},"items":[]}"#]],
    )
    .await;
    city.check(
        &format!("/api/v1/counts/reconciled?device=p1&{days}"),
        &expect![[r#"
        200 OK application/json
        {"device":"p1","method":{"id":"counter.reconciled","version":1},"items":[]}"#]],
    )
    .await;
}

#[tokio::test]
async fn between_two_equal_totals_nobody_passed_which_is_not_unknown() {
    let city = square().await;
    let total = |time: &str| format!(r#"{{"time":"2027-11-29T{time}:00Z","values":{{"people_in_total":100}}}}"#);
    let samples = ["11:00", "12:00", "14:00"].map(total).join(",");
    let noon = "2027-11-29T14:00:00Z".parse().unwrap();
    city.message("p1", minute(noon) + 1, &format!(r#"{{"samples":[{samples}]}}"#)).await;
    let span = "from=2027-11-29T13:00:00Z&to=2027-11-29T14:00:00Z";
    let item = |answer: String| answer.split_once(r#""items":"#).unwrap().1.to_owned();
    let series = city.get(&format!("/api/v1/series?pole=M-1&property=people_in&step=1h&{span}")).await;
    expect![[r#"[{"start":"2027-11-29T13:00:00Z","end":"2027-11-29T14:00:00Z","mean":null,"min":null,"max":null,"sum":0,"count":0,"expected":1,"coverage":0,"state":"open","revision":0,"flags":["interpolated"]}],"next":null}"#]].assert_eq(&item(series));
    let zone = city.get(&format!("/api/v1/footfall?zone=markt&step=1h&{span}")).await;
    expect![[r#"[{"start":"2027-11-29T13:00:00Z","end":"2027-11-29T14:00:00Z","in":0,"out":null,"crossings":0,"coverage":0,"state":"open","revision":0}],"next":null}"#]].assert_eq(&item(zone));
}

#[tokio::test]
async fn what_does_not_go_together_is_refused() {
    let city = square().await;
    for options in
        ["step=1h&hours=open", "step=1d&estimate=true", "step=1mo&compare=advent", "step=15m&compare=baseline"]
    {
        let answer = city.get(&format!("/api/v1/footfall?zone=markt&{options}")).await;
        assert!(answer.starts_with("400 Bad Request"), "{options}: {answer}");
    }
    let answer = city.ask_publicly("GET", &format!("{SATURDAY}&compare=advent")).await;
    assert_eq!(answer.status(), 400);
}

#[tokio::test]
async fn times_far_away_are_answered() {
    let city = square().await;
    let ends = [
        "from=-009999-01-02T01:59:59Z&to=-009998-01-01T00:00:00Z",
        "from=9998-01-01T00:00:00Z&to=9999-12-30T22:00:00Z",
    ];
    let steps = ["step=1w", "step=1mo", "step=1y", "step=1y&hours=open", "step=1w&hours=open&compare=advent"];
    let others = [
        "step=1d&compare=baseline",
        "step=1h&estimate=true",
        "step=1y&compare=previous_year",
        "step=15m&compare=easter",
    ];
    for (end, options) in ends.iter().flat_map(|end| steps.iter().chain(&others).map(move |options| (end, options))) {
        for as_of in ["", "&as_of=2027-11-20T00:00:00Z"] {
            let answer = city.get(&format!("/api/v1/footfall?zone=markt&{options}&{end}{as_of}")).await;
            let is_gone = options.contains("15m") && end.contains("=-00");
            assert!(answer.starts_with(if is_gone { "410 Gone" } else { "200 OK" }), "{options} {end}: {answer}");
        }
    }
    for days in ["from=-009999-01-01&to=-009998-12-31", "from=9999-01-01&to=9999-12-31"] {
        assert!(city.get(&format!("/api/v1/calendar?{days}")).await.starts_with("200 OK"), "{days}");
    }
}

#[tokio::test]
async fn the_calendar_says_what_kind_of_day_it_is() {
    let city = square().await;
    city.check("/api/v1/calendar?from=2027-12-24&to=2027-12-26", &expect![[r#"
        200 OK application/json
        {"items":[{"date":"2027-12-24","weekday":"friday","week":"2027-W51","public_holiday":null,"special_day":"christmas_eve","school_holiday":true,"sunday_opening":false,"open":{"from":"2027-12-24T09:00:00Z","to":"2027-12-24T19:00:00Z"}},
        {"date":"2027-12-25","weekday":"saturday","week":"2027-W51","public_holiday":"christmas","special_day":null,"school_holiday":true,"sunday_opening":false,"open":null}],"next":null}"#]]).await;
    city.check("/api/v1/calendar?from=2027-11-28&to=2027-11-29", &expect![[r#"
        200 OK application/json
        {"items":[{"date":"2027-11-28","weekday":"sunday","week":"2027-W47","public_holiday":null,"special_day":null,"school_holiday":false,"sunday_opening":true,"open":{"from":"2027-11-28T12:00:00Z","to":"2027-11-28T17:00:00Z"}}],"next":null}"#]]).await;
    city.check("/api/v1/calendar?from=2027-11-28&to=2027-11-28", &expect![[r#"
        400 Bad Request application/problem+json
        {"type":"urn:smartpole:problem:invalid-parameter","title":"Invalid parameter","status":400,"detail":"from, to: 2027-11-28 to 2027-11-28 are 0 days, not 1 to 3660","remedy":"give a `to` after `from`, ten years later at most"}"#]]).await;
    city.check("/api/v1/calendar?from=28.11.2027", &expect![[r#"
        400 Bad Request application/problem+json
        {"type":"urn:smartpole:problem:invalid-parameter","title":"Invalid parameter","status":400,"detail":"from: \"28.11.2027\" is no day","remedy":"write it as 2026-11-28"}"#]]).await;
}
