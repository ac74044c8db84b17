//! What operators are told of, and what they say to it.

use axum::{body::Body, http::Request};
use expect_test::expect;
use smartpole_access::{Role, Zones};
use smartpole_alert::{DeviceFacts, Facts, GatewayFacts, PoleFacts, Watch};
use smartpole_alerting::Outcome;
use smartpole_api::{Options, Peer};
use smartpole_model::{
    UtcMillis,
    registry::{AlertRules, AlertSeverity, AlertTargets, Email, EmailTls, SecretPlace, Webhook},
};

use crate::fixture::{City, show, text};

const NOW: &str = "2026-11-25T10:30:00Z";

/// A gateway that is silent, and the device behind it.
fn facts(silent_s: i64, minute: i64) -> Facts {
    let now = NOW.parse::<UtcMillis>().unwrap().plus(minute * 60_000);
    let last = Some(now.plus(-silent_s * 1_000));
    let (id, interval_s, connected_s) = ("air-1".to_owned(), 60, i64::MAX);
    let device = DeviceFacts {
        id,
        interval_s,
        connected_s,
        silent_s,
        last_received_at: last,
        gateway: Some(0),
        ..DeviceFacts::default()
    };
    let gateway = GatewayFacts {
        id: "0016c001f153a14c".to_owned(),
        last_received_at: last,
        connected_s,
        ..GatewayFacts::default()
    };
    let poles = vec![PoleFacts { id: "AM-01".to_owned(), ..PoleFacts::default() }];
    Facts { now, poles, devices: vec![device], gateways: vec![gateway], ..Facts::default() }
}

/// A mailbox, and a webhook.
fn targets() -> AlertTargets {
    let email = Email {
        server: "localhost".to_owned(),
        port: 25,
        tls: EmailTls::None,
        ca_file: None,
        from: "smartpole@example.org".to_owned(),
        to: vec!["betrieb@example.org".to_owned()],
        login: None,
        severity: AlertSeverity::Watch,
    };
    let webhook = Webhook {
        name: "on call".to_owned(),
        url: "https://example.org/hook?key=hush".to_owned(),
        secret: SecretPlace::File("hush".to_owned()),
        severity: AlertSeverity::Act,
    };
    AlertTargets { email: Some(email), webhooks: vec![webhook] }
}

/// A city in which that has been told.
async fn told() -> City {
    let city = City::new(Options::default()).await;
    let mut watch = Watch::default();
    for minute in 0..2 {
        let facts = facts(1_000 + minute * 60, minute);
        city.book.note(&watch.step(&facts, &AlertRules::default()), &targets(), facts.now).unwrap();
    }
    city
}

async fn send(city: &City, method: &str, uri: &str, peer: &str, body: &str) -> String {
    let request = Request::builder().method(method).uri(uri).header("content-type", "application/json");
    let mut request = request.body(Body::from(body.to_owned())).unwrap();
    request.extensions_mut().insert(Peer(peer.parse().unwrap()));
    show(city.send(request).await).await
}

#[tokio::test]
async fn an_alert_names_cause_devices_poles_and_what_to_do() {
    let city = told().await;
    city.check("/api/v1/alerts", &expect![[r#"
        200 OK application/json
        {"as_of":"2026-11-25T11:00:00Z","items":[{"id":"1","rule":"gateway_silent","severity":"act","state":"active","cause":{"kind":"gateway","id":"0016c001f153a14c","name":"0016c001f153a14c"},"part_of":null,"devices":["air-1"],"poles":[{"id":"AM-01","name":"Am Markt 1","lamp":null,"switch_point":null,"lat":51.5477,"lon":7.311}],"since":"2026-11-25T10:13:20Z","until":null,"figures":{"last_received_at":"2026-11-25T10:13:20Z"},"next_step":{"code":"check_power","part":null,"trip":true},"acknowledged":null,"muted_until":null,"deliveries":[{"target":{"kind":"email","name":"betrieb@example.org"},"event":"opened","state":"waiting","attempts":0,"at":null,"error":null},
        {"target":{"kind":"webhook","name":"on call"},"event":"opened","state":"waiting","attempts":0,"at":null,"error":null}]}],"next":null}"#]]).await;
    city.check("/api/v1/alerts/summary?since=2026-11-25T10:00:00Z", &expect![[r#"
        200 OK application/json
        {"as_of":"2026-11-25T11:00:00Z","since":"2026-11-25T10:00:00Z","causes":1,"trips":1,"devices":1,"reporting":2,"expected":3}"#]]).await;
    city.check("/api/v1/alerts?state=open", &expect![[r#"
        400 Bad Request application/problem+json
        {"type":"urn:smartpole:problem:invalid-parameter","title":"Invalid parameter","status":400,"detail":"state: unknown variant `open`, expected `active` or `all`","remedy":"GET /api/openapi.json describes every parameter"}"#]]).await;
}

#[tokio::test]
async fn who_was_told_is_said_without_addresses_of_webhooks() {
    let city = told().await;
    let now = NOW.parse::<UtcMillis>().unwrap();
    let (mailbox, _) = targets().all().next().unwrap();
    for outcome in [Outcome::Again { reason: "cannot send mail".to_owned(), at: now, refused: false }, Outcome::Sent] {
        let message = city.book.next_message(&mailbox, &Default::default(), now).unwrap().unwrap();
        city.book.settle(message.id, &outcome, now).unwrap();
    }
    let answer = city.get("/api/v1/alerts").await;
    let deliveries = answer.split(r#""deliveries":"#).nth(1).unwrap().split("}],\"next\"").next().unwrap();
    expect![[r#"
        [{"target":{"kind":"email","name":"betrieb@example.org"},"event":"opened","state":"sent","attempts":2,"at":"2026-11-25T10:30:00Z","error":null},
        {"target":{"kind":"webhook","name":"on call"},"event":"opened","state":"waiting","attempts":0,"at":null,"error":null}]"#]].assert_eq(deliveries);
    assert!(!answer.contains("hush"), "{answer}");
    let table = city.get("/api/v1/alerts?format=csv&state=all").await.replace('\r', "");
    expect![[r#"
        200 OK text/csv; charset=utf-8; header=present
        id,rule,severity,state,cause_kind,cause,cause_name,part_of,poles,lamps,devices,since,since_local,until,until_local,next_step,part,trip,acknowledged_by,acknowledged_at,acknowledged_at_local,note,muted_until,muted_until_local,told,not_told
        1,gateway_silent,act,active,gateway,0016c001f153a14c,0016c001f153a14c,,AM-01,,air-1,2026-11-25T10:13:20Z,2026-11-25 11:13:20,,,check_power,,true,,,,,,,betrieb@example.org,on call
    "#]].assert_eq(&table);
    assert!(city.get("/api/v1/alerts?csv=excel_de").await.contains(";gateway_silent;act;active;gateway;"));
}

#[tokio::test]
async fn operators_take_note_and_mute_and_nobody_else_does() {
    let city = told().await;
    let noted = send(&city, "POST", "/api/v1/alerts/1/acknowledge", "127.0.0.1", r#"{"note":"we know"}"#).await;
    assert!(
        noted.contains(r#""acknowledged":{"by":"127.0.0.1","at":"2026-11-25T11:00:00Z","note":"we know"}"#),
        "{noted}"
    );
    let muted = send(&city, "POST", "/api/v1/alerts/1/mute", "127.0.0.1", r#"{"until":"2026-11-26T06:00:00Z"}"#).await;
    assert!(muted.contains(r#""muted_until":"2026-11-26T06:00:00Z""#), "{muted}");
    for (uri, body) in [("/api/v1/alerts/2/mute", r#"{"until":null}"#), ("/api/v1/alerts/x/acknowledge", "{}")] {
        assert!(send(&city, "POST", uri, "127.0.0.1", body).await.starts_with("404"), "{uri}");
    }
    assert!(send(&city, "POST", "/api/v1/alerts/1/mute", "127.0.0.1", "{").await.starts_with("400"));
    let long = format!(r#"{{"note":"{}"}}"#, "x".repeat(2_001));
    assert!(send(&city, "POST", "/api/v1/alerts/1/acknowledge", "127.0.0.1", &long).await.starts_with("400"));
    let large = format!(r#"{{"note":"{}"}}"#, "x".repeat(20_000));
    assert!(send(&city, "POST", "/api/v1/alerts/1/acknowledge", "127.0.0.1", &large).await.starts_with("413"));
    for (method, uri) in [
        ("POST", "/api/v1/alerts/1/mute"),
        ("POST", "/api/v1/visits"),
        ("GET", "/api/v1/alerts"),
        ("DELETE", "/api/v1/maintenance/1"),
    ] {
        assert!(send(&city, method, uri, "203.0.113.9", "").await.starts_with("403"), "{method} {uri}");
    }
}

#[tokio::test]
async fn maintenance_is_planned_listed_and_taken_back() {
    let city = City::new(Options::default()).await;
    let plan = |kind: &str, id: &str, to: &str| {
        format!(
            r#"{{"cause":{{"kind":"{kind}","id":"{id}"}},"from":"2026-11-25T10:00:00Z","to":"{to}","note":"cable"}}"#
        )
    };
    let kept =
        send(&city, "POST", "/api/v1/maintenance", "127.0.0.1", &plan("pole", "AM-01", "2026-11-26T10:00:00Z")).await;
    assert!(kept.starts_with("201") && kept.contains(r#""id":"1""#), "{kept}");
    assert!(city.get("/api/v1/maintenance").await.contains(r#""note":"cable","by":"127.0.0.1""#));
    for (kind, id, to, status) in [
        ("pole", "AM-99", "2026-11-26T10:00:00Z", "404"),
        ("gateway", "0016c001f153a14c", "2026-11-26T10:00:00Z", "400"),
        ("source", "broker", "2026-11-26T10:00:00Z", "400"),
        ("pole", "AM-01", "2026-11-25T10:00:00Z", "400"),
    ] {
        let refused = send(&city, "POST", "/api/v1/maintenance", "127.0.0.1", &plan(kind, id, to)).await;
        assert!(refused.starts_with(status), "{refused}");
    }
    assert_eq!(city.ask("DELETE", "/api/v1/maintenance/1").await.status(), 204);
    assert!(send(&city, "DELETE", "/api/v1/maintenance/1", "127.0.0.1", "").await.starts_with("404"));
}

#[tokio::test]
async fn visits_are_logged_and_listed_by_pole() {
    let city = City::new(Options::default()).await;
    let visit = r#"{"pole":"AM-01","at":"2026-11-25T09:00:00Z","note":"cleaned","part":"SPS30"}"#;
    assert!(send(&city, "POST", "/api/v1/visits", "127.0.0.1", visit).await.starts_with("201"));
    city.check("/api/v1/visits?pole=AM-01", &expect![[r#"
        200 OK application/json
        {"items":[{"id":"1","pole":"AM-01","at":"2026-11-25T09:00:00Z","note":"cleaned","part":"SPS30","by":"127.0.0.1"}],"next":null}"#]]).await;
    assert!(city.get("/api/v1/visits?pole=AM-99").await.starts_with("404"));
}

#[tokio::test]
async fn who_said_it_is_told_by_name_until_the_account_is_deleted() {
    let city = told().await;
    let token = crate::access::token(&city, Role::Operator, &Zones::ALL);
    let request = Request::builder().method("POST").uri("/api/v1/alerts/1/acknowledge");
    let request = request.header("content-type", "application/json").header("authorization", format!("Bearer {token}"));
    let noted = text(city.send(request.body(Body::from("{}")).unwrap()).await).await;
    let account = city.access.accounts().unwrap().remove(0);
    assert!(noted.contains(&format!(r#""acknowledged":{{"by":"{}""#, account.name)), "{noted}");
    city.access.delete_account(&account.id).unwrap();
    let later = city.get("/api/v1/alerts").await;
    assert!(later.contains(&format!(r#""acknowledged":{{"by":"{}""#, account.id)), "{later}");
}
