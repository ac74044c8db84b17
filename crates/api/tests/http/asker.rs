//! What the public gets, and what operators alone do.

use std::net::Ipv4Addr;

use axum::{body::Body, http::Request};
use expect_test::expect;
use smartpole_api::{Options, Peer};

use crate::fixture::{City, show, text};

/// All that is described, as `METHOD path` with something for parameters.
fn described() -> Vec<(String, String)> {
    let description: serde_json::Value = serde_json::from_str(&smartpole_api::openapi()).unwrap();
    let paths = description["paths"].as_object().unwrap().iter();
    let methods = paths.flat_map(|(path, item)| {
        item.as_object().unwrap().keys().map(|method| (method.to_uppercase(), path.clone())).collect::<Vec<_>>()
    });
    methods.collect()
}

#[tokio::test]
async fn an_address_is_for_operators_unless_it_is_listed_for_the_public() {
    let city = City::new(Options::default()).await;
    let (mut public, mut refused) = (Vec::new(), 0);
    for (method, path) in described() {
        let uri = path.replace("{id}", "1").replace("{seq}", "1").replace("{name}", "x");
        if path == "/api/v1/live" {
            public.push(path);
            continue; // it does not end
        }
        let answer = city.ask_publicly(&method, &uri).await;
        if answer.status() == 403 {
            refused += 1;
            let said = text(answer).await;
            assert!(said.contains(" is for ") && said.contains("log in at /login"), "{path}");
        } else {
            public.push(path);
        }
    }
    expect![[r#"
        /api/v1
        /api/v1/air
        /api/v1/air/days
        /api/v1/air/limits
        /api/v1/calendar
        /api/v1/events
        /api/v1/export
        /api/v1/footfall
        /api/v1/footfall/profile
        /api/v1/heat
        /api/v1/latest
        /api/v1/live
        /api/v1/me
        /api/v1/methods
        /api/v1/noise
        /api/v1/poles
        /api/v1/processing
        /api/v1/properties
        /api/v1/publisher
        /api/v1/reasons
        /api/v1/revisions
        /api/v1/series
        /api/v1/zones
        /catalog.jsonld
        /catalog.ttl
        /datasets
        /datasets/{id}
        /healthz
        /legal/{page}
        /ngsi-ld/v1/entities
        /plain
        /readyz
        /robots.txt
        /sitemap.xml
        /sta/v1.1"#]]
    .assert_eq(&public.join("\n"));
    assert!(refused > 12, "{refused}");
}

#[tokio::test]
async fn the_public_is_told_what_is_for_operators_and_how_to_be_one() {
    let city = City::new(Options::default()).await;
    city.check_publicly("/api/v1/ledger", &expect![[r#"
        403 Forbidden application/problem+json
        {"type":"urn:smartpole:problem:for-operators","title":"For operators only","status":403,"detail":"GET /api/v1/ledger is for operators only","remedy":"log in at /login, or send a token (Authorization: Bearer …); an admin makes accounts"}"#]]).await;
    city.check_publicly("/api/v1/series?pole=AM-01&property=people_in", &expect![[r#"
        403 Forbidden application/problem+json
        {"type":"urn:smartpole:problem:for-planners","title":"For planners and operators","status":403,"detail":"exact values of people_in are for planners and operators","remedy":"GET /api/v1/footfall has what the public may know of counts; log in at /login, or send a token (Authorization: Bearer …); an admin makes accounts"}"#]]).await;
}

#[tokio::test]
async fn exact_values_of_persons_are_on_no_way_to_the_public() {
    let city = City::new(Options::default()).await;
    for uri in [
        "/api/v1/series?device=people-1&property=people_in&step=raw",
        "/api/v1/series?zone=altstadt&property=people_out&step=1d",
        "/api/v1/series?pole=AM-01&property=people_total&step=raw",
        "/api/v1/revisions?zone=altstadt&property=people_in&start=2026-11-25T10:00:00Z",
        "/api/v1/trace?device=people-1&property=people_in&time=2026-11-25T10:01:00Z",
        "/api/v1/latest?property=people_in",
        "/api/v1/live?property=people_in",
        "/api/v1/devices/people-1",
        "/api/v1/quarantine",
    ] {
        assert_eq!(city.ask_publicly("GET", uri).await.status(), 403, "{uri}");
    }
    city.check_publicly("/api/v1/latest", &expect![[r#"
        200 OK application/json
        {"items":[{"pole":"AM-01","device":"air-1","property":"pm2_5","channel":0,"unit":"ug/m3","value":7.45,"counted":7.45,"event_time":"2026-11-25T10:01:30Z","received_at":"2026-11-25T10:03:00Z","flags":["uncalibrated"],"time_source":"payload"}],"next":null}"#]]).await;
    city.check_publicly(
        "/api/v1/latest?device=people-1",
        &expect![[r#"
        200 OK application/json
        {"items":[],"next":null}"#]],
    )
    .await;
}

#[tokio::test]
async fn what_else_a_counter_measures_does_not_tell_the_public_when_it_sends() {
    let city = City::new(Options::default()).await;
    let of = |scope: &str| format!("/api/v1/series?{scope}&property=pm2_5&step=raw&from=2026-11-25T10:00:00Z");
    assert_eq!(city.ask_publicly("GET", &of("pole=AM-01")).await.status(), 200);
    city.message("people-1", 4, r#"{"time":"2026-11-25T10:04:00Z","values":{"pm2_5":1}}"#).await;
    city.check_publicly(&of("pole=AM-01"), &expect![[r#"
        403 Forbidden application/problem+json
        {"type":"urn:smartpole:problem:for-planners","title":"For planners and operators","status":403,"detail":"people-1 counts persons: when it sends, and what else, is for planners and operators","remedy":"ask for another place or property; log in at /login, or send a token (Authorization: Bearer …); an admin makes accounts"}"#]]).await;
    for (scope, status) in
        [("device=air-1", 200), ("device=people-1", 403), ("zone=altstadt", 403), ("pole=LS-02", 200)]
    {
        assert_eq!(city.ask_publicly("GET", &of(scope)).await.status(), status, "{scope}");
    }
    assert!(!show(city.ask_publicly("GET", "/api/v1/latest").await).await.contains("people-1"));
}

#[tokio::test]
async fn the_public_does_not_see_when_a_counter_was_heard() {
    let city = City::new(Options::default()).await;
    city.check_publicly("/api/v1/poles", &expect![[r#"
        200 OK application/json
        {"items":[{"id":"AM-01","name":"Am Markt 1","place":"Am Markt","lat":51.5477,"lon":7.311,"provider":null,"zones":["altstadt"],"devices":[{"id":"air-1","profile":"air","sensing":"none","last_received_at":"2026-11-25T10:03:00Z"},
        {"id":"people-1","profile":"people","sensing":"laser","last_received_at":null}],"state":"reporting","last_received_at":"2026-11-25T10:03:00Z","air":{"index":"uba_lqi_2025","version":"2025","class":null,"worst":null,"hour":null,"complete":false,"missing":["pm2_5","pm10","no2","o3","so2"],"coverage":0}},
        {"id":"LS-02","name":"Lönsstraße 2","place":"Lönsstraße","lat":51.548,"lon":7.312,"provider":null,"zones":["altstadt"],"devices":[{"id":"air-2","profile":"air","sensing":"none","last_received_at":null}],"state":"never","last_received_at":null,"air":{"index":"uba_lqi_2025","version":"2025","class":null,"worst":null,"hour":null,"complete":false,"missing":["pm2_5","pm10","no2","o3","so2"],"coverage":0}}],"next":null}"#]]).await;
}

#[tokio::test]
async fn the_service_says_whom_it_takes_one_for() {
    let city = City::new(Options::default()).await;
    city.check(
        "/api/v1/me",
        &expect![[r#"
            200 OK application/json
            {"role":"operator","account":null,"name":null,"zones":null,"can_log_in":true}"#]],
    )
    .await;
    city.check_publicly(
        "/api/v1/me",
        &expect![[r#"
            200 OK application/json
            {"role":"public","account":null,"name":null,"zones":null,"can_log_in":false}"#]],
    )
    .await;
    for (peer, header, role) in [
        ("10.1.2.3", None, "operator"),
        ("10.1.2.3", Some("x-forwarded-for"), "public"),
        ("127.0.0.1", Some("forwarded"), "public"),
        ("::ffff:203.0.113.7", None, "public"),
    ] {
        let request = Request::get("/api/v1/me");
        let request = header.into_iter().fold(request, |request, name| request.header(name, "127.0.0.1"));
        let mut request = request.body(Body::empty()).unwrap();
        request.extensions_mut().insert(Peer(peer.parse().unwrap()));
        let answer = text(city.send(request).await).await;
        assert!(answer.starts_with(&format!(r#"{{"role":"{role}","#)), "{peer} {header:?} {answer}");
    }
}

#[tokio::test]
async fn a_site_whose_name_points_at_this_machine_for_a_moment_is_the_public() {
    let city = City::new(Options::default()).await;
    for (host, status) in [("127.0.0.1:8080", 200), ("localhost:8080", 200), ("evil.example:8080", 403)] {
        let mut request = Request::builder().uri("/api/v1/ledger").header("host", host).body(Body::empty()).unwrap();
        request.extensions_mut().insert(Peer(Ipv4Addr::LOCALHOST.into()));
        assert_eq!(city.send(request).await.status(), status, "{host}");
    }
}
