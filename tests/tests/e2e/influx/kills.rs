//! `kill -9` in mid-stream: of the server, of the service, of both.

use firmware_sim::{Faults, Pace};
use smartpole_tests::{Act, Config, InfluxDb, InfluxQl, Listener, ScriptedProxy, eventually};

use super::{Scene, number, target, truth};

/// How often.
const KILLS: u64 = 3;

/// Sends the fleet's messages and does something to the scene in their midst, several times.
pub(super) async fn while_it_streams<S: InfluxQl>(scene: &mut Scene<S>, mut disturb: impl AsyncFnMut(&mut Scene<S>)) {
    let publishing = scene.town.publish(scene.broker(), 32, Pace::PerSecond(500.0));
    let step = scene.town.truth().readings.accepted / (KILLS + 5);
    for kill in 1..=KILLS {
        eventually("the stream goes on to InfluxDB", async || {
            let forwarded = number(&target(&scene.service).await?, "forwarded");
            if forwarded >= kill * step { Ok(()) } else { Err(format!("{forwarded} of {}", kill * step)) }
        })
        .await;
        assert!(!publishing.is_finished(), "all was sent before kill {kill}");
        disturb(scene).await;
    }
    let sent = publishing.await.expect("no panic").expect("all is acknowledged");
    assert_eq!(sent.acknowledged, scene.town.truth().sent);
    scene.town.ledger_is_the_truth(scene.service.api(), true).await;
    scene.all_arrives().await;
    truth::is_in(scene).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_influxdb_killed_in_mid_stream_misses_nothing() {
    let mut scene = Scene::new(12, Faults::typical()).await;
    while_it_streams(&mut scene, async |scene| {
        scene.influxdb.kill().await;
        scene.influxdb.start_again().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_killed_in_mid_stream_sends_what_it_owes_and_nothing_counts_twice() {
    let mut scene = Scene::new(12, Faults::typical()).await;
    while_it_streams(&mut scene, async |scene| {
        scene.service.kill().await;
        scene.service.start_again().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn service_and_influxdb_killed_together_again_and_again_lose_nothing() {
    let mut scene = Scene::new(12, Faults::typical()).await;
    while_it_streams(&mut scene, async |scene| {
        scene.influxdb.kill().await;
        scene.service.kill().await;
        scene.service.start_again().await;
        scene.influxdb.start_again().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_that_breaks_in_requests_and_answers_loses_and_doubles_nothing() {
    let influxdb = InfluxDb::start().await;
    let (listener, proxy) = (Listener::new(), ScriptedProxy::before(influxdb.port()).await);
    let config = Config::new().listener(listener).influx_at(&proxy.url(), &influxdb);
    let mut scene = Scene::of(influxdb, listener, config, 12, Faults::typical()).await;
    let breaks =
        [Act::HalfAnswer, Act::Unavailable, Act::HalfRequest, Act::Delay(std::time::Duration::from_millis(300))];
    while_it_streams(&mut scene, async |_| proxy.then(breaks)).await;
    assert_eq!(proxy.to_come(), 0, "the script was not played");
}
