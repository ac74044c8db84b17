//! Published vectors: the tests of ChirpStack's lrwn 4.13 (`phy_payload.rs`, `keys.rs`), computed again with pycryptodome.

use super::*;
use crate::frame::Frame;

const ONE_TO_SIXTEEN: Key = Key::new([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]);
const SIXTEEN_TO_ONE: Key = Key::new([16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
const SESSION: SessionKeys = SessionKeys { nwk_s_key: ONE_TO_SIXTEEN, app_s_key: SIXTEEN_TO_ONE };

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|i| u8::from_str_radix(&hex[i..i + 2], 16).unwrap()).collect()
}

fn data(bytes: &[u8]) -> DataFrame<'_> {
    match Frame::parse(bytes).unwrap() {
        Frame::Data(frame) => frame,
        Frame::Join(_) => panic!("a join request"),
    }
}

#[test]
fn a_published_uplink_is_proven_and_read() {
    let frame = bytes("80040302010300000673070ae264d4f7e117d2c0");
    assert!(data(&frame).is_signed_by(&ONE_TO_SIXTEEN, 0));
    assert!(!data(&frame).is_signed_by(&SIXTEEN_TO_ONE, 0));
    assert_eq!(data(&frame).decrypt(&SESSION, 0), [1, 2, 3, 4]);
}

#[test]
fn the_upper_half_of_the_counter_is_signed_and_encrypts() {
    let frame = bytes("4004030201000a0005d71c284f759ecd4c86f1685bc0e1b52e4735ad36368d6f07");
    assert!(data(&frame).is_signed_by(&ONE_TO_SIXTEEN, 0x0001_000a));
    assert!(!data(&frame).is_signed_by(&ONE_TO_SIXTEEN, 10));
    assert_eq!(data(&frame).decrypt(&SESSION, 0x0001_000a), Vec::from_iter(0..20));
}

#[test]
fn a_published_join_request_is_proven() {
    let frame = bytes("0001010101010101010202020202020202030309b97b32");
    let Ok(Frame::Join(request)) = Frame::parse(&frame) else { panic!("no join request") };
    assert!(request.is_signed_by(&ONE_TO_SIXTEEN));
    assert!(!request.is_signed_by(&SIXTEEN_TO_ONE));
}

#[test]
fn a_join_accept_is_signed_and_encrypted_as_published() {
    let plain = bytes("200101010202020403020100" /* without CFList */);
    let plain = [plain, vec![0]].concat();
    assert_eq!(seal_join_accept(&ONE_TO_SIXTEEN, plain), bytes("2023cf335489aae3183c0be0baa8dee5f3"));
}

#[test]
fn session_keys_are_derived_as_published() {
    let app_key = Key::new([1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8]);
    let keys = SessionKeys::derive(&app_key, &JoinNumbers { join_nonce: 65_536, net_id: 0x01_0203, dev_nonce: 258 });
    assert_eq!(keys.nwk_s_key.bytes(), bytes("df53c35f3034ccced0ff354c70de04df").as_slice());
    assert_eq!(keys.app_s_key.bytes(), bytes("927b9c911183cffe4cb2ff4b75545f6d").as_slice());
}

#[test]
fn addresses_carry_the_networks_prefix_and_differ_from_join_to_join() {
    let device = Eui(0x70b3_d57b_a000_1156);
    let first = dev_addr(0x13, device, 1);
    assert_eq!(first.0 >> 25, 0x13);
    assert_eq!(first, dev_addr(0x13, device, 1));
    assert_ne!(first, dev_addr(0x13, device, 2));
}
