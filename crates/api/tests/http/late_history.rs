//! A device that is registered, never heard and hands its history over at last: answers as of before stay what they were.

use smartpole_api::Options;

use crate::{
    air,
    fixture::{City, parsed},
    hours::{hour, hour_received},
    planner::{PROFILE, PROPERTIES, ZONES, day},
};

async fn asked(city: &City, uris: &[&str], as_of: &str) -> Vec<String> {
    let mut answers = Vec::new();
    for uri in uris {
        answers.push(city.get(&format!("{uri}{as_of}")).await);
    }
    answers
}

/// Two counters at a square of which the first reports a day.
async fn square() -> City {
    let files = [
        ("poles.csv", "id,name,place,lat,lon\nM-1,M 1,Markt,51.545,7.31\nM-2,M 2,Markt,51.546,7.311\n"),
        ("devices.csv", "id,pole,profile\np1,M-1,people\np2,M-2,people\n"),
        ("zones.geojson", ZONES),
        ("properties.toml", PROPERTIES),
        ("profiles/people.toml", PROFILE),
    ];
    let city = City::over(parsed(&files), Options::default()).await;
    day(&city, "p1", "2026-11-27T23:00:00Z", (10, 5), &[]).await;
    city
}

#[tokio::test]
async fn counts_and_their_coverage_as_of_then_lack_no_counter_that_had_not_been_heard() {
    let city = square().await;
    let uris = [
        "/api/v1/series?zone=markt&property=people_in&step=1h&from=2026-11-28T10:00:00Z&to=2026-11-28T12:00:00Z",
        "/api/v1/footfall?zone=markt&step=1h&from=2026-11-28T10:00:00Z&to=2026-11-28T12:00:00Z",
        "/api/v1/footfall?zone=markt&step=1d&from=2026-11-27T23:00:00Z&to=2026-11-28T23:00:00Z",
        "/api/v1/coverage?zone=markt&property=people_in&from=2026-11-28T10:00:00Z&to=2026-11-28T12:00:00Z",
    ];
    city.tick(3 * 1_440 + 785).await;
    city.tick(3 * 1_440 + 786).await;
    city.commit();
    let known = asked(&city, &uris, "&as_of=2026-11-28T23:05:00Z").await;
    assert!(known[1].contains(r#""coverage":1,"#), "{}", known[1]);
    for hour in 0..24 {
        let time = format!("2026-11-28T{hour:02}:30:00Z");
        let sample = format!(r#"{{"time":"{time}","values":{{"people_in":1,"people_out":1}}}}"#);
        city.message("p2", 3 * 1_440 + 787, &sample).await;
    }
    city.tick(3 * 1_440 + 788).await;
    for _ in 0..2 {
        assert_eq!(asked(&city, &uris, "&as_of=2026-11-28T23:05:00Z").await, known);
        let now = city.get(uris[1]).await;
        assert!(now.contains(r#""in":11"#), "{now}");
        city.commit();
    }
}

#[tokio::test]
async fn hours_of_air_as_of_then_lack_no_sensor_that_had_not_been_heard() {
    let city = air::city().await;
    // too little for a mean: then what should have come is of all sensors
    hour(&city, "a1", air::HOUR, 20, r#""no2":8"#).await;
    city.tick(130).await;
    city.tick(131).await;
    let uris = ["/api/v1/air?pole=A&from=2026-11-25T11:00:00Z&to=2026-11-25T12:00:00Z"];
    let known = asked(&city, &uris, "&as_of=2026-11-25T12:10:00Z").await;
    hour_received(&city, "a2", air::HOUR, 30, r#""no2":8"#, 132).await;
    city.tick(140).await;
    for _ in 0..2 {
        assert_eq!(asked(&city, &uris, "&as_of=2026-11-25T12:10:00Z").await, known);
        assert_ne!(asked(&city, &uris, "").await, known);
        city.commit();
    }
}
