//! Devices in a list: how each is, page by page, and as a table.

use expect_test::expect;
use smartpole_api::Options;

use crate::fixture::{CITY, City, parsed};

const PROPERTIES: &str = r#"
[[property]]
id = "pm2_5"
number = 2
name_de = "Feinstaub PM2,5"
name_en = "Particles PM2.5"
unit = "ug/m3"
kind = "gauge"
decimals = 2
min = 0
max = 1000
theme = "air_quality"

[[property]]
id = "battery_voltage"
number = 151
name_de = "Batteriespannung"
name_en = "Battery voltage"
unit = "V"
kind = "gauge"
decimals = 3
min = 0
max = 60
theme = "device"

[[property]]
id = "battery_level"
number = 152
name_de = "Batteriestand"
name_en = "Battery level"
unit = "%"
kind = "gauge"
decimals = 0
min = 0
max = 100
theme = "device"
"#;
const PROFILE: &str = "name = \"A\"\ncodec = \"smartpole\"\ninterval_s = 60\npayload_time = true\n";
const CLOCKLESS: &str = "name = \"B\"\ncodec = \"smartpole\"\ninterval_s = 600\npayload_time = false\n";

/// Three devices: one with a battery's voltage and level, one without a clock, one that was never heard.
async fn city() -> City {
    let files = [
        ("poles.csv", "id,name,place,lat,lon\nAM-01,Am Markt 1,Am Markt,51.5477,7.3110\nLS-02,L 2,L,51.5480,7.3120\n"),
        ("devices.csv", "id,pole,profile\nair-1,AM-01,air\nair-2,AM-01,clockless\nair-3,LS-02,air\n"),
        ("zones.geojson", CITY),
        ("properties.toml", PROPERTIES),
        ("profiles/air.toml", PROFILE),
        ("profiles/clockless.toml", CLOCKLESS),
    ];
    let city = City::over(parsed(&files), Options::default()).await;
    city.message("air-1", 1, r#"{"time":"2026-11-25T10:00:30Z","values":{"pm2_5":7.3,"battery_voltage":3.61}}"#).await;
    city.message("air-1", 2, r#"{"time":"2026-11-25T10:01:57.5Z","values":{"pm2_5":2000,"battery_level":87}}"#).await;
    city.message("air-1", 3, "{").await;
    city.message("air-2", 3, r#"{"values":{"pm2_5":7.45,"battery_voltage":3.4}}"#).await;
    city
}

#[tokio::test]
async fn a_device_tells_its_interval_battery_clock_remarks_and_what_became_of_its_messages() {
    let city = city().await;
    city.commit();
    city.check("/api/v1/devices?pole=AM-01", &expect![[r#"
        200 OK application/json
        {"items":[{"id":"air-1","pole":"AM-01","profile":"air","state":"reporting","last_received_at":"2026-11-25T10:02:00Z","interval_s":60,"battery":{"property":"battery_level","value":87,"unit":"%","event_time":"2026-11-25T10:01:57.5Z"},"clock_offset_s":2.5,"flags":["out_of_range"],"outcomes":{"since":"2026-11-24T00:00:00Z","messages":3,"quarantined":1},"lorawan":null},
        {"id":"air-2","pole":"AM-01","profile":"clockless","state":"reporting","last_received_at":"2026-11-25T10:03:00Z","interval_s":600,"battery":{"property":"battery_voltage","value":3.4,"unit":"V","event_time":"2026-11-25T10:03:00Z"},"clock_offset_s":null,"flags":[],"outcomes":{"since":"2026-11-24T00:00:00Z","messages":1,"quarantined":0},"lorawan":null}],"next":null}"#]]).await;
    city.check("/api/v1/devices?pole=LS-02", &expect![[r#"
        200 OK application/json
        {"items":[{"id":"air-3","pole":"LS-02","profile":"air","state":"never","last_received_at":null,"interval_s":60,"battery":null,"clock_offset_s":null,"flags":[],"outcomes":{"since":"2026-11-24T00:00:00Z","messages":0,"quarantined":0},"lorawan":null}],"next":null}"#]]).await;
}

#[tokio::test]
async fn devices_come_page_by_page() {
    let city = city().await;
    let ids = |answer: String| {
        let body: serde_json::Value = serde_json::from_str(answer.split_once('\n').unwrap().1).unwrap();
        let ids: Vec<_> = body["items"].as_array().unwrap().iter().map(|item| item["id"].clone()).collect();
        (ids, body["next"].as_str().map(str::to_owned))
    };
    let (first, next) = ids(city.get("/api/v1/devices?limit=2").await);
    assert_eq!(first, ["air-1", "air-2"]);
    let (second, next) = ids(city.get(&format!("/api/v1/devices?limit=2&cursor={}", next.unwrap())).await);
    assert_eq!((second, next), (vec!["air-3".into()], None));
    let (of_pole, next) = ids(city.get("/api/v1/devices?limit=2&pole=AM-01").await);
    assert_eq!((of_pole.len(), next), (2, None), "nothing hangs there beyond the page");
    city.check("/api/v1/devices?cursor=bm9ib2R5", &expect![[r#"
        404 Not Found application/problem+json
        {"type":"urn:smartpole:problem:unknown-device","title":"Unknown device","status":404,"detail":"there is no device \"nobody\"","remedy":"GET /api/v1/devices lists all"}"#]]).await;
}

#[tokio::test]
async fn devices_are_a_table_too() {
    let city = city().await;
    city.commit();
    let table = city.get("/api/v1/devices?format=csv").await.replace('\r', "");
    expect![[r#"
        200 OK text/csv; charset=utf-8; header=present
        id,pole,profile,state,last_received_at,last_received_at_local,interval_s,battery,battery_property,unit,clock_offset_s,flags,outcomes_since,outcomes_since_local,messages,quarantined,activation,dev_addr,received,lost,loss,gateways,best_gateway,rssi,snr,spreading_factor
        air-1,AM-01,air,reporting,2026-11-25T10:02:00Z,2026-11-25 11:02:00,60,87,battery_level,%,2.5,out_of_range,2026-11-24T00:00:00Z,2026-11-24 01:00:00,3,1,,,,,,,,,,
        air-2,AM-01,clockless,reporting,2026-11-25T10:03:00Z,2026-11-25 11:03:00,600,3.4,battery_voltage,V,,,2026-11-24T00:00:00Z,2026-11-24 01:00:00,1,0,,,,,,,,,,
        air-3,LS-02,air,never,,,60,,,,,,2026-11-24T00:00:00Z,2026-11-24 01:00:00,0,0,,,,,,,,,,
    "#]].assert_eq(&table);
}

#[tokio::test]
async fn one_device_says_what_of_it_is_compared_with_the_poles_around() {
    let city = city().await;
    let compared = |answer: String| answer.rsplit_once("\"compared\":").unwrap().1.to_owned();
    assert_eq!(compared(city.get("/api/v1/devices/air-1").await), "[\"pm2_5\"]}");
    assert_eq!(compared(city.get("/api/v1/devices/air-3").await), "[]}", "it has measured nothing yet");
}
