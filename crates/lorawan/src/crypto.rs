//! LoRaWAN 1.0.x's four uses of AES-128 (LoRaWAN 1.0.4, 4.3.3, 4.4, 6.2). Signatures and payloads of uplinks are the `lorawan`
//! crate's; keys and what we send are written here on the same AES and CMAC, because that crate cannot sign a join accept with a CFList.
//!
//! Invariants: the caller proves a frame by its MIC before it decrypts; the frame counter is the whole 32-bit one.

use aes::{
    Aes128, Block,
    cipher::{BlockDecrypt, BlockEncrypt, KeyInit},
};
use cmac::{Cmac, Mac};
use lorawan::{
    keys::AES128,
    parser::{EncryptedDataPayload, JoinRequestPayload},
};
use smartpole_model::{DevAddr, Eui, Key};

use crate::frame::{DataFrame, JoinRequest};

/// The keys of one session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SessionKeys {
    /// Signs frames, encrypts MAC commands.
    pub nwk_s_key: Key,
    /// Encrypts payloads.
    pub app_s_key: Key,
}

/// What both sides of a join know besides the root key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct JoinNumbers {
    /// 24 bits, ours, for one join only.
    pub join_nonce: u32,
    /// 24 bits.
    pub net_id: u32,
    /// The device's, for one join only.
    pub dev_nonce: u16,
}

fn aes(key: &Key) -> Aes128 {
    Aes128::new(key.bytes().into())
}

fn cmac(key: &Key, parts: &[&[u8]]) -> [u8; 16] {
    let mut mac = <Cmac<Aes128> as KeyInit>::new(key.bytes().into());
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

fn wire24(value: u32) -> [u8; 3] {
    let [a, b, c, _] = value.to_le_bytes();
    [a, b, c]
}

impl JoinRequest<'_> {
    /// Whether the holder of the root key sent it.
    pub(crate) fn is_signed_by(&self, app_key: &Key) -> bool {
        JoinRequestPayload::new(self.bytes).is_ok_and(|frame| frame.validate_mic(&AES128(*app_key.bytes())))
    }
}

impl DataFrame<'_> {
    /// Whether the holder of the key sent it with this counter, whose lower half is the frame's.
    pub(crate) fn is_signed_by(&self, nwk_s_key: &Key, f_cnt: u32) -> bool {
        EncryptedDataPayload::new(self.bytes).is_ok_and(|frame| frame.validate_mic(&AES128(*nwk_s_key.bytes()), f_cnt))
    }

    /// FRMPayload in clear: the application's, or MAC commands on port 0.
    pub(crate) fn decrypt(&self, keys: &SessionKeys, f_cnt: u32) -> Vec<u8> {
        let range = self.payload_range();
        if range.is_empty() {
            return Vec::new();
        }
        let (nwk, app) = (AES128(*keys.nwk_s_key.bytes()), AES128(*keys.app_s_key.bytes()));
        let decrypted = EncryptedDataPayload::new(self.bytes.to_vec())
            .and_then(|frame| frame.decrypt(Some(&nwk), Some(&app), f_cnt))
            .expect("the frame is one by its type, and both keys are given");
        let mut bytes = decrypted.to_inner();
        bytes.truncate(range.end);
        bytes.drain(..range.start);
        bytes
    }
}

impl SessionKeys {
    /// Derives them (LoRaWAN 1.0.4, 6.2.3): `AES(AppKey, 01 or 02 | JoinNonce | NetID | DevNonce | 0…)`.
    pub(crate) fn derive(app_key: &Key, join: &JoinNumbers) -> Self {
        let key = |kind: u8| {
            let mut block = [0; 16];
            block[0] = kind;
            block[1..4].copy_from_slice(&wire24(join.join_nonce));
            block[4..7].copy_from_slice(&wire24(join.net_id));
            block[7..9].copy_from_slice(&join.dev_nonce.to_le_bytes());
            let mut block = Block::from(block);
            aes(app_key).encrypt_block(&mut block);
            Key::new(block.into())
        };
        Self { nwk_s_key: key(1), app_s_key: key(2) }
    }
}

/// Four bytes by which a key is known again without being told: of the encryption of a block that LoRaWAN never encrypts.
pub(crate) fn key_check(key: &Key) -> u32 {
    let mut block = Block::from([0xff; 16]);
    aes(key).encrypt_block(&mut block);
    u32::from_be_bytes([block[0], block[1], block[2], block[3]])
}

/// The address of a session: the network's prefix of type 0 (LoRaWAN 1.0.4, 6.1.1) and 25 bits that join and device decide,
/// so that the same join has the same address in every fold. CMAC serves as the hash.
pub(crate) fn dev_addr(net_id: u32, dev_eui: Eui, join_nonce: u32) -> DevAddr {
    let [a, b, c, d, ..] = cmac(&Key::new([0; 16]), &[&dev_eui.0.to_be_bytes(), &join_nonce.to_be_bytes()]);
    DevAddr((net_id & 0x3f) << 25 | u32::from_be_bytes([a, b, c, d]) & 0x01ff_ffff)
}

/// The frequencies of EU868 beyond its three mandatory ones, Hz (LoRaWAN Regional Parameters RP002, 2.4: CFList type 0).
const CF_LIST: [u32; 5] = [867_100_000, 867_300_000, 867_500_000, 867_700_000, 867_900_000];

/// A join accept, signed and encrypted (LoRaWAN 1.0.4, 6.2.3): RX1 at the uplink's data rate, RX2 at DR0, RX1 after a second.
pub(crate) fn join_accept(app_key: &Key, join: &JoinNumbers, dev_addr: DevAddr) -> Vec<u8> {
    let mut frame = vec![0x20];
    frame.extend(wire24(join.join_nonce));
    frame.extend(wire24(join.net_id));
    frame.extend(dev_addr.0.to_le_bytes());
    frame.extend([0, 1]); // DLSettings, RxDelay
    frame.extend(CF_LIST.iter().flat_map(|frequency| wire24(frequency / 100)));
    frame.push(0); // CFListType
    seal_join_accept(app_key, frame)
}

/// Signs, then *decrypts*, so that a device needs AES in one direction only.
fn seal_join_accept(app_key: &Key, mut frame: Vec<u8>) -> Vec<u8> {
    let mic = cmac(app_key, &[&frame]);
    frame.extend(&mic[..4]);
    for block in frame[1..].chunks_exact_mut(16) {
        aes(app_key).decrypt_block(Block::from_mut_slice(block));
    }
    frame
}

/// A downlink without payload, signed (LoRaWAN 1.0.4, 4.4): nothing of it is encrypted. `f_opts` has at most 15 bytes.
pub(crate) fn downlink(nwk_s_key: &Key, dev_addr: DevAddr, f_cnt: u32, ack: bool, f_opts: &[u8]) -> Vec<u8> {
    let mut frame = vec![0x60];
    frame.extend(dev_addr.0.to_le_bytes());
    frame.push(u8::from(ack) << 5 | f_opts.len() as u8);
    frame.extend(&f_cnt.to_le_bytes()[..2]);
    frame.extend(f_opts);
    let mut b0 = [0; 16];
    (b0[0], b0[5], b0[15]) = (0x49, 1, frame.len() as u8);
    b0[6..10].copy_from_slice(&dev_addr.0.to_le_bytes());
    b0[10..14].copy_from_slice(&f_cnt.to_le_bytes());
    let mic = cmac(nwk_s_key, &[&b0, &frame]);
    frame.extend(&mic[..4]);
    frame
}

#[cfg(test)]
mod tests;
