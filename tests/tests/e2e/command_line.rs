//! Commands that print and end.

use std::{fs, net::TcpListener, path::Path, time::Duration};

use firmware_sim::{Pace, publish::publish};
use smartpole_tests::{Config, Listener, Service, json_at, message, now, smartpole, up};

fn text(path: &Path) -> &str {
    path.to_str().expect("our folder's name is UTF-8")
}

#[test]
fn check_is_content_with_the_shipped_registry() {
    let config = Config::new().listener(Listener::new());
    let (code, printed) = smartpole(&["check", "--config", text(&config.write())]);
    assert_eq!(code, Some(0), "{printed}");
}

#[test]
fn check_names_every_mistake_of_configuration_and_registry_and_exits_1() {
    let config = Config::new().section("[journal]\nmin_free = 1\n[listner]");
    let config = config.registry_line("devices.csv", "new-air,NOWHERE,air-station,,,");
    let (code, printed) = smartpole(&["check", "--config", text(&config.write())]);
    assert_eq!(code, Some(1), "{printed}");
    for said in ["smartpole.toml:6", "min_free", "listner", "devices.csv:", "NOWHERE"] {
        assert!(printed.contains(said), "{said} is not in: {printed}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ledger_of_a_stopped_service_is_printed_from_its_store() {
    let listener = Listener::new();
    let mut service = Service::start(Config::new().listener(listener)).await;
    let twice = message(&up("AM-01", "am-01-air"), json_at(now(), "pm2_5", "7.3"));
    let sent = publish(&listener.broker(), 0, Pace::Max, std::iter::repeat_n(twice, 2), |_| {}).await;
    assert_eq!(sent.expect("it is acknowledged").acknowledged, 2);
    assert!(service.terminate(Duration::from_secs(10)).await.success());
    let (code, printed) = smartpole(&["ledger", "--config", text(&service.config().write())]);
    let lines: Vec<Vec<&str>> = printed.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(code, Some(0), "{printed}");
    for line in [["2", "messages", "journalled,", "balanced"].as_slice(), &["1", "uplink"], &["1", "duplicate"]] {
        assert!(lines.iter().any(|printed| printed == line), "{line:?} is not in: {printed}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_without_its_journal_is_refused_and_left_alone() {
    let (listener, folder) = (Listener::new(), tempfile::tempdir().expect("a temporary folder"));
    let mut service = Service::start(Config::new().listener(listener).data(folder.path())).await;
    let once = [message(&up("AM-01", "am-01-air"), json_at(now(), "pm2_5", "7.3"))];
    publish(&listener.broker(), 0, Pace::Max, once.into_iter(), |_| {}).await.expect("it is acknowledged");
    assert!(service.terminate(Duration::from_secs(10)).await.success());
    fs::remove_dir_all(folder.path().join("journal")).expect("the journal is there");
    let (code, printed) = smartpole(&["run", "--config", text(&service.config().write())]);
    assert_eq!(code, Some(1), "{printed}");
    assert!(printed.contains("do not belong together"), "{printed}");
}

#[test]
fn a_start_at_an_address_in_use_says_so_and_ends_without_a_panic() {
    let taken = TcpListener::bind("127.0.0.1:0").and_then(|taken| taken.local_addr().map(|address| (taken, address)));
    let (_taken, address) = taken.expect("a free port");
    let section = format!("[listener]\naddress = \"{address}\"\nallow_anonymous = true");
    let (code, printed) = smartpole(&["run", "--config", text(&Config::new().section(&section).write())]);
    assert_eq!(code, Some(1), "{printed}");
    assert!(printed.contains(&format!("cannot listen on {address}")), "{printed}");
    assert!(!printed.contains("panicked"), "{printed}");
}

#[test]
fn a_command_that_reads_a_store_makes_none() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (code, printed) = smartpole(&["ledger", "--data", text(folder.path())]);
    assert_eq!(code, Some(1), "{printed}");
    assert_eq!(fs::read_dir(folder.path()).expect("it is there").count(), 0, "{printed}");
}
