//! A pole beside the poles around it.

use expect_test::expect;

use crate::{
    fixture::City,
    hours::{hour, hour_received, street},
};

/// 11:00 UTC of 2026-11-25, in minutes after the start of the fixture.
const HOUR: i64 = 60;
const SPAN: &str = "from=2026-11-25T11:00:00Z&to=2026-11-25T12:00:00Z";

/// An hour of A, and of B to E around it, whose median is 20 and whose MAD is 2.
async fn no2(city: &City, value: &str) {
    for (device, value) in [("a", value), ("b", "17"), ("c", "18"), ("d", "22"), ("e", "23"), ("f", "900")] {
        hour(city, device, HOUR, 10, &format!("\"no2\":{value}")).await;
    }
}

#[tokio::test]
async fn an_hour_stands_beside_the_median_of_the_poles_around() {
    let city = street().await;
    no2(&city, "60.1").await;
    // 40.1 / (1.4826 × 2.5) = 10.8; default rule: five deviations and 40 µg/m³ at least
    city.check(&format!("/api/v1/peers?pole=A&property=no2&{SPAN}"), &expect![[r#"
        200 OK application/json
        {"scope":{"kind":"pole","id":"A"},"property":"no2","unit":"ug/m3","method":{"id":"peer.check","version":1},"rule":{"radius_m":1500,"least_poles":4,"deviations":5,"least":40},"around":[{"pole":"B","distance_m":111},
        {"pole":"C","distance_m":222},
        {"pole":"D","distance_m":334},
        {"pole":"E","distance_m":445}],"items":[{"start":"2026-11-25T11:00:00Z","value":60.1,"median":20,"mad":2.5,"poles":4,"deviation":10.8,"marked":true}],"next":null}"#]]).await;
}

/// Whether an hour of A has the mark in each answer that shows it.
async fn marks(value: &str) -> [bool; 3] {
    let city = street().await;
    no2(&city, value).await;
    let answers = [
        city.get(&format!("/api/v1/peers?pole=A&property=no2&{SPAN}")).await.contains(r#""marked":true"#),
        city.get(&format!("/api/v1/air?pole=A&{SPAN}")).await.contains(r#""peer""#),
        city.get(&format!("/api/v1/series?pole=A&property=no2&step=1h&{SPAN}")).await.contains(r#""peer""#),
    ];
    for other in ["pole=A&property=no2&step=15m", "zone=markt&property=no2&step=1h", "device=a&property=no2&step=1h"] {
        let answer = city.get(&format!("/api/v1/series?{other}&{SPAN}")).await;
        assert!(!answer.contains(r#""peer""#), "only hours of poles are compared: {answer}");
    }
    answers
}

#[tokio::test]
async fn a_marked_hour_is_marked_wherever_it_is_shown_and_still_counts() {
    assert_eq!(marks("60.1").await, [true; 3]);
    assert_eq!(marks("60").await, [false; 3]);
    let city = street().await;
    no2(&city, "60.1").await;
    let answer = city.get(&format!("/api/v1/air?pole=A&{SPAN}")).await;
    assert!(answer.contains(r#""value":60.1,"coverage":1,"valid":true"#), "{answer}");
}

#[tokio::test]
async fn late_readings_of_a_neighbour_move_the_mark_and_the_former_one_is_remembered() {
    let city = street().await;
    for (device, value) in [("a", "60.1"), ("b", "17"), ("c", "18"), ("d", "22")] {
        hour(&city, device, HOUR, 10, &format!("\"no2\":{value}")).await;
    }
    let uri = format!("/api/v1/peers?pole=A&property=no2&{SPAN}");
    city.commit();
    assert!(city.get(&uri).await.contains(r#""poles":3,"#));
    hour_received(&city, "e", HOUR, 10, r#""no2":23"#, HOUR + 300).await;
    let now = city.get(&uri).await;
    assert!(now.contains(r#""poles":4,"deviation":10.8,"marked":true"#), "{now}");
    let then = city.get(&format!("{uri}&as_of=2026-11-25T13:00:00Z")).await;
    assert!(then.contains(r#""poles":3,"#) && then.contains(r#""marked":false"#), "{then}");
}

#[tokio::test]
async fn what_no_rule_compares_is_said() {
    let city = street().await;
    no2(&city, "20").await;
    city.check("/api/v1/peers?pole=A&property=noise_laeq", &expect![[r#"
        400 Bad Request application/problem+json
        {"type":"urn:smartpole:problem:invalid-parameter","title":"Invalid parameter","status":400,"detail":"pole, property: no rule compares noise_laeq at A with the poles around","remedy":"give `peer` in rules.toml for the property and the profile of a device there"}"#]]).await;
}
