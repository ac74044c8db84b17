use expect_test::expect;
use smartpole_api::{Health, Options, SourceHealth};

use crate::fixture::City;

#[tokio::test]
async fn the_ledger_gives_each_equation_with_its_terms() {
    let city = City::new(Options::default()).await;
    city.check("/api/v1/ledger", &expect![[r#"
        200 OK application/json
        {"as_of":{"seq":6,"received_at":"2026-11-25T10:03:00.001Z"},"balanced":true,"equations":[{"name":"messages","total":{"name":"journalled","value":5},"terms":[{"name":"uplink","value":3},
        {"name":"control","value":0},
        {"name":"duplicate","value":0},
        {"name":"quarantined","value":1,"reason":"unknown_device"},
        {"name":"quarantined","value":1,"reason":"decode_failed"},
        {"name":"not_yet_folded","value":0}],"balanced":true},
        {"name":"readings","total":{"name":"decoded","value":5},"terms":[{"name":"accepted","value":5},
        {"name":"duplicate","value":0}],"balanced":true},
        {"name":"windows","total":{"name":"aggregatable","value":5},"terms":[{"name":"on_time","value":5},
        {"name":"late","value":0},
        {"name":"expired","value":0}],"balanced":true}],"excluded":[],"targets":[]}"#]]).await;
}

#[tokio::test]
async fn the_process_lives() {
    let city = City::new(Options::default()).await;
    city.check(
        "/healthz",
        &expect![[r#"
        200 OK text/plain; charset=utf-8
        ok
    "#]],
    )
    .await;
}

#[tokio::test]
async fn readiness_names_what_is_in_the_way() {
    let city = City::new(Options::default()).await;
    city.check(
        "/readyz",
        &expect![[r#"
            200 OK application/json
            {"ready":true,"reasons":[],"registry_error":null,"ledger_error":null}"#]],
    )
    .await;
    let refused = Some("bad user name or password".to_owned());
    let source = SourceHealth { name: "broker".to_owned(), connected: false, refused };
    let registry_error = Some("poles.csv line 3: two poles with one id".to_owned());
    city.health.send_replace(Health { registry_error, sources: vec![source], ..Health::default() });
    city.check("/readyz", &expect![[r#"
        503 Service Unavailable application/json
        {"ready":false,"reasons":["source broker: bad user name or password"],"registry_error":"poles.csv line 3: two poles with one id","ledger_error":null}"#]]).await;
}

#[tokio::test]
async fn the_description_is_served() {
    let answer = City::new(Options::default()).await.get("/api/openapi.json").await;
    assert!(answer.starts_with("200 OK application/json\n{\"openapi\":\"3."), "{}", &answer[..60]);
}

#[tokio::test]
async fn the_quarantine_has_the_bytes_and_goes_on_at_its_cursor() {
    let city = City::new(Options::default()).await;
    city.commit();
    city.check("/api/v1/quarantine", &expect![[r#"
        200 OK application/json
        {"items":[{"seq":6,"received_at":"2026-11-25T10:03:00.001Z","source":"listener","topic":"smartpole/castrop-rauxel/AM-01/air-1/up","device":"air-1","reason":"decode_failed","detail":"JSON line 1 column 1: EOF while parsing an object","size":1,"payload_base64":"ew==","no_payload":null},
        {"seq":5,"received_at":"2026-11-25T10:03:00Z","source":"listener","topic":"smartpole/castrop-rauxel/AM-01/nobody/up","device":null,"reason":"unknown_device","detail":"\"nobody\" is not in devices.csv","size":22,"payload_base64":"eyJ2YWx1ZXMiOnsicG0yXzUiOjF9fQ==","no_payload":null}],"next":null}"#]]).await;
    city.check("/api/v1/quarantine?limit=1", &expect![[r#"
        200 OK application/json
        {"items":[{"seq":6,"received_at":"2026-11-25T10:03:00.001Z","source":"listener","topic":"smartpole/castrop-rauxel/AM-01/air-1/up","device":"air-1","reason":"decode_failed","detail":"JSON line 1 column 1: EOF while parsing an object","size":1,"payload_base64":"ew==","no_payload":null}],"next":"Ng"}"#]]).await;
    city.check("/api/v1/quarantine?limit=1&cursor=Ng", &expect![[r#"
        200 OK application/json
        {"items":[{"seq":5,"received_at":"2026-11-25T10:03:00Z","source":"listener","topic":"smartpole/castrop-rauxel/AM-01/nobody/up","device":null,"reason":"unknown_device","detail":"\"nobody\" is not in devices.csv","size":22,"payload_base64":"eyJ2YWx1ZXMiOnsicG0yXzUiOjF9fQ==","no_payload":null}],"next":null}"#]]).await;
    city.check(
        "/api/v1/quarantine?reason=oversize",
        &expect![[r#"
        200 OK application/json
        {"items":[],"next":null}"#]],
    )
    .await;
}
