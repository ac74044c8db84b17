//! Levels of day, evening and night.

use expect_test::expect;

use crate::{
    fixture::City,
    hours::{hour, hour_received, street, street_with},
};

/// 2026-11-26T05:00:00Z, six o'clock, in minutes after the start of the fixture.
const SIX: i64 = 1_140;

/// The level of an hour of a day that begins at six: 60 dB, in the evening 55, at night 50.
fn level(at: i64) -> &'static str {
    match at {
        0..12 => r#""noise_laeq":60"#,
        12..16 => r#""noise_laeq":55"#,
        _ => r#""noise_laeq":50"#,
    }
}

async fn hours(city: &City, device: &str, range: std::ops::Range<i64>) {
    for at in range {
        hour(city, device, SIX + at * 60, 10, level(at)).await;
    }
}

const DAY: &str = "from=2026-11-26T05:00:00Z&to=2026-11-27T05:00:00Z";

#[tokio::test]
async fn a_day_has_three_levels_and_a_figure_that_is_no_lden() {
    let city = street().await;
    hours(&city, "a", 0..24).await;
    // 34. BImSchV § 2: 5 dB more in the evening and 10 dB at night make all three 60 dB
    let uri = format!("/api/v1/noise?pole=A&{DAY}");
    city.check(&uri, &expect![[r#"
        200 OK application/json
        {"scope":{"kind":"pole","id":"A"},"note":"day_figure: Tageswert, kein Kartierungs-LDEN (the figure of one day at a lamp post; the LDEN of a noise map is computed for a year from traffic, 34. BImSchV § 5)","methods":[{"id":"noise.period","version":1},
        {"id":"noise.day_figure","version":1}],"items":[{"date":"2026-11-26","start":"2026-11-26T05:00:00Z","end":"2026-11-27T05:00:00Z","poles":[{"pole":"A","periods":[{"period":"day","start":"2026-11-26T05:00:00Z","end":"2026-11-26T17:00:00Z","laeq":60,"coverage":1,"state":"provisional","revision":0},
        {"period":"evening","start":"2026-11-26T17:00:00Z","end":"2026-11-26T21:00:00Z","laeq":55,"coverage":1,"state":"provisional","revision":0},
        {"period":"night","start":"2026-11-26T21:00:00Z","end":"2026-11-27T05:00:00Z","laeq":50,"coverage":1,"state":"open","revision":0}],"day_figure":60,"state":"open","revision":0}]}],"next":null}"#]]).await;
    let known = city.get(&uri).await;
    city.commit();
    assert_eq!(city.get(&uri).await, known);
}

#[tokio::test]
async fn levels_are_means_of_energy_weighted_by_duration() {
    let city = street().await;
    hours(&city, "a", 0..11).await;
    // 10 lg ((11 · 10^6 + 10^7) / 12) = 62.43, though the loud hour has ten times as many levels
    hour(&city, "a", SIX + 11 * 60, 1, r#""noise_laeq":70"#).await;
    let answer = city.get(&format!("/api/v1/noise?pole=A&{DAY}")).await;
    assert!(
        answer.contains(
            r#""period":"day","start":"2026-11-26T05:00:00Z","end":"2026-11-26T17:00:00Z","laeq":62.4,"coverage":1"#
        ),
        "{answer}"
    );
}

#[tokio::test]
async fn a_night_that_is_covered_by_less_than_three_quarters_has_no_level_and_its_day_no_figure() {
    let city = street().await;
    hours(&city, "a", 0..21).await;
    let uri = format!("/api/v1/noise?pole=A&{DAY}");
    let answer = city.get(&uri).await;
    assert!(answer.contains(r#""laeq":null,"coverage":0.625"#) && answer.contains(r#""day_figure":null"#), "{answer}");
    hours(&city, "a", 21..22).await;
    let answer = city.get(&uri).await;
    assert!(answer.contains(r#""laeq":50,"coverage":0.75"#) && answer.contains(r#""day_figure":60"#), "{answer}");
}

#[tokio::test]
async fn poles_of_a_zone_are_told_one_by_one() {
    let city = street().await;
    hours(&city, "a", 0..24).await;
    hour(&city, "b", SIX, 10, r#""noise_laeq":80"#).await;
    hours(&city, "f", 0..24).await;
    let answer = city.get(&format!("/api/v1/noise?zone=markt&{DAY}")).await;
    let poles: Vec<&str> = answer.split(r#""pole":""#).skip(1).map(|rest| &rest[..1]).collect();
    assert_eq!(poles, ["A", "B"], "C to E were not heard, F is not in the zone");
}

#[tokio::test]
async fn noise_as_of_an_earlier_minute_is_the_answer_of_then() {
    let city = street().await;
    hours(&city, "a", 0..20).await;
    let uri = format!("/api/v1/noise?pole=A&{DAY}");
    city.commit();
    let known = city.get(&uri).await;
    assert!(known.contains(r#""state":"open""#), "{known}");
    hours(&city, "a", 20..24).await;
    hour_received(&city, "a", SIX + 60, 10, r#""noise_laeq":90"#, SIX + 25 * 60).await;
    for _ in 0..2 {
        assert_eq!(city.get(&format!("{uri}&as_of=2026-11-27T01:00:00Z")).await, known);
        let now = city.get(&uri).await;
        assert!(now.contains(r#""laeq":50,"coverage":1"#), "{now}");
        city.commit();
    }
}

#[tokio::test]
async fn days_are_paged_without_loss() {
    let city = street().await;
    for at in [0, 24, 48] {
        hour(&city, "a", SIX + at * 60, 10, r#""noise_laeq":60"#).await;
    }
    let uri = "/api/v1/noise?pole=A&from=2026-11-26T05:00:00Z&to=2026-11-29T05:00:00Z&limit=1";
    let (mut dates, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = city.get(&format!("{uri}{cursor}")).await;
        dates.extend(page.split(r#""date":""#).skip(1).map(|rest| rest[..10].to_owned()));
        let Some((_, next)) = page.split_once(r#""next":""#) else { break };
        cursor = format!("&cursor={}", next.trim_end_matches("\"}"));
    }
    assert_eq!(dates, ["2026-11-26", "2026-11-27", "2026-11-28"]);
}

#[tokio::test]
async fn what_cannot_be_asked_is_said() {
    let city = street().await;
    city.check("/api/v1/noise?pole=A&zone=markt", &expect![[r#"
        400 Bad Request application/problem+json
        {"type":"urn:smartpole:problem:invalid-parameter","title":"Invalid parameter","status":400,"detail":"pole, zone: not exactly one is given","remedy":"give one of the two"}"#]]).await;
    let plain = street_with(|properties| properties.replace("mean = \"energy\"", "")).await;
    let withheld = street_with(|properties| properties.replace("\"energy\"", "\"energy\"\npublic = false")).await;
    assert_eq!(withheld.ask("GET", "/api/v1/noise?pole=A").await.status(), 200);
    assert_eq!(withheld.ask_publicly("GET", "/api/v1/noise?pole=A").await.status(), 403);
    plain.check("/api/v1/noise?pole=A", &expect![[r#"
        400 Bad Request application/problem+json
        {"type":"urn:smartpole:problem:invalid-parameter","title":"Invalid parameter","status":400,"detail":"the catalogue does not say that noise_laeq is summed up by energy","remedy":"give it `mean = \"energy\"` in properties.toml"}"#]]).await;
}
