//! A second implementation decides what our own tests could be wrong about: ChirpStack's `lrwn` writes the frames, and the
//! network must read the same counter, port, payload and MAC commands out of them; what it sends, `lrwn` must read.
#![allow(clippy::unwrap_used, clippy::panic, unreachable_pub)]

mod common;

use common::{JOIN_EUI, Joiner, Radio, Town, Up, heard};
use lrwn::{MACCommandSet, PhyPayload};
use proptest::{collection::vec, prelude::*};
use smartpole_lorawan::{Hearing, MacCommands};
use smartpole_model::{Eui, FCntReset};

fn up() -> impl Strategy<Value = Up> {
    let f_opts = prop_oneof![Just(Vec::new()), vec(any::<u8>(), 0..=15)];
    let f_port = prop_oneof![3 => (1u8..=255).prop_map(Some), 1 => Just(Some(0)), 1 => Just(None)];
    (any::<bool>(), any::<bool>(), f_opts, f_port, vec(any::<u8>(), 0..=222)).prop_map(
        |(confirmed, adr_ack_req, f_opts, f_port, payload)| Up {
            confirmed,
            adr_ack_req,
            f_opts: if f_port == Some(0) { Vec::new() } else { f_opts },
            f_port,
            payload: if f_port.is_some() { payload } else { Vec::new() },
        },
    )
}

fn abp(radio: &Radio) -> Town {
    Town::new(&[(1, Eui(1), radio.abp(FCntReset::Refuse))])
}

proptest! {
    #[test]
    fn uplinks_are_read_as_they_were_written(addr in any::<u32>(), seed in any::<u8>(), f_cnt in 0u32..1_048_576, up in up()) {
        let radio = Radio::new(addr, seed);
        let mut town = abp(&radio);
        let (hearing, answer) = town.hear(&heard(&radio.frame(f_cnt, &up), 1, 1));
        let Hearing::Uplink(uplink) = hearing else { return Err(TestCaseError::fail(format!("{hearing:?}"))) };
        prop_assert_eq!((uplink.f_cnt, uplink.f_port, uplink.confirmed), (f_cnt, up.f_port, up.confirmed));
        let (commands, payload) = if up.f_port == Some(0) { (&up.payload, Vec::new()) } else { (&up.f_opts, up.payload.clone()) };
        prop_assert_eq!(&uplink.payload, &payload);
        prop_assert_eq!(&uplink.mac, &MacCommands::parse(commands));
        if let Some(answer) = answer {
            let (fits, ack, _) = radio.read(0, &answer.phy_payload(&answer.receptions));
            prop_assert!(fits && ack == up.confirmed);
        } else {
            prop_assert!(!up.confirmed && !up.adr_ack_req);
        }
    }

    #[test]
    fn a_frame_changed_by_a_bit_is_refused_by_both(f_cnt in 0u32..65_536, up in up(), place in any::<prop::sample::Index>(), bit in 0u8..8) {
        let radio = Radio::new(0x2601_1bda, 1);
        let mut frame = radio.frame(f_cnt, &up);
        let place = place.index(frame.len());
        frame[place] ^= 1 << bit;
        prop_assert!(matches!(abp(&radio).hear(&heard(&frame, 1, 1)).0, Hearing::Refused(_)));
    }

    #[test]
    fn counters_are_found_wherever_the_highest_is(first in 0u32..1_048_576, steps in vec(prop_oneof![1i64..4, -3i64..200, 1i64..65_536], 1..20)) {
        let radio = Radio::new(1, 1);
        let mut town = abp(&radio);
        let (mut at, mut highest) = (i64::from(first), 0);
        for step in std::iter::once(0).chain(steps) {
            at = (at + step).max(highest - 8_000).max(0);
            let (hearing, _) = town.hear(&heard(&radio.frame(at as u32, &common::plain(&at.to_be_bytes())), 1, 1));
            match hearing {
                Hearing::Uplink(uplink) => prop_assert_eq!(i64::from(uplink.f_cnt), at),
                Hearing::Copy(copy) => prop_assert_eq!(copy.id.to, smartpole_lorawan::Request::Uplink(at as u32)),
                other => prop_assert!(false, "{at} {highest} {other:?}"),
            }
            highest = highest.max(at);
        }
    }

    #[test]
    fn joins_open_the_session_that_the_device_derives(number in any::<u8>(), dev_nonce in any::<u16>(), f_cnt in 0u32..100, up in up()) {
        let joiner = Joiner::new(number);
        let mut town = Town::new(&[(3, joiner.dev_eui, joiner.otaa())]);
        let (_, answer) = town.hear(&heard(&joiner.request(JOIN_EUI, dev_nonce), 1, 1));
        let (_, radio) = joiner.accept(dev_nonce, &answer.unwrap().phy_payload(&[]));
        let is_uplink = matches!(town.hear(&heard(&radio.frame(f_cnt, &up), 1, 2)).0, Hearing::Uplink(_));
        prop_assert!(is_uplink);
    }

    #[test]
    fn mac_commands_of_class_a_are_told_apart_alike(commands in vec((0usize..11, any::<[u8; 2]>()), 0..6)) {
        // CID and length; the margin of DevStatusAns is kept where lrwn does not overflow.
        const KNOWN: [(u8, usize); 11] = [(2, 0), (3, 1), (4, 0), (5, 1), (6, 2), (7, 1), (8, 0), (9, 0), (10, 1), (13, 0), (16, 1)];
        let bytes: Vec<u8> = commands.iter().flat_map(|(i, [a, b])| {
            let (cid, length) = KNOWN[*i];
            [vec![cid], [*a, b & 0x1f][..length].to_vec()].concat()
        }).collect();
        let mut set = MACCommandSet::from_slice(&bytes);
        set.decode_from_raw(true).unwrap();
        let ours = MacCommands::parse(&bytes);
        prop_assert_eq!(ours.error, None);
        prop_assert_eq!(ours.list.iter().map(|c| c.cid).collect::<Vec<_>>(), set.iter().map(|c| c.cid().to_u8()).collect::<Vec<_>>());
    }
}

#[test]
fn frames_that_we_read_are_frames_to_the_other_too() {
    let frame = Radio::new(0x2601_1bda, 3).frame(7, &common::plain(b"lamp"));
    let PhyPayload { mhdr, .. } = PhyPayload::from_slice(&frame).unwrap();
    assert_eq!(mhdr.f_type, lrwn::FType::UnconfirmedDataUp);
}
