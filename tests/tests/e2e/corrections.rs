//! Figures that correct themselves, as a planner sees it: a counter that starts anew, a gateway that was cut off for two days, a
//! device that was swapped, a mapping that was wrong.

use std::{fs, sync::Arc};

use firmware_sim::{Pace, Transmission, publish::publish};
use serde_json::{Value, json};
use smartpole_journal::{Journal, Options, OsFs};
use smartpole_model::{RawMessage, Record, UtcMillis};
use smartpole_tests::{Config, Listener, Service, eventually, json_at, message, now, smartpole, up};
use tokio::task::spawn_blocking;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A service and its listener.
struct City {
    service: Service,
    listener: Listener,
}

impl City {
    async fn start(config: Config) -> Self {
        let listener = Listener::new();
        Self { service: Service::start(config.listener(listener)).await, listener }
    }

    /// One whose journal began three days ago: of what lies before that, nothing is a correction.
    async fn of_days(config: Config) -> Self {
        let (dir, options) = (config.data_folder().join("journal"), Options::default());
        let (journal, _) = Journal::open(&dir, options, Arc::new(OsFs)).expect("a journal of its own");
        let (topic, received_at) = (up("AM-01", "nobody"), now().plus(-3 * DAY));
        let first = RawMessage { topic, received_at, source: "listener".to_owned(), ..RawMessage::default() };
        journal.append_durable(Record::Message(first)).await.expect("it is written");
        journal.close().await.expect("it is whole");
        Self::start(config).await
    }

    /// Publishes one after the other.
    async fn send(&self, messages: impl IntoIterator<Item = Transmission>) {
        let messages: Vec<_> = messages.into_iter().collect();
        let many = messages.len() as u64;
        let sent = publish(&self.listener.broker(), 1, Pace::Max, messages.into_iter(), |_| {}).await;
        assert_eq!(sent.expect("it is acknowledged").acknowledged, many);
    }

    /// The one hour of a series that begins with `hour`, once it `fits`.
    async fn hour(&self, of: &str, hour: UtcMillis, fits: impl Fn(&Value) -> bool) -> Value {
        let path = format!("/api/v1/series?{of}&from={hour}&to={}&step=1h", hour.plus(HOUR));
        eventually(&format!("the hour of {of} fits"), async || {
            let answer = self.service.api().try_get(&path).await?;
            let window = &answer["items"][0];
            if fits(window) { Ok(window.clone()) } else { Err(answer.to_string()) }
        })
        .await
    }

    /// What an hour said before, once its last correction is committed: the one that made it `value`.
    async fn revisions(&self, of: &str, hour: UtcMillis, value: f64) -> Vec<Value> {
        let path = format!("/api/v1/revisions?{of}&step=1h&start={hour}");
        eventually("the correction is committed", async || {
            let all = self.service.api().try_get(&path).await?["items"].as_array().cloned().unwrap_or_default();
            match all.last() {
                Some(last) if number(&last["after"], "value", value) => Ok(all),
                _ => Err(format!("{path}: {all:?}")),
            }
        })
        .await
    }

    /// Edits a file of the registry.
    fn edit(&self, file: &str, edit: impl FnOnce(&str) -> String) {
        let path = self.service.config().registry().join(file);
        let text = fs::read_to_string(&path).expect("a file of the registry");
        fs::write(path, edit(&text)).expect("our own copy can be written");
    }
}

/// The first instant of an hour two days ago.
fn two_days_ago() -> UtcMillis {
    UtcMillis((now().0 - 2 * DAY).div_euclid(HOUR) * HOUR)
}

fn number(of: &Value, key: &str, value: f64) -> bool {
    of[key].as_f64() == Some(value)
}

fn state(window: &Value, state: &str) -> bool {
    window["state"] == state
}

fn has_flag(window: &Value, flag: &str) -> bool {
    window["flags"].as_array().is_some_and(|flags| flags.contains(&json!(flag)))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_counter_that_starts_anew_counts_on_and_a_total_that_comes_late_corrects_the_hour() {
    let city = City::start(Config::new()).await;
    let (hour, of) = (two_days_ago(), "device=am-01-people&property=people_in");
    let total = |at: UtcMillis, value: i64| {
        message(&up("AM-01", "am-01-people"), json_at(at, "people_in_total", &value.to_string()))
    };
    let at = |minute: i64| hour.plus(minute * MINUTE);
    // 100, 130, then switched off and on: 12 at least came by since
    city.send([total(at(5), 100), total(at(10), 130), total(at(30), 12), total(now(), 12)]).await;
    let before = city.hour(of, hour, |window| !state(window, "open") && number(window, "sum", 42.0)).await;
    assert!(has_flag(&before, "counter_reset"), "{before}");
    assert!(number(&before, "revision", 0.0), "{before}");

    // what was held back tells that ten more had passed before the reset
    city.send([total(at(20), 140)]).await;
    let after = city.hour(of, hour, |window| number(window, "sum", 52.0)).await;
    assert!(state(&after, "corrected") && has_flag(&after, "counter_reset"), "{after}");
    let revisions = city.revisions(of, hour, 52.0).await;
    assert!(revisions.iter().all(|revision| revision["reason"] == "late" || revision["reason"] == "total"));
    assert!(number(&revisions[0]["former"], "value", 42.0), "{revisions:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_gateway_held_back_for_two_days_lands_at_its_time_and_corrects_what_was_published() {
    let city = City::of_days(Config::new()).await;
    let (hour, of) = (two_days_ago(), "pole=AM-03&property=temperature");
    let reading = |at: UtcMillis, value: &str| message(&up("AM-03", "am-03-air"), json_at(at, "temperature", value));
    city.send([reading(hour.plus(5 * MINUTE), "10.0"), reading(now(), "12.0")]).await;
    let before = city.hour(of, hour, |window| !state(window, "open") && number(window, "mean", 10.0)).await;
    assert!(state(&before, "corrected") && number(&before, "revision", 1.0), "there was nothing: {before}");

    let held_back = (1..4).map(|n| reading(hour.plus((5 + 15 * n) * MINUTE), "14.0"));
    city.send(held_back).await;
    let after = city.hour(of, hour, |window| number(window, "mean", 13.0)).await;
    assert!(state(&after, "corrected") && number(&after, "count", 4.0), "{after}");
    let revisions = city.revisions(of, hour, 13.0).await;
    assert!(revisions.iter().all(|revision| revision["reason"] == "late"), "{revisions:?}");
    assert!(revisions[0]["former"]["value"].is_null(), "{revisions:?}");
    assert!(number(&revisions[1]["former"], "value", 10.0), "{revisions:?}");
    let then = format!("/api/v1/series?{of}&from={hour}&to={}&step=1h&as_of={}", hour.plus(HOUR), hour.plus(DAY));
    let then = city.service.api().get(&then).await;
    assert!(then["items"].as_array().is_some_and(|items| items.iter().all(|item| item["count"] == 0)), "{then}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_swapped_device_goes_on_with_the_series_of_its_place_and_what_it_measured_elsewhere_leaves_it() {
    let config = Config::new().registry_line("devices.csv", "spare-air,AM-05,air-station,,,");
    let city = City::start(config).await;
    let (hour, of) = (two_days_ago(), "pole=AM-05&property=temperature");
    let swap = hour.plus(30 * MINUTE);
    let reading = |device: &str, minute: i64, value: &str| {
        message(&up("AM-05", device), json_at(hour.plus(minute * MINUTE), "temperature", value))
    };
    let last = |device: &str| message(&up("AM-05", device), json_at(now(), "temperature", "11.0"));
    // the old one is in the workshop from 30 past and goes on measuring there
    city.send([reading("am-05-air", 10, "10.0"), reading("am-05-air", 50, "25.0"), last("am-05-air")]).await;
    city.send([reading("spare-air", 40, "12.0"), last("spare-air")]).await;
    let mixed = |window: &Value| !state(window, "open") && number(window, "count", 3.0);
    city.hour(of, hour, mixed).await;

    city.edit("devices.csv", |text| {
        let lines = text.lines().filter(|line| !line.starts_with("am-05-air,") && !line.starts_with("spare-air,"));
        let dated = |device: &str, from: &str, to: &str, state: &str| {
            format!("{device},AM-05,air-station,{from},,,{to},{state}")
        };
        let header = "id,pole,profile,from,line,direction,to,state".to_owned();
        let own = [
            dated("am-05-air", "", &swap.to_string(), "active"),
            dated("am-05-air", &swap.to_string(), "", "maintenance"),
            dated("spare-air", &swap.to_string(), "", "active"),
        ];
        let others = lines.skip(1).map(|line| format!("{line},,"));
        std::iter::once(header).chain(others).chain(own).collect::<Vec<_>>().join("\n")
    });
    let swapped = city.hour(of, hour, |window| number(window, "count", 2.0)).await;
    assert!(number(&swapped, "mean", 11.0) && number(&swapped, "max", 12.0), "{swapped}");
    assert!(state(&swapped, "corrected"), "{swapped}");
    let revisions = city.revisions(of, hour, 11.0).await;
    assert!(revisions.iter().any(|revision| revision["reason"] == "registry"), "{revisions:?}");
    let own = city.hour("device=am-05-air&property=temperature", hour, |window| number(window, "count", 2.0)).await;
    assert!(number(&own, "max", 25.0), "its own series keeps all: {own}");
}

/// An event of ChirpStack with what its codec made of the payload.
fn event(time: UtcMillis, counter: i64, object: &Value) -> Transmission {
    let device = json!({ "devEui": "70b3d57ba0009901", "tenantId": "t", "applicationId": "a", "deviceProfileId": "p" });
    let event = json!({
        "deduplicationId": format!("00000000-0000-4000-8000-{counter:012}"), "time": time.to_string(), "deviceInfo": device,
        "devAddr": "00189440", "fCnt": counter, "fPort": 1, "data": "AA==", "object": object, "rxInfo": [],
    });
    message("application/a/device/70b3d57ba0009901/event/up", event.to_string())
}

const PROFILE: &str = "profiles/thermometer.toml";

fn profile(scale: &str) -> String {
    format!(
        "name = \"Thermometer\"\ncodec = \"object\"\ninterval_s = 900\npayload_time = false\nexpected = [\"temperature\"]\n\
         [[mapping]]\npath = \"temp\"\nproperty = \"temperature\"\nunit = \"Cel\"\nscale = {scale}\n"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn values_that_a_wrong_mapping_made_are_replaced_by_a_replay_once_it_is_mended() {
    let config = Config::new()
        .registry_file(PROFILE, &profile("0.01"))
        .registry_line("devices.csv", "70b3d57ba0009901,LS-01,thermometer,,,");
    let city = City::start(config).await;
    let (hour, of) = (two_days_ago(), "device=70b3d57ba0009901&property=temperature");
    let at = |n: i64| hour.plus((5 + 15 * n) * MINUTE);
    let measured = (0..4).map(|n| event(at(n), n + 1, &json!({ "temp": 200 + n })));
    city.send(measured.chain([event(now(), 9, &json!({ "temp": 210 }))])).await;
    let wrong = city.hour(of, hour, |window| !state(window, "open") && number(window, "count", 4.0)).await;
    assert_eq!(wrong["max"], json!(2.03), "{wrong}");

    city.edit(PROFILE, |_| profile("0.1"));
    let base = city.service.api().base().to_owned();
    let replay = move |more: &'static [&'static str]| {
        let base = base.clone();
        spawn_blocking(move || {
            let device = ["replay", "--url", &base, "--all", "--device", "70b3d57ba0009901"];
            smartpole(&[&device[..], more].concat())
        })
    };
    let would = eventually("the mended mapping is in force", async || {
        let (code, said) = replay(&["--dry-run"]).await.expect("no panic");
        if code == Some(0) && said.contains("5 values replaced") { Ok(said) } else { Err(format!("{code:?} {said}")) }
    })
    .await;
    let (code, said) = replay(&[]).await.expect("no panic");
    assert_eq!((code, said.trim()), (Some(0), would.trim().trim_start_matches("would be: ")));
    let mended = city.hour(of, hour, |window| number(window, "max", 20.3)).await;
    assert!(state(&mended, "corrected") && has_flag(&mended, "replayed"), "{mended}");
    let revisions = city.revisions(of, hour, 20.15).await;
    assert!(revisions.iter().all(|revision| revision["reason"] == "replay"), "{revisions:?}");
    assert!(number(&revisions[0]["former"], "max", 2.03), "{revisions:?}");
    let trace = format!("/api/v1/trace?device=70b3d57ba0009901&property=temperature&time={}", at(3));
    let trace = city.service.api().get(&trace).await;
    assert_eq!(trace["reading"]["value"], json!(20.3), "{trace}");
    assert_eq!(trace["reading"]["superseded"][0]["value"], json!(2.03), "{trace}");
}

#[tokio::test(flavor = "multi_thread")]
async fn readings_that_a_wrong_mapping_gave_another_property_count_no_more_once_it_is_mended_and_stay() {
    let wrong = profile("0.1").replace("temperature", "relative_humidity").replace("Cel", "%");
    let config = Config::new()
        .registry_file(PROFILE, &wrong)
        .registry_line("devices.csv", "70b3d57ba0009901,LS-01,thermometer,,,");
    let city = City::start(config).await;
    let (hour, device) = (two_days_ago(), "device=70b3d57ba0009901");
    let [humidity, temperature] = ["relative_humidity", "temperature"].map(|of| format!("{device}&property={of}"));
    let at = |n: i64| hour.plus((5 + 15 * n) * MINUTE);
    let measured = (0..4).map(|n| event(at(n), n + 1, &json!({ "temp": 200 + n })));
    city.send(measured.chain([event(now(), 9, &json!({ "temp": 210 }))])).await;
    city.hour(&humidity, hour, |window| !state(window, "open") && number(window, "count", 4.0)).await;

    city.edit(PROFILE, |_| profile("0.1"));
    let base = city.service.api().base().to_owned();
    let replay = move |more: &'static [&'static str]| {
        let base = base.clone();
        spawn_blocking(move || smartpole(&[&["replay", "--url", &base, "--all"][..], more].concat()))
    };
    let would = eventually("the mended mapping is in force", async || {
        let (code, said) = replay(&["--dry-run"]).await.expect("no panic");
        let fits = code == Some(0) && said.contains("5 readings") && said.contains("5 former readings");
        if fits { Ok(said) } else { Err(format!("{code:?} {said}")) }
    })
    .await;
    let (code, said) = replay(&[]).await.expect("no panic");
    assert_eq!((code, said.trim()), (Some(0), would.trim().trim_start_matches("would be: ")));

    city.hour(&temperature, hour, |window| number(window, "max", 20.3) && number(window, "count", 4.0)).await;
    let api = city.service.api();
    let span = format!("from={hour}&to={}", hour.plus(HOUR));
    let none = api.get(&format!("/api/v1/series?{humidity}&{span}&step=1h")).await;
    assert!(none["items"].as_array().is_some_and(|items| items.iter().all(|item| item["count"] == 0)), "{none}");
    let raw = api.get(&format!("/api/v1/series?{humidity}&{span}&step=raw")).await;
    let items = raw["items"].as_array().expect("a list");
    assert!(items.len() == 4 && items.iter().all(|item| has_flag(item, "superseded")), "{raw}");
    let trace = api.get(&format!("/api/v1/trace?{humidity}&time={}", at(3))).await;
    assert!(trace["reading"]["counted"].is_null() && trace["message"]["topic"].is_string(), "{trace}");
    let (code, again) = replay(&[]).await.expect("no panic");
    assert!(code == Some(0) && !again.contains("former"), "once is enough: {again}");
    let config = city.service.config().write().to_str().expect("our folder's name is UTF-8").to_owned();
    let verify = spawn_blocking(move || smartpole(&["ledger", "verify", "--config", &config]));
    let (code, printed) = verify.await.expect("no panic");
    assert!(code == Some(0) && printed.contains(" 0 differences"), "{printed}");
}
