//! Readings that are gone here and that somebody else keeps.

use std::sync::{Arc, Mutex};

use expect_test::expect;
use http_body_util::BodyExt;
use smartpole_api::{History, HistoryAway, HistoryWanted, Legal, Options};
use smartpole_model::{DeviceNo, Flags, PropertyNo, Reading, Series, TimeSource, UtcMillis};

use crate::{
    fixture::{City, text},
    imports::{TWO_HOURS, import, inputs},
};

/// What it has, or why there is no answer.
struct Elsewhere(Mutex<Result<Vec<Reading>, HistoryAway>>);

impl History for Elsewhere {
    fn name(&self) -> &'static str {
        "city"
    }

    fn readings(&self, wanted: &HistoryWanted<'_>) -> Result<Vec<Reading>, HistoryAway> {
        let is_wanted = |reading: &Reading| {
            reading.series.property == wanted.property.number
                && wanted.devices.iter().any(|(_, number)| *number == reading.device)
                && (wanted.from..wanted.to).contains(&reading.event_time)
        };
        let all = self.0.lock().unwrap().clone()?;
        Ok(all.into_iter().filter(is_wanted).collect())
    }
}

/// A reading of the first device, so many seconds after 10:00, received half a minute later.
fn reading(property: u16, second: i64, value: i64) -> Reading {
    let event_time = "2026-11-25T10:00:00Z".parse::<UtcMillis>().unwrap().plus(second * 1_000);
    let series = Series { property: PropertyNo(property), channel: 0 };
    let (device, received_at, flags, time_source) =
        (DeviceNo(0), event_time.plus(30_000), Flags::NONE, TimeSource::Payload);
    Reading { device, series, event_time, received_at, value, flags, time_source }
}

/// A city whose first quarter of an hour is gone, and which asks for it elsewhere.
async fn city(elsewhere: &Arc<Elsewhere>) -> City {
    let retention = "[retention]\nraw_days = 2\nraw_personal_days = 2\nquarter_days = 400\n";
    let city = City::asking(&[("fold.toml", retention)], Arc::clone(elsewhere) as _).await;
    city.commit();
    for day in 1..16 {
        city.tick(day * 24 * 60).await;
        city.commit();
    }
    city
}

fn elsewhere() -> Arc<Elsewhere> {
    let found = vec![reading(2, 30, 730), reading(2, 90, 745), reading(2, 91, 746)];
    Arc::new(Elsewhere(Mutex::new(Ok(found))))
}

#[tokio::test]
async fn a_file_has_readings_that_are_kept_elsewhere_and_is_broken_off_if_they_cannot_be_had() {
    let elsewhere = elsewhere();
    let city = city(&elsewhere).await;
    let uri = "/api/v1/export?what=readings&property=pm2_5&from=2026-11-25T00:00:00Z&to=2026-12-12T00:00:00Z";
    for of in ["", "&device=air-1", "&zone=altstadt"] {
        let file = text(city.ask("GET", &format!("{uri}{of}")).await).await.replace("\r\n", "\n");
        expect![[r#"
            pole,device,property,channel,unit,event_time,event_time_local,received_at,received_at_local,value,counted,flags,time_source
            AM-01,air-1,pm2_5,0,ug/m3,2026-11-25T10:00:30Z,2026-11-25 11:00:30,2026-11-25T10:01:00Z,2026-11-25 11:01:00,7.3,7.3,uncalibrated,payload
            AM-01,air-1,pm2_5,0,ug/m3,2026-11-25T10:01:30Z,2026-11-25 11:01:30,2026-11-25T10:02:00Z,2026-11-25 11:02:00,7.45,7.45,uncalibrated,payload
            AM-01,air-1,pm2_5,0,ug/m3,2026-11-25T10:01:31Z,2026-11-25 11:01:31,2026-11-25T10:02:01Z,2026-11-25 11:02:01,7.46,7.46,uncalibrated,payload
        "#]]
        .assert_eq(&file);
    }
    let then = text(city.ask("GET", &format!("{uri}&as_of=2026-11-25T10:02:00Z")).await).await;
    assert_eq!(then.lines().count(), 2, "one was received by then: {then}");
    *elsewhere.0.lock().unwrap() = Err(HistoryAway("nobody is there".to_owned()));
    let response = city.ask("GET", uri).await;
    assert!(axum::body::to_bytes(response.into_body(), 1 << 20).await.is_err(), "the file is not whole");
}

#[tokio::test]
async fn a_file_says_how_many_readings_are_nowhere_any_more() {
    let elsewhere = elsewhere();
    let city = city(&elsewhere).await;
    let uri = "/api/v1/export?what=readings&from=2026-11-25T00:00:00Z&to=2026-12-12T00:00:00Z&property=pm2_5";
    let ended = async |of: &str| {
        let response = city.ask("GET", &format!("{uri}{of}")).await;
        assert_eq!(response.headers()["trailer"], "smartpole-missing");
        let file = response.into_body().collect().await.unwrap();
        let missing = file.trailers().map(|trailers| trailers["smartpole-missing"].to_str().unwrap().to_owned());
        (missing.unwrap(), file.to_bytes())
    };
    let text = async |of: &str| String::from_utf8(ended(of).await.1.to_vec()).unwrap();
    let begins = r#"{"type":"FeatureCollection","features":["#;
    assert_eq!(ended("").await.0, "0");
    assert!(!text("&format=geojson").await.contains("missing"));
    *elsewhere.0.lock().unwrap() = Ok(vec![reading(2, 30, 730)]);
    for of in ["", "&device=air-1", "&zone=altstadt", "&channel=0", "&as_of=2026-11-25T10:01:00Z", "&format=geojson"] {
        assert_eq!(ended(of).await.0, "1", "{of}");
    }
    assert_eq!(ended("&channel=1").await.0, "0");
    assert_eq!(ended(",people_in").await.0, "3", "two lines of a counter of which nothing is left");
    let file = text("&format=geojson").await;
    let said = r#","missing":{"readings":1,"reason":"InfluxDB target city has no more of them: it keeps points for a shorter time, or they were deleted there"}}"#;
    assert!(file.starts_with(begins) && file.trim_end().ends_with(said), "{file}");
}

#[cfg(feature = "parquet")]
#[tokio::test]
async fn the_footer_of_parquet_says_what_is_missing() {
    let elsewhere = elsewhere();
    let city = city(&elsewhere).await;
    let uri = "/api/v1/export?what=readings&from=2026-11-25T00:00:00Z&to=2026-12-12T00:00:00Z&format=parquet";
    let said = b"smartpole-missing";
    let known = elsewhere.0.lock().unwrap().clone();
    for (readings, missing) in [(known, 3), (Ok(Vec::new()), 5)] {
        *elsewhere.0.lock().unwrap() = readings;
        let file = axum::body::to_bytes(city.ask("GET", uri).await.into_body(), 1 << 20).await.unwrap();
        let at = file.windows(said.len()).position(|bytes| bytes == said).unwrap();
        assert!(String::from_utf8_lossy(&file[at..]).contains(&format!("{missing}: InfluxDB target city")));
    }
}

#[tokio::test]
async fn a_reading_that_is_kept_elsewhere_is_traced_and_one_that_nobody_has_is_gone() {
    let elsewhere = elsewhere();
    let city = city(&elsewhere).await;
    let uri = "/api/v1/trace?device=air-1&property=pm2_5&time=2026-11-25T10:01:30Z";
    let found = city.get(uri).await;
    assert!(
        found.starts_with("200") && found.contains(r#""received_at":"2026-11-25T10:02:00Z","value":7.45"#),
        "{found}"
    );
    *elsewhere.0.lock().unwrap() = Ok(Vec::new());
    assert!(city.get(uri).await.starts_with("410"));
    *elsewhere.0.lock().unwrap() = Err(HistoryAway("nobody is there".to_owned()));
    let away = city.get(uri).await;
    assert!(away.starts_with("503") && away.contains("nobody is there"), "{away}");
}

#[tokio::test]
async fn observations_that_are_kept_elsewhere_are_found_in_both_directions_and_by_number() {
    let elsewhere = elsewhere();
    let city = city(&elsewhere).await;
    let results = async |query: &str| {
        let list = text(city.ask("GET", &format!("/sta/v1.1/Observations?$select=result&{query}")).await).await;
        let list: serde_json::Value = serde_json::from_str(&list).unwrap();
        list["value"].as_array().unwrap().iter().map(|of| of["result"].to_string()).collect::<Vec<_>>()
    };
    assert_eq!(results("").await, ["7.3", "7.45", "7.46"]);
    assert_eq!(results("$orderby=phenomenonTime%20desc&$top=2").await, ["7.46", "7.45"]);
    assert_eq!(results("$filter=phenomenonTime%20gt%202026-11-25T10:01:30Z").await, ["7.46"]);
    let one = "/sta/v1.1/Observations(217764030000)/result/$value";
    assert_eq!(text(city.ask("GET", one).await).await, "7.3");
    *elsewhere.0.lock().unwrap() = Err(HistoryAway("nobody is there".to_owned()));
    for uri in [one, "/sta/v1.1/Observations"] {
        let away = city.get(uri).await;
        assert!(away.starts_with("503") && away.contains("nobody is there"), "{away}");
    }
}

#[tokio::test]
async fn observations_that_are_nowhere_any_more_are_counted_once_an_answer() {
    let elsewhere = elsewhere();
    let city = city(&elsewhere).await;
    let missing = async |path: &str| {
        let response = city.ask("GET", &format!("/sta/v1.1/{path}")).await;
        assert_eq!(response.status(), 200, "{path}");
        response.headers().get("smartpole-missing").map(|missing| missing.to_str().unwrap().to_owned())
    };
    let of_air = "Datastreams(8388608)/Observations";
    *elsewhere.0.lock().unwrap() = Ok(vec![reading(2, 30, 730)]);
    for (path, must) in
        [("Observations", "4"), (of_air, "1"), ("Things?$expand=Datastreams($expand=Observations)", "4")]
    {
        assert_eq!(missing(path).await.as_deref(), Some(must), "{path}");
    }
    assert_eq!(missing("Things").await, None);
}

#[tokio::test]
async fn an_import_of_what_is_kept_elsewhere_brings_nothing_new() {
    let elsewhere = elsewhere();
    let city =
        City::made(inputs(), Options::default(), Some(Arc::clone(&elsewhere) as _), Legal::default(), None).await;
    let durable = city.journal.status().borrow().durable;
    assert!(import(&city, TWO_HOURS).await.contains(r#""new":3,"known":0"#));
    city.fold_journalled(durable.next());
    city.commit();
    for day in 745..750 {
        city.tick(day * 24 * 60).await;
        city.commit();
    }
    let device = city.fold.read().unwrap().device_no("eving").unwrap();
    let at = |property, minutes: i64, value| {
        let then = reading(property, 0, value);
        Reading { device, event_time: then.event_time.plus(minutes * 60_000 - 1), ..then }
    };
    *elsewhere.0.lock().unwrap() = Ok(vec![at(6, -60, 1_840), at(6, 0, 2_000), at(4, 0, 110)]);
    let again = import(&city, TWO_HOURS).await;
    assert!(again.contains(r#""new":0,"known":3"#), "{again}");
    *elsewhere.0.lock().unwrap() = Err(HistoryAway("nobody is there".to_owned()));
    let away = import(&city, TWO_HOURS).await;
    assert!(away.starts_with("503") && away.contains("nobody is there"), "{away}");
}
