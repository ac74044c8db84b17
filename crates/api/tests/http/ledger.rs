use std::{
    sync::{Arc, Barrier},
    time::Duration,
};

use expect_test::expect;
use smartpole_api::{Health, Options};
use smartpole_model::{RawMessage, Record};

use crate::fixture::City;

#[tokio::test]
async fn rows_tell_what_became_of_each_hour_of_a_source_and_each_day_of_a_device() {
    let city = City::new(Options::default()).await;
    city.message("air-1", 70, r#"{"time":"2026-11-25T10:00:30Z","values":{"pm2_5":7.3}}"#).await;
    city.message("air-2", 70, r#"{"time":"2026-11-25T11:10:00Z","values":{"pm2_5":1000.01,"pm1":3}}"#).await;
    city.commit();
    city.check("/api/v1/ledger/rows?by=source", &expect![[r#"
        200 OK application/json
        {"items":[{"start":"2026-11-25T10:00:00Z","end":"2026-11-25T11:00:00Z","source":"listener","entries":[{"equation":"messages","name":"journalled","value":5},
        {"equation":"messages","name":"uplink","value":3},
        {"equation":"messages","name":"quarantined","reason":"unknown_device","value":1},
        {"equation":"messages","name":"quarantined","reason":"decode_failed","value":1},
        {"equation":"readings","name":"decoded","value":5},
        {"equation":"readings","name":"accepted","value":5},
        {"equation":"windows","name":"aggregatable","value":5},
        {"equation":"windows","name":"on_time","value":5}],"balanced":true},
        {"start":"2026-11-25T11:00:00Z","end":"2026-11-25T12:00:00Z","source":"listener","entries":[{"equation":"messages","name":"journalled","value":2},
        {"equation":"messages","name":"uplink","value":1},
        {"equation":"messages","name":"duplicate","value":1},
        {"equation":"readings","name":"decoded","value":3},
        {"equation":"readings","name":"accepted","value":1},
        {"equation":"readings","name":"duplicate","value":1},
        {"equation":"readings","name":"quarantined","reason":"unknown_property","value":1},
        {"equation":null,"name":"excluded","reason":"out_of_range","value":1}],"balanced":true}],"next":null}"#]]).await;
    city.check("/api/v1/ledger/rows?by=device", &expect![[r#"
        200 OK application/json
        {"items":[{"start":"2026-11-25T00:00:00Z","end":"2026-11-26T00:00:00Z","device":"air-1","entries":[{"equation":"messages","name":"uplink","value":2},
        {"equation":"messages","name":"duplicate","value":1},
        {"equation":"messages","name":"quarantined","reason":"decode_failed","value":1},
        {"equation":"readings","name":"accepted","value":2},
        {"equation":"readings","name":"duplicate","value":1}],"balanced":null},
        {"start":"2026-11-25T00:00:00Z","end":"2026-11-26T00:00:00Z","device":"people-1","entries":[{"equation":"messages","name":"uplink","value":1},
        {"equation":"readings","name":"accepted","value":3}],"balanced":null},
        {"start":"2026-11-25T00:00:00Z","end":"2026-11-26T00:00:00Z","device":"air-2","entries":[{"equation":"messages","name":"uplink","value":1},
        {"equation":"readings","name":"accepted","value":1},
        {"equation":"readings","name":"quarantined","reason":"unknown_property","value":1}],"balanced":null}],"next":null}"#]]).await;
}

#[tokio::test]
async fn rows_can_be_had_of_one_source_or_device_of_a_span_and_page_by_page() {
    let city = City::new(Options::default()).await;
    city.message("air-1", 70, r#"{"time":"2026-11-25T11:10:00Z","values":{"pm2_5":7.3}}"#).await;
    city.message("air-1", 24 * 60, r#"{"time":"2026-11-26T10:00:00Z","values":{"pm2_5":7.3}}"#).await;
    city.commit();
    let starts = async |query: &str| {
        let answer = city.get(&format!("/api/v1/ledger/rows?{query}")).await;
        let json: serde_json::Value = serde_json::from_str(answer.split_once('\n').unwrap().1).unwrap();
        let items = json["items"].as_array().unwrap();
        let starts: Vec<_> = items.iter().map(|item| item["start"].as_str().unwrap().to_owned()).collect();
        (starts, json["next"].as_str().map(str::to_owned))
    };
    let span = "by=source&from=2026-11-25T10:59:59.999Z&to=2026-11-26T10:00:00.001Z&source=listener";
    let (first, next) = starts(&format!("{span}&limit=2")).await;
    assert_eq!(first, ["2026-11-25T10:00:00Z", "2026-11-25T11:00:00Z"], "the first hour is touched by a millisecond");
    let (rest, end) = starts(&format!("{span}&limit=2&cursor={}", next.unwrap())).await;
    assert_eq!((rest, end), (vec!["2026-11-26T10:00:00Z".to_owned()], None));
    let (short, _) = starts("by=source&from=2026-11-25T11:00:00Z&to=2026-11-26T10:00:00Z").await;
    assert_eq!(short, ["2026-11-25T11:00:00Z"]);
    let days = "by=device&device=air-1&from=2026-11-25T10:00:00Z";
    assert_eq!(starts(days).await.0, ["2026-11-25T00:00:00Z", "2026-11-26T00:00:00Z"]);
    let (first, next) = starts(&format!("{days}&limit=1")).await;
    assert_eq!(first, ["2026-11-25T00:00:00Z"]);
    let (rest, end) = starts(&format!("{days}&limit=1&cursor={}", next.unwrap())).await;
    assert_eq!((rest, end), (vec!["2026-11-26T00:00:00Z".to_owned()], None));
}

#[tokio::test]
async fn a_question_for_rows_that_makes_no_sense_is_refused_with_what_to_ask_instead() {
    let city = City::new(Options::default()).await;
    for (query, detail) in [
        ("", "missing parameter `by`"),
        ("?by=hour", "by: unknown variant `hour`, expected `source` or `device`"),
        ("?by=source&device=air-1", "device: not with by=source"),
        ("?by=device&source=listener", "source: not with by=device"),
        ("?by=device&device=air-9", "there is no device \\\"air-9\\\""),
        ("?by=source&source=brokr", "there is no source \\\"brokr\\\""),
        ("?by=source&cursor=Ng", "cursor: not a `next` of an answer to this question"),
        ("?by=source&from=2025-01-01T00:00:00Z&to=2026-03-01T00:00:00Z", "is longer than 400 days"),
    ] {
        let answer = city.get(&format!("/api/v1/ledger/rows{query}")).await;
        assert!(answer.starts_with("40") && answer.contains(detail), "{query}: {answer}");
    }
    let sources = city.get("/api/v1/ledger/rows?by=source&source=brokr").await;
    assert!(sources.contains(r#""remedy":"there are: \"listener\"""#), "{sources}");
}

#[tokio::test]
async fn every_reason_is_told_with_its_meaning_and_its_remedy() {
    let city = City::new(Options::default()).await;
    let answer = city.get("/api/v1/reasons").await;
    expect![[r#"
        200 OK application/json
        {"items":[{"code":"unknown_topic","severity":"warning","meaning":"No route fits the topic.","remedy":"Add one under `[[routes]]` in fold.toml, or stop the sender.","replayable":true},
        {"code":"unknown_device","severity":"warning","meaning":"The topic or payload names a device that is not in `devices.csv`.","remedy":"Register it.","replayable":true},"#]].assert_eq(&answer.lines().take(3).collect::<Vec<_>>().join("\n"));
    assert_eq!(answer.lines().count(), 1 + smartpole_model::Reason::ALL.len());
}

#[tokio::test]
async fn a_ledger_that_fails_its_own_check_is_told_and_stops_nothing() {
    let city = City::new(Options::default()).await;
    let ledger_error = Some("one row too many".to_owned());
    city.health.send_replace(Health { ledger_error, ..Health::default() });
    city.check(
        "/readyz",
        &expect![[r#"
        200 OK application/json
        {"ready":true,"reasons":[],"registry_error":null,"ledger_error":"one row too many"}"#]],
    )
    .await;
}

#[tokio::test]
async fn a_device_tells_how_far_its_clock_is_off() {
    let city = City::new(Options::default()).await;
    let clock = async |id: &str| {
        let answer = city.get(&format!("/api/v1/devices/{id}")).await;
        let (_, clock) = answer.split_once("\"clock\":").unwrap();
        clock.split_once(",\"installations\"").unwrap().0.to_owned()
    };
    assert_eq!(clock("air-1").await, r#"{"source":"payload","offset_s":60,"n":2}"#);
    assert_eq!(clock("air-2").await, "null");
    city.message("air-2", 4, r#"{"values":{"pm2_5":1}}"#).await;
    assert_eq!(clock("air-2").await, r#"{"source":"receipt","offset_s":null,"n":0}"#);
}

/// The journal can tell what is durable while the ledger waits for the fold: else a fold that waits for the journal, as in a
/// replay, would wait for ever.
#[tokio::test(flavor = "multi_thread")]
async fn who_waits_for_the_fold_does_not_hold_up_the_journal() {
    let city = Arc::new(City::new(Options::default()).await);
    for address in ["/api/v1/ledger", "/metrics", "/readyz", "/api/v1/replays", "/api/v1/targets/city/refused"] {
        let (holding, held) = (Arc::clone(&city), Arc::new(Barrier::new(2)));
        let (release, released) = std::sync::mpsc::channel::<()>();
        let both = Arc::clone(&held);
        let folding = tokio::task::spawn_blocking(move || {
            let fold = holding.fold.write().unwrap();
            both.wait();
            released.recv().ok();
            drop(fold);
        });
        held.wait();
        let asking = Arc::clone(&city);
        let answer = tokio::spawn(async move { asking.get(address).await });
        tokio::time::sleep(Duration::from_millis(50)).await;
        let message = Record::Message(RawMessage::default());
        let appended = tokio::time::timeout(Duration::from_secs(10), city.journal.append_durable(message)).await;
        release.send(()).unwrap();
        folding.await.unwrap();
        answer.await.unwrap();
        assert!(matches!(appended, Ok(Ok(_))), "{address} holds the journal up");
    }
}
