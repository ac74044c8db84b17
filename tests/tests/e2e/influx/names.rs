//! Names that mean something in line protocol or in a query.

use std::fs;

use firmware_sim::Faults;
use smartpole_tests::{Config, InfluxDb, InfluxQl, Listener};

use super::{Scene, truth};

// as TOML writes them
const CITY: &str = r#""Castrop-Rauxel, \"Süd=West\" \\""#;
const THEME: &str = r#""Güte, \"Luft\" = a b\\""#;

#[tokio::test(flavor = "multi_thread")]
async fn evil_names_of_the_registry_arrive_as_they_are() {
    let influxdb = InfluxDb::start().await;
    let listener = Listener::new();
    let config = Config::new().listener(listener).influx(&influxdb);
    let properties = config.registry().join("properties.toml");
    let text = fs::read_to_string(&properties).expect("the registry");
    let config = config.registry_file("properties.toml", &text.replace("\"air_quality\"", THEME));
    let config = config.registry_file("fold.toml", &format!("city = {CITY}\n"));
    let config = config.registry_line("poles.csv", "-._,\"A, \"\"b\"\" = c\\\",Am Markt,51.5477,7.3110,,");
    let config = config.registry_line("devices.csv", "._-,-._,air-station,,,");
    let scene = Scene::of(influxdb, listener, config, 3, Faults::default()).await;
    scene.send_all().await;
    scene.all_arrives().await;
    assert_eq!(truth::readings(&scene.influxdb).await, scene.town.truth().readings.accepted);
    let measurements = truth::measurements(&scene.influxdb).await;
    let of_theme = measurements.iter().filter(|name| name.starts_with("Güte, \"Luft\" = a b")).count();
    assert_eq!(of_theme, 8, "readings and windows of three kinds of scope: {measurements:?}");
    let city = &scene.influxdb.influxql("SHOW TAG VALUES FROM footfall WITH KEY = city").await[0]["values"][0][1];
    assert_eq!(city, "Castrop-Rauxel, \"Süd=West\" _", "line protocol cannot hold a backslash at the end");
}
