//! Ordering replays, and how far they are.

use axum::{body::Body, http::Request, response::Response};
use expect_test::expect;
use smartpole_api::{Options, Peer};

use crate::fixture::{City, show};

const JSON: &str = "application/json";

/// `POST /api/v1/replays` of a peer.
async fn order(city: &City, peer: &str, kind: &str, body: &str) -> Response {
    let request = Request::post("/api/v1/replays").header("content-type", kind).header("content-length", body.len());
    let mut request = request.body(Body::from(body.to_owned())).unwrap();
    request.extensions_mut().insert(Peer(peer.parse().unwrap()));
    city.send(request).await
}

#[tokio::test]
async fn a_dry_run_says_what_would_change() {
    let city = City::new(Options::default()).await;
    let body = r#"{"dry_run":true,"selection":{"reason":"unknown_device"}}"#;
    expect![[r#"
        200 OK application/json
        {"selection":{"of":"quarantined","reason":"unknown_device"},"effect":{"messages":1203,"missing":0,"recovered":1203,"readings":4812,"replaced":0,"conflicts":0,"windows":7,"superseded":0,"expired":0}}"#]].assert_eq(&show(order(&city, "127.0.0.1", JSON, body).await).await);
    assert_eq!(city.ordered.tried.lock().unwrap().len(), 1);
    assert!(city.ordered.newest.lock().unwrap().is_none(), "it orders nothing");
    for (device, expect) in [
        (
            "air-2",
            expect![[r#"
        422 Unprocessable Entity application/problem+json
        {"type":"urn:smartpole:problem:too-many-messages","title":"Too many messages","status":422,"detail":"more than 10 messages are concerned, and that many are not tried out","remedy":"select fewer, by device, source, from and to"}"#]],
        ),
        (
            "people-1",
            expect![[r#"
        503 Service Unavailable application/problem+json
        {"type":"urn:smartpole:problem:busy","title":"Busy","status":503,"detail":"another replay is being tried out","remedy":"try again in a few seconds"}"#]],
        ),
    ] {
        let body = format!(r#"{{"dry_run":true,"selection":{{"device":"{device}"}}}}"#);
        expect.assert_eq(&show(order(&city, "127.0.0.1", JSON, &body).await).await);
    }
}

#[tokio::test]
async fn an_order_is_accepted_with_its_address_and_a_second_one_is_told_of_the_first() {
    let city = City::new(Options::default()).await;
    let first = order(&city, "10.1.2.3", "application/json; charset=utf-8", r#"{"selection":{"of":"all"}}"#).await;
    assert_eq!(first.headers()["location"], "/api/v1/replays/7");
    expect![[r#"
        202 Accepted application/json
        {"id":7,"ordered_at":"2026-11-25T10:04:00Z","selection":{"of":"all"},"state":"running","next":0,"until":7,"share":0.0,"effect":{"messages":0,"missing":0,"recovered":0,"readings":0,"replaced":0,"conflicts":0,"windows":0,"superseded":0,"expired":0}}"#]].assert_eq(&show(first).await);
    city.check("/api/v1/replays/7", &expect![[r#"
        200 OK application/json
        {"id":7,"ordered_at":"2026-11-25T10:04:00Z","selection":{"of":"all"},"state":"running","next":0,"until":7,"share":0.0,"effect":{"messages":0,"missing":0,"recovered":0,"readings":0,"replaced":0,"conflicts":0,"windows":0,"superseded":0,"expired":0}}"#]]).await;
    expect![[r#"
        409 Conflict application/problem+json
        {"type":"urn:smartpole:problem:replay-under-way","title":"Replay under way","status":409,"detail":"a replay is under way: {\"of\":\"all\"}","remedy":"wait until it is done; GET /api/v1/replays/7 says how far it is"}"#]].assert_eq(&show(order(&city, "127.0.0.1", JSON, "{}").await).await);
}

#[tokio::test]
async fn orders_are_taken_from_this_machine_and_named_networks_as_json_of_known_names_only() {
    let city = City::new(Options::default()).await;
    for (peer, kind, body, expect) in [
        (
            "192.168.1.4",
            JSON,
            "{}",
            expect![[r#"
                403 Forbidden application/problem+json
                {"type":"urn:smartpole:problem:for-operators","title":"For operators only","status":403,"detail":"POST /api/v1/replays is for operators only","remedy":"log in at /login, or send a token (Authorization: Bearer …); an admin makes accounts"}"#]],
        ),
        (
            "127.0.0.1",
            "text/plain",
            "{}",
            expect![[r#"
            415 Unsupported Media Type application/problem+json
            {"type":"urn:smartpole:problem:not-json","title":"Not JSON","status":415,"detail":"a body is JSON","remedy":"send it with content-type: application/json"}"#]],
        ),
        (
            "127.0.0.1",
            JSON,
            r#"{"dry_run":1}"#,
            expect![[r#"
            400 Bad Request application/problem+json
            {"type":"urn:smartpole:problem:invalid-field","title":"Invalid field","status":400,"detail":"dry_run: it cannot be 1","remedy":"give true or false"}"#]],
        ),
        (
            "127.0.0.1",
            JSON,
            r#"{"selection":{"device":"air-3"}}"#,
            expect![[r#"
            404 Not Found application/problem+json
            {"type":"urn:smartpole:problem:unknown-device","title":"Unknown device","status":404,"detail":"there is no device \"air-3\"","remedy":"did you mean \"air-2\"? GET /api/v1/devices lists all"}"#]],
        ),
        (
            "127.0.0.1",
            JSON,
            r#"{"selection":{"source":"listner"}}"#,
            expect![[r#"
            404 Not Found application/problem+json
            {"type":"urn:smartpole:problem:unknown-source","title":"Unknown source","status":404,"detail":"there is no source \"listner\"","remedy":"there are: \"listener\""}"#]],
        ),
        (
            "127.0.0.1",
            JSON,
            &" ".repeat(16_385),
            expect![[r#"
            413 Payload Too Large application/problem+json
            {"type":"urn:smartpole:problem:body-too-large","title":"Body too large","status":413,"detail":"a body has 16384 bytes at most here","remedy":"send less"}"#]],
        ),
    ] {
        expect.assert_eq(&show(order(&city, peer, kind, body).await).await);
    }
    let unknown = Request::post("/api/v1/replays").header("content-type", JSON).body(Body::empty()).unwrap();
    assert_eq!(city.send(unknown).await.status(), 403, "nobody knows whose it is");
    let passed_on = Request::post("/api/v1/replays").header("content-type", JSON).header("x-forwarded-for", "1.2.3.4");
    let mut passed_on = passed_on.body(Body::empty()).unwrap();
    passed_on.extensions_mut().insert(Peer("127.0.0.1".parse().unwrap()));
    assert_eq!(city.send(passed_on).await.status(), 403, "a proxy of this machine is not this machine");
    assert!(city.ordered.newest.lock().unwrap().is_none() && city.ordered.tried.lock().unwrap().is_empty());
}

#[tokio::test]
async fn replays_are_listed_newest_first_the_one_under_way_as_it_is_now() {
    let city = City::new(Options::default()).await;
    city.check(
        "/api/v1/replays",
        &expect![[r#"
        200 OK application/json
        {"items":[],"next":null}"#]],
    )
    .await;
    city.replay(4, true).await;
    city.commit();
    city.replay(5, false).await;
    city.check("/api/v1/replays", &expect![[r#"
        200 OK application/json
        {"items":[{"id":9,"ordered_at":"2026-11-25T10:05:00Z","selection":{"of":"all"},"state":"running","next":0,"until":9,"share":0.0,"effect":{"messages":0,"missing":0,"recovered":0,"readings":0,"replaced":0,"conflicts":0,"windows":0,"superseded":0,"expired":0}},
        {"id":7,"ordered_at":"2026-11-25T10:04:00Z","selection":{"of":"all"},"state":"done","next":0,"until":7,"share":1.0,"effect":{"messages":0,"missing":0,"recovered":0,"readings":0,"replaced":0,"conflicts":0,"windows":0,"superseded":0,"expired":0}}],"next":null}"#]]).await;
    city.check("/api/v1/replays/7", &expect![[r#"
        200 OK application/json
        {"id":7,"ordered_at":"2026-11-25T10:04:00Z","selection":{"of":"all"},"state":"done","next":0,"until":7,"share":1.0,"effect":{"messages":0,"missing":0,"recovered":0,"readings":0,"replaced":0,"conflicts":0,"windows":0,"superseded":0,"expired":0}}"#]]).await;
    city.check("/api/v1/replays/8", &expect![[r#"
        404 Not Found application/problem+json
        {"type":"urn:smartpole:problem:unknown-replay","title":"Unknown replay","status":404,"detail":"there is no replay with the number \"8\"","remedy":"GET /api/v1/replays lists all"}"#]]).await;
}
