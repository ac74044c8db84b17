//! Footfall as the public sees it.

use expect_test::expect;
use smartpole_api::{Options, Registries};
use smartpole_model::Inputs;
use smartpole_pipeline::RESETTLE;

use crate::fixture::{City, parsed, show};

const POLES: &str = "id,name,place,lat,lon\nP0,0,A,51.5,7.3\nP1,1,A,51.5,7.3\nP2,2,B,51.5,7.3\n";
const DEVICES: &str = "id,pole,profile\nc0,P0,p\nc1,P1,p\nc2,P2,p\n";
const PROFILE: &str = "name = \"P\"\ncodec = \"smartpole\"\ninterval_s = 900\npayload_time = true\nsensing = \"laser\"\nexpected = [\"people_in\"]\n";
const PROPERTIES: &str = r#"
[[property]]
id = "people_in"
number = 1
name_de = "hinein"
name_en = "in"
unit = "1"
kind = "interval_count"
decimals = 0
min = 0
max = 10000
theme = "footfall"
personal = true

[[property]]
id = "people_out"
number = 2
name_de = "hinaus"
name_en = "out"
unit = "1"
kind = "interval_count"
decimals = 0
min = 0
max = 10000
theme = "footfall"
personal = true
"#;

/// 25 November 2026, 11:00 in Castrop-Rauxel is the fixture's first minute.
pub(crate) const DAY: i64 = 1_440;

/// `square` counts who comes in, `street` who passes; `both` is around them, `city` has no sum.
pub(crate) async fn city() -> City {
    let files = files("cordon_in", &[]);
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    City::over(parsed(&files), Options::default()).await
}

/// The same with `across`, which shares a pole with each place: a registry that came into force when zones of a kind could.
pub(crate) async fn crossed() -> City {
    let across = zone("across", "district", "cross_section", r#""P0","P1""#, 1);
    let files = files("cordon_in", &[across]).map(|(name, text)| (name.to_owned(), text.into_bytes()));
    City::over(Inputs::parse_kept(files.into()).unwrap(), Options::default()).await
}

fn zone(id: &str, kind: &str, count: &str, poles: &str, x: i64) -> String {
    format!(
        r#"{{"type":"Feature","properties":{{"id":"{id}","name":"{id}","kind":"{kind}","parent":null,"count":"{count}","poles":[{poles}]}},"geometry":{{"type":"Polygon","coordinates":[[[{x},51],[{x}.9,51],[{x}.9,52],[{x},51]]]}}}}"#
    )
}

/// The registry, by the counting rule of `square`, with more zones.
fn files(square: &str, more: &[String]) -> [(&'static str, String); 5] {
    let zones = [
        zone("square", "place", square, r#""P0""#, 1),
        zone("street", "place", "cross_section", r#""P1","P2""#, 2),
        zone("both", "district", "cross_section", r#""P0","P1","P2""#, 3),
        zone("city", "city", "cross_section", r#""P0","P1","P2""#, 1),
    ];
    let zones = [&zones, more].concat().join(",");
    let zones = format!(r#"{{"type":"FeatureCollection","features":[{zones}]}}"#);
    [
        ("poles.csv", POLES.to_owned()),
        ("devices.csv", DEVICES.to_owned()),
        ("zones.geojson", zones),
        ("properties.toml", PROPERTIES.to_owned()),
        ("profiles/p.toml", PROFILE.to_owned()),
    ]
}

/// The registry comes into force by which `square` is counted so.
async fn rule(city: &City, square: &str) {
    let dir = city.desk.folder.dir();
    std::fs::create_dir_all(dir.join("profiles")).unwrap();
    for (name, text) in files(square, &[]) {
        std::fs::write(dir.join(name), text).unwrap();
    }
    city.desk.take().await.unwrap();
}

/// Four quarters of an hour from 10:00 UTC on: the same counts in and out in each.
pub(crate) async fn hour(city: &City, device: &str, received: i64, quarters: &[u32], [r#in, out]: [u32; 2]) {
    let sample = |quarter: &u32| {
        let minute = 15 * quarter + 7;
        format!(r#"{{"time":"2026-11-25T10:{minute:02}:00Z","values":{{"people_in":{in},"people_out":{out}}}}}"#)
    };
    let samples: Vec<_> = quarters.iter().map(sample).collect();
    city.message(device, received, &format!(r#"{{"samples":[{}]}}"#, samples.join(","))).await;
}

/// Lets time pass, and commits.
pub(crate) async fn wait(city: &City, minute: i64) {
    city.message("nobody", minute, "{}").await;
    city.commit();
}

const HOUR: &str = "from=2026-11-25T10:00:00Z&to=2026-11-25T11:00:00Z";

#[tokio::test]
async fn a_step_is_shown_an_hour_after_its_end_and_stays_whatever_comes_later() {
    let city = city().await;
    city.message("c2", 1, r#"{"time":"2026-11-25T09:52:00Z","values":{"people_in":0,"people_out":0}}"#).await;
    hour(&city, "c1", 62, &[0, 1, 3], [2, 0]).await;
    let steps = format!("/api/v1/footfall?zone=street&step=15m&{HOUR}");
    wait(&city, 74).await;
    city.check_publicly(&steps, &expect![[r#"
        200 OK application/json
        {"zone":"street","rule":"cross_section","method":{"id":"public.rounded","version":1},"no_sum":null,"rounded_to":5,"made_of":"shown","compared_by":null,"estimated_by":null,"control":null,"items":[],"next":null}"#]]).await;
    wait(&city, 90).await;
    city.check_publicly(&steps, &expect![[r#"
        200 OK application/json
        {"zone":"street","rule":"cross_section","method":{"id":"public.rounded","version":1},"no_sum":null,"rounded_to":5,"made_of":"shown","compared_by":null,"estimated_by":null,"control":null,"items":[{"start":"2026-11-25T10:00:00Z","end":"2026-11-25T10:15:00Z","in":null,"out":null,"crossings":0,"coverage":0.5,"state":null,"revision":null},
        {"start":"2026-11-25T10:15:00Z","end":"2026-11-25T10:30:00Z","in":null,"out":null,"crossings":0,"coverage":0.5,"state":null,"revision":null}],"next":null}"#]]).await;
    hour(&city, "c1", 100, &[2], [400, 0]).await;
    hour(&city, "c2", 130, &[0, 1, 2, 3], [100, 100]).await;
    wait(&city, 131).await;
    city.check_publicly(&steps, &expect![[r#"
        200 OK application/json
        {"zone":"street","rule":"cross_section","method":{"id":"public.rounded","version":1},"no_sum":null,"rounded_to":5,"made_of":"shown","compared_by":null,"estimated_by":null,"control":null,"items":[{"start":"2026-11-25T10:00:00Z","end":"2026-11-25T10:15:00Z","in":null,"out":null,"crossings":0,"coverage":0.5,"state":null,"revision":null},
        {"start":"2026-11-25T10:15:00Z","end":"2026-11-25T10:30:00Z","in":null,"out":null,"crossings":0,"coverage":0.5,"state":null,"revision":null},
        {"start":"2026-11-25T10:30:00Z","end":"2026-11-25T10:45:00Z","in":null,"out":null,"crossings":400,"coverage":0.5,"state":null,"revision":null},
        {"start":"2026-11-25T10:45:00Z","end":"2026-11-25T11:00:00Z","in":null,"out":null,"crossings":0,"coverage":0.5,"state":null,"revision":null}],"next":null}"#]]).await;
    city.check_publicly(&format!("/api/v1/footfall?zone=street&step=1h&{HOUR}"), &expect![[r#"
        200 OK application/json
        {"zone":"street","rule":"cross_section","method":{"id":"public.rounded","version":1},"no_sum":null,"rounded_to":5,"made_of":"shown","compared_by":null,"estimated_by":null,"control":null,"items":[{"start":"2026-11-25T10:00:00Z","end":"2026-11-25T11:00:00Z","in":null,"out":null,"crossings":405,"coverage":0.5,"state":null,"revision":null}],"next":null}"#]]).await;
    city.check(&format!("/api/v1/footfall?zone=street&step=1h&{HOUR}"), &expect![[r#"
        200 OK application/json
        {"zone":"street","rule":"cross_section","method":{"id":"footfall.cross_section","version":1},"no_sum":null,"rounded_to":1,"made_of":"exact","compared_by":null,"estimated_by":null,"control":null,"items":[{"start":"2026-11-25T10:00:00Z","end":"2026-11-25T11:00:00Z","in":806,"out":400,"crossings":1206,"coverage":1,"state":"open","revision":0}],"next":null}"#]]).await;
}

#[tokio::test]
async fn what_was_shown_by_one_counting_rule_is_not_shown_again_by_another() {
    let city = city().await;
    let shown = async |zone: &str, hour: &str| {
        let span = format!("from=2026-11-25T{hour}:00:00Z&to=2026-11-25T{hour}:30:00Z");
        let answer = city.ask_publicly("GET", &format!("/api/v1/footfall?zone={zone}&step=15m&{span}")).await;
        let items = show(answer).await.split_once(r#""items":"#).unwrap().1.to_owned();
        items.matches(r#""start""#).count()
    };
    rule(&city, "cordon_in").await;
    hour(&city, "c0", 62, &[0, 1, 2, 3], [1, 2]).await;
    wait(&city, 200).await;
    assert_eq!((shown("square", "10").await, shown("both", "10").await), (2, 2), "in 0, out 0");
    rule(&city, "cross_section").await;
    assert_eq!(shown("square", "10").await, 0, "crossings 5 of the same quarters: more than two passed");
    assert_eq!(shown("both", "10").await, 0, "what is around it is no longer shown by direction");
    city.message("c0", 250, r#"{"time":"2026-11-25T14:07:00Z","values":{"people_in":1,"people_out":2}}"#).await;
    wait(&city, 400).await;
    assert_eq!(shown("square", "14").await, 2);
    rule(&city, "cordon_in").await;
    assert_eq!(shown("square", "14").await, 0, "one that comes back is another once more");
}

/// A registry comes into force that differs by these texts.
async fn change(city: &City, changes: &[(&str, &str, &str)]) {
    let dir = city.desk.folder.dir();
    for (name, from, to) in changes {
        let text = std::fs::read_to_string(dir.join(name)).unwrap();
        assert!(text.contains(from), "{name}: {text}");
        std::fs::write(dir.join(name), text.replace(from, to)).unwrap();
    }
    city.desk.take().await.unwrap();
}

#[tokio::test]
async fn of_a_zone_that_was_drawn_anew_nothing_of_before_is_shown_and_the_answer_says_why() {
    let city = city().await;
    rule(&city, "cross_section").await;
    for device in ["c1", "c2"] {
        hour(&city, device, 62, &[0, 1, 2, 3], [1, 0]).await;
    }
    wait(&city, 200).await;
    let steps = format!("/api/v1/footfall?zone=street&step=1h&{HOUR}");
    let shown = show(city.ask_publicly("GET", &steps).await).await;
    assert!(shown.contains(r#""crossings":"#) && !shown.contains("withheld"), "{shown}");
    // `street` was P1 and P2: who has both sums knows what passed at P2
    change(&city, &[("zones.geojson", r#"["P1","P2"]"#, r#"["P1"]"#)]).await;
    city.check_publicly(&steps, &expect![[r#"
        200 OK application/json
        {"zone":"street","rule":"cross_section","method":{"id":"public.rounded","version":1},"no_sum":null,"withheld":{"before":"2026-11-25T13:20:00Z","reason":"zones_changed","meaning":"zones were drawn or counted otherwise then: the same steps summed up in two ways could tell of single persons"},"rounded_to":5,"made_of":"exact","compared_by":null,"estimated_by":null,"control":null,"items":[],"next":null}"#]]).await;
    let around = show(city.ask_publicly("GET", &steps.replace("street", "both")).await).await;
    assert!(around.contains(r#""items":[]"#), "what is around it is added up from other parts now: {around}");
}

#[tokio::test]
async fn planners_get_as_of_before_a_zone_was_drawn_anew_what_they_got_then() {
    let city = city().await;
    rule(&city, "cross_section").await;
    for device in ["c1", "c2"] {
        hour(&city, device, 57, &[0, 1, 2], [3, 1]).await;
    }
    wait(&city, 59).await;
    let asked = [
        "/api/v1/footfall?zone=street&step=1h",
        "/api/v1/series?zone=street&property=people_in&step=15m",
        "/api/v1/footfall/ranking?within=both",
        "/api/v1/coverage?zone=street&property=people_in&step=1d",
        "/api/v1/sites?sites=street,square",
        "/api/v1/export?what=windows&each=pole&zone=street&property=people_in&step=15m",
        "/api/v1/export?what=windows&each=device&zone=street&property=people_in&step=15m",
        "/api/v1/export?what=readings&zone=street&property=people_in",
        "/api/v1/series?zone=street&property=people_in&step=raw",
    ];
    let answers = async || {
        let mut all = Vec::new();
        for asked in asked {
            let sign = if asked.contains('?') { '&' } else { '?' };
            all.push(city.get(&format!("{asked}{sign}{HOUR}&as_of=2026-11-25T10:59:00Z")).await);
        }
        all
    };
    let before = answers().await;
    change(&city, &[("zones.geojson", r#"["P1","P2"]"#, r#"["P1"]"#), ("devices.csv", "c2,P2", "c2,P0")]).await;
    wait(&city, 60).await;
    assert_eq!(answers().await, before);
}

#[tokio::test]
async fn when_a_counter_sent_is_not_told_as_of_an_instant_at_which_it_hung_elsewhere() {
    let city = city().await;
    rule(&city, "cross_section").await;
    let battery = "[[property]]\nid = \"battery_level\"\nnumber = 3\nname_de = \"B\"\nname_en = \"B\"\nunit = \"%\"\nkind = \"gauge\"\n\
                   decimals = 0\nmin = 0\nmax = 100\ntheme = \"device\"\n\n[[property]]\nid = \"people_in\"";
    change(&city, &[("properties.toml", "[[property]]\nid = \"people_in\"", battery)]).await;
    let told = r#"{"time":"2026-11-25T10:52:00Z","values":{"people_in":1,"battery_level":90}}"#;
    city.message("c2", 57, told).await;
    wait(&city, 61).await;
    change(&city, &[("devices.csv", "c2,P2", "c2,P0")]).await;
    wait(&city, 62).await;
    let asked = format!("/api/v1/series?pole=P2&property=battery_level&step=15m&as_of=2026-11-25T10:59:00Z&{HOUR}");
    let known = city.get(&asked).await;
    assert!(known.contains(r#""mean":90"#), "it hung there: {known}");
    assert_eq!(city.ask_publicly("GET", &asked).await.status(), 403);
}

#[tokio::test]
async fn a_pole_put_up_in_a_zone_and_a_zone_of_new_poles_take_no_past_away() {
    let city = city().await;
    rule(&city, "cross_section").await;
    for device in ["c1", "c2"] {
        hour(&city, device, 62, &[0, 1, 2, 3], [3, 0]).await;
    }
    wait(&city, 200).await;
    let steps = format!("/api/v1/footfall?zone=street&step=1h&{HOUR}");
    let items = async || {
        let shown = show(city.ask_publicly("GET", &steps).await).await;
        shown.split_once(r#""items":"#).unwrap().1.to_owned()
    };
    let before = items().await;
    assert!(before.contains(r#""crossings":25"#), "{before}");
    change(
        &city,
        &[
            ("poles.csv", "P2,2,B,51.5,7.3\n", "P2,2,B,51.5,7.3\nP9,9,B,51.5,7.3\n"),
            ("zones.geojson", r#"["P1","P2"]"#, r#"["P1","P2","P9"]"#),
            ("zones.geojson", r#"["P0","P1","P2"]"#, r#"["P0","P1","P2","P9"]"#),
        ],
    )
    .await;
    assert_eq!(items().await, before);
}

#[tokio::test]
async fn a_counter_that_is_said_to_have_hung_elsewhere_leaves_public_figures_as_they_were_before_and_after_it_is_settled()
 {
    let city = city().await;
    rule(&city, "cross_section").await;
    hour(&city, "c0", 62, &[0, 1, 2, 3], [40, 0]).await;
    hour(&city, "c1", 62, &[0, 1, 2, 3], [3, 0]).await;
    wait(&city, 200).await;
    let figures = async || {
        let ask = async |zone: &str| {
            let uri = format!("/api/v1/footfall?zone={zone}&step=1h&{HOUR}");
            let shown = show(city.ask_publicly("GET", &uri).await).await;
            shown.split_once(r#""crossings":"#).unwrap().1.split(',').next().unwrap().to_owned()
        };
        [ask("square").await, ask("street").await]
    };
    let before = figures().await;
    assert_eq!(before, ["160", "15"]);
    change(&city, &[("devices.csv", "c1,P1", "c1,P0")]).await;
    assert!(city.fold.read().unwrap().is_resettling());
    let told = city.get("/api/v1/registry").await;
    assert!(told.contains(r#""settling":{"devices":1,"quarters":"#), "{told}");
    assert_eq!(figures().await, before, "not settled yet");
    while city.fold.read().unwrap().is_resettling() {
        city.command(201, RESETTLE).await;
    }
    assert_eq!(figures().await, before, "settled, not committed");
    wait(&city, 202).await;
    assert_eq!(figures().await, before);
}

#[tokio::test]
async fn the_public_is_told_who_may_ask_for_exact_counts() {
    let city = city().await;
    let answer = show(city.ask_publicly("GET", "/api/v1/footfall?zone=square&step=1d&compare=advent").await).await;
    assert!(answer.contains("what is made of exact counts is for planners and operators"), "{answer}");
}

#[tokio::test]
async fn operators_see_what_the_public_sees_if_they_ask_for_it() {
    let city = city().await;
    for device in ["c0", "c1", "c2"] {
        hour(&city, device, 62, &[0, 1, 2, 3], [7, 1]).await;
    }
    wait(&city, 10 * DAY).await;
    for zone in ["square", "street", "both"] {
        for step in ["15m", "1h", "1d", "1w"] {
            let uri =
                format!("/api/v1/footfall?zone={zone}&step={step}&from=2026-11-22T23:00:00Z&to=2026-11-29T23:00:00Z");
            let public = city.get(&format!("{uri}&public=true")).await;
            assert_eq!(show(city.ask_publicly("GET", &uri).await).await, public);
            assert!(public.contains(r#""rounded_to":5"#) && public.matches(r#""state":null"#).count() > 0, "{public}");
        }
    }
}

#[tokio::test]
async fn a_zone_without_figures_says_why() {
    let city = crossed().await;
    city.check_publicly("/api/v1/footfall?zone=across", &expect![[r#"
        200 OK application/json
        {"zone":"across","rule":"cross_section","method":{"id":"public.rounded","version":1},"no_sum":{"reason":"crosses","meaning":"it has poles in common with a zone that is not within it: sums that cross each other could tell of single persons"},"rounded_to":5,"made_of":"exact","compared_by":null,"estimated_by":null,"control":null,"items":[],"next":null}"#]]).await;
    city.check_publicly("/api/v1/footfall?zone=city", &expect![[r#"
        200 OK application/json
        {"zone":"city","rule":"cross_section","method":{"id":"public.rounded","version":1},"no_sum":{"reason":"city","meaning":"a city has no sum: whoever crosses several of its squares would count several times"},"rounded_to":5,"made_of":"exact","compared_by":null,"estimated_by":null,"control":null,"items":[],"next":null}"#]]).await;
}

#[tokio::test]
async fn no_time_is_too_far_away() {
    let city = city().await;
    wait(&city, 0).await;
    for span in [
        "from=0000-01-02T00:00:00Z&to=0000-01-09T00:00:00Z",
        "from=1970-01-01T00:00:01Z&to=1970-01-09T00:00:00Z",
        "from=9999-12-20T00:00:01Z&to=9999-12-30T22:00:00Z",
        "from=2026-11-25T10:59:00Z&to=2026-11-25T11:00:00Z",
    ] {
        for step in ["15m", "1h", "1d", "1w"] {
            let uri = format!("/api/v1/footfall?zone=street&step={step}&{span}");
            let answer = show(city.ask_publicly("GET", &uri).await).await;
            assert!(answer.starts_with("200 ") && answer.contains(r#""items":[]"#), "{uri}: {answer}");
        }
    }
}

#[tokio::test]
async fn the_public_is_refused_what_would_cost_or_tell_more() {
    let city = city().await;
    for wanted in [
        "step=15m&from=2026-10-01T00:00:00Z&to=2026-11-02T00:00:00Z",
        "step=1d&from=2026-01-01T00:00:00Z&to=2026-11-02T00:00:00Z",
        "step=1w&from=2020-01-01T00:00:00Z&to=2026-11-02T00:00:00Z",
        "step=1mo",
        "step=raw",
        "as_of=2026-11-25T10:00:00Z",
        "step=1h&estimate=true",
        "step=1d&hours=open",
        "step=1d&compare=baseline",
    ] {
        let answer = city.ask_publicly("GET", &format!("/api/v1/footfall?zone=street&{wanted}")).await;
        assert_eq!(answer.status(), 400, "{wanted}");
    }
}

#[tokio::test]
async fn when_a_counter_sent_is_told_by_no_revision_of_what_hangs_beside_it() {
    let profiles =
        [("profiles/air.toml", "name = \"Air\"\ncodec = \"smartpole\"\ninterval_s = 900\npayload_time = true\n")];
    let temperature = "[[property]]\nid = \"temperature\"\nnumber = 3\nname_de = \"T\"\nname_en = \"T\"\nunit = \"Cel\"\nkind = \"gauge\"\ndecimals = 1\nmin = -40\nmax = 60\ntheme = \"weather\"\npublic = true\n";
    let properties = format!("{PROPERTIES}{temperature}");
    let files = [
        ("poles.csv", POLES),
        ("devices.csv", "id,pole,profile\nc0,P0,p\na0,P0,air\na1,P1,air\n"),
        (
            "zones.geojson",
            r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"id":"all","name":"All","kind":"city","parent":null,"count":"none","poles":["P0","P1","P2"]},"geometry":null}]}"#,
        ),
        ("properties.toml", properties.as_str()),
        ("profiles/p.toml", PROFILE),
        profiles[0],
    ];
    let city = City::over(parsed(&files), Options::default()).await;
    for (at, minute, celsius) in [("10:00", 1, 7), ("10:15", 16, 8), ("14:00", 241, 9)] {
        let body = format!(r#"{{"time":"2026-11-25T{at}:00Z","values":{{"temperature":{celsius}}}}}"#);
        for device in ["a0", "a1"] {
            city.message(device, minute, &body).await;
        }
    }
    for (at, passed) in [("14:00", 3), ("10:02", 2), ("10:20", 4)] {
        city.message("c0", 242, &format!(r#"{{"time":"2026-11-25T{at}:00Z","values":{{"people_in":{passed}}}}}"#))
            .await;
    }
    city.commit();
    let of = |pole: &str| format!("pole={pole}&property=temperature&step=1h");
    let series = |pole: &str| format!("/api/v1/series?{}&from=2026-11-25T10:00:00Z&to=2026-11-25T11:00:00Z", of(pole));
    let revisions = |pole: &str| format!("/api/v1/revisions?{}&start=2026-11-25T10:00:00Z", of(pole));
    let public = show(city.ask_publicly("GET", &series("P0")).await).await;
    assert!(public.contains(r#""state":"provisional","revision":0"#), "counts are none of it: {public}");
    let public = show(city.ask_publicly("GET", &revisions("P0")).await).await;
    assert!(public.contains(r#""revisions":0,"items":[]"#), "{public}");
    let table = series("P0").replace("series", "export") + "&what=windows&format=csv";
    let public = show(city.ask_publicly("GET", &table).await).await;
    assert!(public.contains("provisional,0,") && !public.contains("corrected"), "{public}");
    // one of its own is
    city.message("a0", 243, r#"{"time":"2026-11-25T10:16:00Z","values":{"temperature":8}}"#).await;
    city.commit();
    let public = show(city.ask_publicly("GET", &series("P0")).await).await;
    assert!(public.contains(r#""state":"corrected","revision":1"#), "{public}");
    let public = show(city.ask_publicly("GET", &revisions("P0")).await).await;
    assert!(public.contains(r#""revisions":1,"items":[{"revision":1"#), "{public}");
}

#[tokio::test]
async fn of_a_device_the_public_is_shown_what_it_measured_while_it_was_active() {
    let temperature = "[[property]]\nid = \"temperature\"\nnumber = 3\nname_de = \"T\"\nname_en = \"T\"\nunit = \"Cel\"\nkind = \"gauge\"\ndecimals = 1\nmin = -40\nmax = 60\ntheme = \"weather\"\npublic = true\n";
    let zones = r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"id":"all","name":"All","kind":"city","parent":null,"count":"none","poles":["P0","P1","P2"]},"geometry":null}]}"#;
    let devices = "id,pole,profile,from,to,state\na0,P0,air,,,stock\na1,P1,air,,2026-11-25T10:30:00Z,active\n\
                   a1,P1,air,2026-11-25T10:30:00Z,,maintenance\n";
    let files = [
        ("poles.csv", POLES),
        ("devices.csv", devices),
        ("zones.geojson", zones),
        ("properties.toml", temperature),
        ("profiles/air.toml", "name = \"Air\"\ncodec = \"smartpole\"\ninterval_s = 900\npayload_time = true\n"),
    ];
    let city = City::over(parsed(&files), Options::default()).await;
    for (minute, celsius) in [(5, 21), (20, 22), (35, 23), (50, 24)] {
        for device in ["a0", "a1"] {
            let body = format!(r#"{{"time":"2026-11-25T10:{minute:02}:00Z","values":{{"temperature":{celsius}}}}}"#);
            city.message(device, minute + 1, &body).await;
        }
    }
    city.commit();
    let seen = async |uri: &str| {
        let public = show(city.ask_publicly("GET", uri).await).await;
        let exact = city.get(uri).await;
        let shown =
            |answer: &str| (21..=24).filter(|celsius| answer.contains(&celsius.to_string())).collect::<Vec<_>>();
        (shown(&public), shown(&exact))
    };
    let all = vec![21, 22, 23, 24];
    let of = |device: &str| format!("device={device}&property=temperature");
    for (device, active) in [("a0", vec![]), ("a1", vec![21, 22])] {
        for step in ["raw", "15m"] {
            let uri = format!("/api/v1/series?{}&step={step}", of(device));
            assert_eq!(seen(&uri).await, (active.clone(), all.clone()), "{uri}");
        }
        for what in ["readings", "windows&step=15m"] {
            let uri = format!(
                "/api/v1/export?{}&what={what}&format=csv&from=2026-11-25T10:00:00Z&to=2026-11-25T11:00:00Z",
                of(device)
            );
            let (public, exact) = seen(&uri).await;
            assert_eq!(
                (public.contains(&23), public.contains(&24), exact.contains(&24)),
                (false, false, true),
                "{uri}"
            );
            assert_eq!(public.contains(&22), active.contains(&22), "{uri}");
        }
    }
    assert_eq!(seen("/api/v1/latest?property=temperature").await, (vec![], vec![24]));
    let poles = show(city.ask_publicly("GET", "/api/v1/poles").await).await;
    assert!(!poles.contains("a0") && !poles.contains("a1") && !poles.contains("reporting"), "{poles}");
}
