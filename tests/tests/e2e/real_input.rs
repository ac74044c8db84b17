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
