//! Hot days and tropical nights.

use expect_test::expect;

use crate::{
    fixture::City,
    hours::{hour, hour_received, street, street_with},
};

/// 2026-11-25T18:00:00Z, in minutes after the start of the fixture: the night that ends on 26 November begins.
const NIGHT: i64 = 480;

/// Hours from the beginning of the night on.
async fn hours(city: &City, range: std::ops::Range<i64>, temperature: &str) {
    for at in range {
        hour(city, "a", NIGHT + at * 60, 10, &format!("\"temperature\":{temperature}")).await;
    }
}

const DAY: &str = "from=2026-11-26T00:00:00Z&to=2026-11-27T00:00:00Z";

#[tokio::test]
async fn a_night_and_a_day_are_told_with_their_extremes() {
    let city = street().await;
    hours(&city, 0..12, "20.0").await;
    hours(&city, 12..29, "29.9").await;
    hours(&city, 29..30, "30").await;
    // Deutscher Wetterdienst: at least 30 °C; at least 20 °C from 18 to 6 UTC
    let uri = format!("/api/v1/heat?pole=A&{DAY}");
    city.check(&uri, &expect![[r#"
        200 OK application/json
        {"scope":{"kind":"pole","id":"A"},"note":"am Mast, nicht amtlich (at the pole, not official): no screen 2 m above grass","methods":[{"id":"heat.hot_day","version":1},
        {"id":"heat.tropical_night","version":1}],"hot_days":{"yes":1,"no":0,"unknown":0},"tropical_nights":{"yes":1,"no":0,"unknown":0},"items":[{"date":"2026-11-26","hot_day":true,"tropical_night":true,"max":30,"night_min":20,"day_coverage":1,"night_coverage":1,"state":"open","revision":0}],"next":null}"#]]).await;
    let known = city.get(&uri).await;
    city.commit();
    assert_eq!(city.get(&uri).await, known);
}

#[tokio::test]
async fn one_value_just_below_makes_it_another_day_and_another_night() {
    let city = street().await;
    hours(&city, 0..11, "20").await;
    hours(&city, 11..12, "19.9").await;
    hours(&city, 12..30, "29.9").await;
    let answer = city.get(&format!("/api/v1/heat?pole=A&{DAY}")).await;
    assert!(answer.contains(r#""hot_day":false,"tropical_night":false,"max":29.9,"night_min":19.9"#), "{answer}");
}

#[tokio::test]
async fn what_too_little_is_known_of_is_null() {
    let city = street().await;
    hours(&city, 0..5, "25").await;
    hours(&city, 6..30, "25").await;
    let answer = city.get(&format!("/api/v1/heat?pole=A&{DAY}")).await;
    let expected =
        r#""hot_day":false,"tropical_night":null,"max":25,"night_min":25,"day_coverage":1,"night_coverage":0.917"#;
    assert!(answer.contains(expected), "{answer}");
    assert!(answer.contains(r#""tropical_nights":{"yes":0,"no":0,"unknown":1}"#), "{answer}");
}

#[tokio::test]
async fn a_year_counts_days_and_nights_and_days_of_silence_between_are_unknown() {
    let city = street().await;
    hours(&city, 0..6, "21").await;
    hours(&city, 6..30, "31").await;
    // nothing of 27 November; of the nights that end on 28 and 29 November only the one half
    hours(&city, 54..78, "10").await;
    let answer = city.get("/api/v1/heat?pole=A&year=2026").await;
    let dates: Vec<&str> = answer.split(r#""date":""#).skip(1).map(|rest| &rest[..10]).collect();
    assert_eq!(dates, ["2026-11-25", "2026-11-26", "2026-11-27", "2026-11-28", "2026-11-29"]);
    let counts = r#""hot_days":{"yes":1,"no":1,"unknown":3},"tropical_nights":{"yes":1,"no":2,"unknown":2}"#;
    assert!(answer.contains(counts), "{answer}");
}

#[tokio::test]
async fn heat_as_of_an_earlier_minute_is_the_answer_of_then() {
    let city = street().await;
    hours(&city, 0..20, "25").await;
    let uri = format!("/api/v1/heat?pole=A&{DAY}");
    city.commit();
    let known = city.get(&uri).await;
    hours(&city, 20..30, "31").await;
    hour_received(&city, "a", NIGHT, 10, r#""temperature":5"#, NIGHT + 31 * 60).await;
    for _ in 0..2 {
        assert_eq!(city.get(&format!("{uri}&as_of=2026-11-26T14:00:00Z")).await, known);
        let now = city.get(&uri).await;
        assert!(now.contains(r#""hot_day":true,"#), "{now}");
        city.commit();
    }
}

#[tokio::test]
async fn what_cannot_be_asked_is_said() {
    let city = street().await;
    city.check("/api/v1/heat?pole=A&year=2026&to=2026-11-26T00:00:00Z", &expect![[r#"
        400 Bad Request application/problem+json
        {"type":"urn:smartpole:problem:invalid-parameter","title":"Invalid parameter","status":400,"detail":"year, from, to: a year and a span are given","remedy":"give one of the two"}"#]]).await;
    let hidden = "theme = \"weather\"\npublic = false";
    let withheld = street_with(|properties| properties.replace("theme = \"weather\"", hidden)).await;
    assert_eq!(withheld.ask("GET", "/api/v1/heat?pole=A").await.status(), 200);
    assert_eq!(withheld.ask_publicly("GET", "/api/v1/heat?pole=A").await.status(), 403);
    let kelvin = street_with(|properties| properties.replace("\"Cel\"", "\"K\"")).await;
    kelvin.check("/api/v1/heat?pole=A", &expect![[r#"
        400 Bad Request application/problem+json
        {"type":"urn:smartpole:problem:invalid-parameter","title":"Invalid parameter","status":400,"detail":"the catalogue has temperature in K, not in Cel","remedy":"give it `unit = \"Cel\"` in properties.toml"}"#]]).await;
}
