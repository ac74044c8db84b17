//! A second fold of the journal beside the service: equal while it runs, after kills, and not if somebody touched a row.

use std::{fs, path::Path, time::Duration};

use firmware_sim::{Faults, Pace, Path as Way};
use smartpole_tests::{Config, Ledger, Listener, RadioTown, Service, Town, eventually, free_port, smartpole};
use tokio::task::spawn_blocking;

/// Runs `smartpole ledger verify` with some more arguments: its exit code, and what it printed.
async fn verify(config: &Path, more: &[&str]) -> (Option<i32>, String) {
    let config = config.to_str().expect("our folder's name is UTF-8");
    let arguments = ["ledger", "verify", "--config", config].into_iter().chain(more.iter().copied());
    let arguments: Vec<String> = arguments.map(str::to_owned).collect();
    let run = move || smartpole(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    spawn_blocking(run).await.expect("no panic")
}

async fn equal(config: &Path) {
    let (code, printed) = verify(config, &[]).await;
    assert_eq!(code, Some(0), "{printed}");
    assert!(printed.contains("(the journal's beginning)") && printed.contains(" 0 differences"), "{printed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_fold_beside_the_service_gives_the_same_while_it_takes_in_and_is_killed() {
    const KILLS: u64 = 3;
    let listener = Listener::new();
    let config = Config::new().listener(listener);
    let town = Town::new(&config, Way::Direct, 24, Faults::typical());
    let mut service = Service::start(config).await;
    let file = service.config().write();
    let publishing = town.publish(listener.broker(), 32, Pace::PerSecond(2_000.0));
    let step = town.truth().sent / (KILLS + 2);
    for kill in 1..=KILLS {
        eventually("the stream goes on", async || {
            let folded = Ledger::ask(service.api()).await?.messages();
            if folded >= kill * step { Ok(()) } else { Err(format!("{folded} of {}", kill * step)) }
        })
        .await;
        equal(&file).await;
        assert!(!publishing.is_finished(), "all was sent before kill {kill}");
        service.kill().await;
        equal(&file).await;
        service.start_again().await;
    }
    publishing.await.expect("no panic").expect("all is acknowledged");
    town.ledger_is_the_truth(service.api(), true).await;
    equal(&file).await;
    town.windows_are_the_truth(service.api()).await;
    let folder = service.config().data_folder();
    assert!(!folder.join("ledger-verify").exists(), "the second store is deleted");
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_joins_and_gateways_of_a_second_fold_are_the_same() {
    let port = free_port();
    let config = Config::new().gateways(port);
    let town = RadioTown::new(&config, 6, Faults::typical());
    let service = Service::start(config).await;
    let (_, deliveries) = town.play(port).await.expect("no panic").expect("all is acknowledged");
    town.ledger_and_windows_are_the_truth(service.api(), &town.truth(&deliveries)).await;
    equal(&service.config().write()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_somebody_touched_is_named_and_the_exit_code_is_1() {
    let listener = Listener::new();
    let config = Config::new().listener(listener);
    let town = Town::new(&config, Way::Direct, 6, Faults::default());
    let mut service = Service::start(config).await;
    town.publish(listener.broker(), 8, Pace::Max).await.expect("no panic").expect("all is acknowledged");
    town.ledger_is_the_truth(service.api(), false).await;
    assert!(service.terminate(Duration::from_secs(10)).await.success());
    let (folder, file) = (service.config().data_folder(), service.config().write());
    let store = rusqlite::Connection::open(folder.join("city.db")).expect("the store");
    let touched = store.execute_batch(
        "UPDATE ledger_source SET n = n - 1 WHERE entry = 1;
         DELETE FROM block WHERE id = (SELECT min(id) FROM block);",
    );
    touched.expect("it can be written");
    drop(store);
    let (code, printed) = verify(&file, &[]).await;
    assert_eq!(code, Some(1), "{printed}");
    let lines: Vec<&str> = printed.lines().collect();
    assert!(
        lines[0].starts_with("block: device ") && lines[0].contains(": stored nothing; folded revision 0"),
        "{printed}"
    );
    assert!(lines[1].starts_with("ledger_source: source listener, hour from "), "{printed}");
    assert!(printed.contains(" 2 differences"), "{printed}");
    assert!(printed.ends_with("city.db differs from a fold of its journal in 2 places\n"), "{printed}");
    let (_, printed) = verify(&file, &["--limit", "1"]).await;
    assert!(printed.lines().nth(1) == Some("and 1 more"), "{printed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_without_its_beginning_and_a_store_without_checkpoint_are_refused_with_the_reason() {
    let listener = Listener::new();
    let config = Config::new().listener(listener).section("[journal]\nsegment_bytes = 65536");
    let town = Town::new(&config, Way::Direct, 6, Faults::default());
    let mut service = Service::start(config).await;
    town.publish(listener.broker(), 8, Pace::Max).await.expect("no panic").expect("all is acknowledged");
    town.ledger_is_the_truth(service.api(), false).await;
    assert!(service.terminate(Duration::from_secs(10)).await.success());
    let (folder, file) = (service.config().data_folder(), service.config().write());
    fs::remove_file(folder.join("journal/00000000000000000001.log")).expect("several segments");
    let (code, printed) = verify(&file, &[]).await;
    assert_eq!(code, Some(1), "{printed}");
    assert!(printed.contains("there is no checkpoint from there on"), "{printed}");
}
