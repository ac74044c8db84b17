use expect_test::{Expect, expect};
use smartpole_model::Eui;

use super::*;
use crate::heard::Context;

const NOW: UtcMillis = UtcMillis(1_640_995_200_500); // 2022-01-01T00:00:00.5Z, GPS second 1,325,030,418

fn reception(gateway: u64, snr: Option<i16>, spreading_factor: u8, time: Option<i64>) -> Reception {
    let data_rate = Some(DataRate::Lora { spreading_factor, bandwidth: 125 });
    let (time, context) = (time.map(|millis| NOW.plus(millis)), Context::Tmst(7));
    Reception { gateway: Eui(gateway), rssi: -100, snr, frequency: 868_100_000, data_rate, time, context }
}

fn check(asked: Asked, receptions: &[Reception], expect: &Expect) {
    let id = AnswerId { device: DeviceNo(1), to: Request::Uplink(3) };
    let session = (DevAddr(0x2601_1bda), 0x0001_0002, Key::new([1; 16]));
    let answer = Answer::downlink((id, asked), NOW, receptions, session);
    let frame = answer.phy_payload(receptions);
    let (frame, mic) = frame.split_at(frame.len() - 4);
    assert_ne!(mic, [0; 4]);
    expect.assert_eq(&format!("{frame:02x?}"));
}

#[test]
fn answers_say_what_was_asked() {
    let one = [reception(1, Some(-25), 7, None)];
    let all = Asked { ack: true, adr_ack: true, link_check: true, device_time: true };
    check(Asked { ack: true, ..Asked::default() }, &one, &expect!["[60, da, 1b, 01, 26, 20, 02, 00]"]);
    check(Asked { adr_ack: true, ..Asked::default() }, &one, &expect!["[60, da, 1b, 01, 26, 00, 02, 00]"]);
    check(all, &one, &expect!["[60, da, 1b, 01, 26, 29, 02, 00, 02, 05, 01, 0d, 12, 5c, fa, 4e, 80]"]);
}

#[test]
fn the_margin_is_the_best_gateways_and_each_gateway_counts_once() {
    let link_check = Asked { link_check: true, ..Asked::default() };
    let several = [
        reception(1, Some(-205), 12, None),
        reception(2, Some(55), 12, None),
        reception(2, Some(-55), 12, None),
        reception(3, None, 12, None),
    ];
    check(link_check, &several, &expect!["[60, da, 1b, 01, 26, 03, 02, 00, 02, 19, 03]"]);
    check(link_check, &several[..1], &expect!["[60, da, 1b, 01, 26, 03, 02, 00, 02, 00, 01]"]);
}

#[test]
fn the_time_is_a_gateways_if_that_is_believable() {
    let device_time = Asked { device_time: true, ..Asked::default() };
    check(
        device_time,
        &[reception(1, None, 7, Some(-750))],
        &expect!["[60, da, 1b, 01, 26, 06, 02, 00, 0d, 11, 5c, fa, 4e, c0]"],
    );
    check(
        device_time,
        &[reception(1, None, 7, Some(-3_600_000))],
        &expect!["[60, da, 1b, 01, 26, 06, 02, 00, 0d, 12, 5c, fa, 4e, 80]"],
    );
    check(
        device_time,
        &[reception(1, None, 7, Some(2_001)), reception(2, None, 7, Some(0))],
        &expect!["[60, da, 1b, 01, 26, 06, 02, 00, 0d, 12, 5c, fa, 4e, 80]"],
    );
}

#[test]
fn a_stored_frame_is_past_its_windows() {
    assert!(in_time(&[reception(1, None, 7, None)], NOW));
    assert!(in_time(&[reception(1, None, 7, Some(-2_000))], NOW));
    assert!(!in_time(&[reception(1, None, 7, Some(-2_001))], NOW));
    assert!(in_time(&[reception(1, None, 7, Some(-2_001)), reception(2, None, 7, Some(-300))], NOW));
    assert!(!in_time(&[], NOW));
}

#[test]
fn an_answer_shows_no_key() {
    let id = AnswerId { device: DeviceNo(1), to: Request::Uplink(3) };
    let answer = Answer::downlink((id, Asked::default()), NOW, &[], (DevAddr(1), 2, Key::new([0xab; 16])));
    let shown = format!("{answer:?}");
    assert!(shown.contains("Key(hidden)") && !shown.contains("171") && !shown.contains("ab, "), "{shown}");
}
