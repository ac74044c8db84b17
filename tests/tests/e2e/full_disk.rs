//! A disk without room.

use std::time::Duration;

use firmware_sim::{Pace, publish::publish};
use reqwest::StatusCode;
use smartpole_tests::{Config, Ledger, Listener, Service, SmallDisk, eventually, json_at, message, now, up};

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_stops_acknowledging_and_mends_itself_when_there_is_room() {
    let disk = SmallDisk::new(128);
    let listener = Listener::new();
    let config = Config::new().listener(listener).data(&disk.path().join("data"));
    let service = Service::start(config.section("[journal]\nmin_free_bytes = 33554432\nsegment_bytes = 8388608")).await;
    let ready = async || service.api().ask("/readyz").await;
    let publish_one = |number: usize, value: &str| {
        let message = message(&up("AM-01", "am-01-air"), json_at(now().plus(number as i64 - 60_000), "pm2_5", value));
        let broker = listener.broker();
        tokio::spawn(async move { publish(&broker, number, Pace::Max, std::iter::once(message), |_| {}).await })
    };
    publish_one(0, "7.3").await.expect("no panic").expect("there is room");

    let filler = disk.fill(16 << 20);
    let waiting = [publish_one(1, "7.4"), publish_one(2, "7.5")];
    let reason = eventually("it is not ready", async || match ready().await? {
        (StatusCode::SERVICE_UNAVAILABLE, reason) => Ok(reason),
        other => Err(format!("{other:?}")),
    })
    .await;
    assert!(reason.contains("room"), "{reason}");
    assert_eq!(ready().await.expect("it answers").0, StatusCode::SERVICE_UNAVAILABLE);
    assert!(waiting.iter().all(|sent| !sent.is_finished()), "acknowledged without room");
    assert_eq!(Ledger::ask(service.api()).await.expect("it answers").messages(), 1);

    std::fs::remove_file(filler).expect("our own file");
    for sent in waiting {
        let sent = tokio::time::timeout(Duration::from_secs(60), sent).await.expect("there is room again");
        assert_eq!(sent.expect("no panic").expect("acknowledged").acknowledged, 1);
    }
    eventually("it is ready by itself, and nothing is lost", async || {
        let (status, reason) = ready().await?;
        let ledger = Ledger::ask(service.api()).await?;
        let whole = ledger.term("messages uplink") == 3 && ledger.balanced;
        if status == StatusCode::OK && whole { Ok(()) } else { Err(format!("{reason} {ledger:?}")) }
    })
    .await;
}
