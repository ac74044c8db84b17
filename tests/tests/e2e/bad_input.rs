//! Bytes that nobody should send.

use std::collections::BTreeMap;

use firmware_sim::{Kind, Pace, Transmission, publish::publish};
use smartpole_model::UtcMillis;
use smartpole_tests::{Config, Ledger, Listener, Service, eventually, json_at, message, now, up};

/// What is sent, and the reason it must be quarantined for.
fn cases() -> Vec<(&'static str, &'static str, Transmission)> {
    let air = up("AM-01", "am-01-air");
    let to_air = |payload: &[u8]| message(&air, payload);
    let deep = [b"{\"time\":".as_slice(), &[b'['; 10_000], &[b']'; 10_000], b"}"].concat();
    let value = |value: &str| message(&air, json_at(now(), "pm2_5", value));
    let at = |time: &str| message(&air, json_at(time.parse::<UtcMillis>().expect("a time"), "pm2_5", "7.3"));
    let retained = || Transmission { kind: Kind::Retained, ..value("7.3") };
    vec![
        ("a payload of 1 MB", "oversize", to_air(&[b'x'; 1_000_000])),
        ("no UTF-8", "decode_failed", to_air(b"{\"time\":\"2026-11-25T10:00:00Z\",\"values\":{\"\xff\xfe\":1}}")),
        ("NaN", "not_a_number", value("NaN")),
        ("1e999", "overflow", value("1e999")),
        ("a text for a number", "not_a_number", value("\"warm\"")),
        ("10,000 levels", "decode_failed", to_air(&deep)),
        ("a nested protobuf bomb", "decode_failed", to_air(&nested(2_000))),
        ("a protobuf that claims 2 GB", "decode_failed", to_air(&[0x0a, 0xff, 0xff, 0xff, 0xff, 0x07])),
        ("a protobuf of 100,000 empty samples", "decode_failed", to_air(&[0x0a, 0x00].repeat(100_000))),
        ("nothing", "no_readings", to_air(b"")),
        ("no value", "no_readings", to_air(b"{\"time\":\"2026-11-25T10:00:00Z\",\"values\":{}}")),
        ("a property nobody knows", "unknown_property", message(&air, json_at(now(), "flux_capacity", "1.21"))),
        ("an unknown device", "unknown_device", message(&up("AM-01", "nobody"), json_at(now(), "pm2_5", "7.3"))),
        ("an unknown topic", "unknown_topic", message("weather/castrop", "7.3")),
        ("a clock of 1970", "time_before_epoch", at("1970-01-02T00:00:00Z")),
        ("a clock of 2100", "time_in_future", at("2100-01-01T00:00:00Z")),
        ("a retained burst", "retained", retained()),
        ("a retained burst", "retained", retained()),
        ("a retained burst", "retained", retained()),
    ]
}

/// Length-delimited fields in length-delimited fields, innermost first.
fn nested(levels: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    for _ in 0..levels {
        let mut outer = vec![0x0a];
        prost::encoding::encode_varint(bytes.len() as u64, &mut outer);
        outer.append(&mut bytes);
        bytes = outer;
    }
    bytes
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_input_is_quarantined_for_its_reason_and_harms_nobody() {
    let listener = Listener::new();
    let mut service = Service::start(Config::new().listener(listener)).await;
    let before = service.resident_bytes();
    let cases = cases();
    for (number, (_, _, transmission)) in cases.iter().enumerate() {
        let sent = publish(&listener.broker(), number, Pace::Max, std::iter::once(transmission.clone()), |_| {}).await;
        assert_eq!(sent.expect("even this is acknowledged").acknowledged, 1);
    }
    let ledger = eventually("all is folded", async || {
        let ledger = Ledger::ask(service.api()).await?;
        if ledger.messages() == cases.len() as u64 { Ok(ledger) } else { Err(format!("{ledger:?}")) }
    })
    .await;
    assert!(ledger.balanced, "{ledger:?}");
    // Newest first; one row of each message, for they were sent one after the other.
    let mut rows = eventually("all are in quarantine", async || {
        let rows = service.api().all("/api/v1/quarantine?limit=100").await;
        if rows.len() == cases.len() { Ok(rows) } else { Err(format!("{} of {}: {rows:?}", rows.len(), cases.len())) }
    })
    .await;
    rows.reverse();
    let other = cases.iter().zip(&rows).filter(|((_, reason, _), row)| row["reason"] != *reason);
    let other: Vec<String> = other.map(|((what, reason, _), row)| format!("{what}: not {reason}, but {row}")).collect();
    assert!(other.is_empty(), "{}", other.join("\n"));
    let reasons = cases.iter().fold(BTreeMap::<_, u64>::new(), |mut sums, (_, reason, _)| {
        *sums.entry(*reason).or_default() += 1;
        sums
    });
    for (reason, n) in reasons {
        assert_eq!(ledger.term(&format!("messages quarantined {reason}")), n, "{reason}");
    }
    let good = message(&up("AM-01", "am-01-air"), json_at(now(), "pm2_5", "7.3"));
    publish(&listener.broker(), 99, Pace::Max, std::iter::once(good), |_| {}).await.expect("it is acknowledged");
    eventually("good messages still count", async || {
        let uplinks = Ledger::ask(service.api()).await?.term("messages uplink");
        if uplinks == 1 { Ok(()) } else { Err(format!("{uplinks} uplinks")) }
    })
    .await;
    assert!(service.is_alive());
    let grown = service.resident_bytes().saturating_sub(before);
    assert!(grown < 64 << 20, "{} MB more than before", grown >> 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_large_messages_leaves_memory_bounded() {
    let listener = Listener::new();
    let service = Service::start(Config::new().listener(listener)).await;
    let flood = |number: usize| {
        let broker = listener.broker();
        async move {
            let large = message(&up("AM-01", "am-01-air"), vec![0xff; 1_000_000]);
            publish(&broker, number, Pace::Max, std::iter::repeat_n(large, 40), |_| {}).await
        }
    };
    let floods: Vec<_> = (0..8).map(|number| tokio::spawn(flood(number))).collect();
    for flood in floods {
        flood.await.expect("no panic").expect("all is acknowledged");
    }
    eventually("320 MB are folded", async || {
        let oversize = Ledger::ask(service.api()).await?.term("messages quarantined oversize");
        if oversize == 320 { Ok(()) } else { Err(format!("{oversize} of 320")) }
    })
    .await;
    let resident = service.resident_bytes() >> 20;
    assert!(resident < 300, "{resident} MB resident");
}
