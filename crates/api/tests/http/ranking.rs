//! Zones beside each other.

use expect_test::expect;
use smartpole_api::Options;

use crate::{
    fixture::{City, parsed},
    planner::{PROFILE, PROPERTIES, day},
};

const DEVICES: &str = "id,pole,profile,from,to,line,direction\na,A,people,,,,\nb,B,people,,,,\nc,C,people,,,,\nc2,C,people,2027-11-20,,second,\n";

/// An old town with two places, a third place outside, a city around; at `c` a second line is counted from the second Saturday on.
async fn town() -> City {
    let zone = |id: &str, kind: &str, parent: &str, count: &str, poles: &str| {
        format!(
            r#"{{"type":"Feature","properties":{{"id":"{id}","name":"{id}","kind":"{kind}","parent":{parent},"count":"{count}","poles":[{poles}]}},"geometry":null}}"#
        )
    };
    let zones = [
        zone("city", "city", "null", "cross_section", r#""A","B","C""#),
        zone("old", "district", r#""city""#, "cross_section", r#""A","B""#),
        zone("square", "place", r#""old""#, "cross_section", r#""A""#),
        zone("street", "place", r#""old""#, "cross_section", r#""B""#),
        zone("mill", "place", r#""city""#, "cross_section", r#""C""#),
    ];
    let files = [
        ("poles.csv", "id,name,place,lat,lon\nA,A,A,51.5,7.3\nB,B,B,51.5,7.3\nC,C,C,51.5,7.3\n"),
        ("devices.csv", DEVICES),
        ("zones.geojson", &format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, zones.join(","))),
        ("properties.toml", PROPERTIES),
        ("profiles/people.toml", PROFILE),
    ];
    let city = City::over(parsed(&files), Options::default()).await;
    for (midnight, left_out) in [("2027-11-18T23:00:00Z", &[][..]), ("2027-11-19T23:00:00Z", &[13, 14, 15][..])] {
        day(&city, "a", midnight, (6, 4), &[]).await;
        day(&city, "b", midnight, (12, 8), left_out).await;
        day(&city, "c", midnight, (1, 1), &[]).await;
    }
    day(&city, "c2", "2027-11-19T23:00:00Z", (9, 9), &[]).await;
    day(&city, "a", "2027-11-20T23:00:00Z", (0, 0), &[]).await;
    city.commit();
    city
}

const TWO_DAYS: &str = "/api/v1/footfall/ranking?from=2027-11-18T23:00:00Z&to=2027-11-20T23:00:00Z";

#[tokio::test]
async fn zones_stand_beside_each_other_with_what_keeps_them_from_being_compared() {
    let city = town().await;
    city.check(TWO_DAYS, &expect![[r#"
        200 OK application/json
        {"method":{"id":"footfall.ranking","version":1},"note":"zones stand beside each other and are never added up: whoever crosses several counts in each, and a zone holds those within it; zones are ranked among those of their kind that are counted by the same rule","from":"2027-11-18T23:00:00Z","to":"2027-11-20T23:00:00Z","items":[{"rank":1,"zone":"old","name":"old","kind":"district","parent":"city","rule":"cross_section","counters":2,"crossings_per_day":720,"crossings":720,"days":1,"of":2,"coverage":0.969,"not_comparable":null},
        {"rank":1,"zone":"street","name":"street","kind":"place","parent":"old","rule":"cross_section","counters":1,"crossings_per_day":480,"crossings":480,"days":1,"of":2,"coverage":0.938,"not_comparable":null},
        {"rank":2,"zone":"square","name":"square","kind":"place","parent":"old","rule":"cross_section","counters":1,"crossings_per_day":240,"crossings":480,"days":2,"of":2,"coverage":1,"not_comparable":null},
        {"rank":null,"zone":"mill","name":"mill","kind":"place","parent":"city","rule":"cross_section","counters":1,"crossings_per_day":48,"crossings":48,"days":1,"of":2,"coverage":1,"not_comparable":{"reason":"other_counters","meaning":"some counters were in service for a part of this time only"}}]}"#]]).await;
}

#[tokio::test]
async fn a_span_without_a_whole_day_compares_nothing_and_does_not_speak_of_two_times() {
    let city = town().await;
    let hours = "from=2027-11-19T05:00:00Z&to=2027-11-19T10:00:00Z";
    let answer = city.get(&format!("/api/v1/footfall/ranking?{hours}&within=old")).await;
    let why = r#""not_comparable":{"reason":"no_data","meaning":"no whole day of this time is over and has 90 % of its reports"}"#;
    assert_eq!(answer.matches(why).count(), 2, "{answer}");
}

#[tokio::test]
async fn zones_within_another_are_ranked_by_opening_hours() {
    let city = town().await;
    let table = city.get(&format!("{TWO_DAYS}&within=old&hours=open&format=csv")).await;
    expect![[r#"
        200 OK text/csv; charset=utf-8; header=present
        rank,zone,name,kind,parent,rule,counters,crossings_per_day,crossings,days,of,coverage,not_comparable
        1,square,square,place,old,cross_section,1,100,200,2,2,1,
        ,street,street,place,old,cross_section,1,200,200,1,2,0.85,too_little_covered
    "#]]
    .assert_eq(&table.replace("\r\n", "\n"));
}

#[tokio::test]
async fn what_would_cost_too_much_or_is_unknown_is_refused() {
    let city = town().await;
    let century = "from=1926-01-01T00:00:00Z&to=2026-01-01T00:00:00Z";
    let two_years = "from=2024-01-01T00:00:00Z&to=2026-01-01T00:00:00Z";
    for wanted in
        [century, "hours=night", &format!("{two_years}&hours=open"), &format!("{two_years}&as_of=2026-11-28T00:00:00Z")]
    {
        let answer = city.get(&format!("/api/v1/footfall/ranking?{wanted}")).await;
        assert!(answer.starts_with("400 ") && answer.contains("remedy"), "{wanted}: {answer}");
    }
    assert!(city.get(&format!("/api/v1/footfall/ranking?{two_years}")).await.starts_with("200 "));
    let answer = city.get("/api/v1/footfall/ranking?within=odl").await;
    assert!(answer.starts_with("404 "), "{answer}");
    assert_eq!(city.ask_publicly("GET", "/api/v1/footfall/ranking").await.status(), 403);
}
