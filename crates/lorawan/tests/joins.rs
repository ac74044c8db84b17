//! Joins over the air.
#![allow(clippy::unwrap_used, clippy::panic, unreachable_pub)]

mod common;

use common::{JOIN_EUI, Joiner, NET_ID, Radio, Town, heard, plain, say};
use expect_test::{Expect, expect};
use smartpole_model::{Credentials, DeviceNo, Eui, FCntReset};

fn check(said: &[String], expect: &Expect) {
    expect.assert_eq(&said.join("\n"));
}

fn town(joiner: &Joiner) -> Town {
    Town::new(&[(1, joiner.dev_eui, joiner.otaa())])
}

/// The session that a join with this nonce opens.
fn join(town: &mut Town, joiner: &Joiner, dev_nonce: u16) -> Radio {
    let (_, answer) = town.hear(&heard(&joiner.request(JOIN_EUI, dev_nonce), 1, town.now.0 as u32));
    joiner.accept(dev_nonce, &answer.unwrap().phy_payload(&[])).1
}

#[test]
fn a_join_accept_says_how_the_network_works() {
    let joiner = Joiner::new(5);
    let mut town = town(&joiner);
    let (_, answer) = town.hear(&heard(&joiner.request(JOIN_EUI, 771), 1, 1));
    let answer = answer.unwrap();
    assert_eq!(answer.rx1_delay_ms, 5_000);
    let (accept, radio) = joiner.accept(771, &answer.phy_payload(&[]));
    assert_eq!(radio.dev_addr.0 >> 25, NET_ID);
    expect![[r#"
        JoinAcceptPayload {
            join_nonce: 1,
            home_netid: 000013,
            devaddr: 27b60e11,
            dl_settings: DLSettings {
                opt_neg: false,
                rx2_dr: 0,
                rx1_dr_offset: 0,
            },
            rx_delay: 1,
            cflist: Some(
                Channels(
                    CFListChannels(
                        [
                            867100000,
                            867300000,
                            867500000,
                            867700000,
                            867900000,
                        ],
                    ),
                ),
            ),
        }
    "#]]
    .assert_debug_eq(&accept);
}

#[test]
fn a_joined_device_is_heard_and_joins_again() {
    let joiner = Joiner::new(5);
    let mut town = town(&joiner);
    let first = join(&mut town, &joiner, 1);
    let mut said = vec![town.say(&first.frame(0, &plain(&[1]))), town.say(&first.frame(1, &plain(&[2])))];
    let second = join(&mut town, &joiner, 2);
    assert_ne!(first.dev_addr, second.dev_addr);
    assert!(town.network.link(DeviceNo(1)).unwrap().join_pending);
    // The old session lives until the new one's first uplink, and its late frames are heard even then, without an answer;
    // the one before is forgotten.
    said.push(town.say(&first.frame(2, &common::confirmed(&[3]))));
    said.push(town.say(&second.frame(0, &plain(&[4]))));
    said.push(town.say(&first.frame(3, &common::confirmed(&[5]))));
    said.push(town.say(&first.frame(2, &common::confirmed(&[3]))));
    let third = join(&mut town, &joiner, 3);
    said.push(town.say(&third.frame(0, &plain(&[6]))));
    said.push(town.say(&first.frame(4, &plain(&[7]))));
    said.push(town.say(&second.frame(1, &plain(&[8]))));
    check(
        &said,
        &expect![[r#"
            1: uplink 0 port Some(2) [01]
            1: uplink 1 port Some(2) [02]
            1: uplink 2 port Some(2) [03] -> answered after 1000 ms
            1: uplink 0 port Some(2) [04]
            1: uplink 3 port Some(2) [05]
            1: copy of 2
            1: uplink 0 port Some(2) [06]
            -: unknown_dev_addr (address 27b60e11, counter 4)
            1: uplink 1 port Some(2) [08]"#]],
    );
    let link = town.network.link(DeviceNo(1)).unwrap();
    assert_eq!((link.joins, link.joins_refused, link.join_pending), (3, 0, false));
}

#[test]
fn a_join_that_is_never_used_leaves_the_session_alone() {
    let joiner = Joiner::new(5);
    let mut town = town(&joiner);
    let first = join(&mut town, &joiner, 1);
    town.say(&first.frame(0, &plain(&[1])));
    let lost = join(&mut town, &joiner, 2);
    let taken = join(&mut town, &joiner, 3);
    let said = [
        town.say(&first.frame(1, &plain(&[2]))),
        town.say(&lost.frame(0, &plain(&[3]))),
        town.say(&taken.frame(0, &plain(&[4]))),
    ];
    check(
        &said,
        &expect![[r#"
        1: uplink 1 port Some(2) [02]
        -: unknown_dev_addr (address 270936ec, counter 0)
        1: uplink 0 port Some(2) [04]"#]],
    );
}

#[test]
fn only_the_current_session_may_begin_again() {
    let joiner = Joiner::new(5);
    let accepts = Credentials { f_cnt_reset: FCntReset::Accept, ..joiner.otaa() };
    let mut town = Town::new(&[(1, joiner.dev_eui, accepts)]);
    let former = join(&mut town, &joiner, 1);
    [0, 1, 2].iter().for_each(|f_cnt| _ = town.say(&former.frame(*f_cnt, &plain(&[1]))));
    let current = join(&mut town, &joiner, 2);
    [0, 1, 2].iter().for_each(|f_cnt| _ = town.say(&current.frame(*f_cnt, &plain(&[1]))));
    let said = [former, current].map(|radio| town.say(&radio.frame(0, &plain(&[2]))));
    check(
        &said,
        &expect![[r#"
        1: f_cnt_reset (address 27b60e11, counter 0, highest 2)
        1: uplink 0 port Some(2) [02]"#]],
    );
}

#[test]
fn a_join_request_is_granted_once_and_its_copies_are_told_from_replays() {
    let joiner = Joiner::new(5);
    let mut town = town(&joiner);
    let request = joiner.request(JOIN_EUI, 7);
    let mut said = Vec::new();
    for gateway in [1, 2, 3] {
        let (hearing, answer) = town.hear(&heard(&request, gateway, 5));
        said.push(say(&hearing, answer.as_ref()));
    }
    town.now = town.now.plus(60_000);
    said.push(town.say(&request));
    let next = join(&mut town, &joiner, 8);
    said.push(town.say(&request));
    said.push(town.say(&next.frame(0, &plain(&[1]))));
    said.push(town.say(&joiner.request(JOIN_EUI, 8)));
    check(
        &said,
        &expect![[r#"
        1: join 7 -> answered after 5000 ms
        1: copy of join 7
        1: copy of join 7
        1: dev_nonce_used (DevEUI 70b3d57ba0001105, JoinEUI 70b3d57ed0000001, DevNonce 7)
        1: dev_nonce_used (DevEUI 70b3d57ba0001105, JoinEUI 70b3d57ed0000001, DevNonce 7)
        1: uplink 0 port Some(2) [01]
        1: dev_nonce_used (DevEUI 70b3d57ba0001105, JoinEUI 70b3d57ed0000001, DevNonce 8)"#]],
    );
    let link = town.network.link(DeviceNo(1)).unwrap();
    assert_eq!((link.joins, link.joins_refused), (2, 3));
}

#[test]
fn requests_that_are_not_granted_say_why() {
    let joiner = Joiner::new(5);
    let personalized = Radio::new(1, 1);
    let abp = Joiner::new(6);
    let mut town =
        Town::new(&[(1, joiner.dev_eui, joiner.otaa()), (2, abp.dev_eui, personalized.abp(FCntReset::Refuse))]);
    let stranger = Joiner { app_key: [9; 16], ..joiner };
    let said = [
        town.say(&Joiner::new(7).request(JOIN_EUI, 1)),
        town.say(&abp.request(JOIN_EUI, 1)),
        town.say(&joiner.request(Eui(1), 1)),
        town.say(&stranger.request(JOIN_EUI, 1)),
    ];
    check(
        &said,
        &expect![[r#"
        -: unknown_device (DevEUI 70b3d57ba0001107, JoinEUI 70b3d57ed0000001, DevNonce 1)
        2: unknown_device (DevEUI 70b3d57ba0001106, JoinEUI 70b3d57ed0000001, DevNonce 1 is personalized)
        1: unknown_device (DevEUI 70b3d57ba0001105, JoinEUI 0000000000000001, DevNonce 1 is not its JoinEUI)
        1: wrong_mic (DevEUI 70b3d57ba0001105, JoinEUI 70b3d57ed0000001, DevNonce 1)"#]],
    );
    assert_eq!(town.network.link(DeviceNo(1)).unwrap().joins_refused, 0);
}

#[test]
fn a_join_request_that_was_stored_uses_up_its_nonce_and_opens_no_session() {
    let joiner = Joiner::new(5);
    let mut town = town(&joiner);
    let live = join(&mut town, &joiner, 8);
    let mut stored = heard(&joiner.request(JOIN_EUI, 7), 2, 1);
    stored.reception.time = Some(town.now.plus(-60_000));
    let (hearing, answer) = town.hear(&stored);
    let said = [say(&hearing, answer.as_ref()), town.say(&live.frame(0, &plain(&[1]))), town.say(&stored.phy_payload)];
    check(
        &said,
        &expect![[r#"
        1: join 7
        1: uplink 0 port Some(2) [01]
        1: dev_nonce_used (DevEUI 70b3d57ba0001105, JoinEUI 70b3d57ed0000001, DevNonce 7)"#]],
    );
}

#[test]
fn another_root_key_begins_with_unused_nonces() {
    let (before, after) = (Joiner::new(5), Joiner { app_key: [99; 16], ..Joiner::new(5) });
    let mut town = town(&before);
    let old = join(&mut town, &before, 1);
    town.say(&old.frame(0, &plain(&[1])));
    town.network.put_in_force(NET_ID, [(DeviceNo(1), after.dev_eui, after.otaa())]);
    let mut said = vec![town.say(&old.frame(1, &plain(&[1])))];
    let new = join(&mut town, &after, 1);
    said.push(town.say(&new.frame(0, &plain(&[1]))));
    check(
        &said,
        &expect![[r#"
        1: wrong_mic (address 27b60e11, counter 1)
        1: uplink 0 port Some(2) [01]"#]],
    );
}
