//! Two servers of two generations side by side.

use firmware_sim::Faults;
use serde_json::Value;
use smartpole_tests::{Config, InfluxDb, InfluxDb1, InfluxQl, Listener};

use super::{Scene, all_is_sent_to, lately, number, target_named, truth};

type Both = (InfluxDb, InfluxDb1);

/// An InfluxDB 2, `city`, and an InfluxDB 1, `old`, whose database has been made, and more about the latter.
async fn scene(hours: i64, more: &str) -> Scene<Both> {
    let (city, old, listener) = (InfluxDb::start().await, InfluxDb1::start().await, Listener::new());
    let config = Config::new().listener(listener).influx(&city).influx1("old", &old).section(more);
    let scene = Scene::of((city, old), listener, config, hours, Faults::default()).await;
    does(&scene, &["init"]).await;
    scene
}

async fn does(scene: &Scene<Both>, arguments: &[&str]) {
    let (code, printed) = scene.influx(arguments).await;
    assert_eq!(code, Some(0), "{printed}");
}

/// Ids that a tag has in a measurement.
async fn ids(server: &impl InfluxQl, measurement: &str, tag: &str) -> Vec<String> {
    let found = server.influxql(&format!("SHOW TAG VALUES FROM {measurement} WITH KEY = {tag}")).await;
    let rows = found[0]["values"].as_array().cloned().unwrap_or_default();
    rows.iter().map(|row| row[1].as_str().expect("a tag's value").to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_target_gets_what_its_filter_lets_pass_and_the_rest_is_counted() {
    let filter =
        "properties = [\"people_in\", \"people_in_total\"]\nzones = [\"am-markt\"]\nresolution = [\"raw\", \"1h\"]";
    let scene = scene(6, filter).await;
    scene.send_all().await;
    let accepted = scene.town.truth().readings.accepted;
    let (all, some) = (all_is_sent_to(&scene.service, "city").await, all_is_sent_to(&scene.service, "old").await);
    assert_eq!((number(&all, "forwarded"), number(&all, "filtered")), (accepted, 0), "{all}");
    let sent = number(&some, "forwarded");
    assert!(sent > 100 && sent + number(&some, "filtered") == accepted, "{some}");
    assert_eq!(truth::readings(&scene.influxdb.0).await, accepted);
    is_filtered(&scene.influxdb.1, sent).await;
    does(&scene, &["verify"]).await;

    let start = scene.town.truth().windows.first().expect("windows").start;
    let day = &start.to_string()[..10];
    scene.influxdb.1.statement("DROP SERIES FROM footfall").await;
    does(&scene, &["backfill", "--target", "old", "--from", day, "--to", day, "--replace"]).await;
    does(&scene, &["verify"]).await;
    is_filtered(&scene.influxdb.1, sent).await;
}

async fn is_filtered(old: &InfluxDb1, sent: u64) {
    assert_eq!(truth::readings(old).await, sent);
    let measurements = ["footfall", "footfall_1h", "footfall_1h_pole", "footfall_1h_zone"];
    assert_eq!(truth::measurements(old).await, measurements);
    for measurement in measurements {
        assert_eq!(ids(old, measurement, "zone").await, ["am-markt"], "{measurement}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_hangs_or_is_away_holds_no_other_up() {
    let mut scene = scene(6, "timeout_s = 2").await;
    scene.influxdb.1.freeze();
    scene.send_all().await;
    let city = all_is_sent_to(&scene.service, "city").await;
    let owed = waits_for(&scene, "old").await;
    assert_eq!((number(&city, "forwarded"), number(&owed, "forwarded")), (number(&owed, "pending"), 0), "{owed}");
    does(&scene, &["verify", "--target", "city"]).await;
    scene.influxdb.1.thaw();
    all_is_sent_to(&scene.service, "old").await;

    scene.influxdb.0.kill().await;
    scene.send_some(lately(), 20).await;
    all_is_sent_to(&scene.service, "old").await;
    assert_eq!(number(&waits_for(&scene, "city").await, "pending"), 20);
    scene.influxdb.0.start_again().await;
    all_is_sent_to(&scene.service, "city").await;
    does(&scene, &["verify"]).await;
    let readings = scene.town.truth().readings.accepted + 20;
    let (city, old) = &scene.influxdb;
    assert_eq!((truth::readings(city).await, truth::readings(old).await), (readings, readings));
}

/// A target that lacks something, once its circuit says why.
async fn waits_for(scene: &Scene<Both>, name: &str) -> Value {
    scene.circuit_of(name, "open").await;
    target_named(&scene.service, name).await.expect("it answers")
}
