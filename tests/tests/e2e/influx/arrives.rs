//! In peace.

use firmware_sim::Faults;
use smartpole_tests::{Config, InfluxDb, Listener};

use super::{Scene, number, truth};

#[tokio::test(flavor = "multi_thread")]
async fn influxdb_holds_each_reading_and_window_of_a_day_once() {
    let faults = Faults { drift: 0.3, wrap: 0.4, ..Faults::all(0.015) };
    let scene = Scene::new(24, faults).await;
    scene.send_all().await;
    let target = scene.all_arrives().await;
    let accepted = scene.town.truth().readings.accepted;
    assert_eq!((number(&target, "forwarded"), number(&target, "filtered")), (accepted, 0), "{target}");
    assert!(number(&target, "windows") > 1_000, "{target}");
    truth::is_in(&scene).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn influxdb_gets_the_wanted_themes_alone_and_the_rest_is_counted() {
    let influxdb = InfluxDb::start().await;
    let listener = Listener::new();
    let config = Config::new().listener(listener).influx(&influxdb);
    let config = config.section("themes = [\"footfall\"]\nresolution = [\"raw\"]");
    let scene = Scene::of(influxdb, listener, config, 6, Faults::default()).await;
    scene.send_all().await;
    let target = scene.all_arrives().await;
    assert!(number(&target, "filtered") > 0 && number(&target, "forwarded") > 0, "{target}");
    assert_eq!(number(&target, "forwarded"), truth::readings(&scene.influxdb).await);
    assert_eq!(truth::measurements(&scene.influxdb).await, ["footfall"]);
}
