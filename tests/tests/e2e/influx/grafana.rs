//! The queries of the dashboard for Grafana.

use firmware_sim::Faults;
use serde_json::Value;
use smartpole_model::UtcMillis;
use smartpole_tests::{InfluxQl, repository};

use super::Scene;

/// Panels of `deploy/grafana/dashboards/city.json`: their titles, whether they ask by InfluxQL, and their queries.
fn queries() -> Vec<(String, bool, String)> {
    let text = std::fs::read_to_string(repository().join("deploy/grafana/dashboards/city.json")).expect("a dashboard");
    let dashboard: Value = serde_json::from_str(&text).expect("JSON");
    let targets = dashboard["panels"].as_array().expect("panels").iter().flat_map(|panel| {
        let title = panel["title"].as_str().expect("a title");
        let targets = panel["targets"].as_array().expect("targets").iter();
        targets.map(|target| {
            let query = target["query"].as_str().expect("a query").to_owned();
            (title.to_owned(), target["rawQuery"] == true, query)
        })
    });
    targets.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_panel_of_the_city_has_data() {
    let scene = Scene::new(30, Faults::default()).await;
    scene.send_all().await;
    scene.all_arrives().await;
    let starts = || scene.town.truth().windows.iter().map(|window| window.start);
    let (from, to) =
        (starts().min().expect("windows").plus(-86_400_000), starts().max().expect("windows").plus(86_400_000));
    let zones: Vec<String> =
        scene.service.config().inputs().registry.zones.iter().map(|zone| zone.id.clone()).collect();
    let queries = queries();
    assert!(queries.len() >= 6);
    for (title, is_influxql, query) in queries {
        let found = match is_influxql {
            true => scene.influxdb.influxql(&influxql(&query, from, to)).await.len(),
            false => scene.influxdb.flux(&flux(&query, from, to, &zones)).await.len(),
        };
        assert!(found > 0, "{title}: nothing is found by {query}");
    }
}

/// With what Grafana puts in.
fn influxql(query: &str, from: UtcMillis, to: UtcMillis) -> String {
    let filter = format!("time >= {}ms AND time < {}ms", from.0, to.0);
    query.replace("$timeFilter", &filter).replace("$__interval", "1h")
}

/// With what Grafana defines, and all zones chosen.
fn flux(query: &str, from: UtcMillis, to: UtcMillis, zones: &[String]) -> String {
    let zones = serde_json::to_string(zones).expect("names");
    let variables = format!("option v = {{timeRangeStart: {from}, timeRangeStop: {to}, windowPeriod: 15m}}\n");
    variables + &query.replace("${zone:json}", &zones)
}
