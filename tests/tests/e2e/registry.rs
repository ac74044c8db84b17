//! Files of the registry, changed while the service runs.

use std::fs;

use firmware_sim::{Pace, publish::publish};
use smartpole_tests::{Config, Ledger, Listener, Service, eventually, json_at, message, now, up};

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
