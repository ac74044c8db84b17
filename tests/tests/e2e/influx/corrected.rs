//! Values that a replay replaced are read back as they are now, whichever pole their device hung on when they were sent first.

use std::{fs, time::Duration};

use firmware_sim::{Faults, Pace, Transmission, publish::publish};
use serde_json::{Value, json};
use smartpole_model::UtcMillis;
use smartpole_tests::{Config, InfluxDb, Listener, eventually, message, now, smartpole};

use super::{Scene, all_is_sent};

const DEVICE: &str = "70b3d57ba0009901";
const PROFILE: &str = "profiles/thermometer.toml";
const CALIBRATION: &str = "device,property,channel,from,to,offset,gain,reference,reference_from,reference_to,slope,intercept,r2,rmse\n\
     70b3d57ba0009901,temperature,0,,,0.5,1,,,,,,,\n";

fn profile(scale: &str) -> String {
    format!(
        "name = \"Thermometer\"\ncodec = \"object\"\ninterval_s = 900\npayload_time = false\nexpected = [\"temperature\"]\n\
         [[mapping]]\npath = \"temp\"\nproperty = \"temperature\"\nunit = \"Cel\"\nscale = {scale}\n"
    )
}

/// An event of ChirpStack with what its codec made of the payload.
fn event(time: UtcMillis, counter: i64, temp: i64) -> Transmission {
    let device = json!({ "devEui": DEVICE, "tenantId": "t", "applicationId": "a", "deviceProfileId": "p" });
    let event = json!({
        "deduplicationId": format!("00000000-0000-4000-8000-{counter:012}"), "time": time.to_string(), "deviceInfo": device,
        "devAddr": "00189440", "fCnt": counter, "fPort": 1, "data": "AA==", "object": { "temp": temp }, "rxInfo": [],
    });
    message(&format!("application/a/device/{DEVICE}/event/up"), event.to_string())
}

impl Scene {
    fn edit(&self, file: &str, edit: impl FnOnce(&str) -> String) {
        let path = self.service.config().registry().join(file);
        let text = fs::read_to_string(&path).expect("a file of the registry");
        fs::write(path, edit(&text)).expect("our own copy can be written");
    }

    /// Decodes again all that the device sent, once the registry says so.
    async fn replay(&self, expected: &str) {
        eventually("the mended registry is in force", async || {
            for more in [Some("--dry-run"), None] {
                let base = self.service.api().base().to_owned();
                let arguments = ["replay", "--url", &base, "--all", "--device", DEVICE];
                let arguments: Vec<String> = arguments.into_iter().chain(more).map(str::to_owned).collect();
                let run = move || smartpole(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
                let (code, said) = tokio::task::spawn_blocking(run).await.expect("no panic");
                if code != Some(0) || !said.contains(expected) {
                    return Err(format!("{code:?} {said}"));
                }
            }
            Ok(())
        })
        .await;
    }

    /// Its values as they count and as they were measured. A history knows them since the replay, the store since they came first.
    async fn values(&self, hour: UtcMillis) -> Vec<Value> {
        let to = hour.plus(3_600_000);
        let path = format!("/api/v1/series?device={DEVICE}&property=temperature&step=raw&from={hour}&to={to}");
        let mut items = self.service.api().all(&path).await;
        for item in &mut items {
            item.as_object_mut().expect("an item").remove("received_at");
        }
        items
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_was_replaced_and_calibrated_is_read_back_as_it_is_now() {
    let (influxdb, listener) = (InfluxDb::start().await, Listener::new());
    let config = Config::new().listener(listener).influx(&influxdb).history("city");
    let config = config.registry_file(PROFILE, &profile("0.01")).registry_file("calibrations.csv", CALIBRATION);
    let config = config.registry_line("devices.csv", &format!("{DEVICE},LS-01,thermometer,,,"));
    let mut scene = Scene::of(influxdb, listener, config, 1, Faults::default()).await;
    let hour = UtcMillis((now().0 - 2 * 86_400_000).div_euclid(3_600_000) * 3_600_000);
    let at = |n: i64| hour.plus((5 + 15 * n) * 60_000);
    let events = (0..4).map(|n| event(at(n), n + 1, 200 + n)).chain([event(now(), 9, 210)]);
    publish(&scene.broker(), 1, Pace::Max, events.collect::<Vec<_>>().into_iter(), |_| {}).await.expect("all is taken");
    scene.count_is(5).await;
    all_is_sent(&scene.service).await;
    assert_eq!(scene.values(hour).await[3]["value"], json!(2.03));

    // sent again, it has the tags of another pole, and the former point stays
    scene.edit("devices.csv", |text| text.replace(&format!("{DEVICE},LS-01"), &format!("{DEVICE},LS-05")));
    scene.edit(PROFILE, |_| profile("0.1"));
    scene.replay("5 values replaced").await;
    all_is_sent(&scene.service).await;
    let kept = scene.values(hour).await;
    assert_eq!((kept.len(), &kept[3]["value"], &kept[3]["counted"]), (4, &json!(20.3), &json!(20.8)));

    assert!(scene.service.terminate(Duration::from_secs(20)).await.success());
    let file = scene.service.config().data_folder().join(smartpole_store::FILE);
    let store = rusqlite::Connection::open(file).expect("the store");
    let sealed =
        store.execute("UPDATE block SET rows = x'' WHERE id >> 32 < ?1", [now().plus(-86_400_000).quarter().0]);
    assert_eq!(sealed.expect("our own file"), 4);
    drop(store);
    scene.service.start_again().await;
    assert_eq!(scene.values(hour).await, kept);
}
