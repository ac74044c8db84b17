//! The server, its bucket or its token is away, and comes back.

use firmware_sim::Faults;
use reqwest::StatusCode;
use smartpole_tests::{Config, InfluxDb, Listener, SmallDisk, eventually};

use super::{Scene, all_is_sent, lately, number, refused, target, truth};

#[tokio::test(flavor = "multi_thread")]
async fn while_influxdb_is_down_live_data_goes_on_and_afterwards_all_arrives() {
    let mut scene = Scene::new(24, Faults::typical()).await;
    scene.influxdb.stop().await;
    let mut events = scene.service.api().live().await;
    scene.send_all().await;
    let seen = events.find("reading", |reading| reading["device"] == "am-01-air").await;
    assert!(seen["value"].is_number(), "{seen}");
    let circuit = scene.circuit("open").await;
    assert_eq!(circuit["kind"], "network", "{circuit}");
    assert!(circuit["reason"].as_str().is_some_and(|reason| !reason.is_empty()), "{circuit}");
    scene.send_some(lately(), 1).await;
    let (ready, said) = scene.service.api().ask("/readyz").await.expect("it answers");
    assert_eq!(ready, StatusCode::OK, "{said}");
    let metric =
        async |name: &str| scene.service.api().metric(&format!("smartpole_influx_{name}{{target=\"city\"}}")).await;
    eventually("metrics say so", async || {
        let (open, lag) = (metric("circuit_open").await?, metric("lag_seconds").await?);
        let pending = metric("pending_readings").await? as u64;
        let said = (open > 0.0, lag > 0.0, pending) == (true, true, scene.town.truth().readings.accepted + 1);
        if said { Ok(()) } else { Err(format!("open {open}, lag {lag}, pending {pending}")) }
    })
    .await;
    let owed = target(&scene.service).await.expect("it answers");
    assert_eq!((number(&owed, "pending"), number(&owed, "forwarded")), (number(&owed, "accepted"), 0), "{owed}");
    assert!(owed["lag_s"].as_f64() > Some(0.0), "{owed}");

    scene.influxdb.start_again().await;
    scene.town.windows_are_the_truth(scene.service.api()).await;
    scene.all_arrives().await;
    assert_eq!(scene.circuit("closed").await["kind"], serde_json::Value::Null);
    assert_eq!(truth::readings(&scene.influxdb).await, scene.town.truth().readings.accepted + 1);
    eventually("metrics say that nothing is pending", async || match metric("pending_readings").await? {
        0.0 => Ok(()),
        other => Err(format!("{other}")),
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_deleted_bucket_held_is_sent_again_when_it_is_made_again() {
    let scene = Scene::new(6, Faults::default()).await;
    scene.send_all().await;
    scene.all_arrives().await;
    scene.influxdb.delete_bucket().await;
    scene.send_some(lately(), 20).await;
    let circuit = scene.circuit("open").await;
    assert_eq!(circuit["kind"], "bucket", "{circuit}");
    assert!(circuit["reason"].to_string().contains("smartpole"), "{circuit}");
    assert_eq!(number(&target(&scene.service).await.expect("it answers"), "pending"), 20);

    let (code, printed) = scene.influx(&["init"]).await;
    assert_eq!(code, Some(0), "{printed}");
    all_is_sent(&scene.service).await;
    let (code, printed) = scene.influx(&["verify"]).await;
    assert_eq!(code, Some(1), "what was in the bucket is gone: {printed}");
    scene.backfill(4).await;
    scene.all_arrives().await;
    assert_eq!(truth::readings(&scene.influxdb).await, scene.town.truth().readings.accepted + 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_was_taken_back_is_said_and_a_new_one_in_its_file_is_enough() {
    let influxdb = InfluxDb::start().await;
    let may_write = [("write", "buckets"), ("read", "buckets")];
    let token = influxdb.make_token(&may_write).await;
    influxdb.write_token_file(&token.secret);
    let listener = Listener::new();
    let config = Config::new().listener(listener).influx(&influxdb);
    let scene = Scene::of(influxdb, listener, config, 6, Faults::default()).await;
    scene.send_some(lately(), 20).await;
    scene.all_arrives().await;

    scene.influxdb.revoke(&token).await;
    scene.send_some(lately().plus(20 * 60_000), 20).await;
    let circuit = scene.circuit("open").await;
    assert_eq!(circuit["kind"], "token", "{circuit}");
    assert!(circuit["reason"].to_string().contains("unauthorized"), "{circuit}");
    super::secrets::is_nowhere(&scene.service, &token.secret).await;

    let another = scene.influxdb.make_token(&may_write).await;
    scene.influxdb.write_token_file(&another.secret);
    scene.all_arrives().await;
    assert_eq!(truth::readings(&scene.influxdb).await, 40);
    super::secrets::is_nowhere(&scene.service, &another.secret).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_influxdb_without_room_is_waited_for_and_gets_all_when_it_has_room() {
    let disk = SmallDisk::new(48);
    let influxdb = InfluxDb::start_in(disk.path()).await;
    let listener = Listener::new();
    let config = Config::new().listener(listener).influx(&influxdb);
    let mut scene = Scene::of(influxdb, listener, config, 6, Faults::default()).await;
    let filler = disk.fill(16 << 10);
    scene.send_all().await;
    let circuit = scene.circuit("open").await;
    assert_eq!(circuit["kind"], "server", "{circuit}");
    assert!(circuit["reason"].to_string().contains("no space left"), "{circuit}");
    let owed = target(&scene.service).await.expect("it answers");
    assert_eq!((refused(&owed), number(&owed, "pending")), (0, number(&owed, "accepted")), "{owed}");

    std::fs::remove_file(filler).expect("our own file");
    // influxd 2.9.1 does not try again to open a shard that it could not open
    scene.influxdb.stop().await;
    scene.influxdb.start_again().await;
    scene.all_arrives().await;
    truth::is_in(&scene).await;
}
