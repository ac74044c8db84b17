//! The server refuses some readings for good: these are counted with its reason, the rest arrives.

use firmware_sim::Faults;
use serde_json::Value;
use smartpole_tests::now;

use super::{Scene, all_is_sent, number, truth};

/// Readings that were refused, by reason.
pub(super) fn terms(target: &Value) -> Vec<(&str, u64)> {
    let terms = target["refused"].as_array().expect("a list").iter();
    terms.map(|term| (term["reason"].as_str().expect("a reason"), number(term, "value"))).collect()
}

/// How many accepted readings of a property the fleet sent.
fn sent_of(scene: &Scene, property: &str) -> u64 {
    let windows = scene.town.truth().windows.iter().filter(|window| window.property == property);
    windows.map(|window| window.count as u64).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_of_another_type_in_the_bucket_costs_its_readings_alone() {
    let scene = Scene::new(6, Faults::default()).await;
    let of_the_day = scene.town.truth().windows.first().expect("windows").start;
    scene.influxdb.write(&format!("air_quality,pole=somewhere pm2_5=\"a text\" {}", of_the_day.0)).await;
    scene.send_all().await;
    let target = all_is_sent(&scene.service).await;
    let clashing = sent_of(&scene, "pm2_5");
    assert!(clashing > 100, "{clashing} readings only");
    assert_eq!(terms(&target), [("field_type_conflict", clashing)], "{target}");
    let accepted = scene.town.truth().readings.accepted;
    assert_eq!(number(&target, "forwarded"), accepted - clashing, "{target}");
    // the text is one, too
    assert_eq!(truth::readings(&scene.influxdb).await, accepted - clashing + 1);

    let lines = scene.service.api().all("/api/v1/targets/city/refused").await;
    assert!(!lines.is_empty() && lines.iter().all(|line| line.to_string().contains("pm2_5")), "{lines:?}");
    assert!(lines.iter().all(|line| line["reason"] == "field_type_conflict"), "{lines:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn readings_older_than_the_bucket_keeps_are_refused_and_newer_ones_arrive() {
    let scene = Scene::new(6, Faults::default()).await;
    scene.influxdb.keep_days(1).await;
    let publishing = scene.town.publish(scene.broker(), 32, firmware_sim::Pace::Max);
    scene.publish_some(now().plus(-30 * 60_000), 20).await;
    assert_eq!(publishing.await.expect("no panic").expect("acknowledged").acknowledged, scene.town.truth().sent);
    scene.count_is(scene.town.truth().readings.accepted + 20).await;
    let target = all_is_sent(&scene.service).await;
    let old = scene.town.truth().readings.accepted;
    assert_eq!(terms(&target), [("outside_retention", old)], "{target}");
    assert_eq!(number(&target, "forwarded"), 20, "{target}");
    assert_eq!(truth::readings(&scene.influxdb).await, 20);
    let (code, printed) = scene.influx(&["verify", "--from", &now().plus(-3_600_000).to_string()[..10]]).await;
    assert_eq!(code, Some(0), "{printed}");
}
