use axum::{body::Body, http::Request};
use expect_test::expect;
use proptest::prelude::*;
use smartpole_api::Options;

use crate::fixture::{City, show};

#[tokio::test]
async fn a_parameter_that_cannot_be_used_is_named_with_its_value() {
    let city = City::new(Options::default()).await;
    city.check("/api/v1/latest?pol=AM-01", &expect![[r#"
        400 Bad Request application/problem+json
        {"type":"urn:smartpole:problem:invalid-parameter","title":"Invalid parameter","status":400,"detail":"pol: unknown parameter `pol`, expected one of `pole`, `device`, `zone`, `property`, `limit`, `cursor`","remedy":"GET /api/openapi.json describes every parameter"}"#]]).await;
    city.check("/api/v1/latest?pole=AM-01&pole=LS-02", &expect![[r#"
        400 Bad Request application/problem+json
        {"type":"urn:smartpole:problem:invalid-parameter","title":"Invalid parameter","status":400,"detail":"duplicate parameter `pole`","remedy":"GET /api/openapi.json describes every parameter"}"#]]).await;
}

#[tokio::test]
async fn addresses_without_parameters_refuse_any() {
    let city = City::new(Options::default()).await;
    city.check("/api/v1/zones?as_of=2026-11-25T10:00:00Z&format=csv", &expect![[r#"
        400 Bad Request application/problem+json
        {"type":"urn:smartpole:problem:invalid-parameter","title":"Invalid parameter","status":400,"detail":"as_of: unknown parameter `as_of`, there are none","remedy":"GET /api/openapi.json describes every parameter"}"#]]).await;
    for list in [
        "gateways",
        "ledger",
        "maintenance",
        "me",
        "methods",
        "poles",
        "processing",
        "properties",
        "publisher",
        "reasons",
        "registry",
        "replays",
    ] {
        let answer = city.ask("GET", &format!("/api/v1/{list}?nonsense=1")).await;
        assert_eq!(answer.status(), 400, "{list}");
    }
}

#[tokio::test]
async fn limits_and_cursors_are_checked() {
    let city = City::new(Options::default()).await;
    city.check("/api/v1/latest?limit=0", &expect![[r#"
        400 Bad Request application/problem+json
        {"type":"urn:smartpole:problem:invalid-parameter","title":"Invalid parameter","status":400,"detail":"limit: not a number from 1 to 10000: \"0\"","remedy":"GET /api/openapi.json describes every parameter"}"#]]).await;
    city.check("/api/v1/latest?limit=many", &expect![[r#"
        400 Bad Request application/problem+json
        {"type":"urn:smartpole:problem:invalid-parameter","title":"Invalid parameter","status":400,"detail":"limit: not a number from 1 to 10000: \"many\"","remedy":"GET /api/openapi.json describes every parameter"}"#]]).await;
    city.check("/api/v1/latest?cursor=%25", &expect![[r#"
        400 Bad Request application/problem+json
        {"type":"urn:smartpole:problem:invalid-parameter","title":"Invalid parameter","status":400,"detail":"cursor: not a `next` of an answer: \"%\"","remedy":"GET /api/openapi.json describes every parameter"}"#]]).await;
}

#[tokio::test]
async fn a_series_needs_one_scope_a_property_and_a_span() {
    let city = City::new(Options::default()).await;
    city.check("/api/v1/series?pole=AM-01", &expect![[r#"
        400 Bad Request application/problem+json
        {"type":"urn:smartpole:problem:invalid-parameter","title":"Invalid parameter","status":400,"detail":"missing parameter `property`","remedy":"GET /api/openapi.json describes every parameter"}"#]]).await;
    city.check("/api/v1/series?property=pm2_5", &expect![[r#"
        400 Bad Request application/problem+json
        {"type":"urn:smartpole:problem:invalid-parameter","title":"Invalid parameter","status":400,"detail":"device, pole, zone: not exactly one is given","remedy":"give one of the three"}"#]]).await;
    city.check("/api/v1/series?pole=AM-01&device=air-1&property=pm2_5", &expect![[r#"
        400 Bad Request application/problem+json
        {"type":"urn:smartpole:problem:invalid-parameter","title":"Invalid parameter","status":400,"detail":"device, pole, zone: not exactly one is given","remedy":"give one of the three"}"#]]).await;
    city.check("/api/v1/series?pole=AM-01&property=pm2_5&step=5m", &expect![[r#"
        400 Bad Request application/problem+json
        {"type":"urn:smartpole:problem:invalid-parameter","title":"Invalid parameter","status":400,"detail":"step: unknown variant `5m`, expected one of `raw`, `15m`, `1h`, `1d`, `1w`, `1mo`, `1y`","remedy":"GET /api/openapi.json describes every parameter"}"#]]).await;
    city.check("/api/v1/series?pole=AM-01&property=pm2_5&channel=256", &expect![[r#"
        400 Bad Request application/problem+json
        {"type":"urn:smartpole:problem:invalid-parameter","title":"Invalid parameter","status":400,"detail":"channel: not a number from 0 to 255: \"256\"","remedy":"GET /api/openapi.json describes every parameter"}"#]]).await;
    city.check("/api/v1/series?pole=AM-01&property=pm2_5&from=yesterday", &expect![[r#"
        400 Bad Request application/problem+json
        {"type":"urn:smartpole:problem:invalid-parameter","title":"Invalid parameter","status":400,"detail":"from: not an RFC 3339 time: \"yesterday\"","remedy":"GET /api/openapi.json describes every parameter"}"#]]).await;
    let long = "step=raw&from=2026-01-01T00:00:00Z&to=2026-03-01T00:00:00Z";
    city.check(&format!("/api/v1/series?pole=AM-01&property=pm2_5&{long}"), &expect![[r#"
        400 Bad Request application/problem+json
        {"type":"urn:smartpole:problem:invalid-parameter","title":"Invalid parameter","status":400,"detail":"from, to: 2026-01-01T00:00:00Z to 2026-03-01T00:00:00Z is longer than 31 days, the most for step raw","remedy":"ask for a shorter span, or for a longer step"}"#]]).await;
    let backwards = "from=2026-03-01T00:00:00Z&to=2026-01-01T00:00:00Z";
    city.check(&format!("/api/v1/series?pole=AM-01&property=pm2_5&{backwards}"), &expect![[r#"
        400 Bad Request application/problem+json
        {"type":"urn:smartpole:problem:invalid-parameter","title":"Invalid parameter","status":400,"detail":"from: 2026-03-01T00:00:00Z is not before `to`, 2026-01-01T00:00:00Z","remedy":"give a `from` that is earlier than `to`"}"#]]).await;
    city.check("/api/v1/series?device=air-1&property=people_total", &expect![[r#"
        400 Bad Request application/problem+json
        {"type":"urn:smartpole:problem:invalid-parameter","title":"Invalid parameter","status":400,"detail":"property, step: the total people_total has no windows, its differences are people_in","remedy":"ask for property=people_in, or for step=raw"}"#]]).await;
    city.check("/api/v1/footfall?zone=altstadt&step=raw", &expect![[r#"
        400 Bad Request application/problem+json
        {"type":"urn:smartpole:problem:invalid-parameter","title":"Invalid parameter","status":400,"detail":"step: raw is not for footfall","remedy":"use 15m, 1h, 1d, 1w, 1mo or 1y"}"#]]).await;
    city.check("/api/v1/quarantine?reason=because", &expect![[r#"
        400 Bad Request application/problem+json
        {"type":"urn:smartpole:problem:invalid-parameter","title":"Invalid parameter","status":400,"detail":"reason: unknown variant `because`, expected one of `unknown_topic`, `unknown_device`, `decode_failed`, `oversize`, `retained`, `unknown_property`, `not_a_number`, `overflow`, `conflicting_value`, `time_before_epoch`, `time_in_future`, `no_readings`, `fold_failed`, `unknown_gateway`, `bad_crc`, `unsu","remedy":"GET /api/openapi.json describes every parameter"}"#]]).await;
}

#[tokio::test]
async fn an_unknown_id_gets_a_hint() {
    let city = City::new(Options::default()).await;
    city.check("/api/v1/latest?pole=AM-1", &expect![[r#"
        404 Not Found application/problem+json
        {"type":"urn:smartpole:problem:unknown-pole","title":"Unknown pole","status":404,"detail":"there is no pole \"AM-1\"","remedy":"did you mean \"AM-01\"? GET /api/v1/poles lists all"}"#]]).await;
    city.check("/api/v1/latest?property=", &expect![[r#"
        404 Not Found application/problem+json
        {"type":"urn:smartpole:problem:unknown-property","title":"Unknown property","status":404,"detail":"there is no property \"\"","remedy":"GET /api/v1/properties lists all"}"#]]).await;
    city.check("/api/v1/live?zone=x", &expect![[r#"
        400 Bad Request application/problem+json
        {"type":"urn:smartpole:problem:invalid-parameter","title":"Invalid parameter","status":400,"detail":"zone: unknown parameter `zone`, expected one of `pole`, `property`, `most`, `always`","remedy":"GET /api/openapi.json describes every parameter"}"#]]).await;
    city.check("/api/v1/live?pole=x", &expect![[r#"
        404 Not Found application/problem+json
        {"type":"urn:smartpole:problem:unknown-pole","title":"Unknown pole","status":404,"detail":"there is no pole \"x\"","remedy":"GET /api/v1/poles lists all"}"#]]).await;
}

#[tokio::test]
async fn wrong_addresses_methods_and_bodies_are_refused_in_words() {
    let city = City::new(Options::default()).await;
    city.check("/api/v1/pole", &expect![[r#"
        404 Not Found application/problem+json
        {"type":"urn:smartpole:problem:not-found","title":"Not found","status":404,"detail":"there is nothing at \"/api/v1/pole\"","remedy":"GET /api/openapi.json lists all addresses"}"#]]).await;
    expect![[r#"
        405 Method Not Allowed application/problem+json
        {"type":"urn:smartpole:problem:method-not-allowed","title":"Method not allowed","status":405,"detail":"POST is not for this address","remedy":"use GET"}"#]].assert_eq(&show(city.ask("POST", "/api/v1/poles").await).await);
    let body = Request::get("/api/v1/poles").header("content-length", "5").body(Body::from("hello")).unwrap();
    expect![[r#"
        413 Payload Too Large application/problem+json
        {"type":"urn:smartpole:problem:body-too-large","title":"Body too large","status":413,"detail":"no address takes a request body","remedy":"send no body"}"#]].assert_eq(&show(city.send(body).await).await);
}

#[test]
fn no_query_string_makes_the_service_fail() {
    const NAMES: [&str; 19] = [
        "pole", "device", "zone", "property", "channel", "from", "to", "year", "step", "limit", "cursor", "reason",
        "as_of", "hours", "compare", "estimate", "format", "csv", "x",
    ];
    const PATHS: [&str; 13] = [
        "latest",
        "live",
        "ledger",
        "series",
        "footfall",
        "counts",
        "counts/reconciled",
        "calendar",
        "air",
        "air/days",
        "air/limits",
        "quarantine",
        "targets/city/refused",
    ];
    let value = prop_oneof![
        "[ -~]{0,12}",
        any::<i64>().prop_map(|n| n.to_string()),
        Just("AM-01".to_owned()),
        Just("altstadt".to_owned()),
        prop::sample::select(
            &["raw", "15m", "1h", "1d", "1w", "1mo", "1y", "unknown_device", "MTc2NDA2NDgwMDAwMA"][..]
        )
        .prop_map(str::to_owned),
        prop::sample::select(
            &["open", "advent", "baseline", "previous_year", "true", "people-1", "people_in", "csv", "excel_de"][..]
        )
        .prop_map(str::to_owned),
        prop::sample::select(&["2026-11-28", "-9999-01-01", "9999-12-31"][..]).prop_map(str::to_owned),
        Just("pm2_5".to_owned()),
        Just("2026-11-25T10:00:00Z".to_owned()),
        Just("9999-12-31T23:59:59Z".to_owned()),
        Just("-009999-01-01T00:00:00Z".to_owned()),
        (1999..2202).prop_map(|year: i32| year.to_string()),
    ];
    let pair = (prop::sample::select(&NAMES[..]), value);
    let request = (prop::sample::select(&PATHS[..]), prop::collection::vec(pair, 0..5));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let city = runtime.block_on(async { City::new(Options::default()).await });
    let encode = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    proptest!(|((path, pairs) in request)| {
        let query: Vec<_> = pairs.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
        let uri = format!("/api/v1/{path}?{}", query.join("&"));
        let status = runtime.block_on(city.ask("GET", &uri)).status().as_u16();
        prop_assert!([200, 400, 404].contains(&status), "{status} {uri}");
    });
}
