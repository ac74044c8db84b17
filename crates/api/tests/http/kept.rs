//! What has passed retention is said to be gone: it is neither an empty answer nor another number.

use expect_test::expect;
use smartpole_api::Options;

use crate::fixture::City;

const DAY: i64 = 1_440;

/// The small city after so many days, keeping readings for two days, quarters of an hour for twenty; rows stay eight more.
async fn city_after(days: i64) -> City {
    let kept = "[retention]\nraw_days = 2\nraw_personal_days = 2\nquarter_days = 20\n";
    let city = City::with(&[("fold.toml", kept)], Options::default()).await;
    city.commit();
    for day in 1..=days {
        city.message("air-1", day * DAY, r#"{"values":{"pm2_5":9}}"#).await;
        city.commit();
    }
    city
}

fn status(answer: &str) -> &str {
    answer.split_once(' ').unwrap().0
}

const RAW: &str =
    "/api/v1/series?device=air-1&property=pm2_5&step=raw&from=2026-11-25T10:00:00Z&to=2026-11-25T11:00:00Z";
const TRACE: &str = "/api/v1/trace?device=air-1&property=pm2_5&time=2026-11-25T10:00:30Z";
const QUARTERS: &str =
    "/api/v1/series?pole=AM-01&property=pm2_5&step=15m&from=2026-11-25T10:00:00Z&to=2026-11-25T11:00:00Z";
const HOURS: &str =
    "/api/v1/series?pole=AM-01&property=pm2_5&step=1h&from=2026-11-25T10:00:00Z&to=2026-11-25T11:00:00Z";
const COUNTS: &str = "/api/v1/footfall?zone=altstadt&step=15m&from=2026-11-25T10:00:00Z&to=2026-11-25T11:00:00Z";

#[tokio::test]
async fn readings_go_first_then_quarters_of_an_hour_and_hours_never() {
    let mut rows = String::new();
    for days in [1, 9, 11, 27, 29] {
        let city = city_after(days).await;
        let hour = city.get(HOURS).await;
        assert!(hour.contains(r#""mean":7.375"#), "{days} days: {hour}");
        let mut line = format!("{days:2} days:");
        for question in [RAW, TRACE, QUARTERS, COUNTS] {
            line += &format!(" {}", status(&city.get(question).await));
        }
        rows +=
            &format!("{line} public {}\n", status(&crate::fixture::show(city.ask_publicly("GET", COUNTS).await).await));
    }
    expect![[r#"
         1 days: 200 200 200 200 public 200
         9 days: 200 200 200 200 public 200
        11 days: 410 200 200 200 public 200
        27 days: 410 410 200 200 public 200
        29 days: 410 410 410 410 public 410
    "#]]
    .assert_eq(&rows);
}

#[tokio::test]
async fn what_is_gone_says_since_when_and_what_there_still_is() {
    let city = city_after(29).await;
    city.check(RAW, &expect![[r#"
        410 Gone application/problem+json
        {"type":"urn:smartpole:problem:gone","title":"Gone","status":410,"detail":"readings of air-1 from before 2026-12-14T00:00:00Z are not kept any more; their windows are","remedy":"GET /api/v1/series with step=15m, 1h or 1d; how long readings are kept, fold.toml of the registry says"}"#]]).await;
    city.check(QUARTERS, &expect![[r#"
        410 Gone application/problem+json
        {"type":"urn:smartpole:problem:gone","title":"Gone","status":410,"detail":"quarters of an hour from before 2026-11-26T00:00:00Z are not kept any more; hours and days are","remedy":"ask with step=1h or 1d; how long they are kept, fold.toml of the registry says"}"#]]).await;
    let across = QUARTERS.replace("to=2026-11-25", "to=2026-12-25");
    let answer = city.get(&across).await;
    assert!(answer.starts_with("200") && !answer.contains("2026-11-25T10"), "{answer}");
}
