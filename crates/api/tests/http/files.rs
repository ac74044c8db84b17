//! Poles and newest readings as features, series as Parquet.

use axum::{
    body::Body,
    http::{Request, Response},
};
use expect_test::expect;
use smartpole_api::{Options, Peer};

use crate::fixture::{City, show, text};

async fn accepting(city: &City, accept: &str, uri: &str) -> Response<Body> {
    let mut request = Request::get(uri).header("accept", accept).body(Body::empty()).unwrap();
    request.extensions_mut().insert(Peer([127, 0, 0, 1].into()));
    city.send(request).await
}

#[tokio::test]
async fn poles_and_newest_readings_are_features_at_their_poles() {
    let city = City::new(Options::default()).await;
    let poles = accepting(&city, "application/geo+json", "/api/v1/poles").await;
    assert_eq!(poles.headers()["content-disposition"], "attachment; filename=\"poles.geojson\"");
    expect![[r#"
        200 OK application/geo+json
        {"type":"FeatureCollection","features":[
        {"type":"Feature","geometry":{"type":"Point","coordinates":[7.311,51.5477]},"properties":{"id":"AM-01","name":"Am Markt 1","place":"Am Markt","lat":51.5477,"lon":7.311,"provider":null,"zones":"altstadt","devices":"air-1 people-1","state":"reporting","last_received_at":"2026-11-25T10:03:00Z","air_index":"uba_lqi_2025","air_version":"2025","air_class":null,"air_worst":null,"air_hour":null,"air_complete":false,"air_missing":"pm2_5 pm10 no2 o3 so2","air_coverage":0}},
        {"type":"Feature","geometry":{"type":"Point","coordinates":[7.312,51.548]},"properties":{"id":"LS-02","name":"Lönsstraße 2","place":"Lönsstraße","lat":51.548,"lon":7.312,"provider":null,"zones":"altstadt","devices":"air-2","state":"never","last_received_at":null,"air_index":"uba_lqi_2025","air_version":"2025","air_class":null,"air_worst":null,"air_hour":null,"air_complete":false,"air_missing":"pm2_5 pm10 no2 o3 so2","air_coverage":0}}
        ]}
    "#]].assert_eq(&show(poles).await);
    let latest = city.ask("GET", "/api/v1/latest?device=air-1&format=geojson").await;
    expect![[r#"
        200 OK application/geo+json
        {"type":"FeatureCollection","features":[
        {"type":"Feature","geometry":{"type":"Point","coordinates":[7.311,51.5477]},"properties":{"pole":"AM-01","device":"air-1","property":"pm2_5","channel":0,"unit":"ug/m3","value":7.45,"counted":7.45,"event_time":"2026-11-25T10:01:30Z","received_at":"2026-11-25T10:03:00Z","flags":"uncalibrated","time_source":"payload"}}
        ]}"#]].assert_eq(&show(latest).await);
    let nothing: serde_json::Value =
        serde_json::from_str(&text(city.ask("GET", "/api/v1/latest?device=air-2&format=geojson").await).await).unwrap();
    assert_eq!((&nothing["type"], &nothing["features"]), (&"FeatureCollection".into(), &serde_json::json!([])));
}

#[tokio::test]
async fn the_public_finds_no_feature_of_a_device_that_counts_persons() {
    let city = City::new(Options::default()).await;
    let features = text(city.ask_publicly("GET", "/api/v1/latest?format=geojson").await).await;
    assert!(features.contains("air-1") && !features.contains("people"), "{features}");
    let poles = text(city.ask_publicly("GET", "/api/v1/poles?format=geojson").await).await;
    assert!(poles.contains(r#""last_received_at":"2026-11-25T10:03:00Z""#), "of the device that measures air: {poles}");
}

#[tokio::test]
async fn zones_are_features_with_their_outlines() {
    let city = City::new(Options::default()).await;
    let file = accepting(&city, "application/geo+json", "/api/v1/zones").await;
    assert_eq!(file.headers()["content-type"], "application/geo+json");
    expect![[r#"
        {"type":"FeatureCollection","features":[
        {"type":"Feature","geometry":{"coordinates":[[[7.3,51.54],[7.32,51.54],[7.32,51.55],[7.3,51.55],[7.3,51.54]]],"type":"Polygon"},"properties":{"id":"altstadt","name":"Altstadt","kind":"district","parent":null,"count":"cross_section","poles":"AM-01 LS-02"}}
        ]}
    "#]].assert_eq(&text(file).await);
}

#[tokio::test]
async fn what_has_no_features_says_what_it_has() {
    let city = City::new(Options::default()).await;
    let refused = accepting(&city, "application/geo+json", "/api/v1/series?pole=AM-01&property=pm2_5").await;
    expect![[r#"
        406 Not Acceptable application/problem+json
        {"type":"urn:smartpole:problem:not-acceptable","title":"Not acceptable","status":406,"detail":"Accept: neither application/json nor text/csv nor application/vnd.apache.parquet","remedy":"accept one of these, or give format=json or format=csv or format=parquet"}"#]].assert_eq(&show(refused).await);
    let liked = accepting(&city, "application/geo+json, application/json;q=0.1", "/api/v1/calendar").await;
    assert_eq!(liked.headers()["content-type"], "application/json");
    city.check("/api/v1/poles?format=parquet", &expect![[r#"
        400 Bad Request application/problem+json
        {"type":"urn:smartpole:problem:invalid-parameter","title":"Invalid parameter","status":400,"detail":"format: there is no \"parquet\" of this answer","remedy":"give json or csv or geojson"}"#]]).await;
    city.check("/api/v1/poles?format=geojson&csv=excel_de", &expect![[r#"
        400 Bad Request application/problem+json
        {"type":"urn:smartpole:problem:invalid-parameter","title":"Invalid parameter","status":400,"detail":"csv, format: only a table has a dialect","remedy":"leave one of the two out, or give format=csv"}"#]]).await;
}

#[cfg(feature = "parquet")]
#[tokio::test]
async fn windows_and_readings_of_a_series_are_parquet() {
    let city = City::new(Options::default()).await;
    for step in ["15m", "raw"] {
        let uri = format!("/api/v1/series?pole=AM-01&property=pm2_5&step={step}");
        let file = accepting(&city, "application/vnd.apache.parquet", &uri).await;
        assert_eq!(file.headers()["content-type"], "application/vnd.apache.parquet");
        assert_eq!(file.headers()["content-disposition"], "attachment; filename=\"series.parquet\"");
        assert!(file.headers().contains_key("smartpole-method") && file.headers().contains_key("smartpole-as-of"));
        let bytes = axum::body::to_bytes(file.into_body(), 1 << 20).await.unwrap();
        assert!(bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"), "{step}");
    }
}
