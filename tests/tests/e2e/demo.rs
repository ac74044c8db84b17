//! `smartpole demo`, as a newcomer starts it.

use std::{net::TcpListener, path::Path, time::Duration};

use smartpole_tests::{Ledger, Service, eventually, eventually_within};

/// The promise is two seconds.
const CTRL_C: Duration = Duration::from_secs(2);

async fn demo(folder: &Path) -> Service {
    let data = folder.join("data");
    let arguments = ["demo", "--data", data.to_str().expect("our folder's name is UTF-8"), "--days", "2"];
    Service::with_arguments(&arguments, &folder.join("demo.log")).await
}

async fn ledger(service: &Service) -> Ledger {
    Ledger::ask(service.api()).await.expect("it answers")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_finds_free_ports_stops_at_ctrl_c_and_goes_on_where_it_was() {
    // Whoever has the default ports now, they are taken.
    let _taken = [8080, 1883].map(|port| TcpListener::bind(("127.0.0.1", port)));
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut service = demo(folder.path()).await;
    assert!(!service.api().base().ends_with(":8080"), "{} is taken", service.api().base());
    let poles = service.api().all("/api/v1/poles").await;
    assert!(poles.len() >= 40, "{} poles", poles.len());
    let page = service.api().ask("/").await.expect("it answers").1;
    assert!(page.contains("<html"), "{page}");
    let mut events = service.api().live().await;
    let live = async { events.find("ledger", |ledger| ledger["journalled"].as_u64() > Some(20_000)).await };
    let seen = tokio::time::timeout(Duration::from_secs(60), live).await.expect("the history fills");
    assert_eq!(seen["balanced"], true, "{seen}");
    let before = ledger(&service).await;
    assert!(service.interrupt(CTRL_C).await.success(), "{}", service.log());

    let mut service = demo(folder.path()).await;
    let after = eventually_within(Duration::from_secs(60), "it goes on", async || {
        let after = ledger(&service).await;
        if after.seq > before.seq + 50 && after.messages() > before.messages() {
            Ok(after)
        } else {
            Err(format!("{after:?}"))
        }
    })
    .await;
    assert!(after.balanced, "{after:?}");
    eventually("each live message counts once", async || {
        let now = ledger(&service).await;
        let told_twice = now.term("readings duplicate");
        // What was sent and not acknowledged when Ctrl-C came is sent again: one message a device at most, folded once.
        if now.messages() > after.messages() && told_twice <= 93 * 8 { Ok(()) } else { Err(format!("{now:?}")) }
    })
    .await;
    assert!(service.interrupt(CTRL_C).await.success(), "{}", service.log());
}
