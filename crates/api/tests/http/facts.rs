//! What the holder of an export of readings recomputes counts and means with.

use std::fs;

use expect_test::expect;
use serde_json::{Value, json};
use smartpole_access::{Role, Zones};
use smartpole_api::{Options, Registries};

use crate::{
    access::{by_token, token},
    fixture::{City, parsed, text},
    planner::ZONES,
};

const PEOPLE: &str = "name = \"P\"\ncodec = \"smartpole\"\ninterval_s = 600\npayload_time = true\nsensing = \"laser\"\n\
                      expected = [\"people_in_total\"]\n\
                      [counter]\nwidth_bits = 16\nmax_per_minute = 200\nresets_at_power_up = true\nresets_at = \"03:05\"\n";
const AIR: &str = "name = \"A\"\ncodec = \"smartpole\"\ninterval_s = 60\npayload_time = true\nexpected = [\"pm2_5\", \"relative_humidity\"]\n\
                   [humidity]\nkappa = 0.4\ncap = 95\n";
const POLES: &str = "id,name,place,lat,lon\nM-1,M 1,Markt,51.545,7.31\nR-1,R 1,Rand,51.545,7.335\n";
const DEVICES: &str = "id,pole,profile,from,to,state,line,direction,reversed,width_m\n\
                       p1,R-1,people,,2026-05-01,,Gasse,zum Rand,,\n\
                       p1,M-1,people,2026-05-01,,,Platzrand,zum Platz,1,2.5\n\
                       a1,M-1,air,,,,,,,\n";
const CALIBRATIONS: &str = "device,property,channel,from,to,offset,gain,reference,reference_from,reference_to,slope,intercept,r2,rmse\n\
                            a1,pm2_5,0,2026-06-01,,-0.5,1.1,,,,,,,\n";

/// A catalogue of what is measured, and of what says that a device was switched on.
fn properties() -> String {
    let property = |(id, number, unit, kind, theme): (&str, u16, &str, &str, &str)| {
        let counts = if kind == "total_count" { "counts = \"people_in\"\n" } else { "" };
        format!(
            "[[property]]\nid = \"{id}\"\nnumber = {number}\nname_de = \"{id}\"\nname_en = \"{id}\"\nunit = \"{unit}\"\n\
             kind = \"{kind}\"\ndecimals = 0\nmin = 0\nmax = 100\ntheme = \"{theme}\"\n{counts}"
        )
    };
    let all = [
        ("pm2_5", 2, "ug/m3", "gauge", "air_quality"),
        ("relative_humidity", 10, "%", "gauge", "weather"),
        ("people_in", 30, "1", "interval_count", "footfall"),
        ("people_in_total", 32, "1", "total_count", "footfall"),
        ("power_up", 90, "1", "state", "device_health"),
    ];
    all.map(property).concat()
}

fn files(devices: &str) -> Vec<(&'static str, String)> {
    let rest =
        [("zones.geojson", ZONES), ("poles.csv", POLES), ("profiles/air.toml", AIR), ("profiles/people.toml", PEOPLE)];
    let rest = rest.map(|(name, text)| (name, text.to_owned()));
    [("properties.toml", properties()), ("devices.csv", devices.to_owned())].into_iter().chain(rest).collect()
}

async fn city() -> City {
    let files = files(DEVICES);
    let files = files.iter().map(|(name, text)| (*name, text.as_str())).chain([("calibrations.csv", CALIBRATIONS)]);
    City::over(parsed(&files.collect::<Vec<_>>()), Options::default()).await
}

async fn told(city: &City, uri: &str) -> Value {
    serde_json::from_str(&text(city.ask("GET", uri).await).await).unwrap()
}

#[tokio::test]
async fn facts_tell_by_what_readings_become_counts_and_means_and_nothing_of_how_a_device_is() {
    let city = city().await;
    city.check("/api/v1/facts", &expect![[r#"
        200 OK application/json
        {"items":[{"device":"p1","installations":[{"from":null,"to":"2026-04-30T22:00:00Z","state":"active","pole":"R-1","profile":"people","line":"Gasse","direction":"zum Rand","reversed":[],"height_m":null,"width_m":null,"interval_s":600,"sensing":"laser","expected":["people_in_total"],"counter":{"width_bits":16,"max_per_minute":200,"resets_at":"03:05","resets_at_power_up":true},"humidity":null},
        {"from":"2026-04-30T22:00:00Z","to":null,"state":"active","pole":"M-1","profile":"people","line":"Platzrand","direction":"zum Platz","reversed":[1],"height_m":null,"width_m":2.5,"interval_s":600,"sensing":"laser","expected":["people_in_total"],"counter":{"width_bits":16,"max_per_minute":200,"resets_at":"03:05","resets_at_power_up":true},"humidity":null}],"calibrations":[]},
        {"device":"a1","installations":[{"from":null,"to":null,"state":"active","pole":"M-1","profile":"air","line":"","direction":"","reversed":[],"height_m":null,"width_m":null,"interval_s":60,"sensing":"none","expected":["pm2_5","relative_humidity"],"counter":{"width_bits":32,"max_per_minute":500,"resets_at":null,"resets_at_power_up":false},"humidity":{"kappa":0.4,"cap_percent":95}}],"calibrations":[{"property":"pm2_5","channel":0,"from":"2026-05-31T22:00:00Z","to":null,"offset":-0.5,"gain":1.1,"collocation":null,"lifts_uncalibrated":false}]}],"next":null}"#]]).await;
}

#[tokio::test]
async fn facts_are_a_table_of_installations_and_calibrations() {
    let city = city().await;
    let table = city.get("/api/v1/facts?zone=markt&format=csv").await;
    expect![[r#"
        200 OK text/csv; charset=utf-8; header=present
        device,fact,from,from_local,to,to_local,state,pole,profile,line,direction,reversed,height_m,width_m,interval_s,sensing,expected,width_bits,max_per_minute,resets_at,resets_at_power_up,kappa,cap_percent,property,channel,offset,gain,lifts_uncalibrated<CRLF>
        p1,installation,,,2026-04-30T22:00:00Z,2026-05-01 00:00:00,active,R-1,people,Gasse,zum Rand,,,,600,laser,people_in_total,16,200,03:05,true,,,,,,,<CRLF>
        p1,installation,2026-04-30T22:00:00Z,2026-05-01 00:00:00,,,active,M-1,people,Platzrand,zum Platz,1,,2.5,600,laser,people_in_total,16,200,03:05,true,,,,,,,<CRLF>
        a1,installation,,,,,active,M-1,air,,,,,,60,none,pm2_5 relative_humidity,32,500,,false,0.4,95,,,,,<CRLF>
        a1,calibration,2026-05-31T22:00:00Z,2026-06-01 00:00:00,,,,,,,,,,,,,,,,,,,,pm2_5,0,-0.5,1.1,false<CRLF>
    "#]].assert_eq(&table.replace("\r\n", "<CRLF>\n"));
}

#[tokio::test]
async fn facts_go_on_device_by_device() {
    let city = city().await;
    let first = told(&city, "/api/v1/facts?limit=1").await;
    let next = format!("/api/v1/facts?limit=1&cursor={}", first["next"].as_str().unwrap());
    let second = told(&city, &next).await;
    assert_eq!((&first["items"][0]["device"], &second["items"][0]["device"]), (&"p1".into(), &"a1".into()));
    assert!(second["next"].is_null());
}

#[tokio::test]
async fn who_is_limited_to_zones_gets_installations_within_them() {
    let city = city().await;
    let limited = token(&city, Role::Planner, &Zones::only(["markt"]));
    let ask = async |uri: &str| by_token(&city, &limited, "GET", uri).await;
    let told: Value = serde_json::from_str(&text(ask("/api/v1/facts?pole=M-1").await).await).unwrap();
    let poles = |device: usize| {
        let installations = told["items"][device]["installations"].as_array().unwrap();
        installations.iter().map(|at| at["pole"].as_str().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!((poles(0), poles(1)), (vec!["M-1"], vec!["M-1"]), "p1 hung at R-1 before");
    for elsewhere in ["pole=R-1", "zone=rand", "device=p1", ""] {
        assert_eq!(ask(&format!("/api/v1/facts?{elsewhere}")).await.status(), 403, "{elsewhere}");
    }
}

/// The registry comes into force by which these channels of `p1` are reversed.
async fn reverse(city: &City, channels: &str) {
    let devices = format!("id,pole,profile,reversed\np1,M-1,people,{channels}\n");
    let dir = city.desk.folder.dir();
    fs::create_dir_all(dir.join("profiles")).unwrap();
    for (name, text) in files(&devices) {
        fs::write(dir.join(name), text).unwrap();
    }
    city.desk.take().await.unwrap();
}

#[tokio::test]
async fn facts_as_of_an_earlier_minute_are_those_of_the_registry_of_then() {
    let city = city().await;
    reverse(&city, "").await;
    reverse(&city, "0").await;
    let reversed = async |as_of: &str| {
        let told = told(&city, &format!("/api/v1/facts?device=p1{as_of}")).await;
        told["items"][0]["installations"][0]["reversed"].clone()
    };
    assert_eq!(reversed("").await, json!([0]));
    assert_eq!(reversed("&as_of=2026-11-25T10:01:00Z").await, json!([]));
}
