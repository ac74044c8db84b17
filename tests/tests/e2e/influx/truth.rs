//! What an InfluxDB holds, beside the simulator's truth.

use std::collections::BTreeMap;

use firmware_sim::Window;
use serde_json::Value;
use smartpole_model::UtcMillis;
use smartpole_tests::InfluxQl;

use super::Scene;

const HOUR: i64 = 3_600_000;
const COUNTS: [&str; 2] = ["people_in", "people_out"];

/// Sums by device, start of the hour, property and channel; those of nothing are left out.
type Hours = BTreeMap<(String, i64, String, String), i64>;

/// Asserts that the bucket holds each accepted reading once, and each hour's count of people.
pub(super) async fn is_in(scene: &Scene<impl InfluxQl>) {
    let truth = scene.town.truth();
    assert_eq!(readings(&scene.influxdb).await, truth.readings.accepted);
    let (mut is, mut must) = (hours(&scene.influxdb).await, hours_of(&truth.windows));
    let closed = closed(&truth.windows);
    is.retain(|(_, start, ..), _| *start < closed.0);
    must.retain(|(_, start, ..), _| *start < closed.0);
    assert!(must.len() > 100, "the truth holds {} hours only", must.len());
    let keys: std::collections::BTreeSet<_> = is.keys().chain(must.keys()).collect();
    let line = |key| format!("{key:?} is {:?}, must be {:?}", is.get(key), must.get(key));
    let wrong: Vec<_> = keys.into_iter().filter(|key| is.get(key) != must.get(key)).map(line).take(10).collect();
    assert!(wrong.is_empty(), "these hours differ, among others:\n{}", wrong.join("\n"));
}

/// All windows before are closed: their devices sent more than their lateness afterwards. Open ones are not sent.
pub(super) fn closed(windows: &[Window]) -> UtcMillis {
    let last = windows.iter().map(|window| window.start.0).max().expect("windows");
    UtcMillis(last - last.rem_euclid(HOUR) - HOUR)
}

/// How many readings the bucket holds.
pub(super) async fn readings(influxdb: &impl InfluxQl) -> u64 {
    let mut sum = 0;
    for measurement in measurements(influxdb).await.iter().filter(|name| !is_of_windows(name)) {
        for series in influxdb.influxql(&format!("SELECT count(*) FROM {}", quoted(measurement))).await {
            let columns = series["columns"]
                .as_array()
                .expect("columns")
                .iter()
                .zip(series["values"][0].as_array().expect("a row"));
            sum +=
                columns.filter(|(name, _)| is_of_a_reading(name)).filter_map(|(_, count)| count.as_u64()).sum::<u64>();
        }
    }
    sum
}

/// The bucket's measurements.
pub(super) async fn measurements(influxdb: &impl InfluxQl) -> Vec<String> {
    let series = influxdb.influxql("SHOW MEASUREMENTS").await;
    let rows = series.first().and_then(|series| series["values"].as_array().cloned()).unwrap_or_default();
    rows.iter().map(|row| row[0].as_str().expect("a name").to_owned()).collect()
}

/// A name as InfluxQL wants it.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""))
}

fn is_of_windows(measurement: &str) -> bool {
    ["_15m", "_1h", "_1d", "_pole", "_zone"].iter().any(|end| measurement.ends_with(end))
}

fn is_of_a_reading(column: &Value) -> bool {
    let field = column.as_str().and_then(|name| name.strip_prefix("count_"));
    field.is_some_and(|field| !field.ends_with("_flags") && !["received_at", "time_source"].contains(&field))
}

async fn hours(influxdb: &impl InfluxQl) -> Hours {
    let mut hours = Hours::new();
    for property in COUNTS {
        let query = format!("SELECT {property}_sum FROM footfall_1h GROUP BY device, line");
        for series in influxdb.influxql(&query).await {
            let tag = |name: &str| series["tags"][name].as_str().expect("a tag").to_owned();
            for row in series["values"].as_array().expect("rows") {
                let key = (tag("device"), row[0].as_i64().expect("ms"), property.to_owned(), tag("line"));
                hours.insert(key, row[1].as_i64().expect("a whole number"));
            }
        }
    }
    hours.retain(|_, sum| *sum != 0);
    hours
}

fn hours_of(windows: &[Window]) -> Hours {
    let mut hours = Hours::new();
    for window in windows.iter().filter(|window| COUNTS.contains(&window.property.as_str())) {
        let start = window.start.0 - window.start.0.rem_euclid(HOUR);
        let key = (window.device.clone(), start, window.property.clone(), window.channel.to_string());
        *hours.entry(key).or_default() += window.sum;
    }
    hours.retain(|_, sum| *sum != 0);
    hours
}
