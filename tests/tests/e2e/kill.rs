//! `kill -9`, again and again.

use std::time::Duration;

use firmware_sim::{Broker, Faults, Pace, Path, Sent};
use smartpole_tests::{Config, Ledger, Listener, Mosquitto, Service, Town, eventually};

/// Publishes the town and kills the service so many times while it does.
async fn kill_in_mid_stream(
    service: &mut Service,
    town: &Town,
    broker: Broker,
    connections: usize,
    kills: u64,
) -> Sent {
    let publishing = town.publish(broker, connections, Pace::PerSecond(3_000.0));
    let step = town.truth().sent / (kills + 2);
    for kill in 1..=kills {
        eventually("the stream goes on", async || {
            let folded = Ledger::ask(service.api()).await?.messages();
            if folded >= kill * step { Ok(()) } else { Err(format!("{folded} of {}", kill * step)) }
        })
        .await;
        assert!(!publishing.is_finished(), "all was sent before kill {kill}");
        service.kill().await;
        service.start_again().await;
    }
    let sent = publishing.await.expect("no panic").expect("all is acknowledged");
    assert_eq!(sent.acknowledged, town.truth().sent);
    sent
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_kills_in_mid_stream_lose_nothing_and_double_nothing() {
    const KILLS: u64 = 10;
    let listener = Listener::new();
    let config = Config::new().listener(listener);
    let town = Town::new(&config, Path::Direct, 36, Faults::typical());
    let mut service = Service::start(config).await;
    let sent = kill_in_mid_stream(&mut service, &town, listener.broker(), 32, KILLS).await;
    assert!(sent.broken >= KILLS, "{sent:?}");
    let ledger = town.ledger_is_the_truth(service.api(), true).await;
    let again = ledger.messages() - town.truth().sent;
    assert!(again <= sent.resent, "{again} messages came twice, {} were sent twice", sent.resent);
    town.windows_are_the_truth(service.api()).await;

    assert!(service.terminate(Duration::from_secs(10)).await.success());
    service.start_again().await;
    let after = town.ledger_is_the_truth(service.api(), true).await;
    assert_eq!(after.terms, ledger.terms, "a stop in good form changes nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_broker_keeps_for_a_killed_service_is_taken_later() {
    let broker = Mosquitto::start().await;
    let config = Config::new().broker(&broker);
    let town = Town::new(&config, Path::Broker, 24, Faults::typical());
    let mut service = Service::start(config).await;
    service.subscribed().await;
    kill_in_mid_stream(&mut service, &town, broker.broker(), 4, 3).await;
    town.ledger_is_the_truth(service.api(), true).await;
    town.windows_are_the_truth(service.api()).await;
}
