//! Backups of a service that runs, and data folders out of them.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use firmware_sim::{Faults, Pace, Path as Way};
use smartpole_tests::{Config, Ledger, Listener, Service, SmallDisk, Town, eventually, smartpole};
use tokio::task::spawn_blocking;

/// Runs a command: its exit code, and what it printed.
async fn run(line: &[&str]) -> (Option<i32>, String) {
    let line: Vec<String> = line.iter().map(|word| (*word).to_owned()).collect();
    let run = move || smartpole(&line.iter().map(String::as_str).collect::<Vec<_>>());
    spawn_blocking(run).await.expect("no panic")
}

#[track_caller]
fn done((code, printed): (Option<i32>, String)) -> String {
    assert_eq!(code, Some(0), "{printed}");
    printed
}

#[track_caller]
fn refused((code, printed): (Option<i32>, String), reason: &str) {
    assert_eq!(code, Some(1), "{printed}");
    assert!(printed.contains(reason), "{printed}");
}

fn text(path: &Path) -> &str {
    path.to_str().expect("our folder's name is UTF-8")
}

/// Folders of backups, oldest first.
fn backups(dir: &Path) -> Vec<PathBuf> {
    let mut all = entries(dir);
    all.retain(|path| path.is_dir());
    all
}

/// Files of the journal in a data folder, oldest first.
fn segments(data: &Path) -> Vec<PathBuf> {
    let mut all = entries(&data.join("journal"));
    all.retain(|path| path.extension().is_some_and(|extension| extension == "log"));
    all
}

fn entries(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).expect("our own folder");
    let mut all: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    all.sort();
    all
}

fn links(path: &Path) -> u64 {
    use std::os::unix::fs::MetadataExt;
    fs::metadata(path).expect("a file of the backup").nlink()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_of_a_busy_service_becomes_a_data_folder_from_which_the_fleet_goes_on() {
    let listener = Listener::new();
    let config = Config::new().listener(listener).section("[journal]\nsegment_bytes = 20000");
    let town = Town::new(&config, Way::Direct, 24, Faults::typical());
    let mut service = Service::start(config).await;
    let (file, data) = (service.config().write(), service.config().data_folder());
    let to = data.with_file_name("backups");
    let visit = serde_json::json!({ "pole": "AM-01", "at": "2026-11-28T09:00:00Z", "note": "Sicherung getauscht" });
    let visit = service.api().post("/api/v1/visits", &visit).await;
    let publishing = town.publish(listener.broker(), 32, Pace::PerSecond(500.0));
    for part in 1..=2 {
        eventually("the stream goes on", async || {
            let (folded, closed) = (Ledger::ask(service.api()).await?.messages(), segments(&data).len() as u64 > part);
            if closed && folded >= part * town.truth().sent / 20 { Ok(()) } else { Err(format!("{folded}, {closed}")) }
        })
        .await;
        let line = ["backup", "--config", text(&file), "--to", text(&to), "--keep", "2", "--verify"];
        let printed = done(run(&line).await);
        assert!(printed.contains(" 0 differences") && printed.contains("of them linked"), "{printed}");
        assert!(!publishing.is_finished(), "all was sent before backup {part}");
    }
    let made = backups(&to);
    let first = segments(&made[0]);
    assert!(first.len() > 1 && links(&first[0]) == 2, "{} segments, {} links", first.len(), links(&first[0]));

    service.kill().await;
    fs::remove_dir_all(&data).expect("the disk is lost");
    publishing.abort();
    let printed = done(run(&["restore", "--config", text(&file), "--from", text(&to)]).await);
    assert!(printed.contains("record "), "{printed}");
    service.start_again().await;
    assert_eq!(service.api().get("/api/v1/visits").await["items"], serde_json::json!([visit]), "alerts.db is in it");
    town.publish(listener.broker(), 32, Pace::Max).await.expect("no panic").expect("all is acknowledged");
    town.ledger_is_the_truth(service.api(), true).await;
    town.windows_are_the_truth(service.api()).await;
    let printed = done(run(&["ledger", "verify", "--config", text(&file)]).await);
    assert!(printed.contains(" 0 differences"), "{printed}");

    done(run(&["backup", "--config", text(&file), "--to", text(&to), "--keep", "2"]).await);
    let kept = backups(&to);
    assert!(kept.len() == 2 && kept[0] == made[1], "{kept:?} of {made:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_that_changed_or_a_folder_in_use_is_not_restored_and_nothing_half_done_stays() {
    let listener = Listener::new();
    let mut service = Service::start(Config::new().listener(listener)).await;
    let (file, data) = (service.config().write(), service.config().data_folder());
    let to = data.with_file_name("backups");
    fs::create_dir_all(to.join("2026-11-29T02-00-00Z.unfinished/journal")).expect("our own folder"); // one that was killed
    let restore = ["restore", "--config", text(&file), "--from", text(&to)];
    refused(run(&restore).await, "there is no backup in");
    done(run(&["backup", "--config", text(&file), "--to", text(&to), "--without-key"]).await);
    let (made, key) = (backups(&to), fs::read(data.join("inputs.key")).expect("the key"));
    assert_eq!(made.len(), 1, "the unfinished one is gone: {made:?}");
    refused(run(&restore).await, "is not empty");
    refused(run(&["compact", "--config", text(&file)]).await, "stop it first");

    assert!(service.terminate(Duration::from_secs(30)).await.success());
    let printed = done(run(&["compact", "--config", text(&file)]).await);
    assert!(printed.contains("city.db: "), "{printed}");
    service.start_again().await;
    service.kill().await;
    fs::remove_dir_all(&data).expect("our own folder");
    fs::create_dir_all(data.with_extension("restoring").join("journal")).expect("our own folder"); // one that was killed
    let journal = made[0].join("journal/00000000000000000001.log");
    let whole = fs::read(&journal).expect("the first segment");
    fs::write(&journal, &whole[..whole.len() - 1]).expect("our own file");
    refused(run(&restore).await, "is not what was copied");
    assert!(!data.exists() && !data.with_extension("restoring").exists(), "nothing half done");
    fs::write(&journal, &whole).expect("our own file");
    let printed = done(run(&restore).await);
    assert!(printed.contains("put the key that unseals"), "{printed}");
    fs::write(data.join("inputs.key"), key).expect("our own file");
    service.start_again().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_is_full_holds_no_half_backup_and_the_service_does_not_notice() {
    let listener = Listener::new();
    let config = Config::new().listener(listener);
    let town = Town::new(&config, Way::Direct, 6, Faults::typical());
    let service = Service::start(config).await;
    let (file, disk) = (service.config().write(), SmallDisk::new(4));
    let backup = ["backup", "--config", text(&file), "--to", text(disk.path())];
    disk.fill(256 << 10);
    town.publish(listener.broker(), 32, Pace::Max).await.expect("no panic").expect("all is acknowledged");
    town.ledger_is_the_truth(service.api(), false).await;
    refused(run(&backup).await, "make room");
    assert_eq!(backups(disk.path()), Vec::<PathBuf>::new());
    town.windows_are_the_truth(service.api()).await;
}
