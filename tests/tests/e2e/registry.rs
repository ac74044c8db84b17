//! Files of the registry, changed while the service runs.

use std::{fs, time::Duration};

use firmware_sim::{Faults, Pace, Path, publish::publish};
use reqwest::redirect::Policy;
use serde_json::{Value, json};
use smartpole_tests::{Config, Ledger, Listener, Service, Town, client, eventually, json_at, message, now, up};

async fn term(service: &Service, name: &str) -> u64 {
    Ledger::ask(service.api()).await.expect("it answers").term(name)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registry_saved_half_changes_nothing_and_a_good_one_counts_without_a_restart() {
    let listener = Listener::new();
    let service = Service::start(Config::new().listener(listener)).await;
    let devices = service.config().registry().join("devices.csv");
    let good = fs::read_to_string(&devices).expect("the registry");
    let send = async |number: usize, device: &str| {
        let message = message(&up("AM-01", device), json_at(now().plus(number as i64 - 60_000), "pm2_5", "7.3"));
        let sent = publish(&listener.broker(), number, Pace::Max, std::iter::once(message), |_| {}).await;
        assert_eq!(sent.expect("it is acknowledged").acknowledged, 1);
    };

    fs::write(&devices, "id,pole,prof").expect("our own copy");
    eventually("the error is shown", async || {
        let (_, ready) = service.api().ask("/readyz").await?;
        let shown = format!("{ready}\n{}", service.log());
        if shown.contains("devices.csv") { Ok(()) } else { Err(shown) }
    })
    .await;
    send(1, "am-01-air").await;
    eventually("the former registry is in force", async || match term(&service, "messages uplink").await {
        1 => Ok(()),
        other => Err(format!("{other} uplinks")),
    })
    .await;

    fs::write(&devices, format!("{}\nnew-air,AM-01,air-station,,,\n", good.trim_end())).expect("our own copy");
    let mut number = 1;
    eventually("the new device counts", async || {
        number += 1;
        send(number, "new-air").await;
        let latest = service.api().try_get("/api/v1/latest?device=new-air").await?;
        if latest["items"][0]["value"] == 7.3 { Ok(()) } else { Err(latest.to_string()) }
    })
    .await;
    eventually("the error is gone", async || match service.api().ask("/readyz").await? {
        (status, ready) if status.is_success() && !ready.contains("devices.csv") => Ok(()),
        other => Err(format!("{other:?}")),
    })
    .await;
    assert!(Ledger::ask(service.api()).await.expect("it answers").balanced);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_catalogue_that_stored_readings_do_not_fit_stays_out_of_force_until_it_is_put_back() {
    let listener = Listener::new();
    let service = Service::start(Config::new().listener(listener)).await;
    let message = message(&up("AM-01", "am-01-air"), json_at(now().plus(-60_000), "pm2_5", "7.3"));
    let sent = publish(&listener.broker(), 1, Pace::Max, std::iter::once(message), |_| {}).await;
    assert_eq!(sent.expect("it is acknowledged").acknowledged, 1);
    eventually("it counts", async || match term(&service, "messages uplink").await {
        1 => Ok(()),
        other => Err(format!("{other} uplinks")),
    })
    .await;

    let catalogue = service.config().registry().join("properties.toml");
    let good = fs::read_to_string(&catalogue).expect("the registry");
    let (unit, other) = ("id = \"pm2_5\"\nnumber = 2\n", "id = \"pm2_5\"\nnumber = 902\n");
    assert!(good.contains(unit));
    fs::write(&catalogue, good.replacen(unit, other, 1)).expect("our own copy");
    eventually("what, where and what to do is shown", async || {
        let (_, ready) = service.api().ask("/readyz").await?;
        let words = [
            "properties.toml: pm2_5: readings of it are stored under the number 2, which is 902 now",
            "put the entry back",
        ];
        if words.iter().all(|words| ready.contains(words)) { Ok(()) } else { Err(ready) }
    })
    .await;
    let stored = service.api().try_get("/api/v1/latest?device=am-01-air").await.expect("it answers");
    assert_eq!((&stored["items"][0]["property"], &stored["items"][0]["value"]), (&"pm2_5".into(), &7.3.into()));

    fs::write(&catalogue, good).expect("our own copy");
    eventually("the error is gone", async || match service.api().ask("/readyz").await? {
        (status, ready) if status.is_success() && !ready.contains("properties.toml") => Ok(()),
        other => Err(format!("{other:?}")),
    })
    .await;
}

/// Sends a change of a file, by whoever knows what it was; its status and what it was answered.
async fn put(service: &Service, file: &str, query: &str, former: &str, text: &str) -> Result<(u16, Value), String> {
    let uri = format!("{}/api/v1/registry/{file}{query}", service.api().base());
    let request = client(Policy::default()).put(uri).header("if-match", format!("\"{former}\"")).body(text.to_owned());
    let answer = request.send().await.map_err(|error| error.to_string())?;
    let status = answer.status().as_u16();
    let text = answer.text().await.map_err(|error| error.to_string())?;
    Ok((status, serde_json::from_str(&text).map_err(|error| format!("{error}: {text}"))?))
}

/// Text and hash of a file as the interface has them.
async fn get(service: &Service, file: &str) -> (String, String) {
    let uri = format!("{}/api/v1/registry/{file}", service.api().base());
    let answer = client(Policy::default()).get(uri).send().await.expect("it answers");
    let tag = answer.headers()["etag"].to_str().expect("a tag").trim_matches('"').to_owned();
    (answer.text().await.expect("the answer is whole"), tag)
}

#[tokio::test(flavor = "multi_thread")]
async fn poles_are_edited_over_http_while_the_town_sends_and_kills_leave_whole_files_and_the_newest_registry() {
    let listener = Listener::new();
    let config = Config::new().listener(listener);
    let town = Town::new(&config, Path::Direct, 12, Faults::typical());
    let mut service = Service::start(config).await;
    let publishing = town.publish(listener.broker(), 8, Pace::PerSecond(1_000.0));
    let mut written = Vec::new();
    for step in 0..12 {
        let (text, hash) = get(&service, "poles.csv").await;
        let next = format!("{}\nEDIT-{step},Neu {step},Neu,51.5478,7.3116\n", text.trim_end().replace('\r', ""));
        let columns = text.lines().next().expect("a header").matches(',').count();
        let padding = ",".repeat(columns - 4);
        let next = next.replace("7.3116\n", &format!("7.3116{padding}\n"));
        if step % 3 == 2 {
            // killed while it is being written, or just after
            let sending = put(&service, "poles.csv", "", &hash, &next);
            let killed = tokio::time::timeout(Duration::from_millis(step * 2), sending).await;
            drop(killed);
            service.kill().await;
            service.start_again().await;
            let now = fs::read_to_string(service.config().registry().join("poles.csv")).expect("the registry");
            assert!(now == text || now == next, "neither the former file nor the next one:\n{now}");
            if now == next {
                written.push(step);
            }
        } else {
            let (status, answer) = put(&service, "poles.csv", "", &hash, &next).await.expect("it answers");
            assert_eq!((status, &answer["in_force"]), (200, &true.into()), "{answer}");
            written.push(step);
        }
    }
    let sent = publishing.await.expect("no panic").expect("all is acknowledged");
    assert_eq!(sent.acknowledged, town.truth().sent);
    eventually("all that was written is in force", async || {
        let poles = service.api().try_get("/api/v1/poles").await?;
        let ids: Vec<_> =
            poles["items"].as_array().ok_or("no list")?.iter().filter_map(|pole| pole["id"].as_str()).collect();
        let missing: Vec<_> = written.iter().filter(|step| !ids.contains(&format!("EDIT-{step}").as_str())).collect();
        if missing.is_empty() { Ok(()) } else { Err(format!("{missing:?} of {written:?}")) }
    })
    .await;
    assert!(Ledger::ask(service.api()).await.expect("it answers").balanced);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_tried_with_what_is_in_quarantine_before_it_is_made_and_is_found_in_the_history() {
    let listener = Listener::new();
    let service = Service::start(Config::new().listener(listener)).await;
    for number in 0..3 {
        let message = message(&up("AM-01", "newcomer"), json_at(now().plus(number - 60_000), "pm2_5", "7.3"));
        let sent = publish(&listener.broker(), number as usize, Pace::Max, std::iter::once(message), |_| {}).await;
        assert_eq!(sent.expect("it is acknowledged").acknowledged, 1);
    }
    eventually("they are in quarantine", async || match term(&service, "messages quarantined unknown_device").await {
        3 => Ok(()),
        other => Err(format!("{other} in quarantine")),
    })
    .await;
    let (text, hash) = get(&service, "devices.csv").await;
    let columns = text.lines().next().expect("a header").matches(',').count();
    let next = format!("{}\nnewcomer,AM-01,air-station{}\n", text.trim_end(), ",".repeat(columns - 2));
    let (status, tried) = put(&service, "devices.csv", "?dry_run=true", &hash, &next).await.expect("it answers");
    assert_eq!(status, 200, "{tried}");
    let effect = &tried["effect"];
    assert_eq!(effect["entries"][0]["added"]["ids"][0], "newcomer");
    assert_eq!((&effect["quarantine"]["messages"], &effect["quarantine"]["recovered"]), (&3.into(), &3.into()));
    assert_eq!(get(&service, "devices.csv").await.0, text, "it was only tried");

    let (_, wrong) = put(&service, "devices.csv", "", &hash, &next.replace("AM-01,air-station", "AM-99,air-station"))
        .await
        .expect("it answers");
    assert_eq!(wrong["mistakes"][0]["field"], "pole", "{wrong}");
    let (_, made) = put(&service, "devices.csv", "", &hash, &next).await.expect("it answers");
    assert_eq!(made["in_force"], true, "{made}");
    service.api().post("/api/v1/replays", &json!({})).await;
    eventually("they count", async || match term(&service, "messages quarantined unknown_device").await {
        0 => Ok(()),
        other => Err(format!("{other} in quarantine")),
    })
    .await;
    let history = service.api().get("/api/v1/registry/devices.csv/history").await;
    let items = history["items"].as_array().expect("a list");
    assert_eq!((items.len(), &items[0]["is_current"], &items[0]["by"]["who"]), (2, &true.into(), &"local".into()));
    let (_, lost) = put(&service, "devices.csv", "", &hash, &text).await.expect("it answers");
    assert_eq!(lost["status"], 412, "somebody who looked before is told");
}
