//! An InfluxDB 1 behind the service.

use firmware_sim::Faults;
use smartpole_tests::{Config, InfluxDb1, InfluxQl, Listener};

use super::{Scene, commands::differs, kills::while_it_streams, lately, number, refused, target, truth};

/// A fleet's hours before an InfluxDB 1 whose database has been made, keeping so many days.
async fn scene(hours: i64, faults: Faults, more: &str) -> Scene<InfluxDb1> {
    let (influxdb, listener) = (InfluxDb1::start().await, Listener::new());
    let config = Config::new().listener(listener).influx1("city", &influxdb).section(more);
    let scene = Scene::of(influxdb, listener, config, hours, faults).await;
    init(&scene, &[]).await;
    scene
}

async fn init(scene: &Scene<InfluxDb1>, arguments: &[&str]) -> String {
    let (code, printed) = scene.influx(&[&["init"], arguments].concat()).await;
    assert_eq!(code, Some(0), "{printed}");
    printed
}

/// How long the database's default policy keeps points; none if there is no database.
async fn kept(scene: &Scene<InfluxDb1>) -> Option<String> {
    let databases = scene.influxdb.influxql("SHOW DATABASES").await;
    if !databases[0].to_string().contains("\"smartpole\"") {
        return None;
    }
    let policies = scene.influxdb.influxql("SHOW RETENTION POLICIES ON smartpole").await;
    let at = |name: &str| policies[0]["columns"].as_array()?.iter().position(|column| column == name);
    let (duration, default) = (at("duration")?, at("default")?);
    let policy = policies[0]["values"].as_array()?.iter().find(|policy| policy[default] == true)?;
    policy[duration].as_str().map(str::to_owned)
}

#[tokio::test(flavor = "multi_thread")]
async fn init_makes_the_database_once_mends_its_retention_and_a_dry_run_changes_nothing() {
    let (influxdb, listener) = (InfluxDb1::start().await, Listener::new());
    let config = Config::new().listener(listener).influx1("city", &influxdb).section("retention_days = 3");
    let scene = Scene::of(influxdb, listener, config, 1, Faults::default()).await;
    let printed = init(&scene, &["--dry-run"]).await;
    assert!(printed.contains("InfluxDB 1.13.2") && printed.contains("would be made"), "{printed}");
    assert_eq!(kept(&scene).await, None, "{printed}");
    for _ in 0..2 {
        let printed = init(&scene, &[]).await;
        assert_eq!(kept(&scene).await.as_deref(), Some("72h0m0s"), "{printed}");
    }
    scene.influxdb.statement("ALTER RETENTION POLICY autogen ON smartpole DURATION 7d").await;
    let printed = init(&scene, &["--dry-run"]).await;
    assert_eq!(kept(&scene).await.as_deref(), Some("168h0m0s"), "{printed}");
    let printed = init(&scene, &[]).await;
    assert_eq!(kept(&scene).await.as_deref(), Some("72h0m0s"), "{printed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn server_and_service_killed_in_mid_stream_lose_nothing_and_double_nothing() {
    let mut scene = scene(12, Faults::typical(), "").await;
    let mut kills = 0;
    while_it_streams(&mut scene, async |scene| {
        kills += 1;
        if kills != 2 {
            scene.influxdb.kill().await;
        }
        if kills != 1 {
            scene.service.kill().await;
            scene.service.start_again().await;
        }
        if kills != 2 {
            scene.influxdb.start_again().await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_deleted_database_held_is_sent_again_and_what_is_not_ours_is_replaced() {
    let scene = scene(6, Faults::default(), "").await;
    scene.send_all().await;
    scene.all_arrives().await;
    truth::is_in(&scene).await;
    scene.influxdb.statement("DROP DATABASE smartpole").await;
    scene.send_some(lately(), 20).await;
    let circuit = scene.circuit("open").await;
    assert_eq!(circuit["kind"], "bucket", "{circuit}");
    assert_eq!(number(&target(&scene.service).await.expect("it answers"), "pending"), 20);
    init(&scene, &[]).await;
    super::all_is_sent(&scene.service).await;
    differs(&scene, &[]).await;
    scene.backfill(4).await;
    scene.all_arrives().await;

    let start = scene.town.truth().windows.first().expect("windows").start;
    let tags = "city=castrop-rauxel,device=nobodys,line=0,pole=AM-01,zone=am-markt";
    scene.influxdb.write(&format!("air_quality,{tags} pm2_5=7.3 {}", start.0)).await;
    differs(&scene, &["nobodys", "pm2_5"]).await;
    let day = &start.to_string()[..10];
    let (code, printed) = scene.influx(&["backfill", "--from", day, "--to", day, "--replace"]).await;
    assert_eq!(code, Some(0), "{printed}");
    scene.all_arrives().await;
    assert_eq!(truth::readings(&scene.influxdb).await, scene.town.truth().readings.accepted + 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_that_was_changed_is_said_and_the_new_one_in_its_file_is_enough() {
    let scene = scene(6, Faults::default(), "").await;
    scene.send_some(lately(), 20).await;
    scene.all_arrives().await;
    scene.influxdb.set_password("another-that-nobody-may-see").await;
    scene.send_some(lately().plus(20 * 60_000), 20).await;
    let circuit = scene.circuit("open").await;
    assert_eq!(circuit["kind"], "token", "{circuit}");
    assert!(circuit["reason"].to_string().contains("authorization failed"), "{circuit}");
    scene.influxdb.write_password_file("another-that-nobody-may-see");
    scene.all_arrives().await;
    assert_eq!(truth::readings(&scene.influxdb).await, 40);
    for secret in ["password-that-nobody-may-see", "another-that-nobody-may-see"] {
        super::secrets::is_nowhere(&scene.service, secret).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_of_another_type_and_readings_older_than_the_policy_keeps_are_refused_alone() {
    let scene = scene(6, Faults::default(), "retention_days = 1").await;
    let recent = lately();
    scene.influxdb.write(&format!("air_quality,pole=somewhere pm2_5=\"a text\" {}", recent.0)).await;
    scene.send_all().await;
    let old = scene.town.truth().readings.accepted;
    scene.publish_some(recent, 20).await;
    scene.count_is(old + 20).await;
    let target = super::all_is_sent(&scene.service).await;
    let terms: Vec<(&str, u64)> = super::refused::terms(&target);
    assert_eq!(terms, [("field_type_conflict", 20), ("outside_retention", old)], "{target}");
    assert_eq!((refused(&target), number(&target, "forwarded")), (old + 20, 0), "{target}");
}
