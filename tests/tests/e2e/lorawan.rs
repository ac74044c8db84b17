//! LoRaWAN over real UDP: real device stacks, gateways and their faults, and a service that is killed.

use std::time::Duration;

use firmware_sim::Faults;
use smartpole_model::Eui;
use smartpole_tests::{
    Config, DL_PM, Gateway, Ledger, RadioTown, Service, eventually, free_port, join_request, joined, rxpk, uplink,
};

/// All faults, and half of the gateways with a clock that drifts. Every one keeps its GPS, so that every reading's time is known beforehand.
fn all_faults() -> Faults {
    Faults { gps_lost: 0.0, drift: 0.5, ..Faults::all(0.02) }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_truth_comes_over_the_air_with_all_its_faults() {
    let port = free_port();
    let config = Config::new().gateways(port);
    let town = RadioTown::new(&config, 36, all_faults());
    let service = Service::start(config).await;
    let (played, deliveries) = town.play(port).await.expect("no panic").expect("all is acknowledged");
    let truth = town.truth(&deliveries);
    assert!(played.downlinks > 0 && truth.truth.messages.uplink > 5_000, "{played:?} {:?}", truth.truth.messages);
    assert!(truth.truth.messages.quarantined.len() >= 5, "{:?}", truth.truth.messages);
    town.ledger_and_windows_are_the_truth(service.api(), &truth).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_kills_lose_nothing_that_a_gateway_heard_and_every_device_joins() {
    const KILLS: u64 = 10;
    let port = free_port();
    let config = Config::new().gateways(port);
    let town = RadioTown::new(&config, 36, Faults { gps_lost: 0.0, ..Faults::typical() });
    let mut service = Service::start(config).await;
    let playing = town.play(port);
    for kill in 1..=KILLS {
        // the first kills come while devices join
        let step = if kill <= 3 { kill * 10 } else { town.planned() * (kill - 3) / (KILLS - 1) };
        eventually("the fleet goes on", async || {
            let folded = Ledger::ask(service.api()).await?.messages();
            if folded >= step { Ok(()) } else { Err(format!("{folded} of {step}")) }
        })
        .await;
        assert!(!playing.is_finished(), "all was delivered before kill {kill}");
        service.kill().await;
        service.start_again().await;
    }
    let (played, deliveries) = playing.await.expect("no panic").expect("all is acknowledged");
    assert!(played.resent > 0, "{played:?}");
    let truth = town.truth(&deliveries);
    let before = town.ledger_and_windows_are_the_truth(service.api(), &truth).await;
    let devices = service.api().all("/api/v1/devices").await;
    let joining = devices.iter().filter(|device| device["lorawan"]["activation"] == "otaa");
    for device in joining {
        let radio = &device["lorawan"];
        assert!(radio["joins"].as_u64() >= Some(1) && radio["received"].as_u64() > Some(0), "{device}");
    }

    assert!(service.terminate(Duration::from_secs(10)).await.success());
    service.start_again().await;
    let after = town.ledger_and_windows_are_the_truth(service.api(), &truth).await;
    assert_eq!(after.terms, before.terms, "a stop in good form changes nothing");
    assert_eq!(service.api().all("/api/v1/devices").await, devices);
}

/// A device of the shipped registry that joins, and a gateway of it. There are four, so the service waits for others before it
/// answers.
const JOINING: &str = "02ca57fffe010201";
const GATEWAY: Eui = Eui(0x02ca_57ff_feff_0001);

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_between_request_and_accept_costs_one_more_request_and_nothing_else() {
    let port = free_port();
    let config = Config::new().gateways(port);
    let inputs = config.inputs();
    let index = inputs.registry.device_index(JOINING).expect("the registry has it");
    let credentials = inputs.registry.devices[index].credentials.expect("it has keys");
    let eui: Eui = JOINING.parse().expect("an EUI");
    let mut service = Service::start(config).await;
    let gateway = Gateway::new(GATEWAY, port).await;
    gateway.pull_until_acknowledged().await;
    gateway.push_until_acknowledged(1, &rxpk(1_000, &[join_request(eui, &credentials, 1)])).await;
    service.kill().await;
    service.start_again().await;
    gateway.pull_until_acknowledged().await;
    // whether the first is answered depends on how soon it was folded again; the device asks again, as it heard nothing
    gateway.push_until_acknowledged(2, &rxpk(9_000_000, &[join_request(eui, &credentials, 2)])).await;
    let accept = eventually("the second request is answered", async || match gateway.pull_resp().await {
        Some((accept, 14_000_000)) => Ok(accept),
        other => Err(format!("{other:?}")),
    })
    .await;
    let session = joined(&credentials, &accept, 2);
    gateway.push_until_acknowledged(3, &rxpk(20_000_000, &[uplink(&session, 0, DL_PM)])).await;
    let radio = eventually("the session is in use", async || {
        let device = service.api().try_get(&format!("/api/v1/devices/{JOINING}")).await?;
        let radio = device["lorawan"].clone();
        if radio["join_pending"] == false && radio["received"] == 1 { Ok(radio) } else { Err(device.to_string()) }
    })
    .await;
    assert_eq!(
        (&radio["joins"], &radio["joins_refused"], &radio["f_cnt_up"]),
        (&2.into(), &0.into(), &0.into()),
        "{radio}"
    );
    let ledger = Ledger::ask(service.api()).await.expect("it answers");
    assert_eq!((ledger.term("messages uplink"), ledger.balanced), (1, true), "{ledger:?}");
}
