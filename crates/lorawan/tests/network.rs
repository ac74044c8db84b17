//! What becomes of frames: sessions, counters, addresses, refusals.
#![allow(clippy::unwrap_used, clippy::panic, unreachable_pub)]

mod common;

use common::{Joiner, Radio, START, Town, Up, confirmed, heard, plain, say};
use expect_test::{Expect, expect};
use smartpole_lorawan::{Activated, Crc, EventFrame, Heard};
use smartpole_model::{DevAddr, DeviceNo, Eui, FCntReset};

const LAMP: Eui = Eui(0x70b3_d57b_a000_0001);
const OTHER: Eui = Eui(0x70b3_d57b_a000_0002);

fn check(said: &[String], expect: &Expect) {
    expect.assert_eq(&said.join("\n"));
}

fn lamp(f_cnt_reset: FCntReset) -> (Radio, Town) {
    let radio = Radio::new(0x2601_1bda, 7);
    (radio, Town::new(&[(1, LAMP, radio.abp(f_cnt_reset))]))
}

#[test]
fn an_uplink_counts_once_however_often_it_is_heard() {
    let (radio, mut town) = lamp(FCntReset::Refuse);
    let frame = radio.frame(1, &plain(&[0xab]));
    let said = [1, 1, 2, 3].map(|gateway| {
        let (hearing, answer) = town.hear(&heard(&frame, gateway, 70));
        say(&hearing, answer.as_ref())
    });
    check(
        &said,
        &expect![[r#"
        1: uplink 1 port Some(2) [ab]
        1: copy of 1
        1: copy of 1
        1: copy of 1"#]],
    );
    let link = town.network.link(DeviceNo(1)).unwrap();
    let session = link.session.unwrap();
    assert_eq!((session.received, session.copies, link.gateways.len()), (1, 3, 3));
    assert_eq!(link.gateways.iter().map(|gateway| gateway.frames).collect::<Vec<_>>(), [2, 1, 1]);
}

#[test]
fn counters_turn_over_skip_and_come_late() {
    let (radio, mut town) = lamp(FCntReset::Refuse);
    let said = [65_534, 65_537, 65_535, 65_536, 65_535, 131_000, 65_538]
        .map(|f_cnt| town.say(&radio.frame(f_cnt, &plain(&[1]))));
    check(
        &said,
        &expect![[r#"
        1: uplink 65534 port Some(2) [01]
        1: uplink 65537 port Some(2) [01]
        1: uplink 65535 port Some(2) [01]
        1: uplink 65536 port Some(2) [01]
        1: copy of 65535
        1: uplink 131000 port Some(2) [01]
        1: f_cnt_too_old (address 26011bda, counter 65538, highest 131000)"#]],
    );
    let session = town.network.link(DeviceNo(1)).unwrap().session.unwrap();
    assert_eq!((session.f_cnt_up, session.received, session.lost), (Some(131_000), 5, 65_462));
}

#[test]
fn a_counter_that_begins_again_is_refused_or_taken_as_the_registry_says() {
    let counters = [0, 1, 2, 3, 40].map(|f_cnt| (f_cnt, 1u8));
    let again = [0, 1, 3, 40, 41].map(|f_cnt| (f_cnt, 2u8));
    for (policy, expect) in [
        (
            FCntReset::Refuse,
            expect![[r#"
            1: f_cnt_reset (address 26011bda, counter 0, highest 40)
            1: f_cnt_reset (address 26011bda, counter 1, highest 40)
            1: f_cnt_reset (address 26011bda, counter 3, highest 40)
            1: f_cnt_reset (address 26011bda, counter 40, highest 40)
            1: uplink 41 port Some(2) [02]"#]],
        ),
        (
            FCntReset::Accept,
            expect![[r#"
            1: uplink 0 port Some(2) [02]
            1: uplink 1 port Some(2) [02]
            1: uplink 3 port Some(2) [02]
            1: uplink 40 port Some(2) [02]
            1: uplink 41 port Some(2) [02]"#]],
        ),
    ] {
        let (radio, mut town) = lamp(policy);
        let mut send = |(f_cnt, content)| town.say(&radio.frame(f_cnt, &plain(&[content])));
        counters.iter().for_each(|sent| _ = send(*sent));
        check(&again.map(&mut send), &expect);
    }
}

#[test]
fn a_replayed_frame_is_a_copy_and_moves_nothing() {
    let (radio, mut town) = lamp(FCntReset::Accept);
    let frames = [0, 1, 2, 30].map(|f_cnt| radio.frame(f_cnt, &confirmed(&[1])));
    frames.iter().for_each(|frame| _ = town.say(frame));
    let said = frames.iter().take(3).map(|frame| town.say(frame)).collect::<Vec<_>>();
    check(
        &said,
        &expect![[r#"
        1: copy of 0
        1: copy of 1
        1: copy of 2"#]],
    );
    assert_eq!(town.network.link(DeviceNo(1)).unwrap().session.unwrap().f_cnt_up, Some(30));
}

#[test]
fn devices_that_share_an_address_are_told_apart_by_their_keys() {
    let (first, second, third) = (Radio::new(0x2601_1bda, 1), Radio::new(0x2601_1bda, 2), Radio::new(0x2601_1bda, 3));
    let rows = [(1, LAMP, first.abp(FCntReset::Refuse)), (2, OTHER, second.abp(FCntReset::Refuse))];
    let mut town = Town::new(&rows);
    let frames = [second, first, third].map(|radio| radio.frame(9, &plain(&[radio.nwk_s_key[0]])));
    check(
        &frames.map(|frame| town.say(&frame)),
        &expect![[r#"
        2: uplink 9 port Some(2) [02]
        1: uplink 9 port Some(2) [01]
        -: wrong_mic (address 26011bda, counter 9)"#]],
    );
}

#[test]
fn frames_that_do_not_count_leave_no_trace() {
    let (radio, mut town) = lamp(FCntReset::Refuse);
    town.say(&radio.frame(5, &plain(&[1])));
    town.network.take_changed();
    let before = town.network.all();
    let mut forged = radio.frame(6, &plain(&[1]));
    forged[9] ^= 1;
    let foreign = Radio::new(0x2601_ffff, 7).frame(6, &plain(&[1]));
    let lorawan_1_1_downlink = [0x60, 0xda, 0x1b, 0x01, 0x26, 0, 0, 0, 1, 2, 3, 4];
    let mut said = vec![town.say(&forged), town.say(&foreign), town.say(&lorawan_1_1_downlink), town.say(&[])];
    for crc in [Crc::Bad, Crc::Missing] {
        let noise = Heard { crc, ..heard(&radio.frame(6, &plain(&[1])), 1, 1) };
        said.push(say(&town.hear(&noise).0, None));
    }
    said.push(town.say(&Joiner::new(9).request(common::JOIN_EUI, 1)));
    check(
        &said,
        &expect![[r#"
        1: wrong_mic (address 26011bda, counter 6)
        -: unknown_dev_addr (address 2601ffff, counter 6)
        -: unsupported_frame (a downlink)
        -: decode_failed (0 bytes are no frame)
        -: bad_crc (the checksum is wrong)
        -: bad_crc (the frame has no checksum)
        -: unknown_device (DevEUI 70b3d57ba0001109, JoinEUI 70b3d57ed0000001, DevNonce 1)"#]],
    );
    assert_eq!(town.network.all(), before);
    assert_eq!(town.network.take_changed(), []);
}

#[test]
fn mac_commands_are_counted_and_the_two_questions_answered() {
    let (radio, mut town) = lamp(FCntReset::Refuse);
    let in_options = Up { f_opts: vec![0x02, 0x06, 0xff, 0x05, 0x0d], ..plain(&[1]) };
    let on_port_0 = Up { f_port: Some(0), payload: vec![0x02, 0x80, 0x0d], ..Up::default() };
    let (_, answer) = town.hear(&heard(&radio.frame(0, &in_options), 1, 1));
    let answer = answer.unwrap();
    let (fits, ack, f_opts) = radio.read(0, &answer.phy_payload(&answer.receptions));
    assert!(fits && !ack);
    // Margin 13 dB (5.5 above −7.5), one gateway; 2026-11-25T10:00:01Z is GPS second 1,479,636,019.
    expect!["[02, 0d, 01, 0d, 33, 74, 31, 58, 00]"].assert_eq(&format!("{f_opts:02x?}"));
    let (_, answer) = town.hear(&heard(&radio.frame(1, &on_port_0), 1, 2));
    let (fits, _, f_opts) = radio.read(1, &answer.unwrap().phy_payload(&[]));
    assert_eq!((fits, f_opts.as_slice()), (true, [0x02, 0, 0].as_slice()));
    assert_eq!(town.network.link(DeviceNo(1)).unwrap().mac_commands, [(2, 2), (6, 1), (13, 1)]);
    let empty = Up { adr_ack_req: true, ..Up::default() };
    check(
        &[town.say(&radio.frame(2, &empty)), town.say(&radio.frame(3, &plain(&[])))],
        &expect![[r#"
        1: uplink 2 port None [] -> answered after 1000 ms
        1: uplink 3 port Some(2) []"#]],
    );
}

#[test]
fn a_confirmed_uplink_is_answered_and_again_when_it_is_sent_again() {
    let (radio, mut town) = lamp(FCntReset::Refuse);
    let frame = radio.frame(3, &confirmed(&[1]));
    let mut said = Vec::new();
    let mut down = 0;
    // By one gateway; by a second; the datagram twice; sent again, by both; once more.
    for (gateway, tmst) in [(1, 100), (2, 900), (1, 100), (1, 3_000_100), (2, 3_000_900), (1, 6_000_100)] {
        let (hearing, answer) = town.hear(&heard(&frame, gateway, tmst));
        said.push(say(&hearing, answer.as_ref()));
        if let Some(answer) = answer {
            assert_eq!(radio.read(down, &answer.phy_payload(&answer.receptions)), (true, true, Vec::new()));
            down += 1;
        }
    }
    check(
        &said,
        &expect![[r#"
        1: uplink 3 port Some(2) [01] -> answered after 1000 ms
        1: copy of 3
        1: copy of 3
        1: 3 sent again -> answered after 1000 ms
        1: copy of 3
        1: 3 sent again -> answered after 1000 ms"#]],
    );
}

#[test]
fn other_content_with_the_latest_counter_is_no_frame_sent_again() {
    let (radio, mut town) = lamp(FCntReset::Refuse);
    let said = [1, 2].map(|content| town.say(&radio.frame(30, &confirmed(&[content]))));
    check(
        &said,
        &expect![[r#"
        1: uplink 30 port Some(2) [01] -> answered after 1000 ms
        1: copy of 30"#]],
    );
}

fn tell(town: &mut Town, dev_addr: u32, f_cnt: u32) -> String {
    let event = EventFrame { dev_addr: DevAddr(dev_addr), f_cnt, fingerprint: f_cnt };
    let hearing = town.network.hear_event(DeviceNo(4), &event);
    assert_eq!(town.network.note(&hearing, &[], START), None);
    say(&hearing, None)
}

#[test]
fn another_network_servers_uplinks_are_told_from_their_copies_only() {
    let mut town = Town::new(&[]);
    // Ahead, again, far below, on from there, again.
    let run = [20_000, 20_000, 100, 101, 100].map(|f_cnt| tell(&mut town, 1, f_cnt));
    check(
        &run,
        &expect![[r#"
        4: uplink 20000 port None []
        4: copy of 20000
        4: uplink 100 port None []
        4: uplink 101 port None []
        4: copy of 100"#]],
    );
    let session = town.network.link(DeviceNo(4)).unwrap().session.unwrap();
    assert_eq!((session.f_cnt_up, session.received, session.copies), (Some(101), 2, 1));
    // Another address, and the former one once more.
    let mixed = [(2, 0), (1, 102), (1, 101), (2, 0)].map(|(dev_addr, f_cnt)| tell(&mut town, dev_addr, f_cnt));
    check(
        &mixed,
        &expect![[r#"
        4: uplink 0 port None []
        4: uplink 102 port None []
        4: copy of 101
        4: copy of 0"#]],
    );
    tell(&mut town, 1, 103);
    tell(&mut town, 2, 1);
    let session = town.network.link(DeviceNo(4)).unwrap().session.unwrap();
    assert_eq!((session.dev_addr, session.received, session.lost, session.copies), (DevAddr(2), 2, 0, 1));
    tell(&mut town, 3, 7);
    expect!["4: uplink 103 port None []"].assert_eq(&tell(&mut town, 1, 103));
}

#[test]
fn a_stored_or_late_frame_is_an_uplink_without_an_answer() {
    let (radio, mut town) = lamp(FCntReset::Refuse);
    let mut stored = heard(&radio.frame(3, &confirmed(&[1])), 1, 1);
    stored.reception.time = Some(town.now.plus(-3_600_000));
    let (hearing, answer) = town.hear(&stored);
    let late = radio.frame(2, &confirmed(&[1]));
    check(
        &[say(&hearing, answer.as_ref()), town.say(&late)],
        &expect![[r#"
        1: uplink 3 port Some(2) [01]
        1: uplink 2 port Some(2) [01]"#]],
    );
}

#[test]
fn a_device_without_keys_keeps_its_state_until_it_has_them_again() {
    let (radio, mut town) = lamp(FCntReset::Refuse);
    let row = (DeviceNo(1), LAMP, radio.abp(FCntReset::Refuse));
    let mut said = vec![town.say(&radio.frame(5, &plain(&[1])))];
    town.network.put_in_force(common::NET_ID, []);
    assert_eq!(town.network.link(DeviceNo(1)).unwrap().activated, Activated::Elsewhere);
    said.push(town.say(&radio.frame(6, &plain(&[1]))));
    town.network.put_in_force(common::NET_ID, [row]);
    said.push(town.say(&radio.frame(5, &plain(&[1]))));
    // Other keys are another session, and the old one is not forgotten.
    let other = Radio::new(0x2601_1bda, 8);
    town.network.put_in_force(common::NET_ID, [(DeviceNo(1), LAMP, other.abp(FCntReset::Refuse))]);
    said.push(town.say(&other.frame(0, &plain(&[1]))));
    town.network.put_in_force(common::NET_ID, [row]);
    said.push(town.say(&radio.frame(5, &plain(&[1]))));
    said.push(town.say(&radio.frame(6, &plain(&[1]))));
    check(
        &said,
        &expect![[r#"
        1: uplink 5 port Some(2) [01]
        -: unknown_dev_addr (address 26011bda, counter 6)
        1: copy of 5
        1: uplink 0 port Some(2) [01]
        1: copy of 5
        1: uplink 6 port Some(2) [01]"#]],
    );
}

#[test]
fn at_most_eight_gateways_are_kept_and_the_silent_ones_make_room() {
    let (radio, mut town) = lamp(FCntReset::Refuse);
    let frame = radio.frame(1, &plain(&[1]));
    [2, 2, 2, 1, 3, 4, 5, 6, 7, 8, 9].iter().for_each(|gateway| _ = town.hear(&heard(&frame, *gateway, 1)));
    let gateways: Vec<_> = town.network.link(DeviceNo(1)).unwrap().gateways.iter().map(|link| link.gateway.0).collect();
    assert_eq!(gateways, [1, 3, 4, 5, 6, 7, 8, 9]);
}
