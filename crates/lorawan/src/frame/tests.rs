use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::*;

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|i| u8::from_str_radix(&hex[i..i + 2], 16).unwrap()).collect()
}

fn check(hex: &str, expect: &Expect) {
    let said = match Frame::parse(&bytes(hex)) {
        Ok(Frame::Join(join)) => format!("join request {} {} {}", join.join_eui, join.dev_eui, join.dev_nonce),
        Ok(Frame::Data(data)) => format!(
            "{} {} port {:?} options {:02x?} payload {:?}{}{}{}",
            data.dev_addr,
            data.f_cnt,
            data.f_port,
            data.f_opts,
            data.payload_range(),
            if data.confirmed { " confirmed" } else { "" },
            if data.adr { " adr" } else { "" },
            if data.adr_ack_req { " adr_ack_req" } else { "" },
        ),
        Err(error) => format!("{}: {error}", error.reason().code()),
    };
    expect.assert_eq(&said);
}

#[test]
fn names_on_the_air_are_turned_round() {
    // The address 26011bda travels as da 1b 01 26.
    check("40da1b012600010001000000000000", &expect!["26011bda 1 port Some(1) options [] payload 9..11"]);
    // ChirpStack lrwn 4.13, phy_payload.rs.
    check(
        "0001010101010101010202020202020202030309b97b32",
        &expect!["join request 0101010101010101 0202020202020202 771"],
    );
    check(
        "00060504030201b370563412000000dba00100aabbccdd",
        &expect!["join request 70b3010203040506 a0db000000123456 1"],
    );
}

#[test]
fn published_frames_are_read() {
    // ChirpStack lrwn 4.13, phy_payload.rs: DevStatusAns in FOpts.
    check(
        "80040302010300000673070ae264d4f7e117d2c0",
        &expect!["01020304 0 port Some(10) options [06, 73, 07] payload 12..16 confirmed"],
    );
    // ChirpStack Gateway Bridge documentation, payload of an uplink.
    check("80a6fe6a018005000138873a7304", &expect!["016afea6 5 port Some(1) options [] payload 9..10 confirmed adr"]);
    check("40a6fe6a014005003a873a73", &expect!["016afea6 5 port None options [] payload 8..8 adr_ack_req"]);
}

#[test]
fn what_is_no_uplink_is_refused_by_its_name() {
    check("", &expect!["decode_failed: 0 bytes are no frame"]);
    check("40", &expect!["decode_failed: 1 bytes are no data frame"]);
    check("40a6fe6a010005003a873a", &expect!["decode_failed: 11 bytes are no data frame"]);
    check("40a6fe6a010f05003a873a73", &expect!["decode_failed: 12 bytes are no data frame"]);
    check("40a6fe6a01010500020099aabbccdd", &expect!["decode_failed: mac commands both in FOpts and on port 0"]);
    check("41a6fe6a010005003a873a73", &expect!["decode_failed: unknown major version 1"]);
    check("0001010101010101010202020202020202030309b97b", &expect!["decode_failed: 22 bytes are no join request"]);
    check("0001010101010101010202020202020202030309b97b3200", &expect!["decode_failed: 24 bytes are no join request"]);
    check("2023cf335489aae3183c0be0baa8dee5f3", &expect!["unsupported_frame: a join accept"]);
    check("60a6fe6a010005003a873a73", &expect!["unsupported_frame: a downlink"]);
    check("a0", &expect!["unsupported_frame: a downlink"]);
    check("c000", &expect!["unsupported_frame: a rejoin request"]);
    check("e0", &expect!["unsupported_frame: a proprietary frame"]);
    check(&"40".repeat(256), &expect!["decode_failed: a frame of 256 bytes, more than radio carries"]);
}

proptest! {
    #[test]
    fn any_bytes_are_a_frame_or_an_error(first in any::<u8>(), rest in proptest::collection::vec(any::<u8>(), 0..300)) {
        let mut frame = vec![first];
        frame.extend(rest);
        if let Ok(Frame::Data(data)) = Frame::parse(&frame) {
            prop_assert!(data.payload_range().end == frame.len() - 4 && data.payload_range().start >= 8);
        }
    }
}
