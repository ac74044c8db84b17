//! The ledger and every window equal the simulator's truth, whatever goes wrong on the way.

use firmware_sim::{Faults, Pace, Path};
use smartpole_tests::{Config, Ledger, Listener, Mosquitto, Service, Town, eventually};

/// All faults, a bit rarer than one message in fifty each: enough of every kind in a day and a half of 90 devices.
fn all_faults() -> Faults {
    Faults { drift: 0.3, wrap: 0.4, ..Faults::all(0.015) }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_truth_comes_through_a_broker_that_restarts_in_mid_stream() {
    let mut broker = Mosquitto::start().await;
    let config = Config::new().broker(&broker);
    let town = Town::new(&config, Path::Broker, 36, all_faults());
    let service = Service::start(config).await;
    service.subscribed().await;
    let publishing = town.publish(broker.broker(), 4, Pace::PerSecond(4_000.0));
    let third = town.truth().sent / 3;
    eventually("a third is through", async || {
        let journalled = Ledger::ask(service.api()).await?.messages();
        if journalled > third { Ok(()) } else { Err(format!("{journalled} of {third}")) }
    })
    .await;
    assert!(!publishing.is_finished(), "all was sent before the broker could restart");
    broker.stop().await;
    broker.start_again().await;
    let sent = publishing.await.expect("no panic").expect("all is acknowledged");
    assert!(sent.broken > 0 && sent.acknowledged == town.truth().sent, "{sent:?}");
    town.ledger_is_the_truth(service.api(), true).await;
    town.windows_are_the_truth(service.api()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_truth_comes_through_the_embedded_listener() {
    let listener = Listener::new();
    let config = Config::new().listener(listener);
    let town = Town::new(&config, Path::Direct, 36, all_faults());
    let service = Service::start(config).await;
    let sent = town.publish(listener.broker(), 32, Pace::Max).await.expect("no panic").expect("all is acknowledged");
    assert_eq!((sent.acknowledged, sent.broken), (town.truth().sent, 0));
    town.ledger_is_the_truth(service.api(), false).await;
    town.windows_are_the_truth(service.api()).await;
}
