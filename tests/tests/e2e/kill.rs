//! `kill -9`, again and again.

use std::time::Duration;

use firmware_sim::{Faults, Pace, Path};
use smartpole_tests::{Config, Ledger, Listener, Service, Town, eventually};

#[tokio::test(flavor = "multi_thread")]
async fn ten_kills_in_mid_stream_lose_nothing_and_double_nothing() {
    const KILLS: u64 = 10;
    let listener = Listener::new();
    let config = Config::new().listener(listener);
    let town = Town::new(&config, Path::Direct, 36, Faults::typical());
    let mut service = Service::start(config).await;
    let publishing = town.publish(listener.broker(), 32, Pace::PerSecond(3_000.0));
    let step = town.truth().sent / (KILLS + 2);
    for kill in 1..=KILLS {
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
    assert!(sent.broken >= KILLS && sent.acknowledged == town.truth().sent, "{sent:?}");
    let ledger = town.ledger_is_the_truth(service.api(), true).await;
    let again = ledger.messages() - town.truth().sent;
    assert!(again <= sent.resent, "{again} messages came twice, {} were sent twice", sent.resent);
    town.windows_are_the_truth(service.api()).await;
    assert!(service.terminate(Duration::from_secs(10)).await.success());
    service.start_again().await;
    assert_eq!(town.ledger_is_the_truth(service.api(), true).await, ledger, "a stop in good form changes nothing");
}
