use expect_test::expect;
use smartpole_api::{CircuitState, Health, Options, TargetFilter, TargetHealth};
use smartpole_model::UtcMillis;
use smartpole_store::{RefusedLine, Sent};

use crate::fixture::City;

/// A city with two targets that came after its story; two messages with three readings were committed since.
async fn city() -> City {
    let city = City::new(Options::default()).await;
    city.commit();
    city.store.set_targets(&["city".to_owned(), "lab".to_owned()]).unwrap();
    city.message("air-1", 4, r#"{"time":"2026-11-25T10:03:00Z","values":{"pm2_5":8.125}}"#).await;
    city.commit();
    let people = r#"{"time":"2026-11-25T10:04:00Z","values":{"people_in":4,"people_out":2}}"#;
    city.message("people-1", 5, people).await;
    city.commit();
    city
}

fn refused(reason: &str, line: &str) -> RefusedLine {
    let at = "2026-11-25T10:05:01Z".parse().unwrap();
    let (reason, line) = (reason.to_owned(), line.to_owned());
    RefusedLine { id: 0, at, reason, readings: 1, detail: "the server's words".to_owned(), line }
}

/// All that "lab" can have; it refused two of three readings.
fn sent() -> Sent {
    let refused =
        vec![refused("field_type_conflict", "footfall people_in=4i"), refused("rejected", "footfall people_out=2i")];
    Sent { batch: 3, forwarded: 1, windows: 5, refused, ..Sent::default() }
}

#[tokio::test]
async fn without_targets_there_is_nothing_about_them() {
    let answer = City::new(Options::default()).await.get("/api/v1/ledger").await;
    assert!(answer.ends_with(r#","targets":[]}"#), "{answer}");
}

#[tokio::test]
async fn each_target_has_its_equation_and_its_connection() {
    let city = city().await;
    city.store.note_sent("lab", &sent()).unwrap();
    let away = TargetHealth {
        name: "city".to_owned(),
        filter: TargetFilter::default(),
        circuit: CircuitState::Open,
        kind: "network",
        reason: Some("connection refused".to_owned()),
        since: Some(UtcMillis(1_764_064_800_000)),
        retry_at: Some(UtcMillis(1_764_064_812_000)),
    };
    city.health.send_replace(Health { targets: vec![away], ..Health::default() });
    let answer = city.get("/api/v1/ledger").await;
    let (equations, targets) = answer.split_once(r#","targets":"#).unwrap();
    assert!(equations.contains(r#""balanced":true,"equations""#), "{equations}");
    expect![[r#"
        [{"name":"city","since":"2026-11-25T10:03:00.001Z","accepted":3,"filtered":0,"forwarded":0,"pending":3,"refused":[],"windows":0,"balanced":true,"pending_messages":2,"lag_s":3360,"circuit":{"state":"open","kind":"network","reason":"connection refused","since":"2025-11-25T10:00:00Z","retry_at":"2025-11-25T10:00:12Z"}},
        {"name":"lab","since":"2026-11-25T10:03:00.001Z","accepted":3,"filtered":0,"forwarded":1,"pending":0,"refused":[{"reason":"field_type_conflict","value":1,"lines":1},
        {"reason":"rejected","value":1,"lines":1}],"windows":5,"balanced":true,"pending_messages":0,"lag_s":0,"circuit":{"state":"closed","kind":null,"reason":null,"since":null,"retry_at":null}}]}"#]].assert_eq(targets);
    assert!(city.get("/readyz").await.starts_with("200 OK"), "what is for a target is kept until it is back");
}

#[tokio::test]
async fn a_target_whose_sums_do_not_add_up_is_named_and_unbalances_the_whole() {
    let city = city().await;
    city.store.note_sent("lab", &Sent { batch: 3, forwarded: 2, ..Sent::default() }).unwrap();
    let answer = city.get("/api/v1/ledger").await;
    assert!(answer.contains(r#""balanced":false,"equations""#), "{answer}");
    let (_, lab) = answer.split_once(r#"{"name":"lab""#).unwrap();
    assert!(lab.contains(r#""balanced":false"#), "{lab}");
}

#[tokio::test]
async fn refused_lines_come_newest_first_and_go_on_at_their_cursor() {
    let city = city().await;
    city.store.note_sent("lab", &sent()).unwrap();
    city.check("/api/v1/targets/lab/refused?limit=1", &expect![[r#"
        200 OK application/json
        {"items":[{"refused_at":"2026-11-25T10:05:01Z","reason":"rejected","readings":1,"detail":"the server's words","line":"footfall people_out=2i"}],"next":"Mg"}"#]]).await;
    city.check("/api/v1/targets/lab/refused?limit=1&cursor=Mg", &expect![[r#"
        200 OK application/json
        {"items":[{"refused_at":"2026-11-25T10:05:01Z","reason":"field_type_conflict","readings":1,"detail":"the server's words","line":"footfall people_in=4i"}],"next":null}"#]]).await;
    city.check("/api/v1/targets/lab/refused?reason=field_type_conflict", &expect![[r#"
        200 OK application/json
        {"items":[{"refused_at":"2026-11-25T10:05:01Z","reason":"field_type_conflict","readings":1,"detail":"the server's words","line":"footfall people_in=4i"}],"next":null}"#]]).await;
    city.check(
        "/api/v1/targets/city/refused",
        &expect![[r#"
        200 OK application/json
        {"items":[],"next":null}"#]],
    )
    .await;
}

#[tokio::test]
async fn an_unknown_target_and_a_foreign_cursor_are_refused_in_words() {
    let city = city().await;
    city.check("/api/v1/targets/town/refused", &expect![[r#"
        404 Not Found application/problem+json
        {"type":"urn:smartpole:problem:unknown-target","title":"Unknown target","status":404,"detail":"there is no target \"town\"","remedy":"there are: \"city\", \"lab\""}"#]]).await;
    city.check("/api/v1/targets/lab/refused?cursor=eA", &expect![[r#"
        400 Bad Request application/problem+json
        {"type":"urn:smartpole:problem:invalid-parameter","title":"Invalid parameter","status":400,"detail":"cursor: not a `next` of an answer to this question","remedy":"ask without `cursor`"}"#]]).await;
    City::new(Options::default()).await.check("/api/v1/targets/lab/refused", &expect![[r#"
        404 Not Found application/problem+json
        {"type":"urn:smartpole:problem:unknown-target","title":"Unknown target","status":404,"detail":"there is no target \"lab\"","remedy":"no target is configured: a section [[influx]] of the configuration makes one"}"#]]).await;
}
