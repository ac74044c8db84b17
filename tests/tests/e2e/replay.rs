//! Messages decoded again: a device that somebody registers late, beside live traffic, and a kill half-way.

use std::{fs, path::PathBuf, time::Duration};

use firmware_sim::{Faults, Pace, Path, publish::publish};
use reqwest::redirect::Policy;
use serde_json::Value;
use smartpole_tests::{
    Api, Config, Ledger, Listener, Service, Town, client, eventually, json_at, message, now, smartpole, up,
};
use tokio::{task::spawn_blocking, time::sleep};

/// Devices that are not in the registry at first.
const LATE: [&str; 2] = ["am-01-air", "am-01-people"];

/// A fleet two devices of which nobody has registered, all of it sent; what `devices.csv` should say; where the fleet publishes.
async fn sent_unregistered(hours: i64) -> (Service, Town, String, Listener) {
    let listener = Listener::new();
    let config = Config::new().listener(listener);
    let town = Town::new(&config, Path::Direct, hours, Faults::typical());
    let devices = config.registry().join("devices.csv");
    let whole = fs::read_to_string(&devices).expect("the registry");
    let known = |line: &&str| !LATE.iter().any(|device| line.starts_with(&format!("{device},")));
    let without: Vec<&str> = whole.lines().filter(known).collect();
    assert_eq!(without.len() + LATE.len(), whole.lines().count());
    fs::write(&devices, without.join("\n")).expect("our own copy");
    let service = Service::start(config).await;
    let sent = town.publish(listener.broker(), 32, Pace::Max).await.expect("no panic").expect("all is acknowledged");
    assert_eq!(sent.acknowledged, town.truth().sent);
    eventually("all is folded", async || match Ledger::ask(service.api()).await?.messages() {
        folded if folded == sent.acknowledged => Ok(()),
        folded => Err(format!("{folded} of {}", sent.acknowledged)),
    })
    .await;
    (service, town, whole, listener)
}

/// Puts the whole registry in force.
async fn register(service: &Service, devices: &str) {
    fs::write(service.config().registry().join("devices.csv"), devices).expect("our own copy");
    eventually("the registry is in force", async || {
        let known = service.api().try_get("/api/v1/devices/am-01-air").await?;
        if known["id"] == "am-01-air" { Ok(()) } else { Err(known.to_string()) }
    })
    .await;
}

async fn in_quarantine(api: &Api) -> u64 {
    Ledger::ask(api).await.expect("it answers").term("messages quarantined unknown_device")
}

/// Runs `smartpole replay` at a service: its exit code, and what it printed.
async fn replay(service: &Service, more: &[&str]) -> (Option<i32>, String) {
    let arguments = ["replay", "--url", service.api().base()].into_iter().chain(more.iter().copied());
    let arguments: Vec<String> = arguments.map(str::to_owned).collect();
    let run = move || smartpole(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    spawn_blocking(run).await.expect("no panic")
}

/// `smartpole replay` that must come to its end, without the words of a dry run.
async fn said(service: &Service, more: &[&str]) -> String {
    let (code, printed) = replay(service, more).await;
    assert_eq!(code, Some(0), "{printed}");
    printed.trim().trim_start_matches("would be: ").to_owned()
}

/// The newest replay.
async fn newest(api: &Api) -> Value {
    api.get("/api/v1/replays").await["items"][0].clone()
}

/// What all replays changed together, as the command says it of one.
async fn changed(api: &Api) -> String {
    let all = api.all("/api/v1/replays").await;
    let sum = |of: &str| all.iter().map(|replay| replay["effect"][of].as_u64().expect("a number")).sum::<u64>();
    let [readings, windows, conflicts] = ["readings", "windows", "conflicts"].map(sum);
    let recovered = sum("recovered");
    assert!(recovered > 100, "{recovered} messages left the quarantine");
    format!(
        "{readings} readings {windows} windows corrected {conflicts} conflicts {recovered} messages left the quarantine"
    )
}

/// What the command says, without the number of messages and without commas.
fn without_messages(said: &str) -> String {
    said.replace(',', "").split_once("→ ").map(|(_, rest)| rest.to_owned()).expect("an arrow")
}

async fn verified(config: PathBuf) {
    let config = config.to_str().expect("our folder's name is UTF-8").to_owned();
    let verify = move || smartpole(&["ledger", "verify", "--config", &config]);
    let (code, printed) = spawn_blocking(verify).await.expect("no panic");
    assert_eq!(code, Some(0), "{printed}");
    assert!(printed.contains(" 0 differences"), "{printed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_device_sent_before_it_was_registered_counts_after_a_replay_while_others_go_on() {
    let (service, town, devices, listener) = sent_unregistered(12).await;
    let refused = in_quarantine(service.api()).await;
    assert!(refused > 100, "{refused}");
    register(&service, &devices).await;
    let (_, missing) = replay(&service, &["--device", "am-01-airr"]).await;
    assert!(missing.contains("there is no device \"am-01-airr\"; did you mean \"am-01-air\"?"), "{missing}");

    let would = said(&service, &["--dry-run", "--reason", "unknown_device"]).await;
    assert!(would.contains("left the quarantine"), "{would}");
    assert_eq!(in_quarantine(service.api()).await, refused, "a dry run changes nothing");

    const LIVE: usize = 400;
    let live =
        (0..LIVE as i64).map(|n| message(&up("AM-03", "am-03-air"), json_at(now().plus(n * 10), "pm2_5", "7.3")));
    let (live, broker) = (live.collect::<Vec<_>>(), listener.broker());
    let sending =
        tokio::spawn(async move { publish(&broker, 99, Pace::PerSecond(400.0), live.into_iter(), |_| {}).await });
    let air = said(&service, &["--device", "am-01-air"]).await;
    let left = in_quarantine(service.api()).await;
    assert!(0 < left && left < refused, "{left} of {refused}");
    let rest = said(&service, &["--reason", "unknown_device"]).await;
    assert!(rest.starts_with(&format!("{left} messages → ")), "{left}: {rest}");
    assert_eq!(sending.await.expect("no panic").expect("it is acknowledged").acknowledged, LIVE as u64);

    eventually("the ledger is the truth", async || {
        let (ledger, must) = (Ledger::ask(service.api()).await?, Ledger::of(town.truth()));
        let terms = ["messages uplink", "messages quarantined unknown_device", "readings accepted"];
        let is = terms.map(|term| ledger.term(term));
        let live = LIVE as u64;
        let must = [must.term(terms[0]) + live, must.term(terms[1]), must.term(terms[2]) + live];
        if ledger.balanced && is == must { Ok(()) } else { Err(format!("{is:?}, must be {must:?}; {air}")) }
    })
    .await;
    town.windows_are_the_truth(service.api()).await;
    assert_eq!(changed(service.api()).await, without_messages(&would));
    let replayed = service.api().all("/api/v1/replays").await;
    let replayed: u64 = replayed.iter().filter_map(|replay| replay["effect"]["messages"].as_u64()).sum();
    assert_eq!(service.api().metric("smartpole_replay_messages_total").await, Ok(replayed as f64));
    verified(service.config().write()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reason_that_a_replay_took_away_is_the_same_as_one_that_never_was() {
    let listener = Listener::new();
    let service = Service::start(Config::new().listener(listener)).await;
    let devices = service.config().registry().join("devices.csv");
    let known = fs::read_to_string(&devices).expect("the registry");
    let early = message(&up("AM-01", "new-air"), json_at(now(), "pm2_5", "7.3"));
    let sent = publish(&listener.broker(), 1, Pace::Max, std::iter::once(early), |_| {}).await;
    assert_eq!(sent.expect("it is acknowledged").acknowledged, 1);
    eventually("it is committed", async || match service.api().all("/api/v1/quarantine").await.len() {
        1 => Ok(()),
        n => Err(format!("{n} in quarantine")),
    })
    .await;
    fs::write(&devices, format!("{}\nnew-air,AM-01,air-station,,,\n", known.trim_end())).expect("our own copy");
    eventually("the registry is in force", async || service.api().try_get("/api/v1/devices/new-air").await).await;
    let said = said(&service, &["--device", "new-air"]).await;
    assert_eq!(said, "1 messages → 1 readings, 0 windows corrected, 0 conflicts, 1 messages left the quarantine");
    let latest = service.api().get("/api/v1/latest?device=new-air").await;
    assert!(latest["items"][0]["flags"].to_string().contains("replayed"), "{latest}");
    eventually("it is committed", async || match service.api().all("/api/v1/quarantine").await.len() {
        0 => Ok(()),
        n => Err(format!("{n} in quarantine")),
    })
    .await;
    assert!(Ledger::ask(service.api()).await.expect("it answers").balanced);
    verified(service.config().write()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn replaying_everything_changes_nothing_when_nothing_was_mended() {
    let listener = Listener::new();
    let config = Config::new().listener(listener);
    let town = Town::new(&config, Path::Direct, 8, Faults::typical());
    let mut service = Service::start(config).await;
    town.publish(listener.broker(), 32, Pace::Max).await.expect("no panic").expect("all is acknowledged");
    let before = town.ledger_is_the_truth(service.api(), false).await;
    let all = [&town.truth().sent.to_string(), " messages → 0 readings 0 windows corrected 0 conflicts"].concat();
    for more in [&["--all", "--dry-run"][..], &["--all"]] {
        assert_eq!(said(&service, more).await.replace(',', ""), all);
    }
    let after = Ledger::ask(service.api()).await.expect("it answers");
    assert_eq!((after.terms, after.totals), (before.terms, before.totals));
    town.windows_are_the_truth(service.api()).await;

    assert!(service.terminate(Duration::from_secs(10)).await.success());
    let config = service.config().write();
    let (data, config) = (service.config().data_folder(), config.to_str().expect("our folder's name is UTF-8"));
    let data = data.to_str().expect("our folder's name is UTF-8").to_owned();
    let (code, printed) = smartpole(&["replay", "--config", config, "--all"]);
    assert!(code == Some(1) && printed.contains("a port of its own choice"), "{printed}");
    let stopped = ["replay", "--data", &data, "--url", service.api().base(), "--all"];
    let (code, printed) = smartpole(&stopped);
    assert!(code == Some(1) && printed.contains("start it with `smartpole run`"), "{printed}");
    let (code, printed) = smartpole(&[&stopped[..], &["--dry-run"]].concat());
    assert_eq!(code, Some(0), "{printed}");
    assert!(printed.contains("tried out beside the store") && printed.replace(',', "").contains(&all), "{printed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_killed_half_way_goes_on_by_itself_and_ends_as_one_in_one_go() {
    let (mut service, town, devices, _) = sent_unregistered(72).await;
    register(&service, &devices).await;
    let would = said(&service, &["--dry-run", "--all"]).await;
    let client = client(Policy::default());
    let mut killed_half_way = false;
    for _ in 0..10 {
        let order = client.post(format!("{}/api/v1/replays", service.api().base()));
        let order = order.header("content-type", "application/json").body(r#"{"selection":{"of":"all"}}"#);
        assert_eq!(order.send().await.expect("it answers").status(), 202);
        eventually("it is committed in part", async || match newest(service.api()).await {
            replay if replay["effect"]["messages"].as_u64() > Some(0) => Ok(()),
            replay => Err(replay.to_string()),
        })
        .await;
        service.kill().await;
        service.start_again().await;
        let first = newest(service.api()).await;
        killed_half_way = first["state"] == "running" && first["next"].as_u64() > Some(0);
        eventually("it goes on by itself", async || match newest(service.api()).await {
            replay if replay["state"] == "done" => Ok(()),
            replay => Err(replay.to_string()),
        })
        .await;
        if killed_half_way {
            break;
        }
        sleep(Duration::from_millis(10)).await;
    }
    assert!(killed_half_way, "each replay was done before the kill");
    assert_eq!(changed(service.api()).await, without_messages(&would));
    town.ledger_is_the_truth(service.api(), false).await;
    town.windows_are_the_truth(service.api()).await;
    verified(service.config().write()).await;
}
