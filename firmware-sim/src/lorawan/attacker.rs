//! Frames that no device of ours sends.

use super::frame::Said;
use crate::dice::Dice;

/// What a forger does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Forgery {
    /// The keys: a later counter than the real frame's, which nobody signed.
    Mic,
    /// A device: an address of no network of ours.
    Address,
}

/// Makes a data frame up from a real one.
pub(super) fn forge(bytes: &mut [u8], forgery: Forgery, dice: &mut Dice) -> Said {
    // Addresses of NetIDs of type 7 (LoRaWAN 1.0.4, 6.1.1) are given to no device here.
    const NOBODY: u32 = 0xfe00_0000;
    const F_CNT: usize = 6;
    if forgery == Forgery::Address {
        let addr = NOBODY | (dice.next() as u32 & 0x00ff_ffff);
        bytes[1..5].copy_from_slice(&addr.to_le_bytes());
    }
    bytes[F_CNT] = bytes[F_CNT].wrapping_add(1 + dice.below(9) as u8);
    let mic = bytes.len() - 4;
    bytes[mic..].copy_from_slice(&(dice.next() as u32).to_le_bytes());
    Said::Forged { known_address: forgery == Forgery::Mic }
}
