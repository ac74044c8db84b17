//! `smartpole influx init`, `verify` and `backfill`.

use std::time::Duration;

use firmware_sim::{Faults, Pace, Path};
use serde_json::Value;
use smartpole_model::UtcMillis;
use smartpole_tests::{Config, InfluxDb, Listener, Service, Town, eventually};

use super::{Scene, lately, number, target, truth};

/// Days that a bucket's rules say, 0 for ever.
fn days(bucket: &Value) -> u64 {
    bucket["retentionRules"][0]["everySeconds"].as_u64().unwrap_or(0) / 86_400
}

#[tokio::test(flavor = "multi_thread")]
async fn init_makes_the_bucket_once_mends_its_retention_and_a_dry_run_changes_nothing() {
    let (influxdb, listener) = (InfluxDb::start().await, Listener::new());
    let config = Config::new().listener(listener).influx(&influxdb).section("retention_days = 3");
    let scene = Scene::of(influxdb, listener, config, 1, Faults::default()).await;
    let init = async |arguments: &[&str]| {
        let (code, printed) = scene.influx(&[&["init"], arguments].concat()).await;
        assert_eq!(code, Some(0), "{printed}");
        (printed, scene.influxdb.bucket().await)
    };
    scene.influxdb.delete_bucket().await;
    let (printed, bucket) = init(&["--dry-run"]).await;
    assert!(bucket.is_none(), "{printed}");
    assert!(printed.contains("smartpole") && printed.contains("2.9.1"), "{printed}");
    let (printed, made) = init(&[]).await;
    let made = made.expect("it is made");
    assert_eq!(days(&made), 3, "{printed}");
    assert_eq!(init(&[]).await.1, Some(made.clone()));

    for other in [0, 7] {
        scene.influxdb.keep_days(other).await;
        let (printed, left) = init(&["--dry-run"]).await;
        assert_eq!(left.as_ref().map(days), Some(other.into()), "{printed}");
        let (printed, mended) = init(&[]).await;
        let mended = mended.expect("it is there");
        assert_eq!((days(&mended), &mended["id"]), (3, &made["id"]), "{printed}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn init_maps_the_bucket_for_influxql_once_again_with_a_new_bucket_and_never_away_from_another() {
    let scene = Scene::new(1, Faults::default()).await;
    let init = async |arguments: &[&str]| {
        let (code, printed) = scene.influx(&[&["init"], arguments].concat()).await;
        (code, printed, scene.influxdb.mappings().await)
    };
    for _ in 0..2 {
        let (code, printed, mappings) = init(&["--dry-run"]).await;
        assert!(code == Some(0) && mappings.is_empty() && printed.contains("would be mapped"), "{printed}");
        let (code, printed, made) = init(&[]).await;
        assert!(code == Some(0) && printed.contains("InfluxQL: mapped to it"), "{printed}");
        assert_eq!((made.len(), &made[0]["database"], &made[0]["default"]), (1, &"smartpole".into(), &true.into()));
        let bucket = scene.influxdb.bucket().await.expect("it is there");
        assert_eq!(made[0]["bucketID"], bucket["id"]);
        let (code, printed, again) = init(&[]).await;
        assert!(code == Some(0) && again == made && printed.contains("already mapped"), "{printed}");
        scene.influxdb.delete_bucket().await;
    }
    let other = scene.influxdb.make_bucket("other").await;
    scene.influxdb.map(&other).await;
    let (code, printed, left) = init(&[]).await;
    assert!(code == Some(1) && printed.contains(&other) && printed.contains("influx v1 dbrp delete"), "{printed}");
    assert_eq!((left.len(), &left[0]["bucketID"]), (1, &other.into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn verify_finds_a_missing_and_a_surplus_point_and_backfill_mends_what_is_missing() {
    let scene = Scene::new(6, Faults::default()).await;
    scene.send_all().await;
    scene.all_arrives().await;
    let start = scene.town.truth().windows.first().expect("windows").start;
    let day = &start.to_string()[..10];
    let of = "_measurement=\"air_quality\" AND device=\"am-01-air\"";
    let minutes = |n: i64| start.plus(n * 60_000).to_string();

    scene.influxdb.delete(&minutes(0), &minutes(20), of).await;
    let missing = scene.town.truth().readings.accepted - truth::readings(&scene.influxdb).await;
    assert!(missing > 0, "nothing was deleted");
    differs(&scene, &["am-01-air", "air_quality"]).await;
    let (code, printed) = scene.influx(&["backfill", "--from", day, "--to", day]).await;
    assert_eq!(code, Some(0), "{printed}");
    scene.all_arrives().await;

    surplus(&scene, start.plus(90_000), "device=am-01-air").await;
    surplus(&scene, start.plus(90_000), "device=nobodys").await;
    scene.all_arrives().await;
    truth::is_in(&scene).await;

    scene.influxdb.wipe().await;
    differs(&scene, &[]).await;
    let (code, printed) = scene.influx(&["backfill", "--from", day, "--to", day, "--replace"]).await;
    assert_eq!(code, Some(0), "{printed}");
    scene.all_arrives().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_is_new_gets_what_comes_and_backfill_sends_what_was_before() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (influxdb, listener) = (InfluxDb::start().await, Listener::new());
    let without = Config::new().listener(listener).data(folder.path());
    let town = Town::new(&without, Path::Direct, 6, Faults::default());
    let mut service = Service::start(without).await;
    town.publish(listener.broker(), 32, Pace::Max).await.expect("no panic").expect("all is acknowledged");
    let before = town.ledger_is_the_truth(service.api(), true).await.term("readings accepted");
    assert!(service.terminate(Duration::from_secs(10)).await.success());

    let config = Config::new().listener(listener).data(folder.path()).influx(&influxdb);
    let scene = Scene::of(influxdb, listener, config, 6, Faults::default()).await;
    scene.send_some(lately(), 20).await;
    eventually("what came since is sent", async || {
        let target = target(&scene.service).await?;
        let sent = (number(&target, "accepted"), number(&target, "forwarded"), number(&target, "pending_messages"));
        if sent == (20, 20, 0) && target["since"].is_string() { Ok(()) } else { Err(target.to_string()) }
    })
    .await;
    assert_eq!(truth::readings(&scene.influxdb).await, 20);
    scene.backfill(4).await;
    assert_eq!(truth::readings(&scene.influxdb).await, before + 20);
    let (code, printed) = scene.influx(&["verify"]).await;
    assert_eq!(code, Some(0), "{printed}");
}

/// Writes a point of its own, has it found, and takes it away.
async fn surplus(scene: &Scene, at: UtcMillis, tag: &str) {
    let tags = format!("city=castrop-rauxel,{tag},line=0,pole=AM-01,zone=am-markt");
    scene.influxdb.write(&format!("air_quality,{tags} pm2_5=7.3 {}", at.0)).await;
    let (name, value) = tag.split_once('=').expect("a tag");
    differs(scene, &[value, "pm2_5"]).await;
    let predicate = format!("_measurement=\"air_quality\" AND {name}=\"{value}\"");
    scene.influxdb.delete(&at.to_string(), &at.plus(1).to_string(), &predicate).await;
}

pub(super) async fn differs<S>(scene: &Scene<S>, words: &[&str]) {
    let (code, printed) = scene.influx(&["verify"]).await;
    assert_eq!(code, Some(1), "{printed}");
    for word in words {
        assert!(printed.contains(word), "{word} is not in: {printed}");
    }
}
