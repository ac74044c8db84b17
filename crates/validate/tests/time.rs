//! Whose clock is believed, as a table.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fmt::Write;

use expect_test::expect;
use smartpole_model::{
    Flag, Flags, FoldSettings, Profile, TimeSource, UtcMillis,
    registry::{Codec, Counter},
};
use smartpole_validate::{Times, event_time};

const RECEIVED: &str = "2026-11-25T10:00:00Z";

fn profile(payload_time: bool) -> Profile {
    Profile {
        humidity: None,
        sensing: smartpole_model::registry::Sensing::None,
        spare_part: None,
        dpia: None,
        id: "pole".to_owned(),
        name: "Pole".to_owned(),
        codec: Codec::Smartpole,
        interval_s: 600,
        payload_time,
        counter: Counter::new(32, 600),
        mapping: Vec::new(),
        expected: Vec::new(),
    }
}

fn time(text: &str) -> Option<UtcMillis> {
    (text != "-").then(|| text.parse().unwrap())
}

/// `payload gateway network` a line, `-` for none.
fn table(payload_time: bool, received_at: &str, rows: &str) -> String {
    let mut table = String::new();
    for row in rows.lines().map(str::trim).filter(|row| !row.is_empty()) {
        let [payload, gateway, network] = row.split_whitespace().collect::<Vec<_>>()[..] else { panic!("{row}") };
        let times = Times {
            payload: time(payload),
            gateway: time(gateway),
            network: time(network),
            received_at: received_at.parse().unwrap(),
        };
        match event_time(&times, &profile(payload_time), &FoldSettings::default()) {
            Ok((time, source, flags)) => writeln!(table, "{row} => {source:?} {time} {flags:?}").unwrap(),
            Err(reason) => writeln!(table, "{row} => {}", reason.code()).unwrap(),
        }
    }
    table
}

#[test]
fn the_best_clock_within_bounds_gives_the_time() {
    expect![[r#"
        2026-11-25T09:50:00Z 2026-11-25T09:59:58Z 2026-11-25T09:59:59Z => Payload 2026-11-25T09:50:00Z {}
        -                    2026-11-25T09:59:58Z 2026-11-25T09:59:59Z => Gateway 2026-11-25T09:59:58Z {}
        -                    -                    2026-11-25T09:59:59Z => Network 2026-11-25T09:59:59Z {}
        -                    -                    - => Receipt 2026-11-25T10:00:00Z {}
        2020-01-01T00:00:00Z -                    - => Payload 2020-01-01T00:00:00Z {}
    "#]]
    .assert_eq(&table(
        true,
        RECEIVED,
        "2026-11-25T09:50:00Z 2026-11-25T09:59:58Z 2026-11-25T09:59:59Z
         -                    2026-11-25T09:59:58Z 2026-11-25T09:59:59Z
         -                    -                    2026-11-25T09:59:59Z
         -                    -                    -
         2020-01-01T00:00:00Z -                    -",
    ));
}

#[test]
fn a_refused_clock_gives_way_to_the_next_with_a_doubt() {
    expect![[r#"
        1970-01-01T00:10:00Z 2026-11-25T09:59:58Z 2026-11-25T09:59:59Z => Gateway 2026-11-25T09:59:58Z {"time_doubt"}
        2038-01-19T03:14:07Z -                    2026-11-25T09:59:59Z => Network 2026-11-25T09:59:59Z {"time_doubt"}
        2100-01-01T00:00:00Z 2007-04-11T09:59:58Z 2026-11-25T09:59:59Z => Network 2026-11-25T09:59:59Z {"time_doubt"}
        -                    2007-04-11T09:59:58Z 2026-11-25T09:59:59Z => Network 2026-11-25T09:59:59Z {"time_doubt"}
        -                    2046-07-11T09:59:58Z 2046-07-11T09:59:58Z => Receipt 2026-11-25T10:00:00Z {"time_doubt"}
    "#]]
    .assert_eq(&table(
        true,
        RECEIVED,
        "1970-01-01T00:10:00Z 2026-11-25T09:59:58Z 2026-11-25T09:59:59Z
         2038-01-19T03:14:07Z -                    2026-11-25T09:59:59Z
         2100-01-01T00:00:00Z 2007-04-11T09:59:58Z 2026-11-25T09:59:59Z
         -                    2007-04-11T09:59:58Z 2026-11-25T09:59:59Z
         -                    2046-07-11T09:59:58Z 2046-07-11T09:59:58Z",
    ));
}

#[test]
fn a_payload_clock_that_is_off_with_only_the_receipt_left_is_quarantined() {
    expect![[r#"
        1970-01-01T00:00:00Z     -                    - => time_before_epoch
        2000-01-01T00:00:00Z     -                    - => time_before_epoch
        2019-12-31T23:59:59.999Z -                    - => time_before_epoch
        2038-01-19T03:14:07Z     -                    - => time_in_future
        2100-01-01T00:00:00Z     -                    - => time_in_future
        1970-01-01T00:00:00Z     2100-01-01T00:00:00Z 2100-01-01T00:00:00Z => time_before_epoch
    "#]]
    .assert_eq(&table(
        true,
        RECEIVED,
        "1970-01-01T00:00:00Z     -                    -
         2000-01-01T00:00:00Z     -                    -
         2019-12-31T23:59:59.999Z -                    -
         2038-01-19T03:14:07Z     -                    -
         2100-01-01T00:00:00Z     -                    -
         1970-01-01T00:00:00Z     2100-01-01T00:00:00Z 2100-01-01T00:00:00Z",
    ));
}

#[test]
fn the_future_ends_with_the_drift_limit_to_the_millisecond() {
    expect![[r#"
        2026-11-25T10:02:00Z     -                        - => Payload 2026-11-25T10:02:00Z {}
        2026-11-25T10:02:00.001Z -                        - => time_in_future
        -                        2026-11-25T10:02:00.001Z - => Receipt 2026-11-25T10:00:00Z {"time_doubt"}
        -                        2026-11-25T10:00:18Z     - => Gateway 2026-11-25T10:00:18Z {}
    "#]]
    .assert_eq(&table(
        true,
        RECEIVED,
        "2026-11-25T10:02:00Z     -                        -
         2026-11-25T10:02:00.001Z -                        -
         -                        2026-11-25T10:02:00.001Z -
         -                        2026-11-25T10:00:18Z     -",
    ));
}

#[test]
fn a_payload_time_that_the_profile_does_not_trust_is_as_good_as_none() {
    expect![[r#"
        2026-11-25T09:50:00Z 2026-11-25T09:59:58Z - => Gateway 2026-11-25T09:59:58Z {}
        1970-01-01T00:00:00Z -                    - => Receipt 2026-11-25T10:00:00Z {}
    "#]]
    .assert_eq(&table(
        false,
        RECEIVED,
        "2026-11-25T09:50:00Z 2026-11-25T09:59:58Z -
         1970-01-01T00:00:00Z -                    -",
    ));
}

#[test]
fn nothing_is_believed_while_our_own_clock_stands_before_the_epoch() {
    expect![[r#"
        2026-11-25T09:50:00Z -                    - => time_in_future
        -                    2026-11-25T09:59:58Z - => time_before_epoch
        -                    -                    - => time_before_epoch
    "#]]
    .assert_eq(&table(
        true,
        "1970-01-01T00:00:05Z",
        "2026-11-25T09:50:00Z -                    -
         -                    2026-11-25T09:59:58Z -
         -                    -                    -",
    ));
}

#[test]
fn extreme_times_do_not_overflow() {
    for payload in [i64::MIN, i64::MAX] {
        for received_at in [i64::MIN, 0, i64::MAX] {
            let times = Times {
                payload: Some(UtcMillis(payload)),
                gateway: None,
                network: None,
                received_at: UtcMillis(received_at),
            };
            if let Ok((time, _, _)) = event_time(&times, &profile(true), &FoldSettings::default()) {
                assert!([payload, received_at].contains(&time.0), "{times:?}");
            }
        }
    }
}

#[test]
fn the_past_of_gateways_and_network_servers_ends_with_retention_that_of_devices_with_the_epoch() {
    // 730 days before the receipt, and a millisecond more
    expect![[r#"
        -                        2024-11-25T10:00:00Z     - => Gateway 2024-11-25T10:00:00Z {}
        -                        2024-11-25T09:59:59.999Z - => Receipt 2026-11-25T10:00:00Z {"time_doubt"}
        -                        2024-11-25T09:59:59.999Z 2026-11-25T09:59:59Z => Network 2026-11-25T09:59:59Z {"time_doubt"}
        -                        -                        2024-11-25T10:00:00Z => Network 2024-11-25T10:00:00Z {}
        -                        -                        2024-11-25T09:59:59.999Z => Receipt 2026-11-25T10:00:00Z {"time_doubt"}
        2024-11-25T09:59:59.999Z 2026-11-25T09:59:58Z     - => Payload 2024-11-25T09:59:59.999Z {}
        1970-01-01T00:00:00Z     2024-11-25T09:59:59.999Z - => time_before_epoch
    "#]]
    .assert_eq(&table(
        true,
        RECEIVED,
        "-                        2024-11-25T10:00:00Z     -
         -                        2024-11-25T09:59:59.999Z -
         -                        2024-11-25T09:59:59.999Z 2026-11-25T09:59:59Z
         -                        -                        2024-11-25T10:00:00Z
         -                        -                        2024-11-25T09:59:59.999Z
         2024-11-25T09:59:59.999Z 2026-11-25T09:59:58Z     -
         1970-01-01T00:00:00Z     2024-11-25T09:59:59.999Z -",
    ));
}

#[test]
fn what_a_gateway_or_a_device_kept_for_days_lands_at_its_event_time() {
    expect![[r#"
        -                    2026-11-23T10:00:00Z 2026-11-25T09:59:59Z => Gateway 2026-11-23T10:00:00Z {}
        2026-10-01T10:00:00Z 2026-11-25T09:59:58Z 2026-11-25T09:59:59Z => Payload 2026-10-01T10:00:00Z {}
    "#]]
    .assert_eq(&table(
        true,
        RECEIVED,
        "-                    2026-11-23T10:00:00Z 2026-11-25T09:59:59Z
         2026-10-01T10:00:00Z 2026-11-25T09:59:58Z 2026-11-25T09:59:59Z",
    ));
}

/// 1970: no clock was set. 1980-01-06: GPS time began (IS-GPS-200, 3.3.4). 2000: where many real-time clocks begin. 2007-04-11:
/// 1,024 weeks before the receipt. 1901-12-13 and 2038-01-19: 32 bits of seconds ran over, or are about to. 2036-02-07:
/// 32 bits of NTP seconds end (RFC 5905, 6). 2046-07-11: 1,024 weeks too many.
const WRONG_CLOCKS: [&str; 8] = [
    "1970-01-01T00:00:00Z",
    "1980-01-06T00:00:00Z",
    "2000-01-01T00:00:00Z",
    "2007-04-11T10:00:00Z",
    "1901-12-13T20:45:52Z",
    "2038-01-19T03:14:07Z",
    "2036-02-07T06:28:15Z",
    "2046-07-11T10:00:00Z",
];

#[test]
fn no_clock_of_a_wrong_year_gives_the_time_whoever_tells_it() {
    let received_at: UtcMillis = RECEIVED.parse().unwrap();
    for wrong in WRONG_CLOCKS {
        let wrong = time(wrong);
        let none = Times { payload: None, gateway: None, network: None, received_at };
        let of_payload = Times { payload: wrong, ..none };
        assert!(event_time(&of_payload, &profile(true), &FoldSettings::default()).is_err(), "{wrong:?}");
        for on_the_way in [Times { gateway: wrong, ..none }, Times { network: wrong, ..none }] {
            let taken = event_time(&on_the_way, &profile(true), &FoldSettings::default()).unwrap();
            assert_eq!(taken, (received_at, TimeSource::Receipt, Flags::NONE.with(Flag::TimeDoubt)), "{wrong:?}");
        }
    }
}

#[test]
fn a_leap_second_is_a_time_like_any_other() {
    expect![[r#"
        2026-12-31T23:59:60Z -                    - => Payload 2026-12-31T23:59:59.999Z {}
        -                    2026-12-31T23:59:60Z - => Gateway 2026-12-31T23:59:59.999Z {}
    "#]]
    .assert_eq(&table(
        true,
        "2027-01-01T00:00:05Z",
        "2026-12-31T23:59:60Z -                    -
         -                    2026-12-31T23:59:60Z -",
    ));
}
