//! Events of real sensors, in by the real `mosquitto_pub`, out as readings.

use std::{fs, path::PathBuf};

use serde_json::Value;
use smartpole_tests::{Config, Ledger, Mosquitto, Service, eventually, repository};

/// A fixture of ChirpStack v4, of a sensor in the shipped registry, and readings that must come of it.
struct Event {
    file: &'static str,
    readings: &'static [(&'static str, u64, f64)],
}

const EVENTS: [Event; 3] = [
    Event { file: "milesight-vs133.json", readings: &[("people_in_total", 0, 72.0), ("people_out_total", 3, 6797.0)] },
    Event { file: "decentlab-dl-pm.json", readings: &[("pm2_5", 0, 3.9), ("pressure", 0, 968.0)] },
    Event {
        file: "imbuildings-people-counter.json",
        readings: &[("people_in_total", 0, 4000.0), ("people_out_total", 0, 4001.0)],
    },
];

impl Event {
    fn path(&self) -> PathBuf {
        repository().join("crates/codec/tests/fixtures").join(self.file)
    }

    fn device(&self) -> String {
        let text = fs::read_to_string(self.path()).expect("the fixture");
        let event: Value = serde_json::from_str(&text).expect("the fixture is JSON");
        event["deviceInfo"]["devEui"].as_str().expect("it names its device").to_owned()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_of_a_real_sensor_is_published_and_its_readings_are_there() {
    let broker = Mosquitto::start().await;
    let service = Service::start(Config::new().broker(&broker)).await;
    service.subscribed().await;
    for event in &EVENTS {
        let topic = format!("application/17c82e96/device/{}/event/up", event.device());
        broker.mosquitto_pub(&topic, &event.path()).await;
        let path = format!("/api/v1/latest?device={}", event.device());
        let items = eventually("its readings are there", async || {
            let items = service.api().try_get(&path).await?["items"].as_array().cloned().unwrap_or_default();
            if items.is_empty() { Err(format!("{path} is empty")) } else { Ok(items) }
        })
        .await;
        for (property, channel, value) in event.readings {
            let found = items.iter().find(|item| item["property"] == *property && item["channel"] == *channel);
            assert_eq!(found.map(|item| &item["value"]).and_then(Value::as_f64), Some(*value), "{items:#?}");
        }
    }
    let ledger = Ledger::ask(service.api()).await.expect("it answers");
    assert_eq!((ledger.term("messages uplink"), ledger.balanced), (EVENTS.len() as u64, true), "{ledger:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frame_that_chirpstack_tells_again_under_another_id_counts_once() {
    let broker = Mosquitto::start().await;
    let service = Service::start(Config::new().broker(&broker)).await;
    service.subscribed().await;
    let event = &EVENTS[1];
    let topic = format!("application/17c82e96/device/{}/event/up", event.device());
    let text = fs::read_to_string(event.path()).expect("the fixture");
    let told: Value = serde_json::from_str(&text).expect("the fixture is JSON");
    let mut again = told.clone();
    again["deduplicationId"] = "00000000-0000-4000-8000-000000000000".into();
    again["time"] = "2026-11-25T10:00:30+00:00".into();
    again["rxInfo"][0]["gwTime"] = "2026-11-25T10:00:30+00:00".into();
    let mut next = again.clone();
    next["fCnt"] = (told["fCnt"].as_u64().expect("a counter") + 1).into();
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (number, event) in [&told, &again, &next, &again].into_iter().enumerate() {
        let file = folder.path().join(number.to_string());
        fs::write(&file, event.to_string()).expect("a temporary file");
        broker.mosquitto_pub(&topic, &file).await;
    }
    let ledger = eventually("all is folded", async || {
        let ledger = Ledger::ask(service.api()).await?;
        if ledger.messages() == 4 { Ok(ledger) } else { Err(format!("{ledger:?}")) }
    })
    .await;
    let outcomes = ["messages uplink", "messages duplicate", "readings duplicate"].map(|name| ledger.term(name));
    assert_eq!((outcomes, ledger.balanced), ([2, 2, 0], true), "{ledger:?}");
    let device = service.api().get(&format!("/api/v1/devices/{}", event.device())).await;
    let radio = &device["lorawan"];
    assert_eq!(
        (&radio["activation"], &radio["received"], &radio["copies"]),
        (&"network_server".into(), &2.into(), &2.into())
    );
    assert_eq!(radio["gateways"][0]["rssi"], told["rxInfo"][0]["rssi"], "{device}");
}
