//! The queries of the README.

use std::collections::BTreeMap;

use firmware_sim::Faults;
use smartpole_model::UtcMillis;
use smartpole_tests::{InfluxQl, repository};

use super::{Scene, truth};

/// The fenced block of this language in the README's chapter on InfluxDB.
fn block(language: &str) -> String {
    let readme = std::fs::read_to_string(repository().join("README.md")).expect("a README");
    let chapter = readme.split("\n## ").find(|chapter| chapter.starts_with("InfluxDB")).expect("the chapter");
    let blocks: Vec<&str> = chapter.split("```").skip(1).step_by(2).collect();
    let mut found = blocks.iter().filter_map(|block| block.strip_prefix(language)?.strip_prefix('\n'));
    let block = found.next().expect(language);
    assert!(found.next().is_none(), "two blocks of {language}");
    block.to_owned()
}

/// First and last instant of the fleet's day, and a bit.
fn range(scene: &Scene) -> (UtcMillis, UtcMillis) {
    let starts = scene.town.truth().windows.iter().map(|window| window.start);
    let (first, last) = (starts.clone().min().expect("windows"), starts.max().expect("windows"));
    (first.plus(-86_400_000), last.plus(86_400_000))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_queries_of_the_readme_say_what_the_fleet_sent() {
    let scene = Scene::new(24, Faults::default()).await;
    scene.send_all().await;
    scene.all_arrives().await;
    flux(&scene).await;
    influxql(&scene).await;
}

/// People who came into the Altstadt, by quarter.
async fn flux(scene: &Scene) {
    let (from, to) = range(scene);
    // what Grafana defines
    let variables = format!("option v = {{timeRangeStart: {from}, timeRangeStop: {to}, windowPeriod: 15m}}\n");
    let rows = scene.influxdb.flux(&(variables + &block("flux"))).await;
    let is = rows.iter().map(|row| (row["_time"].clone(), row["_value"].parse().expect("a whole number")));
    let closed = truth::closed(&scene.town.truth().windows);
    let is: BTreeMap<String, i64> = is.filter(|(start, value)| *value != 0 && *start < rfc3339(closed)).collect();

    let inputs = scene.service.config().inputs();
    let registry = &inputs.registry;
    let altstadt = registry.zones.iter().find(|zone| zone.id == "altstadt").expect("the Altstadt");
    let mut must = BTreeMap::new();
    for window in scene.town.truth().windows.iter().filter(|window| window.property == "people_in") {
        let device = &registry.devices[registry.device_index(&window.device).expect("a device")];
        if window.sum != 0 && window.start < closed && altstadt.poles.contains(&device.at(window.start).pole) {
            *must.entry(rfc3339(window.start)).or_insert(0) += window.sum;
        }
    }
    assert!(must.len() > 40, "{must:?}");
    assert_eq!(is, must);
}

/// The way InfluxDB writes whole seconds.
fn rfc3339(time: UtcMillis) -> String {
    format!("{}Z", &time.to_string()[..19])
}

/// Means of fine dust, by pole and day.
async fn influxql(scene: &Scene) {
    let (from, to) = range(scene);
    // what Grafana puts in
    let filter = format!("time >= {}ms AND time < {}ms", from.0, to.0);
    let series = scene.influxdb.influxql(&block("sql").replace("$timeFilter", &filter)).await;
    let windows = &scene.town.truth().windows;
    let of_dust: Vec<_> = windows.iter().filter(|window| window.property == "pm2_5").collect();
    let (min, max) = (of_dust.iter().map(|w| w.min).min(), of_dust.iter().map(|w| w.max).max());
    let (min, max) = (min.expect("dust") as f64 / 100.0, max.expect("dust") as f64 / 100.0);
    assert!(series.len() > 20, "{} poles", series.len());
    for pole in &series {
        let rows = pole["values"].as_array().expect("rows");
        assert!(!rows.is_empty() && pole["tags"]["pole"].is_string(), "{pole}");
        let means = rows.iter().map(|row| row[1].as_f64().expect("a mean"));
        assert!(means.clone().all(|mean| min <= mean && mean <= max), "{pole}: not within {min}..{max}");
    }
}
